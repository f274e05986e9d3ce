"""A small configuration made by hand: one entity with a field of every type, its child rows, and what it points to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import create_engine

from app.access.actor import Actor
from app.context import Context
from app.expr.parse import parse
from app.fields.address import Address
from app.fields.money import Money
from app.fields.pointing import AnyRef
from app.fields.registry import REGISTRY
from app.language import Label, Locale
from app.meta.model import (
    Entity,
    EntityRights,
    Field,
    FieldElement,
    Mask,
    Model,
    RelatedElement,
    Role,
    Section,
    Tab,
    TextElement,
)
from app.meta.role import ALL_RECORDS
from app.runtime.snapshot import Snapshot
from app.storage.tables import build_tables

NAMED = Label("Name", "Name")


def _conditions(more: dict[str, Any]) -> dict[str, Any]:
    return {name: parse(more.pop(name)) for name in ("visible_if", "required_if", "readonly_if") if name in more}


def field(key: str, type_name: str, entity: str = "sample", **more: Any) -> Field:
    """Return a field with its type's own sample parameters."""
    cls = REGISTRY[type_name]
    label = more.pop("label", Label(f"Feld {key}", f"Field {key}"))
    given = {name: more.pop(name) for name in ("parameters", "targets", "keywords") if name in more}
    spec = replace(cls.sample, entity=entity, key=key, label=label, **given)
    conditions = _conditions(more)
    return Field(key=key, entity=entity, label=label, type=cls(spec), **conditions, **more)


def entity(key: str, fields: Iterable[Field]) -> Entity:
    """Return an entity."""
    label = Label(key.capitalize(), key.capitalize())
    return Entity(key, label, label, "box", {one.key: one for one in fields}, ())


def element(one: Field, **more: Any) -> FieldElement:
    """Return a field's place on a mask."""
    conditions = _conditions(more)
    return FieldElement(one.key, one, one.label, one.help, **conditions, **more)


def mask(key: str, entity_key: str, sections: Iterable[Section], **more: Any) -> Mask:
    """Return a mask with one tab."""
    return Mask(key, entity_key, Label(key, key), (Tab("main", Label("Haupt", "Main"), tuple(sections)),), **more)


def section(key: str, elements: Iterable[Any], **more: Any) -> Section:
    """Return a section."""
    visible = parse(more.pop("visible_if")) if "visible_if" in more else None
    return Section(
        key,
        Label(f"Abschnitt {key}", f"Section {key}"),
        more.pop("help", None),
        2,
        more.pop("collapsed", False),
        tuple(elements),
        visible,
    )


def every_field() -> list[Field]:
    """Return a field of every type, named after it."""
    special: dict[str, dict[str, Any]] = {
        "lines": {"parameters": {"entity": "item", "via": "sample", "sums": ["net"], "ordered": True}},
        "reference": {"targets": ("account",)},
        "references": {"targets": ("account",)},
        "any_reference": {"targets": ("account", "secret")},
    }
    return [field(f"f_{name}", name, **special.get(name, {})) for name in REGISTRY]


def model(wide: int = 0) -> Model:
    """Return the configuration.

    Args:
        wide: how many text fields the mask `wide.main` has.
    """
    fields = every_field()
    name = field("name", "text", "account", label=NAMED, required=True)
    items = [
        field("sample", "reference", "item", targets=("sample",)),
        field("title", "text", "item", required=True, label=Label("Titel", "Title"), keywords={}),
        field("done", "boolean", "item"),
        field("net", "money", "item", label=Label("Netto", "Net"), parameters={"currency": "EUR"}, keywords={}),
        field("people", "references", "item", targets=("account",)),
        field("total", "decimal", "item", readonly=True, label=Label("Gesamt", "Total")),
    ]
    story = [
        field("status", "choice"),
        field("reason", "text", visible_if='status = "won"', required_if='status = "won"', keywords={}),
        field("amount", "money", readonly_if='status = "old"', keywords={}),
        field("data", "text", keywords={}, help=Label("Ein „Hinweis“", "A “hint”")),
        field("sealed", "text", readonly=True, keywords={}),
        field("secret", "reference", targets=("secret",)),
        field("hours", "decimal"),
        field("extra", "boolean"),
        field("account", "reference", targets=("account",)),
    ]
    chain = [
        field("first", "text", keywords={}),
        field("second", "text", visible_if="first is not empty", keywords={}),
        field("third", "text", visible_if="second is not empty", keywords={}),
    ]
    starting = [
        field("level", "integer", default=3),
        field("since", "date", default_expr=parse("today()")),
        field("at", "datetime", default_expr=parse("now()")),
        field("note", "text", keywords={}),
    ]
    wide_fields = [field(f"w{n}", list(REGISTRY)[n % 14], "wide") for n in range(wide)]
    entities = [
        entity("sample", [*fields, *story, *chain, *starting]),
        entity("item", items),
        entity("account", [name]),
        entity("secret", [field("name", "text", "secret")]),
        entity("person", [field("name", "text", "person")]),
        entity("wide", wide_fields),
    ]
    by_key = {one.key: one for one in story}
    note = TextElement("hint", Label("**Wichtig** <script>", "**Important** <script>"))
    related = RelatedElement("visits", "account", "name", (), Label("Besuche", "Visits"))
    two_tabs = Mask(
        "sample.story",
        "sample",
        Label("Geschichte", "Story"),
        (
            Tab(
                "main",
                Label("Stammdaten", "Main data"),
                (
                    section("head", [element(by_key["status"]), element(by_key["reason"]), element(by_key["amount"])]),
                    section(
                        "more",
                        [
                            element(by_key["data"], required_if='status = "won"'),
                            note,
                            related,
                            element(by_key["sealed"]),
                            element(by_key["secret"]),
                        ],
                        collapsed=True,
                    ),
                ),
            ),
            Tab(
                "second",
                Label("Weiteres", "More"),
                (
                    section("only", [element(by_key["hours"]), element(by_key["extra"])], visible_if='status != "new"'),
                    section("company", [element(by_key["account"])]),
                ),
            ),
        ),
    )
    masks = [
        mask("sample.main", "sample", [section("all", [element(one) for one in fields])]),
        two_tabs,
        mask("sample.chain", "sample", [section("all", [element(one) for one in chain])]),
        mask("sample.defaults", "sample", [section("all", [element(one) for one in starting])]),
        mask(
            "sample.follow",
            "sample",
            [
                section(
                    "all", [element(by_key["account"]), element(by_key["data"], visible_if='account.name = "Meier"')]
                )
            ],
        ),
        mask("account.quick", "account", [section("all", [element(name)])], quick=True),
        mask("wide.main", "wide", [section("all", [element(one) for one in wide_fields])]),
    ]
    whole = EntityRights(*[ALL_RECORDS] * 4)
    rights = dict.fromkeys(("sample", "item", "account", "person", "wide"), whole)
    role = Role("user", Label("Anwender", "User"), rights)
    return Model(
        fingerprint="0" * 64,
        entities={one.key: one for one in entities},
        masks={one.key: one for one in masks},
        views={},
        reports={},
        options={},
        menus={},
        roles={"user": role},
        dashboards={},
    )


def context(of: Model, locale: Locale = "de") -> Context:
    """Return a request of somebody who may do everything but see secrets."""
    snapshot = Snapshot(None, of, build_tables(of, None), "sqlite")
    actor = Actor(7, "Anna", frozenset({"user"}), locale=locale)
    connection = create_engine("sqlite://").connect()
    connection.close()  # masks never ask a database; one that did would fail here
    return Context(snapshot, actor, connection, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), locale)


#: What does harm wherever it isn't escaped.
EVIL = '</textarea><script>alert("x")</script>\'&'


def full_values() -> dict[str, Any]:
    """Return a value for every field of `sample.main`."""
    found = {}
    for name, cls in REGISTRY.items():
        good = [value for _, value in cls.examples.good if value is not None]
        found[f"f_{name}"] = good[0]
    found["f_lines"] = (
        {
            "id": 3,
            "title": "Erste",
            "net": Money(Decimal("5.00"), "EUR"),
            "done": True,
            "people": (1, 2),
            "total": Decimal("1.000"),
        },
        {"id": 4, "title": EVIL, "net": Money(Decimal("1234.50"), "EUR"), "done": False, "people": None},
    )
    found["f_references"] = (1, 2)
    found["f_any_reference"] = AnyRef("account", 17)
    found["f_address"] = Address("Weg 1", "10115", "Berlin", None, "AT")
    found["f_long_text"] = EVIL
    return found


LABELS: dict[str, Any] = {
    "f_reference": EVIL,
    "f_references": {1: "Eins", 2: "Zwei"},
    "f_any_reference": "Meier",
    "f_user": "Anna",
    "f_team": "Süd",
}

"""Documents become a Model: complete, deterministic, quick, and quicker the second time."""

from __future__ import annotations

import json
import random
import time
from decimal import Decimal
from typing import Any

from app.fields.money import Money
from app.meta.compare.change import signature
from app.meta.compile import Compiled, compile_model
from app.meta.layers import EffectiveDocument
from app.meta.model import FieldElement, Model
from tests.unit.meta.shipped import (
    compiled,
    drop,
    edited,
    effective,
    entity,
    field,
    label,
    made,
    put,
)

SYSTEM = [
    "id",
    "title",
    "owner",
    "team",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
    "archived_at",
]


def _model(*documents: EffectiveDocument) -> Model:
    found = compile_model(documents)
    assert found.issues == ()
    assert found.model is not None
    return found.model


def _said(model: Model | None) -> dict[str, Any]:
    """Return everything that a Model says, so that two can be compared."""
    assert model is not None
    parts = ("entities", "masks", "views", "reports", "options", "menus", "roles", "dashboards")
    said: dict[str, Any] = {
        f"{part}/{key}": signature(thing) for part in parts for key, thing in getattr(model, part).items()
    }
    for key, thing in model.entities.items():
        for name, one in thing.fields.items():
            flags = (one.label, one.required, one.unique, one.readonly, one.default, one.visible_if, one.required_if)
            said[f"field/{key}.{name}"] = (signature(one.type), signature(flags), signature(one.rules))
    return said | {"of": (model.masks_of, model.views_of, model.reports_of, model.fingerprint)}


def test_the_shipped_documents_compile_without_a_word() -> None:
    found = compiled()
    assert found.issues == ()
    assert found.model is not None
    assert len(found.model.reports) >= 12
    assert len(found.model.dashboards) >= 4


def test_every_text_of_the_shipped_documents_is_in_both_languages() -> None:
    def one_language(value: Any, at: str) -> list[str]:
        if isinstance(value, dict):
            if value and set(value) <= {"de", "en"}:
                return [] if len(value) == 2 else [at]
            return [found for key, child in value.items() for found in one_language(child, f"{at}/{key}")]
        if isinstance(value, list):
            return [found for i, child in enumerate(value) for found in one_language(child, f"{at}/{i}")]
        return []

    assert [found for d in effective() for found in one_language(d.body, d.source)] == []


def test_the_order_of_the_documents_means_nothing() -> None:
    shuffled = list(effective())
    random.Random(3).shuffle(shuffled)
    assert _said(compile_model(shuffled).model) == _said(compiled().model)


def test_system_fields_come_last_and_give_way_to_a_field_of_that_name() -> None:
    found = _model(entity("thing", {"name": field(), "title": field(label=label("Titel")), "version": field()}))
    fields = found.entities["thing"].fields
    assert list(fields) == ["name", "title", "version", *[key for key in SYSTEM if key not in ("title", "version")]]
    assert [key for key, one in fields.items() if one.system] == [k for k in SYSTEM if k not in ("title", "version")]
    assert [key for key, one in fields.items() if one.system and not one.readonly] == ["owner", "team"]


def test_an_entity_alone_gets_masks_a_view_and_a_title() -> None:
    found = _model(entity("thing", {"note": field(type="long_text"), "name": field(search=True)}, required=["note"]))
    assert found.masks_of["thing"] == ("thing.main", "thing.quick")
    assert found.views_of["thing"] == ("thing.all",)
    main = found.masks["thing.main"].tabs[0].sections[0].elements
    assert [element.id for element in main] == ["note", "name", "owner"]
    assert [element.span for element in main if isinstance(element, FieldElement)] == [2, 1, 1]
    quick = found.masks["thing.quick"]
    assert (quick.quick, quick.generated) == (True, True)
    assert [element.id for element in quick.tabs[0].sections[0].elements] == ["note", "name"]
    assert [column.text for column in found.views["thing.all"].columns] == ["title", "owner"]
    assert [part.path for part in found.entities["thing"].title] == [("name",)]


def test_an_own_quick_mask_or_view_replaces_the_generated_one() -> None:
    tabs = [{"id": "t", "label": label("T"), "sections": []}]
    quick = made("forms", "thing.short", entity="thing", label=label("Kurz"), quick=True, tabs=tabs)
    view = made("views", "thing.mine", entity="thing", label=label("Meine"), columns=["name"])
    first = made("views", "thing.zero", entity="thing", label=label("Erste"), columns=["name"], order=1)
    found = _model(entity("thing", {"name": field()}), quick, view, first)
    assert found.masks_of["thing"] == ("thing.main", "thing.short")
    assert found.views_of["thing"] == ("thing.zero", "thing.mine")
    assert set(found.views) == {"thing.zero", "thing.mine"}


def test_a_menu_may_name_a_generated_view() -> None:
    found = _model(
        entity("thing", {"name": field()}), made("menus", "main", items=[{"id": "things", "view": "thing.all"}])
    )
    assert found.menus["main"].items[0].target == ("view", "thing.all")
    assert found.menus["main"].items[0].label.de == "thing"


def test_fields_of_an_abstract_entity_come_first() -> None:
    rule = {"id": "r", "check": "code is not empty", "message": label("Nein.")}
    base = entity("base", {"code": field()}, ["code"], abstract=True, rules=[rule], title="{code}")
    found = _model(base, entity("thing", {"name": field()}, extends="base"), entity("other", {}, extends="base"))
    assert set(found.entities) == {"thing", "other"}
    thing = found.entities["thing"]
    assert list(thing.fields)[:2] == ["code", "name"]
    assert (thing.fields["code"].required, thing.fields["code"].entity) == (True, "thing")
    assert [rule.id for rule in thing.rules] == ["r"]
    assert [part.path for part in thing.title] == [("code",)]


def test_child_rows_know_whose_they_are_and_may_be_summed() -> None:
    line = entity("line", {"thing": field(type="reference", target="thing"), "net": field(type="money")})
    rows = field(type="lines", entity="line", via="thing", sums=["net"])
    rule = {"id": "r", "check": "sum(rows.net) > 5 or count(rows) = 0", "message": label("Nein.")}
    found = _model(entity("thing", {"name": field(), "rows": rows}, rules=[rule]), line)
    assert found.entities["line"].owners == (("thing", "rows"),)


def test_defaults_are_values_of_the_type() -> None:
    properties = {
        "value": field(type="money", default=12.5),
        "since": field(type="date", default={"expr": "today()"}),
        "tags": field(type="tags", default=["a", "b"]),
    }
    fields = _model(entity("thing", properties)).entities["thing"].fields
    assert fields["value"].default == Money(Decimal("12.5"), "EUR")
    assert fields["tags"].default == ("a", "b")
    assert (fields["since"].default, fields["since"].default_expr is not None) == (None, True)


# -- the second time ---------------------------------------------------------------------------------------------------


def _fresh(documents: tuple[EffectiveDocument, ...]) -> tuple[EffectiveDocument, ...]:
    """Return the same documents as other objects, as they come out of a database."""
    return tuple(
        EffectiveDocument(d.kind, d.key, json.loads(json.dumps(d.body)), d.layer, d.source, d.origins)
        for d in documents
    )


def test_nothing_changed_keeps_everything() -> None:
    again = compile_model(_fresh(effective()), compiled())
    assert again.model is not None
    assert compiled().model is not None
    for part in ("entities", "masks", "views", "reports", "options", "menus", "roles", "dashboards"):
        old, new = getattr(compiled().model, part), getattr(again.model, part)
        assert all(new[key] is old[key] for key in old)


def _edits() -> list[tuple[str, str, Any]]:
    return [
        ("entities", "account", put(field(label=label("Neu")), "properties", "neu")),
        ("entities", "account", drop("properties", "tax_no")),
        ("entities", "account", put("{name}", "x-crm", "title")),
        ("entities", "segment", put(label("Gruppe"), "x-crm", "label")),
        ("entities", "opportunity", put(True, "properties", "need", "x-crm", "retired")),
        ("options", "opp_stage", put(label("Ganz neu"), "values", 0, "label")),
        ("options", "industry", put("purple", "values", 0, "colour")),
        ("forms", "account.main", put(1, "tabs", 0, "sections", 0, "columns")),
        ("views", "account.mine", put("phone is empty", "filter")),
        ("reports", "win_rate", put("week", "dimensions", 0, "bucket")),
        ("roles", "sales", put(False, "entities", "account", "update")),
        ("menus", "main", put("star", "items", 0, "icon")),
        ("entities", "activity", put("no_such_field = 1", "properties", "kind", "x-crm", "visible_if")),
        ("entities", "product", put([], "properties")),
    ]


def test_a_compilation_that_keeps_what_it_can_says_the_same_as_a_fresh_one() -> None:
    before: Compiled = compiled()
    as_it_was = _said(before.model)
    for edit in _edits():
        documents = edited(edit)
        kept, fresh = compile_model(documents, before), compile_model(documents)
        assert kept.issues == fresh.issues
        assert kept.fingerprint == fresh.fingerprint
        assert (kept.model is None) == (fresh.model is None)
        if fresh.model is not None:
            assert _said(kept.model) == _said(fresh.model)
        # And back again, from a state that may have been broken.
        assert _said(compile_model(effective(), kept).model) == as_it_was


def test_a_thousand_entities(capsys: Any) -> None:
    documents = [_large(number) for number in range(1000)]
    started = time.perf_counter()
    found = compile_model(documents)
    whole = time.perf_counter() - started
    assert found.issues == ()
    documents[500] = _large(500, neu=field())
    started = time.perf_counter()
    again = compile_model(documents, found)
    once = time.perf_counter() - started
    assert again.model is not None
    assert found.model is not None
    changed = [key for key, one in again.model.entities.items() if one is not found.model.entities[key]]
    assert changed == ["e500"]
    with capsys.disabled():
        print(f"\n1,000 entities: {whole:.2f} s; one of them changed: {once * 1000:.0f} ms")


def _large(number: int, **more: Any) -> EffectiveDocument:
    texts = {f"f{i}": field(search=i == 0) for i in range(9)}
    others = {
        "amount": field(type="money", required_if="f0 is not empty and due > today()"),
        "due": field(type="date", default={"expr": "today()"}),
        "next": field(type="reference", target=f"e{(number + 1) % 1000}"),
        "person": field(type="user"),
        "share": field(type="percent", visible_if=f"amount > {number}"),
        "flag": field(type="boolean"),
    }
    return entity(f"e{number}", {**texts, **others, **more}, ["f0"], title="{f0}{, next.f0}")

"""Two document sets in, what changes in words and by weight out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.meta.compare.change import Weight
from app.meta.compile import compile_model
from app.meta.diff import diff
from app.meta.model import Model
from tests.unit.meta.shipped import compiled, drop, edited, effective, entity, field, label, put

Edit = tuple[str, str, Callable[[Any], Any]]
_P = "properties"
_EL = ("tabs", 0, "sections", 0, "elements")

#: What is done, the kind, subject and weight of the change, and words of both sentences.
CASES: list[tuple[Edit, str, str, Weight, str, str]] = [
    (
        ("entities", "account", put(field(), _P, "neu")),
        "field.added",
        "field/account.neu",
        Weight.SAFE,
        "ist neu (Text)",
        "is new (Text)",
    ),
    (
        ("entities", "account", drop(_P, "tax_no")),
        "field.removed",
        "field/account.tax_no",
        Weight.ATTENTION,
        "stillgelegt",
        "retired",
    ),
    (
        ("entities", "account", put(label("A", "B"), _P, "tax_no", "x-crm", "label")),
        "field.label",
        "field/account.tax_no",
        Weight.SAFE,
        "„A“ statt „Steuernummer“",
        "“B” instead of “Tax number”",
    ),
    (
        (
            "entities",
            "account",
            put({"type": "integer", "x-crm": {"label": label("Steuernummer", "Tax number")}}, _P, "tax_no"),
        ),
        "field.type",
        "field/account.tax_no",
        Weight.REFUSED,
        "von Text zu Ganze Zahl",
        "Whole number instead of Text",
    ),
    (
        ("entities", "account", put("long_text", _P, "tax_no", "x-crm", "type")),
        "field.type",
        "field/account.tax_no",
        Weight.ATTENTION,
        "Mehrzeiliger Text",
        "Multi-line text",
    ),
    (
        ("entities", "account", put(20, _P, "tax_no", "maxLength")),
        "field.settings",
        "field/account.tax_no",
        Weight.ATTENTION,
        "maxLength",
        "maxLength",
    ),
    (
        ("entities", "opportunity", put("person", _P, "competitor", "x-crm", "target")),
        "field.target",
        "field/opportunity.competitor",
        Weight.REFUSED,
        "verweist",
        "points",
    ),
    (
        ("entities", "account", put(True, _P, "tax_no", "x-crm", "unique")),
        "field.unique",
        "field/account.tax_no",
        Weight.ATTENTION,
        "wird eindeutig",
        "becomes unique",
    ),
    (
        ("entities", "account", lambda body: body["required"].append("tax_no")),
        "field.required",
        "field/account.tax_no",
        Weight.ATTENTION,
        "wird Pflicht",
        "becomes required",
    ),
    (
        ("entities", "account", put(["name"], "required")),
        "field.required",
        "field/account.roles",
        Weight.SAFE,
        "keine Pflicht mehr",
        "no longer required",
    ),
    (
        ("entities", "account", put("name is empty", _P, "tax_no", "x-crm", "visible_if")),
        "field.visible_if",
        "field/account.tax_no",
        Weight.SAFE,
        "zu sehen",
        "seen",
    ),
    (
        ("entities", "account", put("{name}", "x-crm", "title")),
        "entity.title",
        "entity/account",
        Weight.ATTENTION,
        "Titel",
        "titles",
    ),
    (
        ("entities", "account", put([], "x-crm", "rules")),
        "entity.rules",
        "entity/account",
        Weight.ATTENTION,
        "Regeln",
        "rules",
    ),
    (
        ("options", "abc", lambda body: body["values"].append({"id": "d", "label": label("D")})),
        "option.added",
        "option/abc.d",
        Weight.SAFE,
        "„D“ ist neu",
        "“D” is new",
    ),
    (
        ("options", "abc", put(True, "values", 0, "retired")),
        "option.retired",
        "option/abc.a",
        Weight.ATTENTION,
        "nicht mehr angeboten",
        "no longer offered",
    ),
    (
        ("options", "abc", lambda body: body["values"].reverse()),
        "options.order",
        "options/abc",
        Weight.SAFE,
        "geordnet",
        "order",
    ),
    (
        ("forms", "account.main", drop(*_EL, 1)),
        "mask.changed",
        "mask/account.main",
        Weight.SAFE,
        "ohne „Namenszusatz",
        "without “Name line 2”",
    ),
    (
        ("forms", "account.main", put(2, *_EL, 1, "span")),
        "mask.changed",
        "mask/account.main",
        Weight.SAFE,
        "anders aufgebaut",
        "laid out differently",
    ),
    (
        ("views", "account.mine", put("phone is empty", "filter")),
        "view.changed",
        "view/account.mine",
        Weight.SAFE,
        "Filter",
        "filter",
    ),
    (
        ("views", "account.mine", drop("columns", 1)),
        "view.changed",
        "view/account.mine",
        Weight.SAFE,
        "ohne „Ort“",
        "without “City”",
    ),
    (
        ("reports", "win_rate", put("week", "dimensions", 0, "bucket")),
        "report.changed",
        "report/win_rate",
        Weight.SAFE,
        "Gruppierung",
        "grouping",
    ),
    (("dashboards", "sales", drop("tiles", 0)), "dashboard.changed", "dashboard/sales", Weight.SAFE, "ohne", "without"),
    (
        ("menus", "main", put(label("Neu", "New"), "items", 0, "label")),
        "menu.changed",
        "menu/main",
        Weight.SAFE,
        "beschriftet",
        "labels",
    ),
    (
        ("roles", "sales", put(False, "entities", "account", "update")),
        "role.revoked",
        "role/sales.account",
        Weight.ATTENTION,
        "nicht mehr ändern",
        "no longer change",
    ),
    (
        ("roles", "privacy", put({"read": True}, "entities", "*")),
        "role.granted",
        "role/privacy.*",
        Weight.ATTENTION,
        "allem anderen",
        "everything else",
    ),
    (
        ("roles", "sales", put([], "capabilities")),
        "role.revoked",
        "role/sales.export",
        Weight.ATTENTION,
        "verliert",
        "loses",
    ),
]


def _shipped() -> Model:
    assert compiled().model is not None
    return compiled().model  # type: ignore[return-value]


def _model(*edits: Edit) -> Model:
    """Return the shipped Model with edits, whatever uses a removed field left out of it."""
    found = compile_model(edited(*edits))
    assert found.model is not None, found.issues
    return found.model


def _without_uses(key: str) -> tuple[Edit, ...]:
    """Return edits that take a field out of the mask that shows it."""

    def change(body: Any) -> None:
        for tab in body["tabs"]:
            for section in tab["sections"]:
                section["elements"] = [e for e in section["elements"] if e.get("field") != key]

    return (("forms", "account.main", change),)


@pytest.mark.parametrize(
    ("edit", "kind", "subject", "weight", "de", "en"), CASES, ids=[f"{c[1]}-{i}" for i, c in enumerate(CASES)]
)
def test_a_change_is_told_in_words(edit: Edit, kind: str, subject: str, weight: Weight, de: str, en: str) -> None:
    uses = _without_uses("tax_no") if kind == "field.removed" else ()
    old = _model(*uses)
    changes = diff(old, _model(*uses, edit))
    (found,) = [change for change in changes if change.kind == kind and change.subject == subject]
    assert (found.severity, de in found.words.de, en in found.words.en) == (weight, True, True), found.words


def test_nothing_changed_is_nothing() -> None:
    again = compile_model(effective()).model
    assert again is not None
    assert diff(_shipped(), again) == ()
    assert diff(_shipped(), _shipped()) == ()


def test_the_first_publish_is_everything() -> None:
    kinds = {change.kind for change in diff(None, _shipped())}
    assert kinds == {f"{k}.added" for k in ("entity", "options", "mask", "view", "report", "dashboard", "menu", "role")}


def test_a_field_that_comes_back_comes_with_its_values() -> None:
    gone = compile_model((entity("thing", {"name": field(), "old": field(retired=True)}),)).model
    back = compile_model((entity("thing", {"name": field(), "old": field()}),)).model
    assert gone is not None
    assert back is not None
    assert [change.kind for change in diff(gone, back)] == ["field.returned"]
    assert [change.kind for change in diff(back, gone)] == ["field.removed"]


def test_an_entity_that_goes_is_told_once() -> None:
    one, two = entity("one", {"name": field()}), entity("two", {"name": field()})
    both, alone = compile_model((one, two)).model, compile_model((one,)).model
    assert both is not None
    assert alone is not None
    (change,) = diff(both, alone)
    assert (change.kind, change.severity) == ("entity.removed", Weight.ATTENTION)

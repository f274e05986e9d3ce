"""Small answers about a Model: what a name means, what a title is made of, who uses what, which bytes a document is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.expr.scope import PathInfo
from app.expr.types import ValueType
from app.meta.canonical import canonical, file_text, fingerprint
from app.meta.model import Model, TitlePart
from app.meta.paths import NoPath, find_path
from app.meta.refs import Subject, subject_label, uses
from app.meta.scope import EntityScope, NumbersScope
from app.meta.titles import InvalidTitle, parse_title
from tests.unit.meta.shipped import compiled, effective, made


def _model() -> Model:
    assert compiled().model is not None
    return compiled().model  # type: ignore[return-value]


# -- scope -------------------------------------------------------------------------------------------------------------

NAMES: list[tuple[str, str, PathInfo | None]] = [
    ("opportunity", "name", PathInfo(ValueType.TEXT, folded=True)),
    ("opportunity", "amount", PathInfo(ValueType.NUMBER, 2)),
    ("opportunity", "amount.currency", PathInfo(ValueType.TEXT)),
    ("opportunity", "stage", PathInfo(ValueType.TEXT)),
    ("opportunity", "close_date", PathInfo(ValueType.DATE)),
    ("opportunity", "created_at", PathInfo(ValueType.DATETIME)),
    ("opportunity", "id", PathInfo(ValueType.NUMBER)),
    ("opportunity", "owner", PathInfo(ValueType.REFERENCE, entity="@user")),
    ("opportunity", "account", PathInfo(ValueType.REFERENCE, entity="account")),
    ("opportunity", "account.industry", PathInfo(ValueType.TEXT)),
    ("opportunity", "account.main_address.city", PathInfo(ValueType.TEXT, folded=True)),
    ("opportunity", "account.parent.parent.name", PathInfo(ValueType.TEXT, folded=True)),
    ("opportunity", "products", PathInfo(ValueType.LIST, lines=True, entity="opportunity_line")),
    ("opportunity", "products.total", PathInfo(ValueType.NUMBER, 2, lines=True)),
    ("opportunity", "products.product", PathInfo(ValueType.REFERENCE, lines=True, entity="product")),
    ("opportunity", "title", PathInfo(ValueType.TEXT, folded=True)),
    ("opportunity", "nothing", None),
    ("opportunity", "owner.name", None),
    ("opportunity", "amount.cents", None),
    ("opportunity", "products.nothing", None),
    ("opportunity", "account.parent.parent.parent.parent.parent.parent.name", None),
    ("nothing", "name", None),
]


@pytest.mark.parametrize(("entity", "text", "info"), NAMES)
def test_a_name_means_what_its_field_says(entity: str, text: str, info: PathInfo | None) -> None:
    assert EntityScope(_model(), entity).resolve(tuple(text.split("."))) == info


def test_a_scope_knows_its_parameters_and_names() -> None:
    scope = EntityScope(_model(), "account", {"since": ValueType.DATE})
    assert (scope.parameter("since"), scope.parameter("until")) == (ValueType.DATE, None)
    assert {"name", "owner", "id"} <= set(scope.names())
    numbers = NumbersScope({"n": PathInfo(ValueType.NUMBER)})
    assert numbers.resolve(("n",)) == PathInfo(ValueType.NUMBER)
    assert (numbers.resolve(("n", "m")), tuple(numbers.names())) == (None, ("n",))


def test_a_path_keeps_the_fields_it_leads_over() -> None:
    path = find_path(_model().entities, "opportunity", "account.main_address.city")
    assert not isinstance(path, NoPath)
    assert [hop.key for hop in path.hops] == ["account"]
    assert (path.field.key, path.sub, path.label.en, path.keys) == (
        "main_address",
        "city",
        "City",
        ("account", "main_address", "city"),
    )


# -- titles ------------------------------------------------------------------------------------------------------------

TITLES: list[tuple[str, tuple[TitlePart, ...]]] = [
    ("{name}", (TitlePart("", ("name",), ""),)),
    ("{name}{, main_address.city}", (TitlePart("", ("name",), ""), TitlePart(", ", ("main_address", "city"), ""))),
    (
        "Nr. {no} – {a.b (intern)}",
        (
            TitlePart("Nr. ", (), ""),
            TitlePart("", ("no",), ""),
            TitlePart(" – ", (), ""),
            TitlePart("", ("a", "b"), " (intern)"),
        ),
    ),
    ("{ (city)}", (TitlePart(" (", ("city",), ")"),)),
    ("", ()),
]


@pytest.mark.parametrize(("template", "parts"), TITLES)
def test_a_title_template_is_cut_into_parts(template: str, parts: tuple[TitlePart, ...]) -> None:
    assert parse_title(template) == parts


@pytest.mark.parametrize(
    ("template", "position"),
    [("{name", 1), ("a}", 2), ("{}", 1), ("{{name}}", 1), ("x {Name}", 3), ("{a..b}", 1), ("{a b}}", 6)],
)
def test_a_wrong_bracket_is_found(template: str, position: int) -> None:
    with pytest.raises(InvalidTitle) as wrong:
        parse_title(template)
    assert wrong.value.position == position


# -- who uses what -----------------------------------------------------------------------------------------------------


def test_every_use_of_a_field_is_known() -> None:
    found = uses(_model())
    users = set(found[Subject("field", "opportunity.stage")])
    assert {
        Subject("entity", "opportunity"),  # a rule
        Subject("field", "opportunity.loss_reason"),  # required_if
        Subject("mask", "opportunity.main"),
        Subject("view", "opportunity.mine"),  # a filter
        Subject("report", "revenue_by_product"),  # over a reference
    } <= users
    assert Subject("field", "opportunity.products") in found[Subject("entity", "opportunity_line")]
    assert Subject("menu", "main") in found[Subject("entity", "account")]
    assert Subject("role", "sales") in found[Subject("dashboard", "sales")]
    assert Subject("dashboard", "sales") in found[Subject("report", "pipeline_by_stage")]
    assert Subject("field", "account.industry") in found[Subject("options", "industry")]


def test_everything_that_is_used_has_a_label() -> None:
    model = _model()
    labels = {subject: subject_label(model, subject) for subject in uses(model)}
    assert labels[Subject("field", "account.industry")].de == "Branche"
    assert all(label.de and label.en for label in labels.values())


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_the_order_of_keys_means_nothing_but_the_order_of_fields_does() -> None:
    one = {"key": "x", "properties": {"b": {"x": 1, "y": 2}, "a": {}}, "format": 1}
    same = {"format": 1, "properties": {"b": {"y": 2, "x": 1}, "a": {}}, "key": "x"}
    other = {"format": 1, "properties": {"a": {}, "b": {"x": 1, "y": 2}}, "key": "x"}
    assert canonical(one) == canonical(same)
    assert canonical(one) != canonical(other)
    assert json.loads(canonical(one)) == one


def test_a_fingerprint_is_of_the_set_and_not_of_its_order() -> None:
    documents = list(effective())
    assert fingerprint(documents) == fingerprint(reversed(documents)) == compiled().fingerprint
    assert fingerprint(documents[1:]) != compiled().fingerprint
    assert fingerprint([made("options", "a")]) != fingerprint([made("views", "a")])


def test_a_file_reads_well_and_says_the_same() -> None:
    for document in effective():
        text = file_text(document.body)
        assert json.loads(text) == document.body
        assert canonical(json.loads(text)) == canonical(document.body)
        assert file_text(json.loads(text)) == text
    body: dict[str, Any] = {"tabs": [], "label": {"en": "A", "de": "B"}, "zeta": 1, "key": "x", "format": 1}
    assert list(json.loads(file_text(body))) == ["format", "key", "label", "zeta", "tabs"]

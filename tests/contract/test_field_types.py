"""Every registered field type keeps the contract of `app/fields/base.py`; a new type is tested by being registered."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.ast import And, Compare, Expr, Has, In, IsEmpty, Match, Not, Or, Path
from app.expr.types import ValueType
from app.fields.base import FieldType, Inputs, Loss
from app.fields.formats import formats_for
from app.fields.lines import Lines
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY, TYPES, by_name, by_schema, infer
from app.language import LOCALES

CONDITIONS = (And, Compare, Has, In, IsEmpty, Match, Not, Or)
NAMES = (
    "text long_text integer decimal money percent boolean date time datetime duration choice choices tags reference "
    "references any_reference lines email phone url vat_id iban address user team colour json"
).split()


def bound(name: str) -> FieldType:
    return REGISTRY[name](REGISTRY[name].sample)


def values_of(field: FieldType) -> list[Any]:
    """Return the different values of the good examples; None and unresolved texts are no stored values."""
    found: list[Any] = []
    for _, value in field.examples.good:
        parts = value if isinstance(value, tuple) else (value,)
        if value is not None and value not in found and not any(isinstance(part, Unresolved) for part in parts):
            found.append(value)
    return found


def test_the_registry_is_complete_and_in_order() -> None:
    assert list(REGISTRY) == NAMES
    assert infer("string", None) == "text"
    assert infer("string", "date-time") == "datetime"
    assert infer("string", "uri") == "url"
    assert infer("number", None) == "decimal"
    assert infer("object", None) is None
    assert infer(None, None) is None
    with pytest.raises(ValueError, match="same name"):
        by_name((*TYPES, TYPES[0]))
    with pytest.raises(ValueError, match="same schema"):
        by_schema((*TYPES, TYPES[0]))


@pytest.mark.parametrize("name", NAMES)
def test_it_describes_itself(name: str) -> None:
    field = bound(name)
    assert field.name == name
    assert field.label.de
    assert field.label.en
    assert type(field).check(type(field).sample) == ()
    assert set(field.converts_from) <= set(REGISTRY)
    assert all(isinstance(loss, Loss) for loss in field.converts_from.values())
    assert set(field.aggregates) <= {"count", "distinct", "sum", "average", "min", "max"}
    for key, schema in field.parameters.items():
        assert schema["title"], key
        assert schema["x-crm"]["label"].keys() == {"de", "en"}
        jsonschema_rs.meta.validate({k: v for k, v in schema.items() if k != "x-crm"})
        if key in field.spec.parameters:
            assert jsonschema_rs.is_valid(dict(schema), field.spec.parameters[key])


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_good_values_and_refuses_bad_ones_with_a_sentence(name: str) -> None:
    field = bound(name)
    for raw, value in field.examples.good:
        assert field.clean(raw, "en") == value, raw
    for raw in field.examples.bad:
        with pytest.raises(InvalidValue) as refused:
            field.clean(raw, "en")
        for locale in LOCALES:
            sentence = refused.value.error.message.text(locale)
            assert len(sentence) > 20
            assert sentence.endswith(tuple(".0123456789")), sentence
        with contextlib.suppress(InvalidValue):  # some are good German; none may break anything
            field.clean(raw, "de")


@pytest.mark.parametrize("name", NAMES)
def test_json_and_columns_give_the_value_back(name: str) -> None:
    field = bound(name)
    validator = jsonschema_rs.validator_for(dict(field.value_schema()))
    for value in values_of(field):
        carried = field.to_json(value)
        assert validator.is_valid(carried), (carried, field.value_schema())
        assert field.clean(carried, "en") == value
        assert field.equal(field.clean(carried, "en"), value)
        stored = field.to_columns(value)
        suffixes = [column.suffix for column in field.columns()]
        assert set(stored) == set(suffixes)
        if suffixes:
            assert field.from_columns([stored[suffix] for suffix in suffixes]) == value
    empty = field.to_columns(None)
    assert all(empty[column.suffix] is None for column in field.columns())
    if field.columns():
        assert field.from_columns([None for _ in field.columns()]) is None
    assert field.to_json(None) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_it_points_to_comes_along_where_it_is_expanded(name: str) -> None:
    field = bound(name)
    pointing = field.value_type is ValueType.REFERENCE or field.link() is not None
    assert field.expanded(None) is None
    for value in values_of(field):
        label = dict.fromkeys(value, "Title") if field.link() is not None else "Title"
        shown = field.expanded(field.with_label(value, label))
        assert field.clean(shown, "en") == value
        if not pointing:
            assert shown == field.to_json(value)
        for one in (shown if isinstance(shown, list) else [shown]) if pointing else ():
            assert one["title"] == "Title"
            assert field.expanded(value) != shown


@pytest.mark.parametrize("name", NAMES)
def test_numbers_that_were_read_exactly_are_taken_as_they_are(name: str) -> None:
    """The API reads a number with a point as a Decimal; no type may take it for something else, or fail."""
    field = bound(name)
    for value in values_of(field):
        carried = field.to_json(value)
        again = json.loads(json.dumps(carried), parse_float=Decimal)
        assert field.clean(again, "en") == value, again


@pytest.mark.parametrize("name", NAMES)
def test_a_form_shows_and_reads_the_value_in_every_language(name: str) -> None:
    field = bound(name)
    for locale in LOCALES:
        formats = formats_for(locale)
        empty = field.form_values(None, formats)
        for value in values_of(field):
            shown = field.form_values(value, formats)
            assert shown.keys() == empty.keys()
            if field.prerendered:
                assert all(isinstance(text, str) for text in shown.values())
            parts = as_submitted(field, shown)
            if parts is None:
                continue
            assert field.raw_form_values(parts).keys() == empty.keys()
            again = field.clean(field.raw_from_form(parts), locale)
            expected = value.replace(second=0, microsecond=0) if name == "datetime" else value
            assert again == expected, (locale, parts)


def as_submitted(field: FieldType, shown: Any) -> dict[str, list[str]] | None:
    """Return what a browser would send of a mask that shows these texts."""
    if isinstance(field, Lines):
        return None  # the forms room reads the rows
    if "items" in shown:
        return {"": [item["id"] for item in shown["items"]], "text": [shown["text"]]}
    if field.name in ("choices", "boolean"):
        ticked = [key.partition(":")[2] or "true" for key, mark in shown.items() if str(mark).strip() == "checked"]
        gone = [part.split('"')[0] for part in str(shown.get("extra", "")).split('value="')[1:]]
        return {"": ticked + gone}
    return {suffix: [str(shown[suffix or "value"])] for suffix in field.inputs()}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_typed_wrongly_is_shown_again(name: str) -> None:
    field = bound(name)
    typed = {suffix: [f'<"typed {suffix}">'] for suffix in field.inputs()}
    shown = field.raw_form_values(typed)
    assert shown.keys() == field.form_values(None, formats_for("de")).keys()
    for text in shown.values():
        if isinstance(text, Markup):
            assert '<"typed' not in text  # what goes in as it is has been escaped
    if field.inputs() and field.name != "boolean":
        assert any("typed" in str(text) for text in shown.values())
    nothing = field.raw_form_values({})
    assert nothing.keys() == shown.keys()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_for_people_and_spreadsheets(name: str) -> None:
    field = bound(name)
    for locale in LOCALES:
        formats = formats_for(locale)
        for value in values_of(field):
            assert field.format(value, formats).strip()
            assert isinstance(field.cell(value, formats), Markup)
            assert isinstance(field.show(value, formats), Markup)
            assert "<script" not in field.cell(value, formats)
            assert field.describe_change(None, value, formats).text(locale)
            assert field.describe_change(value, None, formats).text(locale)
            assert isinstance(field.search_terms(value), str)
            assert field.to_cell(value) is not None
    assert field.equal(None, None)


@pytest.mark.parametrize("name", NAMES)
def test_its_filters_build_conditions(name: str) -> None:
    field = bound(name)
    keys = [operator.key for operator in field.operators()]
    assert len(keys) == len(set(keys))
    for operator in field.operators():
        assert operator.label.de
        assert operator.label.en
        operand = operand_of(field, operator.key, operator.widget)
        count = {Inputs.NONE: 0, Inputs.ONE: 1, Inputs.MANY: 2, Inputs.RANGE: 2}[operator.inputs]
        built: Expr = operator.build(Path((field.spec.key,)), (operand,) * count)
        assert isinstance(built, CONDITIONS), operator.key
        if operator.inputs is Inputs.RANGE:
            assert isinstance(operator.build(Path(("x",)), (None, None)), CONDITIONS)
            assert isinstance(operator.build(Path(("x",)), (operand, None)), CONDITIONS)


def operand_of(field: FieldType, key: str, widget: str | None) -> Any:
    """Return an operand that comes through `clean_operand`, as a query string carries it."""
    operator = next(one for one in field.operators() if one.key == key)
    raws = {"integer": "30", "entity": "person"}
    samples = {
        "datetime": "2026-12-31",
        "duration": "1:30",
        "choices": "crm",
        "tags": "Messe",
        "references": "3",
        "any_reference": "account:17",
        "address": "Berlin",
        "money": "12",
        "boolean": "ja",
        "json": "1",
    }
    raw = raws[widget] if widget in raws else samples.get(field.name, field.examples.good[1][0])
    cleaned = field.clean_operand(operator, raw, "en")
    assert cleaned is not None
    return cleaned


@pytest.mark.parametrize("name", NAMES)
def test_its_buckets_name_their_groups(name: str) -> None:
    field = bound(name)
    samples: dict[str, Any] = {"number": Decimal(100), "text": "B", "date": date(2026, 12, 28)}
    for bucket in field.buckets():
        assert bucket.build(Path((field.spec.key,)), Decimal(50)) is not None
        value = samples[bucket.value_type.value]
        for locale in LOCALES:
            assert bucket.format(value, formats_for(locale))
        if bucket.until is not None:
            assert bucket.until(value, Decimal(50)) > value


@pytest.mark.parametrize("name", NAMES)
def test_it_takes_over_values_of_the_types_it_says(name: str) -> None:
    field = bound(name)
    for source_name, loss in field.converts_from.items():
        source = bound(source_name)
        for value in values_of(source):
            try:
                field.convert(value, source)
            except InvalidValue:
                assert loss is Loss.CHECK, (source_name, value)


@pytest.mark.parametrize("name", NAMES)
def test_expressions_see_simple_values(name: str) -> None:
    field = bound(name)
    for value in (*values_of(field), None):
        for sub in (None, *field.subs()):
            seen = field.expression_value(value, sub)
            assert seen is None or not isinstance(seen, float)

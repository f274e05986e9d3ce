"""What a list shows, in words: the sentence above it and the words of each filter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from app.context import Context
from app.expr.ast import And, Compare, Expr, Literal, Path
from app.expr.to_words import to_words
from app.expr.types import ValueType
from app.fields.base import Inputs, Value
from app.fields.formats import Formats, formats_for
from app.fields.pointing import AnyRef
from app.language import LOCALES, Label, Locale
from app.meta.model import Field, FieldPath
from app.meta.paths import target_of
from app.meta.scope import info_of
from app.query.labels import labels_anywhere, named_records
from app.query.lists import Count
from app.query.paths import resolve
from app.query.search import words_of
from app.query.spec import Filter, ListSpec

_OR: Final = Label(" oder ", " or ")
_RANGE: Final = Label("von {low} bis {high}", "from {low} to {high}")
_FROM: Final = Label("ab {low}", "from {low}")
_UNTIL: Final = Label("bis {high}", "up to {high}")
_COUNTED: Final = Label("{n}", "{n}")
_MORE_THAN: Final = Label("mehr als {n}", "more than {n}")
_SEARCH: Final = Label("enthält „{text}“", "contains “{text}”")
_ARCHIVE: Final = Label("im Papierkorb", "in the bin")
_SORTED: Final = Label("sortiert nach {keys}", "sorted by {keys}")
_DESCENDING: Final = Label("{key} (absteigend)", "{key} (descending)")
_ALL: Final = Label("alle {plural}", "all {plural}")
_TITLE: Final = Label("Bezeichnung", "title")


def sentence(ctx: Context, spec: ListSpec, locale: Locale, counted: Count | None = None) -> str:
    """Say what a list shows: "12 Offene Störungen, Status ist Neu oder Offen, sortiert nach Priorität".

    Args:
        ctx: the configuration and the reader; labels of references cost one statement for each such filter.
        spec: the list.
        locale: the language.
        counted: how many rows it has, where that is known already.
    """
    name = _name(ctx, spec)
    if counted is not None:
        number = formats_for(locale, ctx.snapshot.time_zone).integer(counted.number)
        counted_words = (_MORE_THAN if counted.capped else _COUNTED).text(locale).format(n=number)
        name = Label.same(f"{counted_words} {name.text(locale)}")
    parts = [name.text(locale)]
    parts += [filter_words(ctx, chosen).text(locale) for chosen in spec.filters]
    if words_of(spec.search):
        parts.append(_SEARCH.text(locale).replace("{text}", spec.search))
    parts += [condition_words(ctx, spec.entity, where.expr).text(locale) for where in spec.where]
    if spec.archived:
        parts.append(_ARCHIVE.text(locale))
    parts.append(_sorted(spec).text(locale))
    return ", ".join(parts)


def _name(ctx: Context, spec: ListSpec) -> Label:
    plural = ctx.snapshot.model.entities[spec.entity].plural
    return plural if spec.view.generated or spec.view.filter is None else spec.view.label


def _sorted(spec: ListSpec) -> Label:
    keys = [_DESCENDING.format(key=key.path.label) if key.descending else key.path.label for key in spec.sort]
    return _SORTED.format(keys=_joined(keys or [_TITLE], Label.same(", ")))


def _joined(labels: Sequence[Label], between: Label) -> Label:
    return Label(between.de.join(one.de for one in labels), between.en.join(one.en for one in labels))


def filter_words(ctx: Context, chosen: Filter) -> Label:
    """Say what a filter demands: "Status ist Neu oder Offen"; the words of its chip."""
    values = value_words(ctx, chosen.path, chosen.values)
    if chosen.operator.inputs is Inputs.NONE:
        return _joined([chosen.path.label, chosen.operator.label], Label.same(" "))
    if chosen.operator.inputs is Inputs.RANGE:
        low, high = (None if value is None else words for value, words in zip(chosen.values, values, strict=True))
        return _joined([chosen.path.label, _range(low, high)], Label.same(" "))
    return _joined([chosen.path.label, chosen.operator.label, _joined(values, _OR)], Label.same(" "))


def _range(low: Label | None, high: Label | None) -> Label:
    if low is None or high is None:
        return _FROM.format(low=low) if low is not None else _UNTIL.format(high=high or Label.same("…"))
    return _RANGE.format(low=low, high=high)


class _Names:
    """What the names in a condition are called; implements `app.expr.to_words.Labels`."""

    def __init__(self, ctx: Context, entity: str) -> None:
        self._ctx = ctx
        self._entity = entity

    def path(self, keys: tuple[str, ...]) -> Label:
        """Return a field's label, behind those of the references that lead to it."""
        path = self._found(keys)
        if path is None:
            return Label.same(".".join(keys))
        return _joined([*(hop.label for hop in path.hops), path.label], Label.same(" › "))

    def value(self, keys: tuple[str, ...], text: str) -> Label | None:
        """Return the label of an option."""
        path = self._found(keys)
        options = () if path is None or path.sub is not None else path.field.type.spec.options
        return next((option.label for option in options if option.key == text), None)

    def parameter(self, name: str) -> Label:
        """Return the name itself: a list has no parameters."""
        return Label.same(name)

    def type(self, keys: tuple[str, ...]) -> ValueType | None:
        """Return the type of a field's value."""
        path = self._found(keys)
        return None if path is None else info_of(path).type

    def _found(self, keys: tuple[str, ...]) -> FieldPath | None:
        return resolve(self._ctx, self._entity, ".".join(keys))


def condition_words(ctx: Context, entity: str, expr: Expr) -> Label:
    """Say a condition in words; a record that it names costs one statement."""
    return to_words(_named(ctx, entity, expr), _Names(ctx, entity))


def _named(ctx: Context, entity: str, expr: Expr) -> Expr:
    """Put names in the place of ids: `account = 17`, as drill-downs write it, says nothing to anybody."""
    if isinstance(expr, And):
        return And(tuple(_named(ctx, entity, operand) for operand in expr.operands))
    if not isinstance(expr, Compare) or not isinstance(expr.left, Path) or not isinstance(expr.right, Literal):
        return expr
    path, value = resolve(ctx, entity, ".".join(expr.left.keys)), expr.right.value
    pointing = path is not None and path.sub is None and target_of(path.field.type) is not None
    if path is None or not pointing or not isinstance(value, Decimal | int) or value != int(value):
        return expr
    return Compare(expr.operator, expr.left, Literal(value_words(ctx, path, [int(value)])[0].text(ctx.locale)))


def value_words(ctx: Context, path: FieldPath, values: Sequence[Value]) -> list[Label]:
    """Say the operands of a filter as the field would show them; names of records cost one statement."""
    labels = {} if path.sub is not None else _labels(ctx, path.field, values)
    formats: list[Formats] = [formats_for(locale, ctx.snapshot.time_zone) for locale in LOCALES]
    return [Label(*(_word(path, value, labels, one) for one in formats)) for value in values]


def _word(path: FieldPath, value: Value, labels: dict[Any, str], formats: Formats) -> str:
    if value is None:
        return ""
    field_type = path.field.type
    if path.sub is not None:
        return formats.number(value) if field_type.subs()[path.sub].value_type is ValueType.NUMBER else str(value)
    if isinstance(value, int | AnyRef) and value in labels:
        return labels[value]
    if field_type.value_type is ValueType.DATETIME and not hasattr(value, "hour") and hasattr(value, "isoformat"):
        return formats.date(value)  # instants are asked for by day
    if field_type.value_type is ValueType.LIST:
        return str(value) if isinstance(value, int) else field_type.format((value,), formats)
    if field_type.value_type in (ValueType.DATE, ValueType.DATETIME) and not hasattr(value, "isoformat"):
        return formats.number(value)  # a number of days
    return str(value) if isinstance(value, str) and not field_type.spec.options else field_type.format(value, formats)


def _labels(ctx: Context, field: Field, values: Sequence[Value]) -> dict[Any, str]:
    """Return the titles of the records that operands name, as far as the reader may read them."""
    anywhere = {value for value in values if isinstance(value, AnyRef)}
    if anywhere:
        return dict(labels_anywhere(ctx, anywhere))
    link = field.type.link()
    target = link.target if link is not None else target_of(field.type)
    ids = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if target is None or not ids:
        return {}
    return dict(named_records(ctx, target, ids))

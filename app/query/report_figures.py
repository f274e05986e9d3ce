"""Figures of a report: components out of the database, put together exactly, written in the reader's language.

Money of several currencies is not added up: such a figure is empty and says so. Group by the currency to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from app.expr.types import ValueType
from app.fields.base import Value
from app.fields.formats import Formats
from app.language import Label
from app.meta.model import Measure
from app.query.columns import Row, is_plain
from app.query.report_shape import MeasureColumns, currency_part

MIXED: Final = Label("verschiedene Währungen", "several currencies")

Components = tuple[Any, ...]
NumberReader = Callable[[Components], Any]
#: The first and the last currency of a group's rows; None where nothing is counted in one.
Span = tuple[str | None, str | None] | None

_HUNDRED: Final = Decimal(100)
_FINE: Final = Decimal("0.01")
_TENTH: Final = Decimal("0.1")
_COMBINED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"add": lambda a, b: a + b, "min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report.

    Args:
        value: the number, amount of money or day; None where there is none.
        text: it in the reader's language; "" where there is none.
    """

    value: Value
    text: str


_NOTHING: Final = Figure(None, "")


@dataclass(frozen=True, slots=True)
class Parts:
    """Components of all measures of one group, with the first and last currency of each."""

    components: tuple[Components, ...]
    currencies: tuple[Span, ...]


def parts_reader(measures: Sequence[MeasureColumns]) -> Callable[[Row], Parts]:
    """Return what takes the components of all measures out of a row."""
    components = tuple(_picked([index for index, _ in one.parts]) for one in measures)
    currencies = tuple(None if one.currency is None else one.currency.of for one in measures)

    def parts_of(row: Row) -> Parts:
        return Parts(
            tuple([pick(row) for pick in components]),
            tuple([None if span_of is None else span_of(row) for span_of in currencies]),
        )

    return parts_of


def _picked(indexes: Sequence[int]) -> Callable[[Row], Components]:
    if len(indexes) == 1:  # most measures have one component
        index = indexes[0]
        return lambda row: (row[index],)
    return itemgetter(*indexes) if indexes else lambda row: ()


def combinable(measures: Sequence[MeasureColumns]) -> bool:
    """Return whether the components of several groups make those of all of them."""
    return all(how is not None for one in measures for _, how in one.parts)


def combined(measures: Sequence[MeasureColumns], several: Iterable[Parts]) -> Parts:
    """Put the components of several groups together; of none, every one is empty."""
    given = list(several)
    components = tuple(
        tuple(
            _together(str(how), [parts.components[place][index] for parts in given])
            for index, (_, how) in enumerate(one.parts)
        )
        for place, one in enumerate(measures)
    )
    currencies = tuple(
        None if one.currency is None else _span([parts.currencies[place] for parts in given])
        for place, one in enumerate(measures)
    )
    return Parts(components, currencies)


def _together(how: str, values: Sequence[Any]) -> Any:
    found = None
    for value in values:
        if value is not None:
            found = value if found is None else _COMBINED[how](found, value)
    return found


def _span(pairs: Sequence[Span]) -> Span:
    known = [code for pair in pairs if pair is not None for code in pair if code is not None]
    return (min(known), max(known)) if known else (None, None)


def number_reader(measure: Measure) -> NumberReader:
    """Return what makes a measure's number out of its components; None comes out where there is nothing to compute."""
    if measure.aggregate in ("count", "distinct"):
        return lambda components: int(components[0] or 0)
    return _average if measure.aggregate == "average" else _as_it_is


def _average(components: Components) -> Decimal | None:
    total, number = components
    return None if not number or total is None else Decimal(total) / Decimal(number)


def _as_it_is(components: Components) -> Any:
    value = components[0]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def share_of(base: Any, whole: Any) -> Decimal | None:
    """Return a share in percent, or None where there is nothing to share."""
    if base is None or not whole:
        return None
    return Decimal(base) * _HUNDRED / Decimal(whole)


class Writer:
    """Writes the figures of one report.

    Args:
        formats: the reader's language.
        measures: the report's measures.
    """

    def __init__(self, formats: Formats, measures: Sequence[Measure]) -> None:
        self._formats = formats
        self._mixed = Figure(None, formats.text(MIXED))
        self._writers = tuple(self._writer(measure) for measure in measures)

    def figure(self, place: int, value: Any, currencies: Span) -> Figure:
        """Return a figure.

        Args:
            place: of its measure in the report.
            value: what its `number_reader` or `share_of` returned.
            currencies: the first and last currency of its rows.
        """
        if value is None:
            return _NOTHING
        if currencies is None:
            return self._writers[place](value, None)
        return self._writers[place](value, currencies[0]) if currencies[0] == currencies[1] else self._mixed

    def _writer(self, measure: Measure) -> Callable[[Any, str | None], Figure]:
        formats = self._formats
        if measure.aggregate == "share":
            return lambda value, unit: Figure(value, formats.percent(value.quantize(_TENTH), 1))
        if measure.path is None or measure.aggregate in ("count", "distinct"):
            return lambda value, unit: Figure(value, formats.integer(value))
        field_type, sub = measure.path.field.type, measure.path.sub
        if sub is not None:
            scale = field_type.subs()[sub].scale
            return lambda value, unit: Figure(value, formats.number(value, scale) if _is_number(value) else str(value))
        if currency_part(field_type) is not None:
            return self._money(measure)
        if field_type.value_type is ValueType.NUMBER:
            return self._number(measure)
        plain = is_plain(field_type)

        def write(value: Any, unit: str | None) -> Figure:
            read = value if plain else field_type.from_columns((value,))
            return Figure(read, field_type.format(read, formats))

        return write

    def _money(self, measure: Measure) -> Callable[[Any, str | None], Figure]:
        assert measure.path is not None
        field_type, formats = measure.path.field.type, self._formats
        step = Decimal(1).scaleb(-field_type.scale())

        def write(value: Any, unit: str | None) -> Figure:
            amount = field_type.from_columns((value.quantize(step), unit))
            return Figure(amount, field_type.format(amount, formats))

        return write

    def _number(self, measure: Measure) -> Callable[[Any, str | None], Figure]:
        assert measure.path is not None
        field_type, formats = measure.path.field.type, self._formats
        scale, one = field_type.scale(), Decimal(1)
        step = one.scaleb(-scale)
        plain = field_type.format(one.quantize(step), formats) == formats.number(one, scale)
        if measure.aggregate == "average" and plain:  # the average of whole numbers is seldom one
            return lambda value, unit: Figure(value, formats.number(value.quantize(min(step, _FINE)), max(scale, 2)))
        whole = scale == 0

        def write(value: Any, unit: str | None) -> Figure:
            rounded = value.quantize(step)
            return Figure(value, field_type.format(int(rounded) if whole else rounded, formats))

        return write


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int)

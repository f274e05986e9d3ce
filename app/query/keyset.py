"""Paging by position instead of by number: "the rows after this one", however deep, at the price of the first page.

Empty values come last in either direction. So that an index is read as it lies, a list whose first sort column may be
empty is read in two segments: first the rows that have a value there, then those that haven't.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, UnaryExpression, and_, bindparam, or_, tuple_

from app.fields.column import ColumnKind

#: Longest cursor that is looked at.
_MAX_CURSOR: Final = 12_000
_MAX_TEXT: Final = 8_000
_LARGEST_INTEGER: Final = 2**63
_LARGEST_DECIMAL: Final = Decimal(10) ** 18


class BadCursor(ValueError):
    """A cursor that this product didn't make."""


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order.

    Args:
        column: what is sorted by.
        kind: what it stores.
        descending: largest first.
        nullable: whether it may be empty; empties come last.
        companion: whether it always has a value where the first column of the order has one, because both belong to
            the same value.
    """

    column: ColumnElement[Any]
    kind: ColumnKind
    descending: bool
    nullable: bool
    companion: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Which rows of an ordered list are read, as far as the first sort column goes.

    Args:
        empty: False for the rows that have a value in it, True for those that have none, None where it is never empty.
        nulls: for each term whether the cursor's value is empty; None for the first page of the segment.
    """

    empty: bool | None
    nulls: tuple[bool, ...] | None = None


def encode(values: Sequence[Any]) -> str:
    """Write the sort values of a row as an opaque, URL-safe text."""
    plain = [_plain(value) for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).rstrip(b"=").decode()


def _plain(value: Any) -> Any:
    """Write a value for JSON; days and times as Python reads them back, to the microsecond."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


def decode(text: str, kinds: Sequence[ColumnKind]) -> tuple[Any, ...]:
    """Read a cursor back, trusting nothing in it.

    Args:
        text: what `encode` returned, or anything a stranger typed.
        kinds: what the sort columns store.

    Raises:
        BadCursor: it isn't a cursor of a list sorted like this.
    """
    if len(text) > _MAX_CURSOR or not text.isascii():
        raise BadCursor(text[:20])
    try:
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError) as wrong:
        raise BadCursor("encoding") from wrong
    if not isinstance(values, list) or len(values) != len(kinds):
        raise BadCursor("length")
    decoded = tuple(_decoded(value, kind) for value, kind in zip(values, kinds, strict=True))
    if not decoded or decoded[-1] is None:
        raise BadCursor("id")
    return decoded


def _decoded(value: Any, kind: ColumnKind) -> Any:
    if value is None:
        return None
    try:
        if kind in (ColumnKind.INTEGER, ColumnKind.REFERENCE):
            return _checked(value, type(value) is int and abs(value) < _LARGEST_INTEGER)
        if kind is ColumnKind.BOOLEAN:
            return _checked(value, type(value) is bool)
        text = _checked(value, isinstance(value, str) and len(value) <= _MAX_TEXT and "\0" not in value)
        if kind is ColumnKind.DECIMAL:
            number = Decimal(text)
            return _checked(number, number.is_finite() and abs(number) < _LARGEST_DECIMAL)
        return _PARSERS[kind](text) if kind in _PARSERS else text
    except (ValueError, InvalidOperation) as wrong:
        raise BadCursor("value") from wrong


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise BadCursor("value")
    return value


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return _checked(value, value.tzinfo is None)  # type: ignore[no-any-return]


_PARSERS: Final[Mapping[ColumnKind, Any]] = {
    ColumnKind.DATE: date.fromisoformat,
    ColumnKind.TIME: time.fromisoformat,
    ColumnKind.DATETIME: _instant,
}


def parameters(values: Sequence[Any]) -> dict[str, Any]:
    """Return the bind values of `condition`; empty values have none."""
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}


def segments(terms: Sequence[Term], after: Sequence[Any] | None) -> tuple[Segment, ...]:
    """Return what has to be read, in order, until a page is full."""
    nulls = None if after is None else tuple(value is None for value in after)
    if not terms[0].nullable:
        return (Segment(None, nulls),)
    if nulls is None:
        return Segment(False), Segment(True)
    if nulls[0]:
        return (Segment(True, nulls),)
    return Segment(False, nulls), Segment(True)


def order(terms: Sequence[Term], segment: Segment) -> list[UnaryExpression[Any]]:
    """Return the ORDER BY of a segment, written so that an index over the same columns serves it."""
    clauses = []
    for index, term in enumerate(terms):
        if index == 0 and segment.empty:
            continue
        clause = term.column.desc() if term.descending else term.column.asc()
        clauses.append(clause.nulls_last() if _may_be_empty(terms, index, segment) else clause)
    return clauses


def _may_be_empty(terms: Sequence[Term], index: int, segment: Segment) -> bool:
    filled = segment.empty is False and (index == 0 or terms[index].companion)
    return terms[index].nullable and not filled


def condition(terms: Sequence[Term], segment: Segment) -> ColumnElement[bool] | None:
    """Return the WHERE of a segment: its rows, and of those the ones after the cursor."""
    first = terms[0].column
    parts: list[ColumnElement[bool]] = []
    if segment.empty is not None:
        parts.append(first.is_(None) if segment.empty else first.is_not(None))
    if segment.nulls is not None:
        rest = range(1 if segment.empty else 0, len(terms))
        parts.append(_after(terms, list(rest), segment))
    return and_(*parts) if parts else None


def _after(terms: Sequence[Term], indexes: Sequence[int], segment: Segment) -> ColumnElement[bool]:
    some = [terms[index] for index in indexes]
    free_of_nulls = not any(_may_be_empty(terms, index, segment) for index in indexes)
    if free_of_nulls and len({term.descending for term in some}) == 1:
        columns = tuple_(*(term.column for term in some))
        values = tuple_(*(_bind(terms, index) for index in indexes))
        return columns < values if some[0].descending else columns > values
    return _lexicographic(terms, indexes, segment)


def _bind(terms: Sequence[Term], index: int) -> ColumnElement[Any]:
    return bindparam(f"after_{index}", type_=terms[index].column.type)


def _lexicographic(terms: Sequence[Term], indexes: Sequence[int], segment: Segment) -> ColumnElement[bool]:
    """Write "after" column by column; the leading bound is redundant and there for the index."""
    index, deeper = indexes[0], indexes[1:]
    assert segment.nulls is not None
    term, empty = terms[index], segment.nulls[index]
    rest = _lexicographic(terms, deeper, segment) if deeper else None
    if empty:  # nothing comes after an empty value in its own column
        return term.column.is_(None) if rest is None else and_(term.column.is_(None), rest)
    value = _bind(terms, index)
    beyond = term.column < value if term.descending else term.column > value
    may_be_empty = _may_be_empty(terms, index, segment)
    if may_be_empty:
        beyond = or_(beyond, term.column.is_(None))
    if rest is None:
        return beyond
    condition = or_(beyond, and_(term.column == value, rest))
    if may_be_empty:
        return condition
    bound = term.column <= value if term.descending else term.column >= value
    return and_(bound, condition)

"""The columns that a list is sorted by: an index serves them, and every row has a place of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, case, literal

from app.fields.column import ColumnKind
from app.meta.model import FieldPath, SortKey
from app.meta.paths import target_of
from app.query.columns import kind_of
from app.query.joins import Joins
from app.query.keyset import Term

_Part = tuple[ColumnElement[Any], ColumnKind]


def terms(joins: Joins, sort: Sequence[SortKey]) -> tuple[Term, ...]:
    """Return the order of a list; the record's id comes last, so that no two rows are equal.

    Args:
        joins: the tables of the SELECT; what the order needs is joined.
        sort: by what; empty for by title.
    """
    if not sort:
        title = joins.title(folded=True)
        return (*_terms([(title, ColumnKind.TEXT)], False, True), _by_id(joins, False))
    found: list[Term] = []
    for key in sort:
        found += _terms(_parts(joins, key.path), key.descending, first=not found)
    return (*found, _by_id(joins, sort[-1].descending))


def _by_id(joins: Joins, descending: bool) -> Term:
    return Term(joins.base.c.id, ColumnKind.INTEGER, descending, nullable=False)


def _terms(parts: Sequence[_Part], descending: bool, first: bool) -> list[Term]:
    return [
        Term(column, kind, descending, _nullable(column), companion=first and index > 0)
        for index, (column, kind) in enumerate(parts)
    ]


def _nullable(column: ColumnElement[Any]) -> bool:
    """Return whether a column may be empty; one of a joined table may, even where its own table forbids it."""
    of_base = isinstance(getattr(column, "table", None), Table)
    return not of_base or bool(getattr(column, "nullable", True))


def _parts(joins: Joins, path: FieldPath) -> list[_Part]:
    """Return the columns of one sort key, the deciding one first."""
    hops, field, field_type = path.hops, path.field, path.field.type
    if path.sub is not None:
        suffix = field_type.subs()[path.sub].suffix
        folded = joins.column_if_any(hops, field, f"{suffix}_folded")
        if folded is not None:
            return [(folded, ColumnKind.TEXT)]
        return [(joins.column(hops, field, suffix), kind_of(field, suffix))]
    if target_of(field_type) is not None:
        return [(joins.folded_label(hops, field), ColumnKind.TEXT)]
    if field_type.spec.options:
        return [(_rank(path, joins.column(hops, field)), ColumnKind.INTEGER)]
    if field.volatile:
        return [(joins.column(hops, field), kind_of(field, ""))]
    suffixes = field_type.sort_suffixes() or ("",)
    found = [(joins.column_if_any(hops, field, suffix), kind_of(field, suffix)) for suffix in suffixes]
    return [(column, kind) for column, kind in found if column is not None]


def _rank(path: FieldPath, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the place of an option in its list: people expect "low, normal, high", not the alphabet.

    A stored key that the list no longer has comes after all others; an empty value has no place.
    """
    options = path.field.type.spec.options
    known = case(
        {option.key: literal(place, Integer) for place, option in enumerate(options)},
        value=column,
        else_=literal(len(options), Integer),
    )
    return case((column.is_not(None), known))

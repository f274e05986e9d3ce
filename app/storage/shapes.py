"""What an entity's table looks like, as plain data: columns, indexes, link tables.

A shape is made of the Model and compared cheaply; only an entity whose shape changed gets a new table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from app.expr.ast import And, Call, Compare, Comparison, Expr, Literal, Parameter, Path
from app.expr.deps import paths as paths_of
from app.fields.column import ColumnKind, ColumnSpec
from app.meta.model import Entity, Field, FieldPath, Model, Report, View
from app.storage.names import column_name, link_table, made_name

#: Most bytes of an entry of an index; PostgreSQL refuses a record whose entry is longer than 2,704 bytes.
_MAX_ENTRY: Final = 2_600
#: Bytes of a column that isn't text, and of a text whose type says no length (keys of options).
_WORD: Final = 8
_SHORT_TEXT: Final = 64
#: Bytes of a character in UTF-8 at the most.
_CHARACTER: Final = 4
#: Most columns of an index that covers a report; a wider one costs more at each save than it gives.
_MAX_COVERING: Final = 8
_INDEXABLE: Final = frozenset(ColumnKind) - {ColumnKind.JSON}
_ARCHIVED: Final = "archived_at"
_T = TypeVar("_T", View, Report)


class Rows(StrEnum):
    """Which rows an index holds; every list is about one of the two, and empty values needn't be found."""

    LIVE = "live"  # not archived
    ARCHIVED = "archived"
    FILLED = "filled"  # a value in the first column
    UNIQUE = "unique"  # live, and a value in every column


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """One column: its name and how it is stored."""

    name: str
    spec: ColumnSpec


@dataclass(frozen=True, slots=True)
class IndexShape:
    """One index.

    Args:
        columns: names with whether the largest comes first.
        rows: which rows it holds, or None for all.
        unique: whether its values may not repeat.
    """

    columns: tuple[tuple[str, bool], ...]
    rows: Rows | None = None
    unique: bool = False

    def name(self, table: str) -> str:
        """Return its name, which changes with every part of its definition."""
        return made_name("ux" if self.unique else "ix", table, self.columns, self.rows)


@dataclass(frozen=True, slots=True)
class LinkShape:
    """The link table of an m:n field."""

    field: str
    table: str
    target: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything about the storage of one entity.

    Args:
        searched: whether some field takes part in the search, so that a full-text index is worth it.
    """

    key: str
    columns: tuple[ColumnShape, ...]
    indexes: tuple[IndexShape, ...]
    links: tuple[LinkShape, ...]
    searched: bool


def shapes(model: Model) -> dict[str, Shape]:
    """Return the shape of every entity of a Model."""
    views = _by_entity(model.views.values())
    reports = _by_entity(model.reports.values())
    return {key: _shape(entity, views.get(key, ()), reports.get(key, ())) for key, entity in model.entities.items()}


def _by_entity(things: Iterable[_T]) -> Mapping[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for thing in things:
        found.setdefault(thing.entity, []).append(thing)
    return found


def _shape(entity: Entity, views: Sequence[View], reports: Sequence[Report]) -> Shape:
    own = [field for field in entity.fields.values() if not field.system and not field.volatile]
    columns = tuple(ColumnShape(spec.name(field.key), spec) for field in own for spec in field.type.columns())
    links = tuple(
        LinkShape(field.key, link_table(entity.key, field.key), link.target)
        for field in own
        if (link := field.type.link()) is not None
    )
    searched = any(field.searchable for field in own)
    return Shape(entity.key, columns, _indexes(entity, own, views, reports), links, searched)


# -- indexes ----------------------------------------------------------------------------------------------------------


def _indexes(
    entity: Entity, own: Sequence[Field], views: Sequence[View], reports: Sequence[Report]
) -> tuple[IndexShape, ...]:
    wanted = [
        IndexShape((("title__folded", False), ("id", False)), Rows.LIVE),
        IndexShape((("title__folded", False), ("id", False)), Rows.ARCHIVED),
    ]
    wanted += _of_lines(entity)
    wanted += _of_references(own)
    wanted += [index for view in views if (index := _of_view(entity, view)) is not None]
    # Two reports over the same columns share an index; in which order it has them matters little for counting.
    covering = {frozenset(index.columns): index for one in reports if (index := _of_report(entity, one)) is not None}
    wanted += covering.values()
    widths = {spec.name(field.key): _width(field, spec) for field in own for spec in field.type.columns()}
    fitting = [index for index in wanted if sum(widths.get(name, _WORD) for name, _ in index.columns) <= _MAX_ENTRY]
    unique = [_of_unique(entity, group) for group in _groups(entity, own)]
    return (*_needed(fitting), *dict.fromkeys(index for index in unique if index is not None))


def _width(field: Field, spec: ColumnSpec) -> int:
    if spec.kind is not ColumnKind.TEXT:
        return _WORD
    longest = field.type.value_schema().get("maxLength")
    return _SHORT_TEXT if longest is None else int(longest) * _CHARACTER


def _needed(wanted: Iterable[IndexShape]) -> Iterator[IndexShape]:
    """Leave out each index that another one serves as well: the same rows, and more columns after the same ones."""
    distinct = list(dict.fromkeys(wanted))
    for index in distinct:
        width = len(index.columns)
        longer = (other for other in distinct if len(other.columns) > width and other.rows in (index.rows, None))
        if not any(other.columns[:width] == index.columns for other in longer):
            yield index


def _of_lines(entity: Entity) -> list[IndexShape]:
    """Serve "the lines of this record, in their order"."""
    found = []
    for field in entity.fields.values():
        if field.system or not entity.owners:
            continue
        if any(spec.references == owner for spec in field.type.columns() for owner, _ in entity.owners):
            found.append(IndexShape(((column_name(field), False), ("position", False), ("id", False))))
    return found


def _of_references(own: Iterable[Field]) -> list[IndexShape]:
    return [
        IndexShape(((spec.name(field.key), False),), Rows.FILLED)
        for field in own
        for spec in field.type.columns()
        if spec.indexed
    ]


def _groups(entity: Entity, own: Iterable[Field]) -> Iterator[tuple[str, ...]]:
    yield from entity.unique
    yield from ((field.key,) for field in own if field.unique)


def unique_columns(entity: Entity, group: Sequence[str]) -> tuple[str, ...]:
    """Return the columns whose values together may not repeat: the main column of each field."""
    return tuple(column_name(entity.fields[key]) for key in group)


def _of_unique(entity: Entity, group: Sequence[str]) -> IndexShape | None:
    if any(not _indexable(entity.fields[key], "") for key in group):
        return None
    return IndexShape(tuple((name, False) for name in unique_columns(entity, group)), Rows.UNIQUE, unique=True)


def _of_view(entity: Entity, view: View) -> IndexShape | None:
    """Serve a view: what it holds equal first, then its order, then the id."""
    equal = _equal_columns(entity, view)
    order: tuple[tuple[str, bool], ...]
    if not view.sort:
        order = (("title__folded", False), ("id", False))
    else:
        found: list[tuple[str, bool]] = []
        for key in view.sort:
            names = _sort_columns(key.path)
            if names is None:
                return IndexShape((*equal, ("id", False)), Rows.LIVE) if equal else None
            found += [(name, key.descending) for name in names]
        order = (*found, ("id", view.sort[-1].descending))
    if all(descending for _, descending in order):  # an index is read backwards just as well
        order = tuple((name, False) for name, _ in order)
    return IndexShape(tuple(dict.fromkeys((*equal, *order))), Rows.LIVE)


def _sort_columns(path: FieldPath) -> tuple[str, ...] | None:
    """Return the columns a list is sorted by, or None where no index of this table can serve the order."""
    field = path.field
    if path.hops or path.sub is not None or field.type.spec.options:
        return None
    if any(spec.references is not None for spec in field.type.columns()):
        return None  # a reference is sorted by what its target is called
    suffixes = field.type.sort_suffixes()
    if suffixes is None or not all(_indexable(field, suffix) for suffix in suffixes):
        return None
    stored = {spec.suffix for spec in field.type.columns()}
    return tuple(column_name(field, suffix) for suffix in suffixes if field.system is False or suffix in stored)


def _equal_columns(entity: Entity, view: View) -> tuple[tuple[str, bool], ...]:
    """Return the columns that a view's filter holds equal to one value, such as `owner = me()`."""
    if view.filter is None:
        return ()
    parts = view.filter.operands if isinstance(view.filter, And) else (view.filter,)
    fields = [entity.fields[key] for part in parts if (key := _equal_key(part)) in entity.fields and key is not None]
    return tuple((column_name(field), False) for field in dict.fromkeys(fields) if _indexable(field, ""))


def _equal_key(part: Expr) -> str | None:
    if not isinstance(part, Compare) or part.operator is not Comparison.EQ:
        return None
    for path, value in ((part.left, part.right), (part.right, part.left)):
        if isinstance(path, Path) and len(path.keys) == 1 and isinstance(value, (Literal, Parameter, Call)):
            return path.keys[0]
    return None


def _of_report(entity: Entity, report: Report) -> IndexShape | None:
    """Serve a report from the index alone where all it names are a few columns of its own table; else its groups."""
    groups = [name for dimension in report.dimensions for name in _own_columns(dimension.path)]
    if not groups:
        return None
    measured = [name for one in report.measures if one.path is not None for name in _measured_columns(one.path)]
    conditions = (report.filter, *(measure.condition for measure in report.measures))
    named = {keys[0] for one in conditions if one is not None for keys in paths_of(one)}
    fields = [entity.fields[key] for key in sorted(named) if key in entity.fields]
    covered = dict.fromkeys((*groups, *measured, *(column_name(field) for field in fields)))
    complete = len(covered) <= _MAX_COVERING and all(_indexable(field, "") for field in fields)
    # SQLite prefers an index that has every column the statement names, and counts the one of the condition among them.
    names = (*covered, _ARCHIVED) if complete else tuple(dict.fromkeys(groups[:2]))
    return IndexShape(tuple((name, False) for name in names), Rows.LIVE)


def _own_columns(path: FieldPath) -> tuple[str, ...]:
    first = path.hops[0] if path.hops else path.field
    suffix = "" if path.hops or path.sub is None else path.field.type.subs()[path.sub].suffix
    return (column_name(first, suffix),) if _indexable(first, suffix) else ()


def _measured_columns(path: FieldPath) -> tuple[str, ...]:
    """Return the columns that a measure reads: an amount is only added up together with a look at its currency."""
    own = _own_columns(path)
    unit = path.field.type.subs().get("currency") if path.sub is None and not path.hops else None
    return own if unit is None else (*own, column_name(path.field, unit.suffix))


def _indexable(field: Field, suffix: str) -> bool:
    """Return whether a column of a field is stored in the entity's table as something that has an order."""
    if field.volatile:
        return False
    spec = next((spec for spec in field.type.columns() if spec.suffix == suffix), None)
    return field.system and suffix == "" if spec is None else spec.kind in _INDEXABLE

"""Rows as lines of text: exact, the same on every database, and readable without a database.

A line is a JSON array with one entry a column. What JSON can't say exactly is a text in it: decimals with all their
digits, times in ISO 8601, bytes in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    select,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.storage.types import ExactDecimal

#: Rows that are fetched, and written, at once.
BATCH: Final = 1_000

#: How a value of a kind is written, where JSON has no word for it.
_WRITTEN: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "decimal": lambda value: format(value, "f"),
        "date": lambda value: value.isoformat(),
        "time": lambda value: value.isoformat(),
        "datetime": lambda value: value.isoformat(),
        "bytes": lambda value: base64.b64encode(value).decode("ascii"),
    }
)
#: How it is read back.
_READ: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "decimal": Decimal,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
        "bytes": lambda text: base64.b64decode(text, validate=True),
    }
)
#: Which kind a column's type is of; the first that fits counts.
_KINDS: Final[tuple[tuple[type[TypeEngine[Any]], str], ...]] = (
    (ExactDecimal, "decimal"),
    (JSON, "json"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (DateTime, "datetime"),
    (Date, "date"),
    (Time, "time"),
    (Float, "float"),
    (Numeric, "decimal"),
    (LargeBinary, "bytes"),
    (String, "text"),
)


@dataclass(frozen=True, slots=True)
class RowShape:
    """A table as its rows are written: plain columns, ordered by name, without defaults.

    Args:
        table: the table for statements.
        kinds: the kind of each column by its name, in the order of a row's entries.
        key: names of the columns that order the rows.
    """

    table: Table
    kinds: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the table's name."""
        return str(self.table.name)

    def only(self, names: Sequence[str]) -> RowShape:
        """Return the shape with some of its columns."""
        columns = [Column(name, self.table.c[name].type) for name in sorted(names)]
        kinds = {name: self.kinds[name] for name in sorted(names)}
        key = tuple(name for name in self.key if name in kinds)
        return RowShape(Table(self.name, MetaData(), *columns), kinds, key or _sortable(kinds))


def row_shape(table: Table) -> RowShape:
    """Return how a table's rows are written.

    Raises:
        TypeError: a column's type is none that can be written; a programming mistake.
    """
    types = {str(column.name): _plain(column.type) for column in table.c}
    kinds = {name: _kind(types[name]) for name in sorted(types)}
    columns = [Column(name, types[name]) for name in kinds]
    key = tuple(str(column.name) for column in table.primary_key.columns)
    return RowShape(Table(table.name, MetaData(), *columns), kinds, key or _sortable(kinds))


def _sortable(kinds: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name, kind in kinds.items() if kind != "json")


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type as it is stored: what a decorator makes of a value is left out, but for exact decimals."""
    if isinstance(kind, TypeDecorator) and not isinstance(kind, ExactDecimal):
        return _plain(kind.impl_instance)
    return kind


def _kind(kind: TypeEngine[Any]) -> str:
    for known, name in _KINDS:
        if isinstance(kind, known):
            return name
    raise TypeError(f"rows with a {kind!r} can't be written as lines")


def read_lines(connection: Connection, shape: RowShape) -> Iterator[tuple[bytes, bytes]]:
    """Yield every row in the order of its key: as it is, and in the one form that is hashed.

    The two differ where a database keeps the order of an object's keys (SQLite) and another doesn't (PostgreSQL).

    Args:
        connection: an open transaction; rows are fetched as they are asked for.
        shape: of the table.
    """
    writers = [(place, _WRITTEN[kind]) for place, kind in enumerate(shape.kinds.values()) if kind in _WRITTEN]
    loose = "json" in shape.kinds.values()
    result = connection.execute(_ordered(shape, connection.dialect.name), execution_options={"yield_per": BATCH})
    for row in result:
        values = list(row)
        for place, write in writers:
            if values[place] is not None:
                values[place] = write(values[place])
        line = orjson.dumps(values)
        yield line, orjson.dumps(values, option=orjson.OPT_SORT_KEYS) if loose else line


def _ordered(shape: RowShape, dialect: str) -> Any:
    columns = [shape.table.c[name] for name in shape.kinds]
    texts = dialect == "postgresql"
    order = [
        shape.table.c[name].collate("C") if texts and shape.kinds[name] == "text" else shape.table.c[name]
        for name in shape.key
    ]
    return select(*columns).order_by(*order)


def parse_line(line: bytes, shape: RowShape) -> dict[str, Any]:
    """Return a row's values by column.

    Raises:
        ValueError: the line isn't such a row.
    """
    values = orjson.loads(line)
    if not isinstance(values, list) or len(values) != len(shape.kinds):
        raise ValueError("not a row of this table")
    return {
        name: value if value is None or kind not in _READ else _READ[kind](value)
        for (name, kind), value in zip(shape.kinds.items(), values, strict=True)
    }

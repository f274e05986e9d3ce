"""One exact SQLAlchemy type for every kind of column, the same values on SQLite and PostgreSQL.

Decimals are scaled integers: SQLite has no exact decimals, and PostgreSQL adds integers up quicker and keeps smaller
indexes of them than of NUMERIC. Text is compared by code point; instants are stored in UTC without a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Date, DateTime, Dialect, Integer, Text, Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.expr.scaled import ScaledDecimal
from app.fields.column import ColumnKind, ColumnSpec


class ExactDecimal(ScaledDecimal):
    """A decimal with a fixed number of digits after the point, stored as a scaled integer.

    Args:
        scale: digits after the point.
    """

    cache_ok = True

    def __init__(self, scale: int = 0) -> None:
        super().__init__(scale)
        self._step = Decimal(1).scaleb(-scale)

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Round half up to the scale, and shift the point away."""
        return None if value is None else int(Decimal(value).quantize(self._step, ROUND_HALF_UP).scaleb(self.scale))

    @property
    def python_type(self) -> type[Decimal]:
        """Return Decimal."""
        return Decimal


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC without a zone; one that carries a zone is converted on its way in."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC and take the zone away."""
        if value is None or value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)


class StoredJson(JSON):
    """JSON as text; SQLite would take the type's own name for "may be a number" and turn `"0"` into one."""


@compiles(StoredJson, "sqlite")
def _stored_json(element: StoredJson, compiler: Any, **_: object) -> str:
    return "TEXT"


#: Text of any length, compared by code point on every database.
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
#: A key of a row: 64 bits; SQLite gives numbers by itself only where the type is called INTEGER.
ID: Final = BigInteger().with_variant(Integer(), "sqlite")
#: A value as JSON; the engine writes and reads it with orjson.
JSON_VALUE: Final = StoredJson(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_TYPES: Final[Mapping[ColumnKind, Callable[[], TypeEngine[Any]]]] = {
    ColumnKind.TEXT: lambda: TEXT,
    ColumnKind.INTEGER: BigInteger,
    ColumnKind.BOOLEAN: Boolean,
    ColumnKind.DATE: Date,
    ColumnKind.TIME: Time,
    ColumnKind.DATETIME: UtcDateTime,
    ColumnKind.JSON: lambda: JSON_VALUE,
    ColumnKind.REFERENCE: BigInteger,
}


def column_type(spec: ColumnSpec) -> TypeEngine[Any]:
    """Return the type of a field's column."""
    if spec.kind is ColumnKind.DECIMAL:
        return ExactDecimal(spec.scale)
    return _TYPES[spec.kind]()

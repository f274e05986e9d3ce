"""What a field type needs stored, said without naming a database.

The storage room turns a :class:`ColumnSpec` into a SQLAlchemy column; the diff compares specs. So no field type knows
SQLite or PostgreSQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The columns that every record has, whatever its entity. A field may have such a key all the same (`title` is a name
#: people choose): its column is then named `<key>__own`, and in expressions the field hides the system field.
SYSTEM_COLUMNS = (
    "id",
    "title",
    "title__folded",
    "search_text",
    "owner_id",
    "team_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
    "archived_at",
    "position",
)


class ColumnKind(StrEnum):
    """The storable kinds. Storage maps each to one exact type on each database."""

    TEXT = "text"  # unlimited text, compared by code point
    INTEGER = "integer"  # 64 bit
    DECIMAL = "decimal"  # exact, `scale` digits after the point, 18 digits in all
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"  # UTC, microseconds
    JSON = "json"  # orjson-able value; a LIST is an array of text
    REFERENCE = "reference"  # id of a record; foreign key unless `references` is None


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of one field.

    Args:
        suffix: "" for the field's main column, which is named like the field; else `<field>__<suffix>`.
        kind: what is stored.
        scale: digits after the point, for DECIMAL.
        references: key of the entity whose table a REFERENCE points to, `@user` or `@team` for the system tables,
            None for a reference without foreign key (any-reference).
        indexed: whether a plain index is worth its price on every table (references are).
    """

    suffix: str
    kind: ColumnKind
    scale: int = 0
    references: str | None = None
    indexed: bool = False

    def name(self, field_key: str) -> str:
        """Return the column's name for the field with that key."""
        taken = field_key in SYSTEM_COLUMNS
        if self.suffix:
            return f"{field_key}__own_{self.suffix}" if taken else f"{field_key}__{self.suffix}"
        return f"{field_key}__own" if taken else field_key


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """A link table for an m:n field, named `<entity>__<field>`, with record_id, target_id, position.

    Args:
        target: key of the entity that is linked to.
    """

    target: str


@dataclass(frozen=True, slots=True)
class LinesSpec:
    """Child rows that live in another entity and belong to this record.

    Args:
        entity: key of the child entity.
        via: key of the child's reference field that points back here.
    """

    entity: str
    via: str

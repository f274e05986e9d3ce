"""The names of things in the database: the one place that turns keys of documents into names of tables and columns.

Names of indexes and constraints are made of what they are about, so that the same need always has the same name and a
catalogue query alone tells what is missing.
"""

from __future__ import annotations

import hashlib
from typing import Final

from app.fields.column import ColumnKind, ColumnSpec
from app.meta.model import Field

#: How the names of tables that come out of documents begin: of entities, of the links of
#: m:n fields, of full-text search on SQLite; the first two hold records.
ENTITY_PREFIX: Final = "e_"
LINK_PREFIX: Final = "l_"
SEARCH_PREFIX: Final = "f_"
RECORD_PREFIXES: Final = (ENTITY_PREFIX, LINK_PREFIX)
#: System fields whose column isn't named like the field.
_SYSTEM_NAMES: Final = {"owner": "owner_id", "team": "team_id"}
#: Most bytes of a name in PostgreSQL, less the room for a prefix and a hash.
_READABLE: Final = 40


def entity_table(entity_key: str) -> str:
    """Return the name of an entity's table."""
    return f"{ENTITY_PREFIX}{entity_key}"


def link_table(entity_key: str, field_key: str) -> str:
    """Return the name of the link table of an m:n field.

    Two keys of 41 characters don't fit into a name of PostgreSQL; a long name is cut and told apart by a hash.
    """
    name = f"{LINK_PREFIX}{entity_key}__{field_key}"
    return name if len(name) <= 60 else f"{name[:47]}_{_hash(name)}"


def search_table(entity_key: str) -> str:
    """Return the name of the full-text table of an entity; only SQLite has one."""
    return f"{SEARCH_PREFIX}{entity_key}"


def column_name(field: Field, suffix: str = "") -> str:
    """Return the name of one column of a field."""
    if field.system:
        base = _SYSTEM_NAMES.get(field.key, field.key)
        return f"{base}__{suffix}" if suffix else base
    return ColumnSpec(suffix, ColumnKind.TEXT).name(field.key)


def made_name(prefix: str, table: str, *parts: object) -> str:
    """Return a name for an index or constraint: readable, unique for its definition, never too long."""
    return f"{prefix}_{table[:_READABLE]}_{_hash(table, *parts)}"


def _hash(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]

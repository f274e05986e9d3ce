"""Decimals of an older PostgreSQL database, which stored them as NUMERIC, become the scaled integers of today."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from app.fields.column import ColumnKind
from app.storage.catalogue import read_catalogue
from app.storage.ledger import LEDGER
from app.storage.statements import ShiftDecimals

_BEFORE: Final = "numeric("


def shift_decimals(connection: Connection) -> None:
    """Bring every decimal column that is still NUMERIC to a scaled integer; values stay what they are.

    A table is written anew for it, as long as the caller's transaction lasts nobody else reads it.

    Args:
        connection: an open transaction of whoever upgrades the database.
    """
    there = read_catalogue(connection).columns
    decimals = select(LEDGER.c.table_name, LEDGER.c.column_name, LEDGER.c.scale)
    found: dict[str, dict[str, int]] = {}
    for table, column, scale in connection.execute(decimals.where(LEDGER.c.kind == ColumnKind.DECIMAL.value)):
        if there.get(table, {}).get(column, "").startswith(_BEFORE):
            found.setdefault(table, {})[column] = scale
    for table, scales in sorted(found.items()):
        connection.execute(ShiftDecimals(table, scales))

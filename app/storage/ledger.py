"""The ledger of columns: how each column of an entity's table was declared when it was made.

A field that was removed keeps its column; when its key comes back, the ledger says whether the values still fit.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table

from app.storage.types import TEXT, UtcDateTime

#: Where every fixed table of the product is declared; the system room maps classes to some of them.
FIXED: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: One row a column; written in the transaction that makes the column, never changed, never deleted.
LEDGER: Final = Table(
    "sys_column",
    FIXED,
    Column("table_name", TEXT, primary_key=True),
    Column("column_name", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("scale", Integer, nullable=False, default=0),
    Column("target", TEXT, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
)

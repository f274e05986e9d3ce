"""Delegations: somebody lends roles of his own to a colleague for a time. Lending never widens.

Each lent role is named by its row. The statement that a request starts with (`app.system.people`) looks each one up
among the lender's own roles: what he loses, the borrower loses at the next request; what was lent can't be lent on.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Table

from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime

#: Who lends to whom, from when until when, and why.
DELEGATION: Final = Table(
    "sys_delegation",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("from_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
#: The roles that a delegation lends.
DELEGATION_ROLE: Final = Table(
    "sys_delegation_role",
    FIXED,
    Column("delegation_id", ID, ForeignKey("sys_delegation.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ID, ForeignKey("sys_role.id", ondelete="CASCADE"), primary_key=True),
)

"""Computed values that aren't what computing gives: changed in the database, past the product.

The history knows nothing of the values that a publish has filled in, so these are found by computing them once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection

from app.access.actor import PRODUCT
from app.context import Context
from app.records.altered import Altered
from app.records.plan import plan_of
from app.records.recalculate import differing
from app.records.stored import every_id
from app.runtime.snapshot import Snapshot


def miscomputed(connection: Connection, snapshot: Snapshot) -> Iterator[Altered]:
    """Yield the stored values that computing gives otherwise, in the order in which fields are computed.

    What is frozen, and what is in the archive, stays as it was computed last and isn't compared.

    Args:
        connection: a transaction that sees one state of the data.
        snapshot: the configuration in force.
    """
    ctx = Context(snapshot, PRODUCT, connection, datetime.now(UTC))
    for stage in snapshot.model.computations.stages:
        for ids in every_id(ctx, plan_of(ctx, stage.entity)):
            for record_id, field in differing(ctx, stage, ids):
                yield Altered(stage.entity, record_id, field)

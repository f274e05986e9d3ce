"""Records whose state isn't the last one of their history: changed past it, or without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from app.runtime.snapshot import Snapshot
from app.system.history import BASELINE, HISTORY, MARKS


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A record that the history doesn't account for.

    Args:
        entity, record_id: which record.
        version: the version that it has, or None where it is gone.
        noted: the last version in the history, or None where there is none.
    """

    entity: str
    record_id: int
    version: int | None
    noted: int | None


def unrecorded(connection: Connection, snapshot: Snapshot) -> Iterator[Unrecorded]:
    """Yield the records whose version isn't the last one in the history, by entity and id.

    Records from before the history began (their ids are no higher than the baseline's) may have none.

    Args:
        connection: a transaction that sees one state of the data.
        snapshot: the configuration in force.
    """
    baseline = select(HISTORY.c.entity, HISTORY.c.record_id).where(HISTORY.c.verb == BASELINE)
    before = {row.entity: row.record_id for row in connection.execute(baseline)}
    for key in sorted(snapshot.model.entities):
        table = snapshot.tables[key]
        noted = (
            select(HISTORY.c.record_id, func.max(HISTORY.c.version).label("version"))
            .where(HISTORY.c.entity == key, HISTORY.c.verb.not_in(MARKS))
            .group_by(HISTORY.c.record_id)
            .subquery()
        )
        source = table.outerjoin(noted, noted.c.record_id == table.c.id)
        strange = or_(
            noted.c.version != table.c.version,
            and_(noted.c.version.is_(None), table.c.id > before.get(key, 0)),
        )
        wrong = select(table.c.id, table.c.version, noted.c.version.label("noted")).select_from(source)
        for row in connection.execute(wrong.where(strange).order_by(table.c.id)):
            yield Unrecorded(key, row.id, row.version, row.noted)
        gone = noted.outerjoin(table, noted.c.record_id == table.c.id)
        lost = select(noted.c.record_id, noted.c.version).select_from(gone).where(table.c.id.is_(None))
        for one in connection.execute(lost.order_by(noted.c.record_id)):
            yield Unrecorded(key, one.record_id, None, one.version)

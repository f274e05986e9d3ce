"""What the write side tells the history, and what it asks it: every changed value, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, bindparam, select

from app.context import Context
from app.fields.journal import of_journal, to_journal
from app.records.plan import EntityPlan, plan_of
from app.records.reasons import demand_reason
from app.records.rows import Draft, Stored
from app.records.stored import Targets, chunks, load
from app.system import history
from app.system.history import HISTORY, VALUE, Entry, Stamp

#: System fields that a new record gets by itself: their values belong to its first entry.
_GIVEN: Final = ("owner", "team")
#: The system field that says since when a record is in the archive.
ARCHIVED: Final = "archived_at"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record.

    Args:
        record_id: which record.
        version: the version it has afterwards.
        before, after: values by field key, of the fields that changed; what a new record leaves empty is left out.
    """

    record_id: int
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def note(ctx: Context, plan: EntityPlan, verb: str, changes: Sequence[Change]) -> None:
    """Write changes of records of one entity into history and outbox, in as many statements for one as for all.

    Args:
        ctx: who changed them, when, from where and why.
        plan: their entity.
        verb: `create`, `update`, `retire`, `restore` …
        changes: what changed.

    Raises:
        InvalidData: the entity asks for a reason, and there is none.
    """
    if not changes:
        return
    demand_reason(ctx, plan.entity, verb)
    history.append(ctx.connection, stamp_of(ctx), [entry_of(plan, verb, one) for one in changes])


def entry_of(plan: EntityPlan, verb: str, change: Change) -> Entry:
    """Return a change of one record as the history keeps it and the rest of the product is told of it."""
    fields = {key: _kept(plan, key, change) for key in change.after}
    return Entry(plan.key, change.record_id, change.version, verb, fields, topic=f"record.{verb}")


def stamp_of(ctx: Context) -> Stamp:
    """Return who acts here, when, from where and why."""
    return Stamp(ctx.now, ctx.actor.id, ctx.actor.name, ctx.origin, ctx.reason, ctx.request)


def _kept(plan: EntityPlan, key: str, change: Change) -> tuple[Any, Any]:
    field = plan.fields[key]
    if field.lines is not None:
        return change.before.get(key), change.after[key]
    field_type = field.field.type
    return to_journal(field_type, change.before.get(key)), to_journal(field_type, change.after[key])


def note_created(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    """Note records that were just inserted, with their lines."""
    note(ctx, plan, "create", [_created(ctx, plan, draft) for draft in drafts])


def _created(ctx: Context, plan: EntityPlan, draft: Draft) -> Change:
    after = {}
    for field in plan.own:
        value = draft.values[field.key]
        if field.lines is None and value is not None:
            after[field.key] = value
    by_hand = {key for key in draft.changed if plan.fields[key].field.system}
    for key in _GIVEN:
        given_field = plan.fields.get(key)
        if f"{key}_id" in plan.system and key not in by_hand and given_field is not None and given_field.field.system:
            given = ctx.actor.id if key == "owner" else ctx.actor.team_id
            if given is not None:
                after[key] = given
    after.update((key, draft.values[key]) for key in sorted(by_hand) if draft.values[key] is not None)
    for key, rows in draft.children.items():
        if rows:
            after[key] = [[row.id, 1] for row in rows]
    assert draft.id is not None
    return Change(draft.id, 1, {}, after)


def note_updated(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft], differs: Callable[[Draft], bool]) -> None:
    """Note records that were just updated; what happened to their lines is noted at each line too.

    Args:
        ctx, plan: see `note`.
        drafts: as they were written.
        differs: tells which of their lines were written too.
    """
    note(ctx, plan, "update", [_updated(plan, draft, differs) for draft in drafts])


def _updated(plan: EntityPlan, draft: Draft, differs: Callable[[Draft], bool]) -> Change:
    assert draft.id is not None
    assert draft.before is not None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key in sorted(draft.changed):
        if plan.fields[key].lines is None:
            before[key], after[key] = draft.before.row.values[key], draft.values[key]
            continue
        was, now = _lines_before(draft, key), _lines_after(draft, key, differs)
        if was != now:
            before[key], after[key] = was, now
    return Change(draft.id, draft.version + 1, before, after)


def _lines_before(draft: Draft, key: str) -> list[list[int]]:
    """Return id and version of the lines that a record had."""
    stored: list[Stored] = [row.before for row in draft.children.get(key, ()) if row.before is not None]
    stored += draft.removed.get(key, ())
    ordered = sorted(stored, key=lambda one: (one.position is None, one.position or 0, one.row.id or 0))
    return [[one.row.id or 0, one.version] for one in ordered]


def _lines_after(draft: Draft, key: str, differs: Callable[[Draft], bool]) -> list[list[int]]:
    rows = draft.children.get(key, ())
    return [[row.id or 0, 1 if row.before is None else row.version + differs(row)] for row in rows]


def note_archived(ctx: Context, plan: EntityPlan, found: Iterable[tuple[int, int]], before: Any, after: Any) -> None:
    """Note records that were archived or brought back.

    Args:
        ctx, plan: see `note`.
        found: id and new version of each.
        before, after: since when they were, and are, in the archive.
    """
    verb = "restore" if after is None else "retire"
    field = plan.fields.get(ARCHIVED)
    told = field is not None and field.field.system  # a company's own field may be called so
    was, now = ({ARCHIVED: before}, {ARCHIVED: after}) if told else ({}, {})
    note(ctx, plan, verb, [Change(row_id, version, was, now) for row_id, version in found])


# -- what it was ------------------------------------------------------------------------------------------------------


def since(ctx: Context, plan: EntityPlan, record_id: int, version: int) -> Mapping[str, Any] | None:
    """Return for every field that was changed after a version the value it had then.

    All rights are taken for granted: whoever shows one of these values to a reader asks first what he may see.

    Args:
        ctx: the configuration and the transaction.
        plan: the record's entity.
        record_id: which record.
        version: the version that somebody has seen.

    Returns:
        Values by field key; lines as mappings with `id`, as in a record that is read. None where the history doesn't
        reach back to that version, or a value has been erased from it.
    """
    return _since_all(ctx, plan, {record_id: version}).get(record_id)


def _since_all(ctx: Context, plan: EntityPlan, versions: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """Return the same for several records; those that the history doesn't reach are missing."""
    current: dict[int, int] = {}
    entries: dict[int, list[Found[Any]]] = {}
    for some in chunks(list(versions)):
        at = {"at__ids": list(some)}
        table = plan.table
        wanted = select(table.c.id, table.c.version).where(table.c.id.in_(bindparam("at__ids", expanding=True)))
        current.update((row.id, row.version) for row in ctx.connection.execute(wanted, at))
        for row in ctx.connection.execute(_ENTRIES, {"entity": plan.key, **at}):
            entries.setdefault(row.record_id, []).append(row)
    found = {}
    for record_id, version in versions.items():
        after = [row for row in entries.get(record_id, ()) if row.version > version]
        saved = {row.version for row in after if row.verb != history.COMPUTE}  # computing makes no version
        if record_id in current and saved >= set(range(version + 1, current[record_id] + 1)):
            values = _first_values(ctx, plan, after)
            if values is not None:
                found[record_id] = values
    return found


def _entries() -> Select[Any]:
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    of_records = HISTORY.c.record_id.in_(bindparam("at__ids", expanding=True))
    return (
        select(HISTORY.c.record_id, HISTORY.c.version, HISTORY.c.verb, HISTORY.c.fields, VALUE.c.body)
        .select_from(HISTORY.outerjoin(VALUE, same))
        .where(HISTORY.c.entity == bindparam("entity"), of_records, HISTORY.c.verb != history.ERASE)
        .order_by(HISTORY.c.id)
    )


_ENTRIES: Final = _entries()


def _first_values(ctx: Context, plan: EntityPlan, entries: Sequence[Found[Any]]) -> dict[str, Any] | None:
    """Return what each field was before the first of some entries that changed it."""
    values: dict[str, Any] = {}
    for entry in entries:
        body = {} if entry.body is None else orjson.loads(entry.body)
        for key in orjson.loads(entry.fields):
            if key in values or key not in plan.fields:
                continue
            if key not in body:
                return None  # erased
            before = body[key][1]
            lines = plan.fields[key].lines
            try:
                values[key] = (
                    of_journal(plan.fields[key].field.type, before)
                    if lines is None
                    else _lines_at(ctx, plan_of(ctx, lines[0]), before or ())
                )
            except ValueError:
                return None
    return values


def _lines_at(ctx: Context, child: EntityPlan, kept: Sequence[Sequence[int]]) -> tuple[Mapping[str, Any], ...] | None:
    """Return lines as they were.

    Raises:
        ValueError: the history doesn't reach back to them.
    """
    versions: dict[int, int] = {one[0]: one[1] for one in kept}
    stored = load(ctx, child, Targets(ctx), list(versions))
    changed = _since_all(ctx, child, versions)
    if not versions.keys() <= stored.keys() & changed.keys():
        raise ValueError(child.key)
    return tuple({"id": one, **stored[one].row.values, **changed[one]} for one in versions) or None

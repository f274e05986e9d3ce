"""The statements of the write side: one INSERT or UPDATE per entity and save, then links and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, func, select

from app.context import Context
from app.errors import Conflict
from app.expr.fold import fold
from app.fields.formats import Formats
from app.records import texts
from app.records.along import by_plan
from app.records.journal import note_archived, note_created, note_updated
from app.records.plan import EntityPlan
from app.records.rows import Draft, Stored
from app.records.stored import chunks
from app.records.titles import search_text_of, title_of

#: System fields whose value is taken from the draft where somebody may set it, and the column each is stored in.
_SETTABLE = {
    "owner": "owner_id",
    "team": "team_id",
    "created_at": "created_at",
    "created_by": "created_by",
    "updated_at": "updated_at",
    "updated_by": "updated_by",
}


def name(draft: Draft, formats: Formats) -> None:
    """Compute what a draft is called and found by, then its lines, which may show its title."""
    plan = draft.entity
    draft.title = title_of(plan, draft, formats)
    draft.search_text = search_text_of(plan, draft, draft.title)
    for rows in draft.children.values():
        for row in rows:
            name(row, formats)


def insert(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    """Insert drafts of one entity, with their links and lines; afterwards each has its id."""
    if not drafts:
        return
    for draft, row_id in zip(drafts, _insert_rows(ctx, plan, drafts), strict=True):
        draft.id = row_id
    _write_links(ctx, plan, drafts)
    _write_lines(ctx, plan, drafts)
    note_created(ctx, plan, drafts)


def _insert_rows(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> Sequence[int]:
    table, rows = plan.table, [_new_row(ctx, plan, draft) for draft in drafts]
    if len(rows) == 1:
        return [int(ctx.connection.execute(table.insert().returning(table.c.id), rows[0]).scalar_one())]
    if ctx.snapshot.dialect == "postgresql":
        ordered = table.insert().returning(table.c.id, sort_by_parameter_order=True)
        return ctx.connection.execute(ordered, rows).scalars().all()
    # SQLite promises no order of what RETURNING gives, so that SQLAlchemy would send one INSERT for each row. Whoever
    # writes has the database to himself there, so the next ids can be told beforehand: as SQLite itself counts them.
    last = ctx.connection.execute(select(func.max(table.c.id))).scalar() or 0
    ids = range(last + 1, last + 1 + len(rows))
    ctx.connection.execute(table.insert(), [{**row, "id": row_id} for row, row_id in zip(rows, ids, strict=True)])
    return ids


def update(ctx: Context, plan: EntityPlan, draft: Draft) -> None:
    """Update one record where its version is still the one that was read.

    Raises:
        Conflict: somebody else has changed it in the meantime.
    """
    update_all(ctx, plan, [draft])


def update_all(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    """Update records of one entity, each where its version is still the one that was read.

    Raises:
        Conflict: somebody else has changed one of them in the meantime.
    """
    for draft in drafts:
        row = _changed_row(ctx, plan, draft) | {"at__id": draft.id, "at__version": draft.version}
        if ctx.connection.execute(_update_where_unchanged(ctx, plan), row).rowcount != 1:
            raise Conflict(texts.CHANGED)
    _write_links(ctx, plan, drafts)
    _write_lines(ctx, plan, drafts)
    note_updated(ctx, plan, drafts, differs)


def _update_where_unchanged(ctx: Context, plan: EntityPlan) -> Update:
    """Return the UPDATE of a record that is still as it was read; what it sets are the parameters it is given."""
    table = plan.table

    def made() -> Update:
        # No field can have a key with two underscores, so these parameters are never taken for columns.
        same = (table.c.id == bindparam("at__id"), table.c.version == bindparam("at__version"))
        return table.update().where(*same)

    return ctx.snapshot.plan(("records.update", plan.key), made)


def set_archived(
    ctx: Context, plan: EntityPlan, before: Stored, along: Sequence[Stored], *, at: datetime | None
) -> None:
    """Archive a record, or bring it back.

    Args:
        ctx, plan: the writer and the record's entity.
        before: the record as it was read.
        along: the lines that go along, at any depth (`app.records.along`).
        at: since when it is archived; None where it comes back.

    Raises:
        Conflict: somebody else has changed the record in the meantime.
    """
    table = plan.table
    now, by = _moment(ctx), ctx.actor.id
    same = (table.c.id == before.row.id, table.c.version == before.version)
    values = {"archived_at": at, "updated_at": now, "updated_by": by, "version": before.version + 1}
    if ctx.connection.execute(table.update().where(*same).values(values)).rowcount != 1:
        raise Conflict(texts.CHANGED)
    assert before.row.id is not None
    note_archived(ctx, plan, [(before.row.id, before.version + 1)], before.archived_at, at)
    _archive_lines(ctx, along, before.archived_at, at)


def _archive_lines(ctx: Context, lines: Sequence[Stored], before: datetime | None, at: datetime | None) -> None:
    """Archive lines or bring them back; nobody changes them meanwhile, as the version of their record says."""
    for plan, group in by_plan(lines):
        table = plan.table
        values = {"archived_at": at, "updated_at": _moment(ctx), "updated_by": ctx.actor.id}
        found = sorted((one.row.id, one.version + 1) for one in group if one.row.id is not None)
        for some in chunks([record_id for record_id, _ in found]):
            changed = table.update().where(table.c.id.in_(some)).values(values | {"version": table.c.version + 1})
            ctx.connection.execute(changed)
        note_archived(ctx, plan, found, before, at)


def _moment(ctx: Context) -> datetime:
    return ctx.now


def _new_row(ctx: Context, plan: EntityPlan, draft: Draft) -> dict[str, Any]:
    row: dict[str, Any] = {"title": draft.title, "title__folded": fold(draft.title), "search_text": draft.search_text}
    for field in plan.own:
        field.store(draft.values[field.key], row)
    actor, now = ctx.actor, _moment(ctx)
    system: dict[str, Any] = {
        "owner_id": actor.id,
        "team_id": actor.team_id,
        "created_at": now,
        "created_by": actor.id,
        "updated_at": now,
        "updated_by": actor.id,
        "archived_at": None,
        "position": draft.position,
    }
    system.update(_set_by_hand(plan, draft))
    row["version"] = 1
    row.update((column, value) for column, value in system.items() if column in plan.system)
    return row


def _set_by_hand(plan: EntityPlan, draft: Draft) -> Mapping[str, Any]:
    found = {}
    for key in draft.changed & _SETTABLE.keys():
        if plan.fields[key].field.system:
            found[_SETTABLE[key]] = draft.values[key]
    return found


def _changed_row(ctx: Context, plan: EntityPlan, draft: Draft) -> dict[str, Any]:
    """Return only the columns that change, so that no index is touched that needn't be."""
    row: dict[str, Any] = {}
    for key in draft.changed:
        field = plan.fields[key]
        if not field.field.system:
            field.store(draft.values[key], row)
    before = draft.before
    if before is None or draft.title != before.row.title:
        row.update(title=draft.title, title__folded=fold(draft.title))
    if before is None or draft.search_text != before.search_text:
        row["search_text"] = draft.search_text
    if before is not None and "position" in plan.system and draft.position not in (None, before.position):
        row["position"] = draft.position
    row.update(version=draft.version + 1, updated_at=_moment(ctx), updated_by=ctx.actor.id)
    row.update(_set_by_hand(plan, draft))
    return row


def _write_links(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    for field in plan.linked:
        table = ctx.snapshot.tables.link(plan.key, field.key)
        changed = [draft for draft in drafts if field.key in draft.changed]
        stored = [draft.id for draft in changed if draft.before is not None and draft.before.row.values[field.key]]
        for some in chunks(stored):
            ctx.connection.execute(table.delete().where(table.c.record_id.in_(some)))
        rows = [
            {"record_id": draft.id, "target_id": target, "position": position}
            for draft in changed
            for position, target in enumerate(draft.values[field.key] or ())
        ]
        if rows:
            ctx.connection.execute(table.insert(), rows)


def _write_lines(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    for field in plan.lines:
        having = [draft for draft in drafts if field.key in draft.children]
        rows = [row for draft in having for row in draft.children[field.key]]
        for row in rows:
            if row.parent is not None and row.via is not None and row.before is None:
                row.values[row.via] = row.parent.id
                row.changed.add(row.via)
        # First what leaves: it may give up values that others take.
        _archive_lines(ctx, [one for draft in having for one in draft.leaving(field.key)], None, _moment(ctx))
        if rows:
            child = rows[0].entity
            update_all(ctx, child, [row for row in rows if row.before is not None and differs(row)])
            insert(ctx, child, [row for row in rows if row.before is None])


def differs(draft: Draft) -> bool:
    """Return whether a draft is anything but what is stored: in itself, in its lines, or in its place."""
    before = draft.before
    if before is None or draft.title != before.row.title or draft.search_text != before.search_text:
        return True
    if "position" in draft.entity.system and draft.position not in (None, before.position):
        return True
    if draft.changed - {field.key for field in draft.entity.lines} or any(draft.removed.values()):
        return True
    return any(differs(row) for rows in draft.children.values() for row in rows)

"""What the write side reads before it writes: the stored record, the records that are pointed to, its lines.

Every function asks for many records in one statement, so that a save costs the same number of statements whether it
is of one record or of a thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, FromClause, Select, Table, bindparam, or_, select, tuple_

from app.context import Context
from app.expr.fold import fold
from app.query.gate import readable
from app.query.select import Selection
from app.records.paths import Need
from app.records.plan import EntityPlan, UniqueGroup, plan_of
from app.records.rows import Row, Stored

#: Most values that are listed in one statement.
CHUNK: Final = 500


def chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Cut a sequence into pieces that fit into one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def own_columns(plan: EntityPlan) -> Select[Any]:
    """Return the SELECT of every column that the write side needs of an entity."""
    names = [name for field in plan.fields.values() for _, name in field.columns]
    system = [
        name for name in ("id", "title", "version", "archived_at", "position", "search_text") if name in plan.table.c
    ]
    return select(*(plan.table.c[name] for name in dict.fromkeys([*names, *system])))


def to_stored(plan: EntityPlan, pool: Targets, found: Any) -> Stored:
    """Make a record out of a row of `own_columns`."""
    values = {key: field.read(found) if field.columns else None for key, field in plan.fields.items()}
    row = Row(plan, pool, found["id"], found["title"] or "", values, archived=found["archived_at"] is not None)
    return Stored(row, found["version"], found["archived_at"], found.get("position"), found.get("search_text"))


def load(ctx: Context, plan: EntityPlan, pool: Targets, ids: Sequence[int]) -> dict[int, Stored]:
    """Load records with their m:n links, by id; ids that aren't there are missing."""
    found: dict[int, Stored] = {}
    for some in chunks(ids):
        rows = _rows(ctx, plan, some).mappings()
        found.update({row["id"]: to_stored(plan, pool, row) for row in rows})
    load_links(ctx, plan, found)
    return found


def _rows(ctx: Context, plan: EntityPlan, ids: Sequence[int]) -> CursorResult[Any]:
    """Read some rows; one has a statement of its own, because a list of unknown length is written anew every time."""
    own = plan.table.c.id
    if len(ids) == 1:
        one = ctx.snapshot.plan(
            ("records.load.one", plan.key), lambda: own_columns(plan).where(own == bindparam("at__id"))
        )
        return ctx.connection.execute(one, {"at__id": ids[0]})
    several = ctx.snapshot.plan(
        ("records.load", plan.key), lambda: own_columns(plan).where(own.in_(bindparam("at__ids", expanding=True)))
    )
    return ctx.connection.execute(several, {"at__ids": list(ids)})


def load_links(ctx: Context, plan: EntityPlan, records: dict[int, Stored]) -> None:
    """Fill in the values of the m:n fields of loaded records."""
    for field in plan.linked:
        table = ctx.snapshot.tables.link(plan.key, field.key)
        statement = select(table.c.record_id, table.c.target_id)
        targets: dict[int, list[int]] = {}
        for some in chunks(list(records)):
            ordered = statement.where(table.c.record_id.in_(some)).order_by(table.c.record_id, table.c.position)
            for record_id, target_id in ctx.connection.execute(ordered):
                targets.setdefault(record_id, []).append(target_id)
        for record_id, ids in targets.items():
            records[record_id].row.values[field.key] = tuple(ids)


def load_lines(
    ctx: Context,
    pool: Targets,
    child: EntityPlan,
    via: str,
    parents: Sequence[int],
    archived_at: datetime | None = None,
) -> dict[int, list[Stored]]:
    """Load the lines of records, by the record's id, in their order: the living ones, or those archived at a moment."""
    table, back = child.table, child.fields[via].columns[0][1]
    wanted = table.c.archived_at.is_(None) if archived_at is None else table.c.archived_at == archived_at
    lines: dict[int, list[Stored]] = {}
    every: dict[int, Stored] = {}
    for some in chunks(parents):
        statement = own_columns(child).where(table.c[back].in_(some), wanted)
        for row in ctx.connection.execute(in_order(statement, table)).mappings():
            stored = to_stored(child, pool, row)
            every[row["id"]] = stored
            lines.setdefault(row[back], []).append(stored)
    load_links(ctx, child, every)
    return lines


def in_order(statement: Select[Any], table: FromClause) -> Select[Any]:
    """Return a SELECT of lines with the order in which they stand."""
    if "position" in table.c:
        return statement.order_by(table.c.position.asc().nulls_last(), table.c.id)
    return statement.order_by(table.c.id)


def lock(ctx: Context, table: Table, ids: Sequence[int]) -> None:
    """Keep records as they are until the transaction ends: what is computed from them has to be right at its end.

    Always in the order of their ids and always the same lock, so that two transactions seldom wait for each other in a
    circle. On SQLite whoever writes has the database to himself.
    """
    if ctx.snapshot.dialect == "sqlite":
        return
    for some in chunks(sorted(set(ids))):
        rows = select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)
        ctx.connection.execute(rows.with_for_update(key_share=True)).all()


class Targets:
    """The records that others point to, loaded once for a whole save.

    What is computed with them is the same whoever writes, so all records are found here. Whether the writer may point
    to one is asked where he does (`Preparation.check_targets`, `titled`).

    Args:
        ctx: the writer and the connection.
        computing: whether it is for computing: then everything is found, and what is looked at stays as it is until
            this transaction ends.
    """

    def __init__(self, ctx: Context, *, computing: bool = False) -> None:
        self.ctx = ctx
        self.computing = computing
        self._rows: dict[str, dict[int, Row | None]] = {}
        self._wide: dict[str, set[int]] = {}

    def find(self, entity: str, record_id: int) -> Row | None:
        """Return a record that was loaded before, or None."""
        return self._rows.get(entity, {}).get(record_id)

    def load(self, entity: str, ids: Iterable[int], *, wide: bool) -> None:
        """Load records that aren't loaded yet.

        Args:
            entity: an entity's key, `@user` or `@team`.
            ids: which ones.
            wide: whether their values are needed, or only what they are called.
        """
        known, full = self._rows.setdefault(entity, {}), self._wide.setdefault(entity, set())
        missing = [one for one in dict.fromkeys(ids) if (one not in full if wide else one not in known)]
        if not missing:
            return
        known.update(dict.fromkeys(missing))
        if wide:
            full.update(missing)
        for some in chunks(missing):
            known.update({row.id: row for row in self._loaded(entity, some, wide=wide) if row.id is not None})

    def _loaded(self, entity: str, ids: Sequence[int], *, wide: bool) -> Iterator[Row]:
        if entity.startswith("@"):
            table = self.system_table(entity)
            for found in self.ctx.connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids))):
                yield Row(None, None, found.id, found.name, {})
            return
        if entity not in self.ctx.snapshot.model.entities:
            return
        plan = plan_of(self.ctx, entity)
        if self.computing:
            lock(self.ctx, plan.table, ids)
        if wide:
            yield from (stored.row for stored in load(self.ctx, plan, self, ids).values())
            return
        columns = (plan.table.c.id, plan.table.c.title, plan.table.c.archived_at)
        for one in self.ctx.connection.execute(select(*columns).where(plan.table.c.id.in_(ids))):
            values = {"id": one.id, "title": one.title}
            yield Row(plan, self, one.id, one.title or "", values, archived=one.archived_at is not None)

    def system_table(self, entity: str) -> FromClause:
        """Return the table of users or of teams."""
        tables = self.ctx.snapshot.tables
        return tables.user if entity == "@user" else tables.team

    def follow(self, rows: Sequence[Row], needs: Sequence[Need]) -> None:
        """Load what has to be known before the expressions and titles of some records can be worked out."""
        for need in needs:
            here: list[Row] = list(rows)
            for key in need.hops[:-1]:
                here = [target for row in here if (target := row.follow(key)) is not None]
            for entity, ids in _pointed_at(here, need.hops[-1]).items():
                self.load(entity, ids, wide=need.wide)

    def titled(self, entity: str, texts: Sequence[str]) -> dict[str, list[tuple[bool, int]]]:
        """Return the records that are called like the given texts, case and accents aside: whether archived, and id.

        Records that the writer may not see, and titles that he may not read, aren't found.
        """
        wanted = {fold(text): text for text in texts}
        found: dict[str, list[tuple[bool, int]]] = {text: [] for text in texts}
        for some in chunks(list(wanted)):
            for row_id, title, archived in self._by_title(entity, some):
                for text in texts:
                    if fold(text) == title:
                        found[text].append((archived, row_id))
        return found

    def _by_title(self, entity: str, folded: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
        if entity.startswith("@"):
            table = self.system_table(entity)
            rows = self.ctx.connection.execute(select(table.c.id, table.c.name).limit(10_000))
            yield from ((row.id, fold(row.name), False) for row in rows if fold(row.name) in folded)
            return
        if entity not in readable(self.ctx):
            return
        selection = Selection(self.ctx, entity)
        base, title = selection.joins.base, selection.joins.title(folded=True)
        for element in (base.c.id, title, base.c.archived_at):
            selection.column(element)
        selection.where(title.in_(folded))
        statement = selection.statement().order_by(base.c.id).limit(4 * CHUNK)
        for row in self.ctx.connection.execute(statement, selection.values()(self.ctx)):
            yield row[0], row[1], row[2] is not None


def _pointed_at(rows: Iterable[Row], key: str) -> dict[str, list[int]]:
    """Return the ids that a field of some records points to, by entity."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        if row.plan is None or key not in row.plan.fields or (value := row.values.get(key)) is None:
            continue
        for entity, one in pointers(row.plan, key, value):
            ids.setdefault(entity, []).append(one)
    return ids


def pointers(plan: EntityPlan, key: str, value: Any) -> list[tuple[str, int]]:
    """Return what a value of a pointing field points to: pairs of entity and id; unresolved texts are left out."""
    field = plan.fields[key]
    if field.target is not None:
        return [(field.target, value)] if isinstance(value, int) else []
    if field.linked:
        return [(field.field.type.spec.targets[0], one) for one in value if isinstance(one, int)]
    target = getattr(value, "entity", None)
    return [(target, value.id)] if target is not None and hasattr(value, "id") else []


def every_id(ctx: Context, plan: EntityPlan) -> Iterator[Sequence[int]]:
    """Yield the ids of all records of an entity, archived ones too, in their order, some at a time."""
    key, after = plan.table.c.id, 0
    while ids := ctx.connection.execute(select(key).where(key > after).order_by(key).limit(CHUNK)).scalars().all():
        yield ids
        after = ids[-1]


def in_the_way(ctx: Context, plan: EntityPlan, group: UniqueGroup, wanted: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return the living records that have one of the given groups of values: rows of id, title and the columns."""
    table = plan.table
    columns = [table.c[name] for name in group.columns]
    found: list[Any] = []
    for some in chunks(wanted, max(1, CHUNK // len(columns))):
        if len(columns) == 1:
            same = columns[0].in_([values[0] for values in some])
        else:
            same = tuple_(*columns).in_(some)
        statement = select(table.c.id, table.c.title, *columns).where(same, table.c.archived_at.is_(None))
        found.extend(ctx.connection.execute(statement.limit(4 * CHUNK)).all())
    return found


def parents_of(ctx: Context, plan: EntityPlan, via: str, ids: Collection[int]) -> dict[int, int]:
    """Return to which record each of some child rows belongs; rows that belong to none are left out."""
    column = plan.table.c[plan.fields[via].columns[0][1]]
    found: dict[int, int] = {}
    for some in chunks(list(ids)):
        statement = select(plan.table.c.id, column).where(plan.table.c.id.in_(some), column.is_not(None))
        found.update({row[0]: row[1] for row in ctx.connection.execute(statement)})
    return found


def any_record(ctx: Context, plan: EntityPlan) -> bool:
    """Return whether there is any record of an entity, archived ones too."""
    return ctx.connection.execute(select(plan.table.c.id).limit(1)).first() is not None


def pointing_at(ctx: Context, plan: EntityPlan, columns: tuple[str, ...]) -> Select[Any]:
    """Return the SELECT of the records of an entity that point to some records, in the order of their ids.

    Its parameters are `at__ids`, what is pointed to, `at__after`, the last id of the batch before, and `at__limit`.

    Args:
        ctx, plan: the configuration and the entity.
        columns: names of the referring columns.
    """
    table = plan.table

    def made() -> Select[Any]:
        pointing = or_(*(table.c[name].in_(bindparam("at__ids", expanding=True)) for name in columns))
        after = table.c.id > bindparam("at__after")
        return own_columns(plan).where(pointing, after).order_by(table.c.id).limit(bindparam("at__limit"))

    return ctx.snapshot.plan(("records.pointing", plan.key, columns), made)

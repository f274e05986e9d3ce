"""The leak patterns of peers, each as one function of the gate that is switched off: negative controls.

Whoever looks for leaks and finds none has to show that he would have found one. Every entry names the advisory in which
the pattern became known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import orjson
import pytest
from flask import request

from app.access import rights
from app.access.actor import PRODUCT
from app.access.derived import Derivation
from app.api import frame, records
from app.api.conflict import clash_of
from app.context import Context
from app.meta.model import Field, FieldPath
from app.meta.paths import MAX_HOPS, NoPath, find_path
from app.query import (
    conditions,
    guard,
    history,
    lists,
    order,
    past,
    paths,
    report_shape,
    rows,
    search,
    select,
    spec,
)
from app.query.items import load_item
from app.query.joins import Joins
from app.query.labels import named_records
from app.query.operands import Operands
from app.records import told, uniqueness
from app.records.plan import EntityPlan
from app.storage.names import column_name
from app.system.tables import User, table_of
from app.web.pages import picking
from app.web.people import people as known_people
from tests.proof.secrets import Pair

Defect = Callable[[pytest.MonkeyPatch, Pair], None]


@contextmanager
def _unguarded(joins: Joins) -> Iterator[None]:
    """Leave the columns of a SELECT unguarded for a moment."""
    kept, joins.guard = joins.guard, None
    try:
        yield
    finally:
        joins.guard = kept


def _any_name(patch: pytest.MonkeyPatch, *, far: bool = False) -> None:
    """Let a reader name every field, also one that he can't read; `far`: only over a reference."""
    known = paths.resolve

    def resolve(ctx: Context, entity_key: str, text: str) -> FieldPath | None:
        if far and "." not in text:
            return known(ctx, entity_key, text)
        found = find_path(ctx.snapshot.model.entities, entity_key, text, MAX_HOPS)
        return None if isinstance(found, NoPath) else found

    for module in (paths, spec):
        patch.setattr(module, "resolve", resolve)
    patch.setattr(conditions, "readable_entities", lambda ctx: ctx.snapshot.model.entities)


def _raw_operands(patch: pytest.MonkeyPatch, *, far: bool = False) -> None:
    """Let conditions ask unguarded columns; `far`: only over a reference."""
    kept = Operands.__call__

    def operand(self: Operands, keys: tuple[str, ...]) -> Any:
        if far and len(keys) < 2:
            return kept(self, keys)
        with _unguarded(self._joins):
            return kept(self, keys)

    patch.setattr(Operands, "__call__", operand)


def _filter(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    _any_name(patch)
    _raw_operands(patch)


def _filter_over_references(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    _any_name(patch, far=True)
    _raw_operands(patch, far=True)


def _view(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """The view's own filter, sort and groups look at hidden columns; what the reader names himself is checked."""
    _raw_operands(patch)


def _sort(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    kept = order.terms

    def terms(joins: Joins, keys: Any) -> Any:
        with _unguarded(joins):
            return kept(joins, keys)

    patch.setattr(lists, "terms", terms)
    patch.setattr(spec, "readable_path", lambda ctx, path: True)


def _sort_by_anything(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    _any_name(patch)
    _sort(patch, pair)


def _alias(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """A value that is shown under another name, over a reference, isn't masked."""
    kept = select.Selection.show

    def show(self: select.Selection, path: FieldPath) -> Any:
        if not path.hops:
            return kept(self, path)
        self.joins.at(path.hops)  # the record itself is still looked for under its own right
        with _unguarded(self.joins):
            return kept(self, path)

    patch.setattr(select.Selection, "show", show)
    patch.setattr(spec, "readable_path", lambda ctx, path: True)


def _search_text(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    patch.setattr(search, "reads_whole_text", lambda ctx, entity_key: True)


def _search_fields(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    patch.setattr(search, "readable_text", lambda joins: joins.base.c.search_text)


def _aggregate(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    def of_child(self: Operands, child: Any, field: Field, suffix: str = "") -> Any:
        return child.c[column_name(field, suffix)]

    patch.setattr(Operands, "_of_child", of_child)
    _report_columns(patch, pair)


def _report_columns(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """Reports group by and compute with unguarded columns of the records that may be read."""
    kept = select.Selection

    def selection(*args: Any, **more: Any) -> Any:
        made = kept(*args, **more)
        made.joins.guard = None
        return made

    patch.setattr(report_shape, "Selection", selection)


def _stale(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """Rights of an earlier revision go on."""
    kept = rights.access_of
    patch.setattr(rights, "access_of", lambda model, shape, key: kept(pair.open_model, shape, key))


def _people(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """People are found by columns that nobody may see."""
    kept = known_people

    def people(ctx: Context, target: str, text: str, limit: int) -> Any:
        users = table_of(User)
        found = ctx.connection.execute(users.select().where(users.c.password.startswith(text))).all()
        hits = [(row.id, row.name) for row in found] if target == "@user" and text else []
        return [*hits, *kept(ctx, target, text, limit)][:limit]

    patch.setattr(picking, "people", people)


def _expansion(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """What a reference points to is shown without asking whether that record may be seen."""
    patch.setattr(guard.ReaderGuard, "title", lambda self, joins, hops, column: column)
    kept = guard.ReaderGuard.rows

    def seen(self: Any, entity_key: str, table: Any) -> Any:
        return kept(self, entity_key, table) if not str(table.name).startswith("j") else None

    patch.setattr(guard.ReaderGuard, "rows", seen)


def _history(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """The history of a record that may be read tells what its hidden fields were."""
    patch.setattr(history, "visible_fields", lambda ctx, record: ctx.snapshot.model.entities[record.entity].fields)


def _past(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """What a record was at a moment tells what its hidden fields were then."""
    patch.setattr(past, "visible_fields", lambda ctx, record: ctx.snapshot.model.entities[record.entity].fields)


def _one_owner(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """Of several records whose line a row may be only the first kind is asked about."""
    kept = rows._below_visible
    patch.setattr(rows, "_below_visible", lambda *args: islice(kept(*args), 1))


def _rolled_up(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """What is gathered of rows is shown to whoever may read them by themselves, whatever record hides some."""
    patch.setattr(Derivation, "_rows", lambda self, entity, child, via: self._reads(child.key, ""))


def _taken(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """That values are taken is told with the record that has them, to whoever may read the record but not them.

    Three guards stand before it: a group with an unknown field isn't named, nor is a record whose values aren't shown,
    and what is said at an unknown field isn't told.
    """

    def seen(ctx: Context, plan: EntityPlan, record_id: int, keys: Any) -> tuple[str, int, str] | None:
        title = named_records(ctx, plan.key, [record_id]).get(record_id)
        return None if title is None else (plan.key, record_id, title)

    patch.setattr(uniqueness, "_seen", seen)
    for module in (uniqueness, told):
        patch.setattr(module, "knows", lambda ctx, draft, key: True)


def _digest(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """An ETag is made of the whole record, whatever of it the reader is told."""
    kept = frame._etag_of

    def of_everything(version: int, body: bytes) -> str:
        at = request.view_args or {}
        found = load_item(replace(frame.neutral(), actor=PRODUCT), at["entity"], at["record_id"])
        return kept(version, orjson.dumps(found.item))

    patch.setattr(frame, "_etag_of", of_everything)


def _told_record(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """A refusal names the record that has a value, whether its reader may see that record or not."""

    def seen(ctx: Context, plan: EntityPlan, record_id: int, keys: Any) -> tuple[str, int, str] | None:
        return (
            plan.key,
            record_id,
            named_records(replace(ctx, actor=PRODUCT), plan.key, [record_id])[record_id],
        )

    patch.setattr(uniqueness, "_seen", seen)


def _told_back(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """Whoever writes is told the whole record that he has written."""
    kept = load_item

    def load(ctx: Context, *args: Any) -> Any:
        return kept(ctx if request.method == "GET" else replace(ctx, actor=PRODUCT), *args)

    patch.setattr(records, "load_item", load)


def _clash(patch: pytest.MonkeyPatch, pair: Pair) -> None:
    """Whoever comes too late is told the whole record that others have saved meanwhile."""
    kept = clash_of

    def told(ctx: Context, stored: Any, found: Any) -> Mapping[str, Any]:
        at = request.view_args or {}
        everything = load_item(replace(ctx, actor=PRODUCT), at["entity"], at["record_id"]).item
        fields = [{"pointer": f"/{key}", "stored": value} for key, value in everything.items()]
        return {**kept(ctx, stored, found), "fields": fields}

    patch.setattr(records, "clash_of", told)


#: Every pattern of class C in the threat model, by the advisory in which it became known.
DEFECTS: Final[Mapping[str, Defect]] = {
    "filter on a hidden field (Twenty, CVE-2026-85055)": _filter,
    "a view's filter on hidden columns (NocoDB, CVE-2026-47378)": _view,
    "an alias shows the value (Directus, CVE-2024-34708)": _alias,
    "search over all fields (Directus, CVE-2025-30352)": _search_text,
    "search over concealed fields (Directus, CVE-2025-64748)": _search_fields,
    "aggregates of concealed fields (Directus, CVE-2026-35442)": _aggregate,
    "rights that outlive a revision (Directus, CVE-2025-64746)": _stale,
    "filter through a relation (Strapi, CVE-2026-27886)": _filter_over_references,
    "order by an unreadable field (Tryton, CVE-2019-10868)": _sort,
    "groups and order as an oracle (Odoo, review of 73341)": _report_columns,
    "order that the reader names (Odoo, review of 73341)": _sort_by_anything,
    "people by a hash's beginning (Flask-AppBuilder, GHSA-32ff-4g79-vgfc)": _people,
    "expansion without a check (Frappe, CVE-2026-39351)": _expansion,
    "history of concealed values (Directus, CVE-2026-39943)": _history,
    "lines of two owners, asked of one (own review)": _one_owner,
    "sums over rows that another record hides (own review)": _rolled_up,
    "who has a group of values, one of them concealed (own review)": _taken,
    "who has a value that a record nobody sees has, too (own review)": _told_record,
    "a write that is answered with everything (own review)": _told_back,
    "a 412 that tells what is concealed (own review)": _clash,
    "an ETag over what isn't told (own review)": _digest,
    "concealed values at a moment of the past (the same, asked otherwise)": _past,
}

"""From what was submitted to drafts: defaults filled in, every value cleaned, lines told apart, texts looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app.access.rights import access, refusal
from app.context import Context
from app.errors import InvalidValue
from app.expr.environment import Environment
from app.fields.base import Raw
from app.fields.pointing import AnyRef, Unresolved
from app.query.reach import reached
from app.records import texts
from app.records.along import lines_along
from app.records.permits import Permit, knows, permits
from app.records.plan import EntityPlan, FieldPlan, plan_of
from app.records.rows import Draft, Row, Stored
from app.records.stored import Targets, load_lines, pointers
from app.system.history import stored_instant

#: What a line carries beside its values: which stored line it is.
_LINE_ID: Final = "id"
#: Records of one title: whether each is archived, and its id.
Called = Sequence[tuple[bool, int]]
#: Stands for the id of a record that isn't written yet.
PENDING: Final = 0


class Preparation:
    """Drafts of one save, made out of what was submitted; what is wrong is noted at the drafts.

    Args:
        ctx: the writer and the moment.
        pool: the records that are pointed to.
        environment: what defaults may know.
    """

    def __init__(self, ctx: Context, pool: Targets, environment: Environment) -> None:
        self.ctx = ctx
        self.pool = pool
        self.environment = environment
        self.trusted = ctx.actor.everything

    def fill(self, drafts: Sequence[Draft], raws: Sequence[Mapping[str, Raw]]) -> None:
        """Clean what was submitted for some drafts of one entity, with their lines."""
        for draft, raw in zip(drafts, raws, strict=True):
            self._clean(draft, raw)
            if draft.before is None:
                self._defaults(draft)
        self._lines(drafts)

    def _clean(self, draft: Draft, raw: Mapping[str, Raw]) -> None:
        plan, locale = draft.entity, self.ctx.locale
        for key, given in raw.items():
            if draft.via is not None and key in (draft.via, _LINE_ID):
                continue
            field = plan.fields.get(key)
            if field is None or not knows(self.ctx, draft, key):
                draft.refuse(key, texts.unknown_field(key, plan.entity.label))
                continue
            draft.given.add(key)
            try:
                value = field.field.type.clean(given, locale)
            except InvalidValue as invalid:
                draft.refuse(key, invalid.error)
                continue
            self._take(draft, field, value)

    def _may_write(self, draft: Draft, field: FieldPlan) -> bool:
        """Return whether the writer may give a field another value; for new records the last word comes later."""
        if self.trusted:
            return True
        if draft.permit is not None:
            return draft.permit.writes(field.key, "update")
        return bool(access(self.ctx, draft.entity.key).writing(field.key, "create"))

    def _take(self, draft: Draft, field: FieldPlan, value: Any) -> None:
        """Put a cleaned value into the draft, unless it is the value that is there already."""
        old = draft.values[field.key]
        may_write = self._may_write(draft, field)
        closed = field.writable == "nobody" or (field.writable == "product" and not self.trusted)
        if field.lines is not None and may_write and not closed:
            draft.values[field.key] = value
            draft.changed.add(field.key)
            return
        if draft.before is None:
            if value is None and (field.writable != "everybody" or not may_write):
                draft.given.discard(field.key)
                return
        elif _same(field, old, value):
            return
        if not may_write or closed:
            draft.refuse(field.key, texts.readonly(field.field.label))
            return
        draft.values[field.key] = value
        draft.changed.add(field.key)

    def _defaults(self, draft: Draft) -> None:
        for field in draft.entity.defaults:
            if field.key in draft.given or field.default is None:
                continue
            value = field.default(draft, self.environment)
            if field.field.default is None:
                # An expression's moment is UTC without a zone; a field type would take it for local time.
                raw = value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
                try:
                    value = field.field.type.clean(raw, "en")
                except InvalidValue as invalid:
                    draft.refuse(field.key, invalid.error)
                    continue
            draft.values[field.key] = value
            draft.changed.add(field.key)
        self._system_defaults(draft)

    def _system_defaults(self, draft: Draft) -> None:
        """Give a new record to whoever makes it now, unless something else is said; rules and formulas look at it."""
        actor, now = self.ctx.actor, stored_instant(self.ctx.now)
        made = (("owner", actor.id), ("team", actor.team_id), ("created_at", now), ("created_by", actor.id))
        for key, value in made:
            if key not in draft.given and key in draft.entity.fields and draft.entity.fields[key].field.system:
                draft.values[key] = value

    # -- lines --------------------------------------------------------------------------------------------------------

    def _lines(self, drafts: Sequence[Draft]) -> None:
        for field in drafts[0].entity.lines if drafts else ():
            assert field.lines is not None
            child, via = plan_of(self.ctx, field.lines[0]), field.lines[1]
            given = [draft for draft in drafts if field.key in draft.given and field.key not in draft.errors]
            looked_into = field.key in drafts[0].entity.line_paths
            stored_for = [
                draft.id
                for draft in drafts
                if draft.id is not None and draft.before is not None and (looked_into or field.key in draft.given)
            ]
            stored = load_lines(self.ctx, self.pool, child, via, stored_for) if stored_for else {}
            if looked_into:
                for draft in drafts:
                    draft.lines[field.key] = tuple(one.row for one in stored.get(draft.id or 0, ()))
            self._children(field, child, via, given, stored)

    def _children(
        self,
        field: FieldPlan,
        child: EntityPlan,
        via: str,
        drafts: Sequence[Draft],
        stored: Mapping[int, Sequence[Stored]],
    ) -> None:
        rows: list[Draft] = []
        raws: list[Mapping[str, Raw]] = []
        seen = permits(self.ctx, child, [one.row.id or 0 for several in stored.values() for one in several])
        for draft in drafts:
            # Rows that the writer can't see aren't missing from what he sent: they stay as they are.
            mine_seen = [one for one in stored.get(draft.id or 0, ()) if one.row.id in seen]
            there: dict[int | None, Stored] = {one.row.id: one for one in mine_seen}
            mine: list[Draft] = []
            for index, raw in enumerate(draft.values[field.key] or ()):
                prefix = f"{draft.prefix}{field.key}[{index}]."
                row = self._child(child, via, draft, raw, there, prefix, seen)
                row.position = len(mine)
                mine.append(row)
                raws.append(raw)
            rows.extend(mine)
            draft.children[field.key] = mine
            draft.removed[field.key] = list(there.values())
        self._going_along(field.key, child, drafts)
        self.fill(rows, raws)
        for draft in drafts:
            kept = [row for row in draft.children[field.key] if not self._blank(row)]
            for position, row in enumerate(kept):
                row.position = position
            draft.children[field.key] = kept
            unseen = [one.row for one in stored.get(draft.id or 0, ()) if one.row.id not in seen]
            draft.lines[field.key] = (*kept, *unseen)
            self._authorise_rows(draft, field, child, seen)

    def _going_along(self, key: str, child: EntityPlan, drafts: Sequence[Draft]) -> None:
        """Note at drafts the lines of the lines that were left out."""
        removed = [one.row.id or 0 for draft in drafts for one in draft.removed[key]] if child.lines else []
        if removed:
            found = lines_along(self.ctx, self.pool, child, removed)
            for draft in drafts:
                draft.along[key] = [line for one in draft.removed[key] for line in found[one.row.id or 0]]

    def _child(
        self,
        child: EntityPlan,
        via: str,
        parent: Draft,
        raw: Mapping[str, Raw],
        there: dict[int | None, Stored],
        prefix: str,
        seen: Mapping[int, Permit],
    ) -> Draft:
        line_id = raw.get(_LINE_ID)
        before, lost = None, False
        if line_id not in (None, ""):
            text = str(line_id)
            before = there.pop(int(text), None) if text.isascii() and text.isdigit() and len(text) < 20 else None
            lost = before is None
        permit = None if before is None or self.trusted else seen.get(before.row.id or 0)
        row = Draft(child, self.pool, before=before, prefix=prefix, parent=parent, via=via, permit=permit)
        row.values[via] = parent.id if parent.id is not None else PENDING
        if lost:
            row.record_errors.append(texts.no_line())
        return row

    def _authorise_rows(self, draft: Draft, field: FieldPlan, child: EntityPlan, seen: Mapping[int, Permit]) -> None:
        """Note at the record and its rows what the writer may not do with them."""
        if self.trusted:
            return
        for row in draft.children[field.key]:
            moved = row.before is not None and row.position != row.before.position
            if row.permit is not None and (row.changed or moved) and not row.permit.allows("update"):
                row.record_errors.append(texts.may_not(refusal(self.ctx, child.key, "update", record=True)))
        for gone in draft.removed[field.key]:
            if not seen[gone.row.id or 0].allows("retire"):
                draft.refuse(field.key, texts.may_not(refusal(self.ctx, child.key, "retire", record=True)))

    def _blank(self, row: Draft) -> bool:
        """Return whether a new line has nothing in it but defaults: the empty row that a mask offers for typing."""
        if row.before is not None or row.errors or row.record_errors:
            return False
        return all(self._untouched(row, row.entity.fields[key], row.values[key]) for key in row.given)

    def _untouched(self, row: Draft, field: FieldPlan, value: Any) -> bool:
        if value is None or value is False:
            return True
        return field.field.default is not None and _same(field, field.field.default, value)

    # -- references ---------------------------------------------------------------------------------------------------

    def resolve(self, drafts: Sequence[Draft]) -> None:
        """Look up the records that people named by typing instead of picking; one statement per entity."""
        open_texts: dict[str, set[str]] = {}
        waiting: list[tuple[Draft, FieldPlan]] = []
        for draft in drafts:
            for field in draft.entity.references:
                found = _unresolved(draft.values[field.key]) if field.key in draft.changed else ()
                if found:
                    waiting.append((draft, field))
                for one in found:
                    open_texts.setdefault(one.entity, set()).add(one.text)
        answers = {entity: self.pool.titled(entity, sorted(several)) for entity, several in open_texts.items()}
        for draft, field in waiting:
            self._resolve_one(draft, field, answers)

    def _resolve_one(self, draft: Draft, field: FieldPlan, answers: Mapping[str, Mapping[str, Called]]) -> None:
        value = draft.values[field.key]
        resolved: list[Any] = []
        for one in value if isinstance(value, tuple) else (value,):
            if not isinstance(one, Unresolved):
                resolved.append(one)
                continue
            ids = _meant(draft, field, one.entity, answers[one.entity][one.text])
            if len(ids) == 1:
                resolved.append(AnyRef(one.entity, ids[0]) if _any_kind(field) else ids[0])
            else:
                draft.refuse(field.key, texts.several(one.text) if ids else texts.not_found(one.text))
        if field.linked:
            draft.values[field.key] = tuple(dict.fromkeys(resolved)) or None
        else:
            draft.values[field.key] = resolved[0] if resolved else None
        if draft.before is not None and _same(field, draft.before.row.values[field.key], draft.values[field.key]):
            draft.changed.discard(field.key)  # it was named as what it is already

    def check_targets(self, drafts: Sequence[Draft]) -> None:
        """Load what the drafts newly point to, and refuse what isn't there; one statement per entity."""
        wanted: dict[str, list[int]] = {}
        pointing: list[tuple[Draft, FieldPlan, list[tuple[str, int]]]] = []
        for draft in drafts:
            for field in draft.entity.references:
                value = draft.values[field.key]
                if (
                    value is None
                    or field.key not in draft.changed
                    or field.key in draft.errors
                    or field.key == draft.via
                ):
                    continue
                found = pointers(draft.entity, field.key, value)
                pointing.append((draft, field, found))
                for entity, one in found:
                    wanted.setdefault(entity, []).append(one)
        seen: dict[str, Collection[int]] = {}
        for entity, ids in wanted.items():
            self.pool.load(entity, ids, wide=False)
            seen[entity] = reached(self.ctx, entity, [one for one in ids if self.pool.find(entity, one) is not None])
        for draft, field, found in pointing:
            targets = [self.pool.find(entity, one) if one in seen[entity] else None for entity, one in found]
            if any(target is None for target in targets):
                draft.refuse(field.key, texts.no_target(field.field.label))
            elif not self.trusted and any(target.archived for target in self._new(draft, field, targets)):
                draft.refuse(field.key, texts.target_retired(field.field.label))

    def _new(self, draft: Draft, field: FieldPlan, targets: Sequence[Row | None]) -> Iterator[Row]:
        """Yield the targets that a draft didn't point to before: what was archived meanwhile may stay."""
        before = None if draft.before is None else draft.before.row.values[field.key]
        known = set(before) if isinstance(before, tuple) else set()
        yield from (target for target in targets if target is not None and target.id not in known)

    def needed(self, drafts: Sequence[Draft]) -> None:
        """Load what the drafts' conditions, rules and titles look at beyond the drafts themselves."""
        for group in by_entity(drafts):
            plan = group[0].entity
            self.pool.follow(group, plan.needs)
            for key, needs in plan.line_needs.items():
                self.pool.follow([line for draft in group for line in draft.lines.get(key, ())], needs)


def _same(field: FieldPlan, old: Any, new: Any) -> bool:
    if old is None or new is None:
        return old is new
    return not isinstance(new, Unresolved) and field.field.type.equal(old, new)


def _unresolved(value: Any) -> Sequence[Unresolved]:
    if isinstance(value, Unresolved):
        return (value,)
    return [one for one in value if isinstance(one, Unresolved)] if isinstance(value, tuple) else ()


def _meant(draft: Draft, field: FieldPlan, entity: str, found: Called) -> list[int]:
    """Return which of the records of one title are meant: what is pointed to already, else what isn't archived."""
    old = None if draft.before is None else draft.before.row.values[field.key]
    pointed = set() if old is None else set(pointers(draft.entity, field.key, old))
    known = [one for _, one in found if (entity, one) in pointed]
    living = [one for archived, one in found if not archived]
    return known or living or [one for _, one in found]


def _any_kind(field: FieldPlan) -> bool:
    return field.target is None and not field.linked


def by_entity(drafts: Iterable[Draft]) -> tuple[Sequence[Draft], ...]:
    """Return drafts in groups of one entity each."""
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.entity.key, []).append(draft)
    return tuple(groups.values())

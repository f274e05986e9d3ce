"""Two people have changed the same record: what each of them did, put together field by field.

Mine is what was given and differs from the value as I had read it; theirs is what differs from it in the database. A
field that only one of us has changed needs no talk. Where both changed it, to something different, people decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.context import Context
from app.errors import Clash, Meanwhile
from app.fields.base import Raw
from app.fields.pointing import Unresolved
from app.records.journal import since
from app.records.permits import Permit, permits
from app.records.plan import EntityPlan, FieldPlan
from app.records.rows import Draft, Stored
from app.records.stored import Targets, load

#: Which rows of a lines field a writer has seen, and in which versions: row id to version, by the field's key.
Bases = Mapping[str, Mapping[int, int]]
#: What a line is called in a list of lines.
_LINE_ID = "id"


def is_stale(draft: Draft, version: int, bases: Bases) -> bool:
    """Return whether a record or one of its lines isn't any more what its writer has seen.

    Args:
        draft: filled with what was given.
        version: the version of the record that the writer has seen.
        bases: the lines that he has seen; a field that is missing here counts with the record.
    """
    if draft.version != version:
        return True
    return any(key in draft.children and _stored_lines(draft, key) != dict(bases[key]) for key in bases)


def compare(
    ctx: Context, draft: Draft, raw: Mapping[str, Raw], version: int, bases: Bases
) -> tuple[Meanwhile, Mapping[str, Raw]]:
    """Compare what was given with what others have saved meanwhile.

    Args:
        ctx: the writer.
        draft: the record as it is stored by now, filled with what was given; typed names are looked up.
        raw: what was given.
        version, bases: see `is_stale`.

    Returns:
        What the others did, and what is left to be saved where nothing clashes.
    """
    return _Comparison(ctx, draft, raw, version, bases).done()


class _Comparison:
    def __init__(self, ctx: Context, draft: Draft, raw: Mapping[str, Raw], version: int, bases: Bases) -> None:
        self.ctx = ctx
        self.draft = draft
        self.raw = raw
        self.version = version
        self.bases = bases
        self.clashes: list[Clash] = []
        self.theirs: set[str] = set()
        self.left: dict[str, Raw] = {}
        self.lost: Mapping[str, bool] = {}

    def done(self) -> tuple[Meanwhile, Mapping[str, Raw]]:
        draft = self.draft
        changed = _since(self.ctx, draft.entity, draft, self.version)
        for key, given in self.raw.items():
            field = draft.entity.fields.get(key)
            if field is None or key in draft.errors:
                self.left[key] = given  # what is wrong with it is said when it is saved
            elif field.lines is not None:
                self._lines(field, given)
            else:
                self._field(field, given, changed)
        known = draft.before.row.values if draft.before is not None else {}
        meanwhile = Meanwhile(
            version=draft.version,
            by=known.get("updated_by"),
            at=known.get("updated_at"),
            clashes=tuple(self.clashes),
            theirs=frozenset(self.theirs),
            seen=self.version,
        )
        return meanwhile, self.left

    def _field(self, field: FieldPlan, given: Raw, changed: Mapping[str, Any] | None) -> None:
        found = _three_way(self.draft, field, changed)
        if found is None:
            self.left[field.key] = given
        elif isinstance(found, Clash):
            self.clashes.append(found)
        elif found:
            self.theirs.add(field.key)

    # -- lines --------------------------------------------------------------------------------------------------------

    def _lines(self, field: FieldPlan, given: Raw) -> None:
        key, base = field.key, self.bases.get(field.key)
        if base is not None and _stored_lines(self.draft, key) == dict(base):
            if lines_differ(self.draft, key):
                self.left[key] = given
            return
        self.lost = self._lost(key, base)
        merged: Sequence[Mapping[str, Raw]] | None
        if base is None:
            merged = None if self.draft.version == self.version else ()
        else:
            merged = self._rows(key, base)
        if merged is None:
            self.left[key] = given
        elif merged:
            self.left[key] = list(merged)
        elif lines_differ(self.draft, key) and self._whole(key, base):
            mine = [row.values for row in self.draft.children[key]]
            self.clashes.append(Clash(key, None, mine, _stored_lines(self.draft, key), known=False))
        else:
            self.theirs.add(key)

    def _whole(self, key: str, base: Mapping[int, int] | None) -> bool:
        """Return whether the lines as a whole were changed by both; without a base that can't be told apart."""
        return base is None or self._mine_changed(key, base)

    def _mine_changed(self, key: str, base: Mapping[int, int]) -> bool:
        rows = [row for row in self.draft.children[key] if self.lost.get(row.prefix) is not False]
        there = {row.id for row in rows if row.before is not None}
        if any(row.before is None for row in rows) or set(base) - there - self._gone(key, base):
            return True
        return any(_mine(self.ctx, row, base.get(row.id or 0, 0)) != frozenset() for row in rows)

    def _gone(self, key: str, base: Mapping[int, int]) -> set[int]:
        return set(base) - set(_stored_lines(self.draft, key))

    def _lost(self, key: str, base: Mapping[int, int] | None) -> Mapping[str, bool]:
        """Return of each line that I still have and others have taken away whether I have changed it, by its prefix."""
        draft = self.draft
        pairs = [(row, raw) for row, raw in _with_raw(draft, key) if row.before is None]
        ids = {row.prefix: _number(raw.get(_LINE_ID)) for row, raw in pairs}
        gone = [one for one in ids.values() if one in (base or ())]
        if not gone:
            return {}
        child = pairs[0][0].entity
        taken = load(self.ctx, child, Targets(self.ctx), gone)
        seen = permits(
            self.ctx, child, [one for one, line in taken.items() if line.row.values[pairs[0][0].via or ""] == draft.id]
        )
        return {
            row.prefix: one not in seen or _differ(row, taken[one], seen[one])
            for row, _ in pairs
            if (one := ids[row.prefix]) in taken
        }

    def _rows(self, key: str, base: Mapping[int, int]) -> Sequence[Mapping[str, Raw]]:
        """Return both people's lines, row by row; nothing where that isn't possible or where mine changed nothing."""
        draft = self.draft
        if not self._mine_changed(key, base):
            return ()
        merged: list[Mapping[str, Raw]] = []
        for row, raw in _with_raw(draft, key):
            if self.lost.get(row.prefix) is False:
                continue  # they have taken away a row that I have only read
            if row.before is None:
                if row.record_errors:
                    return ()  # they have taken away a row that I have changed
                merged.append(raw)
                continue
            mine = _mine(self.ctx, row, base.get(row.before.row.id or 0, 0))
            if mine is None:
                return ()
            merged.append({_LINE_ID: row.id, **{name: raw[name] for name in mine if name in raw}})
        for one in draft.removed[key]:
            seen = base.get(one.row.id or 0)
            if seen is not None and seen != one.version:
                return ()  # I have taken away a row that they have changed
            if seen is None:
                merged.append({_LINE_ID: one.row.id})
        return merged


def _number(given: Any) -> int:
    """Return the id that a line was given with, 0 for none."""
    text = str(given or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _differ(row: Draft, taken: Stored, permit: Permit) -> bool:
    """Return whether a line was given with other values than it had when it was taken away."""
    fields = row.entity.fields
    return bool(row.errors) or any(
        not permit.reads(key) or not same(fields[key], row.values[key], taken.row.values[key]) for key in row.given
    )


def _mine(ctx: Context, row: Draft, seen: int) -> frozenset[str] | None:
    """Return the keys of a stored line that only I have changed, None where they clash."""
    changed: Mapping[str, Any] | None = {}
    if row.version != seen:
        changed = _since(ctx, row.entity, row, seen)
    mine = set()
    for key in row.given:
        field = row.entity.fields[key]
        found = None if key in row.errors else _three_way(row, field, changed)
        if isinstance(found, Clash):
            return None
        if found is None:
            mine.add(key)
    return frozenset(mine)


def _three_way(draft: Draft, field: FieldPlan, changed: Mapping[str, Any] | None) -> Clash | bool | None:
    """Compare one field: None where mine is to be saved, else a clash, else whether only the others changed it."""
    key = field.key
    if field.lines is not None:
        return _lines_of_a_line(draft, key, changed)
    mine = draft.values[key]
    theirs = None if draft.before is None else draft.before.row.values[key]
    if same(field, mine, theirs):
        return changed is not None and key in changed
    if changed is None:
        return Clash(key, None, mine, theirs, known=False)
    original = changed.get(key, theirs)
    if same(field, mine, original):
        return True
    if same(field, theirs, original):
        return None
    return Clash(key, original, mine, theirs)


def _lines_of_a_line(row: Draft, key: str, changed: Mapping[str, Any] | None) -> Clash | bool | None:
    """Compare the lines of a line like a field: as a whole, since nobody says which of them he has seen."""
    theirs = changed is None or key in changed
    if not lines_differ(row, key):
        return theirs
    return Clash(key, None, row.values[key], None, known=False) if theirs else None


def _since(ctx: Context, plan: EntityPlan, draft: Draft, version: int) -> Mapping[str, Any] | None:
    if draft.version == version:
        return {}
    assert draft.id is not None
    return since(ctx, plan, draft.id, version)


def _with_raw(draft: Draft, key: str) -> Iterator[tuple[Draft, Mapping[str, Raw]]]:
    """Pair the lines of a draft with what was given for each; rows that turned out blank have no draft."""
    by_prefix = {row.prefix: row for row in draft.children[key]}
    for index, raw in enumerate(draft.values[key] or ()):
        row = by_prefix.get(f"{draft.prefix}{key}[{index}].")
        if row is not None:
            yield row, raw


def _stored_lines(draft: Draft, key: str) -> dict[int, int]:
    stored: list[Stored] = [row.before for row in draft.children[key] if row.before is not None]
    return {one.row.id: one.version for one in (*stored, *draft.removed[key]) if one.row.id is not None}


def lines_differ(draft: Draft, key: str) -> bool:
    """Return whether the lines of a field are anything but what is stored."""
    if draft.removed.get(key):
        return True
    return any(row_differs(row) for row in draft.children.get(key, ()))


def row_differs(row: Draft) -> bool:
    """Return whether a line is new, changed or moved; what it is called is worked out later and doesn't count."""
    if row.before is None or row.errors or row.record_errors:
        return True
    if "position" in row.entity.system and row.position not in (None, row.before.position):
        return True
    lines = {field.key for field in row.entity.lines}
    return bool(row.changed - lines) or any(lines_differ(row, key) for key in row.changed & lines)


def same(field: FieldPlan, one: Any, other: Any) -> bool:
    """Return whether two values of a field are the same; a typed name that isn't looked up is like no other."""
    if one is None or other is None:
        return one is other
    if isinstance(one, Unresolved) or isinstance(other, Unresolved):
        return False
    return field.field.type.equal(one, other)

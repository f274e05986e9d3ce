"""What a writer is told is wrong: nothing that he may not know.

Records are judged with all rights, so what is wrong may lie in a field that their writer may not read. That he hears as
one sentence about the record as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.context import Context
from app.errors import DataErrors, FieldError
from app.fields.pointing import AnyRef
from app.records import texts
from app.records.permits import knows, permits
from app.records.plan import EntityPlan, Names
from app.records.rows import Draft, Row


def errors_of(ctx: Context, drafts: Iterable[Draft]) -> DataErrors:
    """Collect everything that is wrong with some records and their lines, as far as their writer may know.

    Args:
        ctx: the writer.
        drafts: the records, without their lines.
    """
    fields: dict[str, tuple[FieldError, ...]] = {}
    record: list[FieldError] = []
    for draft in (one for top in drafts for one in top.all_drafts()):
        whole = list(draft.record_errors)
        for key, errors in draft.errors.items():
            said = _said(ctx, draft, key, errors)
            if said:
                fields[f"{draft.prefix}{key}"] = tuple(said)
            if len(said) < len(errors):
                whole.append(texts.unseen())
        several = _once(whole)
        if several and draft.prefix:
            fields[draft.prefix.rstrip(".")] = tuple(several)
        else:
            record.extend(several)
    return DataErrors(fields, tuple(record))


def _once(errors: Sequence[FieldError]) -> Sequence[FieldError]:
    """Return errors with that about the unseen once: how often it is said would tell how many such fields there are."""
    unseen = texts.unseen()
    return [one for number, one in enumerate(errors) if one != unseen or unseen not in errors[:number]]


def _said(ctx: Context, draft: Draft, key: str, errors: Sequence[FieldError]) -> Sequence[FieldError]:
    """Return what is said at a field: at one that the writer may not know, only that what he has named isn't there."""
    if key in draft.entity.fields and not knows(ctx, draft, key):
        return [error for error in errors if error.code == texts.UNKNOWN_FIELD]
    return errors


def may_tell(ctx: Context, row: Row, names: Names) -> bool:
    """Return whether a writer may read everything that a condition on a stored record looks at.

    Args:
        ctx: the writer.
        row: the record, with everything loaded that its conditions look at.
        names: the paths that the condition names; a computed value counts as its sources do.
    """
    return ctx.actor.everything or all(_reads(ctx, [row], keys) for keys in names)


def _reads(ctx: Context, rows: Sequence[Row], keys: tuple[str, ...]) -> bool:
    for plan, group in _by_plan(rows):
        permitted = permits(ctx, plan, [row.id or 0 for row in group])
        if any((one := permitted.get(row.id or 0)) is None or not one.reads(keys[0]) for row in group):
            return False
        if len(keys) == 1:
            continue
        following = [_following(row, keys[0]) for row in group]
        if None in following or not _reads(ctx, [one for some in following for one in some or ()], keys[1:]):
            return False
    return True


def _by_plan(rows: Iterable[Row]) -> Iterator[tuple[EntityPlan, Sequence[Row]]]:
    """Yield records in groups of one entity each; users and teams are left out: everybody knows them by name."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.plan is not None:
            groups.setdefault(row.plan.key, []).append(row)
    for group in groups.values():
        assert group[0].plan is not None
        yield group[0].plan, group


def _following(row: Row, key: str) -> Sequence[Row] | None:
    """Return the records that a field leads to; None where they aren't at hand, so that nothing is known of them."""
    assert row.plan is not None
    field = row.plan.fields[key]
    if field.lines is not None:
        return row.lines.get(key)
    value = row.values.get(key)
    if value is None or (field.target is None and not isinstance(value, AnyRef)):
        return ()  # it is empty, or what follows is a part of the value itself
    target = row.follow(key)
    return None if target is None else (target,)

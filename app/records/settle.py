"""What follows from a write: values computed out of what was written, then the rules that look at what was gathered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from app.context import Context
from app.records.affected import check_others
from app.records.check import check_gathered
from app.records.recalculate import recalculate
from app.records.rows import Draft
from app.records.touches import Touch


def settle(
    ctx: Context, touches: Iterable[Touch], above: Collection[tuple[str, int]], drafts: Sequence[Draft] = ()
) -> None:
    """Bring computed values up to date, and make sure that no rule over them is broken, wherever it is.

    Args:
        ctx: the writer.
        touches: what was changed, written already.
        above: entity and id of the records whose lines were written; their rules are asked with their new version.
        drafts: what was saved, or nothing where records went into the archive or came back.

    Raises:
        InvalidData: a rule speaks against what was written; whoever calls it takes the save back.
    """
    changed = recalculate(ctx, touches)
    check_gathered(ctx, drafts)
    saved = {(row.entity.key, row.id) for draft in drafts for row in draft.all_drafts() if row.id is not None}
    check_others(ctx, changed, saved.union(above))

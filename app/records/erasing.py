"""Erasing somebody's values from the history of a record; the chain stays provable, the record stays as it is."""

from __future__ import annotations

from collections.abc import Collection

from app.access.rights import require_power
from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData, NotFound
from app.language import Label
from app.query.gate import readable_fields
from app.records import texts
from app.records.actions import races
from app.records.journal import stamp_of
from app.records.permits import permits
from app.records.plan import plan_of
from app.records.stored import Targets, load
from app.system import audit, history

#: What the audit trail calls it.
ERASED = "history.erase"
_NO_REASON = Label(
    "Aus dem Verlauf wird nichts ohne Grund gelöscht. Bitte sagen Sie kurz, warum: etwa der Antrag und sein Datum.",
    "Nothing is erased from the history without a reason. Please say briefly why: the request and its date, say.",
)
_NO_FIELDS = Label(
    "Es ist kein Feld ausgewählt. Bitte wählen Sie die Felder, deren Werte aus dem Verlauf verschwinden sollen.",
    "No field is chosen. Please choose the fields whose values are to vanish from the history.",
)


def erase_history(ctx: Context, entity_key: str, record_id: int, fields: Collection[str]) -> int:
    """Erase every value that some fields of a record ever had from its history, and return how many entries lost one.

    The record itself keeps what is in it now: whoever wants that gone too empties the fields first. Its lines, and
    other records that say the same, have histories of their own.

    Args:
        ctx: who erases, and why: his reason is kept with the deed.
        entity_key, record_id: which record.
        fields: keys of the fields.

    Raises:
        NotFound: there is no such record for him.
        Forbidden: none of his roles may erase in this entity.
        InvalidData: a field isn't one of the record's for him, or he gives no reason.
    """
    require_power(ctx, entity_key, "erase")
    plan = plan_of(ctx, entity_key)
    stored = load(ctx, plan, Targets(ctx), [record_id]).get(record_id)
    permit = None if stored is None else permits(ctx, plan, [record_id]).get(record_id)
    if stored is None or permit is None:
        raise NotFound(f"{entity_key}/{record_id}")
    seen = {key for key in readable_fields(ctx, entity_key) if ctx.actor.everything or permit.reads(key)}
    entity = plan.entity
    wrong = {key: (texts.unknown_field(key, entity.label),) for key in fields if key not in seen}
    record = [] if ctx.reason else [FieldError("reason.missing", _NO_REASON)]
    record += [] if fields else [FieldError("fields.missing", _NO_FIELDS)]
    if wrong or record:
        raise InvalidData(DataErrors(wrong, tuple(record)))
    keys = sorted(set(fields))
    with races(ctx):
        count = history.erase(ctx.connection, stamp_of(ctx), entity_key, record_id, stored.version, keys)
        told = {"fields": keys, "entries": count, "reason": ctx.reason}
        audit.append(ctx.connection, ctx.actor, ERASED, f"{entity_key}/{record_id}", told)
    return count

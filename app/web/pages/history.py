"""What happened to a record: who changed what, when, through which door and why; and what it was at a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Response, request

from app.access.rights import access
from app.context import Context
from app.errors import InvalidValue
from app.fields.dates import read_datetime
from app.fields.formats import formats_for
from app.meta.model import Field
from app.query.entries import Change, HistoryEntry
from app.query.history import HistoryPage, Start, history_page, signatures_of
from app.query.past import states
from app.query.past_values import LinesDifference, PastValue, difference
from app.query.record import Record, load_record
from app.query.timeline import Moment, PastState
from app.system.history import stored_instant
from app.web import shell
from app.web.history_lines import LinesTable, LineTables
from app.web.history_words import HistoryWords, lost
from app.web.lifecycle import context
from app.web.places import record_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.texts import TEXTS, text

history_pages: Final = Blueprint("history_pages", __name__)

#: Stands in an address for the present moment.
_NOW: Final = "now"
#: The token of a save.
_SAVE: Final = re.compile("[0-9a-f]{32}")
#: A save and a version: where a page begins.
_START: Final = re.compile("([0-9a-f]{32})-([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A field that was changed; where its values aren't known any more, `lost` says so."""

    label: str
    lost: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry: what happened, when, by whom, and what it changed; there is nothing before the first one."""

    told: str
    reason: str
    first: bool
    changes: tuple[ChangeRow, ...]
    lines: tuple[LinesTable, ...]
    then_url: str
    compare_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment that can be picked."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class StateScreen:
    """A record at one moment, or what is different at two.

    Args:
        heading: which moment.
        columns: the moments, in words.
        rows: label and value of each field, or both values of those that differ.
        lines: the rows of each field with lines, or what is different in them.
        nothing: what is said where there are no rows.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    lines: tuple[LinesTable, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class HistoryScreen:
    """What the template shows."""

    title: str
    record: str
    record_url: str
    history_url: str
    entries: tuple[EntryRow, ...]
    older_url: str | None
    choices: tuple[Choice, ...]
    picked: dict[str, str] = field(default_factory=dict)
    wrong: str = ""
    state: StateScreen | None = None
    erase_url: str | None = None
    dated: bool = True


@history_pages.get("/r/<entity>/<record:record_id>/history")
@policy(SIGNED_IN)
def history(entity: str, record_id: int) -> Response:
    """Show the history of a record, newest first; `at` and `to` ask for what it was, and for what is different."""
    ctx = context()
    record = load_record(ctx, entity, record_id, lines=False)
    page, lost_place = _page(ctx, record)
    words = _Words(ctx, entity, [change for entry in page.entries for change in entry.changes])
    url = f"{record_url(entity, record_id)}/history"
    state, wrong = _asked(ctx, record)
    wrong = wrong or lost_place
    screen = HistoryScreen(
        title=text("history.title", ctx.locale, title=record.title),
        record=record.title,
        record_url=record_url(entity, record_id),
        history_url=url,
        entries=tuple(_entry(ctx, entry, words, url) for entry in page.entries),
        older_url=None if page.older is None else f"{url}?from={page.older.token}-{page.older.version}",
        choices=_choices(ctx, page.entries),
        picked={name: request.args.get(name, "") for name in ("at", "to")},
        wrong=wrong,
        state=state,
        erase_url=f"{url}/erase" if "erase" in access(ctx, entity).powers else None,
        dated=signatures_of(ctx, record).dated,
    )
    html = shell.answer(ctx, screen.title, render("pages/history.html", ctx.locale, page=screen))
    return respond(html, 400 if wrong else 200)


def _choices(ctx: Context, entries: Sequence[HistoryEntry]) -> tuple[Choice, ...]:
    """Return the saves of a page, newest first; one that left several entries is named by its last one."""
    newest: dict[str, HistoryEntry] = {}
    for entry in entries:
        newest.setdefault(entry.token, entry)
    return tuple(Choice(token, _short(ctx, entry)) for token, entry in newest.items())


def _page(ctx: Context, record: Record) -> tuple[HistoryPage, str]:
    """Return the page that was asked for; an empty one, and what is wrong, where it begins nowhere."""
    given = request.args.get("from", "")
    if not given:
        return history_page(ctx, record), ""
    start = _START.fullmatch(given)
    page = HistoryPage((), None) if start is None else history_page(ctx, record, Start(start[1], int(start[2])))
    return page, "" if page.entries else text("history.no_entry", ctx.locale)


# -- what happened ----------------------------------------------------------------------------------------------------


class _Words:
    """Says the changes of a page's entries."""

    def __init__(self, ctx: Context, entity: str, changes: Sequence[Change]) -> None:
        self.ctx = ctx
        self._lines = {id(one): difference(one.before, one.after) for one in changes if _has_rows(one)}
        said = [(c.field, value) for c in changes if not _has_rows(c) for value in (c.before, c.after)]
        self._words = HistoryWords(ctx, entity, said)
        self._tables = LineTables(ctx, ((c.field, self._lines[id(c)]) for c in changes if id(c) in self._lines))

    def row(self, change: Change) -> ChangeRow:
        """Say a change of a value."""
        label = change.field.label.text(self.ctx.locale)
        if not change.known:
            return ChangeRow(label, lost(self.ctx, erased=change.erased), "", "")
        return ChangeRow(label, "", *(self._words.of(change.field, value) for value in (change.before, change.after)))

    def table(self, change: Change, *, plain: bool) -> LinesTable:
        """Say a change of rows."""
        return self._tables.table(change.field, self._lines[id(change)], plain=plain)


def _has_rows(change: Change) -> bool:
    return change.known and change.field.type.lines() is not None


def _entry(ctx: Context, entry: HistoryEntry, words: _Words, url: str) -> EntryRow:
    first = entry.verb == "create"
    then = f"{url}?at={entry.token}"
    return EntryRow(
        told=_told(ctx, entry),
        reason="" if entry.reason is None else text("history.reason", ctx.locale, reason=entry.reason),
        first=first,
        changes=tuple(words.row(change) for change in entry.changes if not _has_rows(change)),
        lines=tuple(words.table(change, plain=first) for change in entry.changes if _has_rows(change)),
        then_url=then,
        compare_url=f"{then}&to={_NOW}",
    )


def _told(ctx: Context, entry: HistoryEntry) -> str:
    signed, origin = _signed(ctx, entry), _word(ctx, "history_origin", entry.origin)
    if origin == entry.actor:
        return signed  # what the product did by itself: "by Lotse (Lotse)" would say it twice
    return text("history.told", ctx.locale, signed=signed, origin=origin)


def _signed(ctx: Context, entry: HistoryEntry) -> str:
    """Say what happened, and when and who as far as the reader may know; its version where he may not know when.

    Without either, entries that did the same would all be called the same.
    """
    said = [_word(ctx, "history_verb", entry.verb)]
    if entry.at is None:
        said.append(text("history.version", ctx.locale, version=entry.version))
    else:
        formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
        said.append(text("history.when", ctx.locale, when=formats.datetime(entry.at)))
    if entry.actor is not None:
        said.append(text("history.who", ctx.locale, who=entry.actor))
    return " ".join(said)


def _short(ctx: Context, entry: HistoryEntry) -> str:
    return text("history.after_entry", ctx.locale, signed=_signed(ctx, entry))


def _word(ctx: Context, area: str, key: str) -> str:
    """Return the word for a verb or an origin; one that another version of the product wrote stands for itself."""
    label = TEXTS.get(f"{area}.{key}")
    return key if label is None else label.text(ctx.locale)


# -- what it was ------------------------------------------------------------------------------------------------------


def _asked(ctx: Context, record: Record) -> tuple[StateScreen | None, str]:
    """Return what the record was at the moments that were asked for, or what is wrong with them."""
    given = [request.args[name].strip() for name in ("at", "to") if request.args.get(name, "").strip()]
    if not given:
        return None, ""
    try:
        moments = [_moment(ctx, one) for one in given]
    except InvalidValue as invalid:
        return None, invalid.error.message.text(ctx.locale)
    if not signatures_of(ctx, record).dated and any(one.at is not None for one in moments):
        # Whoever may ask for moments finds out by halving when something happened.
        return None, text("history.undated", ctx.locale)
    found = states(ctx, record, moments)
    if not all(_is_there(moment, one) for moment, one in zip(moments, found, strict=True)):
        return None, text("history.no_entry", ctx.locale)
    columns = tuple(_named(ctx, moment, state) for moment, state in zip(moments, found, strict=True))
    return _state(ctx, record, columns, found), ""


def _is_there(moment: Moment, found: PastState) -> bool:
    """Return whether an entry that was named is one of this record's, and one that the reader sees."""
    return moment.save is None or (found.entry is not None and found.entry.token == moment.save)


def _moment(ctx: Context, given: str) -> Moment:
    if given == _NOW:
        return Moment()
    if _SAVE.fullmatch(given):
        return Moment(save=given)
    at = read_datetime(given, ctx.locale, ctx.snapshot.time_zone)
    return Moment(at=None if at is None else stored_instant(at))


def _named(ctx: Context, moment: Moment, state: PastState) -> str:
    if moment.save is not None and state.entry is not None:
        return _short(ctx, state.entry)
    if moment.at is None:
        return text("history.now", ctx.locale)
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return text("history.on", ctx.locale, when=formats.datetime(moment.at))


def _state(ctx: Context, record: Record, columns: tuple[str, ...], found: Sequence[PastState]) -> StateScreen:
    keys = dict.fromkeys(key for state in found for key in state.values)
    both = [tuple(state.values.get(key) for state in found) for key in keys]
    shown = [values for values in both if _is_shown(values)]
    rows = [values for values in shown if not _are_rows(values)]
    lines = [(_field(values), _different(values)) for values in shown if _are_rows(values)]
    said = [(value.field, value.value) for values in rows for value in values if value is not None and value.known]
    words, tables = HistoryWords(ctx, record.entity, said), LineTables(ctx, lines)
    heading, nothing = ("differences", "same") if len(found) > 1 else ("look_back", "nothing")
    plain = len(found) == 1
    return StateScreen(
        heading=text(f"history.{heading}", ctx.locale),
        columns=columns,
        rows=tuple((_label(ctx, values), tuple(words.past(one) for one in values)) for values in rows),
        lines=tuple(tables.table(field, rows, plain=plain) for field, rows in lines),
        nothing=text(f"history.{nothing}", ctx.locale),
    )


def _are_rows(values: Sequence[PastValue | None]) -> bool:
    """Return whether a field has lines, and all of them are known."""
    return _field(values).type.lines() is not None and all(one is None or one.known for one in values)


def _different(values: Sequence[PastValue | None]) -> LinesDifference:
    """Return how the rows of two moments differ; those of one moment have all come."""
    lines = [() if one is None else one.value or () for one in values]
    return difference(lines[0] if len(lines) > 1 else (), lines[-1])


def _is_shown(values: Sequence[PastValue | None]) -> bool:
    """Return whether a field has something to show: a value at one moment, a difference between two."""
    if len(values) == 1:
        return values[0] is not None and not values[0].empty
    one, other = values
    if one is None or other is None:
        there = one or other
        return there is not None and not there.empty
    return not one.same(other)


def _field(values: Sequence[PastValue | None]) -> Field:
    return next(value.field for value in values if value is not None)


def _label(ctx: Context, values: Sequence[PastValue | None]) -> str:
    return _field(values).label.text(ctx.locale)

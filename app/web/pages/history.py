"""What happened to a record: who changed what, when, through which door and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, request

from app.context import Context
from app.fields.formats import formats_for
from app.meta.model import Field
from app.query.history import NEWEST, Change, HistoryEntry, HistoryPage, history_page
from app.query.paths import resolve
from app.query.record import load_record
from app.query.words import value_words
from app.web import shell
from app.web.lifecycle import context
from app.web.places import record_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.texts import TEXTS, text

history_pages: Final = Blueprint("history_pages", __name__)

#: An id has fewer digits than this.
_DIGITS: Final = 19
#: Names of what fields point to, by field key and id, for this reader.
Names = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A field that was changed; no values where they aren't known any more."""

    label: str
    known: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry: what happened, when, by whom, and what it changed; there is nothing before the first one."""

    told: str
    reason: str
    first: bool
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class HistoryScreen:
    """What the template shows."""

    title: str
    record: str
    record_url: str
    entries: tuple[EntryRow, ...]
    older_url: str | None


@history_pages.get("/r/<entity>/<record:record_id>/history")
@policy(SIGNED_IN)
def history(entity: str, record_id: int) -> Response:
    """Show the history of a record, newest first."""
    ctx = context()
    record = load_record(ctx, entity, record_id, lines=False)
    page = history_page(ctx, record, _before())
    names, url = _names(ctx, entity, page), record_url(entity, record_id)
    screen = HistoryScreen(
        title=text("history.title", ctx.locale, title=record.title),
        record=record.title,
        record_url=url,
        entries=tuple(_entry(ctx, entry, names) for entry in page.entries),
        older_url=None if page.older is None else f"{url}/history?before={page.older}",
    )
    return respond(shell.answer(ctx, screen.title, render("pages/history.html", ctx.locale, page=screen)))


def _before() -> int:
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < _DIGITS else NEWEST


def _ids(field: Field, value: Any) -> tuple[int, ...]:
    """Return the ids that a value of a pointing field names; none for fields that point nowhere."""
    points = field.type.link() is not None or any(column.references for column in field.type.columns())
    values = value if isinstance(value, tuple) else (value,)
    return values if points and all(isinstance(one, int) for one in values) else ()


def _names(ctx: Context, entity: str, page: HistoryPage) -> Names:
    """Return what the records are called that the values of a page point to; one statement for each such field."""
    wanted: dict[str, set[int]] = {}
    for change in _changes(page.entries):
        found = {*_ids(change.field, change.before), *_ids(change.field, change.after)}
        if found:
            wanted.setdefault(change.field.key, set()).update(found)
    names: dict[str, Mapping[int, str]] = {}
    for key, ids in wanted.items():
        path, ordered = resolve(ctx, entity, key), sorted(ids)
        if path is not None:
            words = value_words(ctx, path, ordered)
            names[key] = {one: word.text(ctx.locale) for one, word in zip(ordered, words, strict=True)}
    return names


def _changes(entries: Iterable[HistoryEntry]) -> Iterable[Change]:
    return (change for entry in entries for change in entry.changes)


def _entry(ctx: Context, entry: HistoryEntry, names: Names) -> EntryRow:
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    told = text(
        "history.told",
        ctx.locale,
        verb=_word(ctx, "history_verb", entry.verb),
        when=formats.datetime(entry.at),
        who=entry.actor,
        origin=_word(ctx, "history_origin", entry.origin),
    )
    reason = "" if entry.reason is None else text("history.reason", ctx.locale, reason=entry.reason)
    changes = tuple(_change(ctx, change, names) for change in entry.changes)
    return EntryRow(told, reason, entry.verb == "create", changes)


def _word(ctx: Context, area: str, key: str) -> str:
    """Return the word for a verb or an origin; one that another version of the product wrote stands for itself."""
    label = TEXTS.get(f"{area}.{key}")
    return key if label is None else label.text(ctx.locale)


def _change(ctx: Context, change: Change, names: Names) -> ChangeRow:
    label = change.field.label.text(ctx.locale)
    if not change.known:
        return ChangeRow(label, known=False, before="", after="")
    before, after = (_written(ctx, change.field, value, names) for value in (change.before, change.after))
    return ChangeRow(label, known=True, before=before, after=after)


def _written(ctx: Context, field: Field, value: Any, names: Names) -> str:
    if value is None:
        return text("form.nothing", ctx.locale)
    if field.type.lines() is not None:
        return text("history.rows", ctx.locale, number=value)
    if ids := _ids(field, value):
        return ", ".join(names.get(field.key, {}).get(one, f"#{one}") for one in ids)
    return field.type.format(value, formats_for(ctx.locale, ctx.snapshot.time_zone))

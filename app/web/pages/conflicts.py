"""When two people have changed the same record: mine, theirs and the original side by side, and what was chosen.

The choice is a group of radio buttons for each field, so that it works with the keyboard and without JavaScript. Saving
"theirs" sends the field's digest along: whoever then types something else into that field means what he has typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from flask import request
from markupsafe import Markup, escape

from app.context import Context
from app.errors import Clash, Meanwhile
from app.fields.formats import formats_for
from app.forms.bind import BoundForm
from app.forms.lines import Line
from app.meta.model import Field
from app.query.meanwhile import Known, known_of
from app.query.past_values import PastLine
from app.query.paths import resolve
from app.query.record import Record
from app.query.words import value_words
from app.web.history_words import HistoryWords
from app.web.people import person_name
from app.web.texts import text

#: Beginning of the names of the radio buttons; the field's key follows.
_TAKE: Final = "_take."
#: The buttons that choose for all fields: `mine` or `theirs`.
_ALL: Final = "_take_all"


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A field that both have changed.

    Args:
        name: name of its radio buttons.
        label: the field's label.
        mine, theirs, original: the values in the field's own format; None for an original that nobody knows.
        digest: what "theirs" is sent with.
    """

    name: str
    label: str
    mine: Markup
    theirs: Markup
    original: Markup | None
    digest: str


@dataclass(frozen=True, slots=True)
class ConflictNote:
    """What is shown above a form that wasn't saved because somebody was faster."""

    told: str
    rows: tuple[ConflictRow, ...]


def note_of(ctx: Context, record: Record, bound: BoundForm, meanwhile: Meanwhile) -> ConflictNote:
    """Return what the reader has to decide; only of fields that he may read.

    Args:
        ctx: the reader.
        record: as it is stored by now.
        bound: what he sent.
        meanwhile: what the others did.
    """
    known = known_of(ctx, record, meanwhile)
    rows = tuple(_row(ctx, field, clash, record, bound, known) for field, clash in known.clashes)
    return ConflictNote(told(ctx, "form.conflict", known), rows)


def told(ctx: Context, key: str, known: Known) -> str:
    """Return the text `<key>_by`, which names who saved and when, or `<key>_unsigned` where that can't be known."""
    if not known.signed:
        return text(f"{key}_unsigned", ctx.locale)
    who = None if known.by is None else person_name(ctx, "@user", known.by)
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    when = "" if known.at is None else f" ({formats.datetime(known.at)})"
    return text(f"{key}_by", ctx.locale, who=who or text("record.by_product", ctx.locale), when=when)


def _row(ctx: Context, field: Field, clash: Clash, record: Record, bound: BoundForm, known: Known) -> ConflictRow:
    key = field.key
    if key in bound.lines:
        lines, control = bound.plan.lines[key], bound.plan.inputs[key].control
        mine = lines.show(control, bound.lines[key])
        theirs = lines.show(control, lines.stored(record.values.get(key), record.labels.get(key)))
        original = None if key not in known.lines else lines.show(control, _lines_then(ctx, field, known.lines[key]))
    else:
        mine = _written(ctx, record.entity, field, clash.mine)
        theirs = _written(ctx, record.entity, field, clash.theirs)
        original = _written(ctx, record.entity, field, clash.original) if clash.known else None
    return ConflictRow(f"{_TAKE}{key}", field.label.text(ctx.locale), mine, theirs, original, _digest(bound.raw[key]))


def _lines_then(ctx: Context, field: Field, rows: Sequence[PastLine]) -> tuple[Line, ...]:
    """Return rows of the past as a mask shows rows; a value that isn't known any more is empty."""
    spec = field.type.lines()
    assert spec is not None
    known = [{key: one for key, one in row.values.items() if one.known and one.value is not None} for row in rows]
    words = HistoryWords(ctx, spec.entity, [(one.field, one.value) for values in known for one in values.values()])
    return tuple(
        Line(
            row.id,
            {key: one.value for key, one in values.items()},
            {key: words.label(one.field, one.value) for key, one in values.items()},
        )
        for row, values in zip(rows, known, strict=True)
    )


def _written(ctx: Context, entity: str, field: Field, value: Any) -> Markup:
    """Write a value as lists do, with the names of what it points to as far as the reader may know them."""
    if value is None:
        return escape(text("form.nothing", ctx.locale))
    path = resolve(ctx, entity, field.key)
    columns = field.type.columns()
    points = field.type.link() is not None or any(column.references for column in columns)
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    if not points or path is None:
        return escape(field.type.format(value, formats))
    ids: Sequence[Any] = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(one, int) for one in ids):
        return escape(field.type.format(value, formats))
    return escape(", ".join(name.text(ctx.locale) for name in value_words(ctx, path, list(ids))))


def with_lost_lines(bound: BoundForm, record: Record, meanwhile: Meanwhile) -> BoundForm:
    """Return a form in which lines that others have taken away meanwhile are new ones: what was typed can be saved.

    Only of fields over which people have to agree: elsewhere nobody has typed into such a line, and it stays away.
    """
    raw, lines = dict(bound.raw), dict(bound.lines)
    for key in bound.lines.keys() & {clash.key for clash in meanwhile.clashes}:
        rows = bound.lines[key]
        stored: Any = record.values.get(key) or ()
        there = {row["id"] for row in stored}
        if any(row.id is not None and row.id not in there for row in rows):
            lines[key] = tuple(row if row.id in there else replace(row, id=None) for row in rows)
            raw[key] = bound.plan.lines[key].raw(lines[key])
    return replace(bound, raw=raw, lines=lines)


def without_theirs(bound: BoundForm) -> BoundForm:
    """Return a form without the values that its sender has given up in favour of what is stored."""
    everything = request.form.get(_ALL, "")
    given_up = {
        name.removeprefix(_TAKE)
        for name, choice in request.form.items()
        if name.startswith(_TAKE) and _gives_up(bound, name, choice, everything)
    }
    return dropped(bound, given_up)


def _gives_up(bound: BoundForm, name: str, choice: str, everything: str) -> bool:
    key = name.removeprefix(_TAKE)
    if everything == "mine" or key not in bound.raw:
        return False
    digest = request.form.get(f"_digest.{key}", "")
    return digest == _digest(bound.raw[key]) and (everything == "theirs" or choice == "theirs")


def dropped(bound: BoundForm, keys: set[str] | frozenset[str]) -> BoundForm:
    """Return a form without what was typed into some fields: they show what is stored."""
    return replace(
        bound,
        raw={key: value for key, value in bound.raw.items() if key not in keys},
        answers={key: value for key, value in bound.answers.items() if key not in keys},
        lines={key: value for key, value in bound.lines.items() if key not in keys},
    )


def _digest(raw: Any) -> str:
    spelled = orjson.dumps(raw, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(spelled).hexdigest()[:24]

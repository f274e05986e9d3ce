"""Values of a record's history in words, for one reader: records by name, lines by number, all else as masks do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.context import Context
from app.fields.base import Value
from app.fields.formats import formats_for
from app.fields.pointing import AnyRef
from app.meta.model import Field
from app.query.labels import labels_anywhere
from app.query.past_values import PastValue
from app.query.paths import resolve
from app.query.words import value_words
from app.web.texts import text


class HistoryWords:
    """Says values; what records are called is asked once, with one statement for each field that points somewhere.

    Args:
        ctx: the reader: records that he may not see have a number, and no name.
        entity: whose history.
        values: every value that will be said, with its field.
    """

    def __init__(self, ctx: Context, entity: str, values: Iterable[tuple[Field, Value]]) -> None:
        self.ctx = ctx
        wanted: dict[str, set[Any]] = {}
        for field, value in values:
            if found := _pointers(field, value):
                wanted.setdefault(field.key, set()).update(found)
        anywhere = {one for several in wanted.values() for one in several if isinstance(one, AnyRef)}
        named: Mapping[AnyRef, str] = labels_anywhere(ctx, anywhere) if anywhere else {}
        self._names: dict[str, Mapping[Any, str]] = {}
        for key, pointers in wanted.items():
            ids = sorted(one for one in pointers if not isinstance(one, AnyRef))
            path = resolve(ctx, entity, key)
            words = value_words(ctx, path, ids) if ids and path is not None else ()
            names = {one: word.text(ctx.locale) for one, word in zip(ids, words, strict=bool(words))}
            self._names[key] = {**names, **{one: title for one, title in named.items() if one in pointers}}

    def past(self, value: PastValue | None) -> str:
        """Say the value of a moment; nothing, where there was none or it can't be read here."""
        if value is None or value.empty:
            return text("form.nothing", self.ctx.locale)
        if not value.known:
            return lost(self.ctx, erased=value.erased)
        return self.of(value.field, value.value)

    def of(self, field: Field, value: Value) -> str:
        """Say a value."""
        if value is None:
            return text("form.nothing", self.ctx.locale)
        if field.type.lines() is not None:
            return text("history.rows", self.ctx.locale, number=len(value))
        if pointers := _pointers(field, value):
            return ", ".join(self._names[field.key].get(one, _number(one)) for one in pointers)
        return field.type.format(value, formats_for(self.ctx.locale, self.ctx.snapshot.time_zone))

    def label(self, field: Field, value: Value) -> Any:
        """Return what a field's type wants beside a value to show it, see `FieldType.with_label`."""
        names = {one: self._names[field.key].get(one, _number(one)) for one in _pointers(field, value)}
        return names if isinstance(value, tuple) else names.get(value)


def lost(ctx: Context, *, erased: bool) -> str:
    """Say why a value isn't known."""
    return text(f"history.{'erased' if erased else 'unknown'}", ctx.locale)


def _pointers(field: Field, value: Any) -> tuple[Any, ...]:
    """Return what a value of a pointing field names; nothing for fields that point nowhere."""
    if isinstance(value, AnyRef):
        return (value,)
    points = field.type.link() is not None or any(column.references for column in field.type.columns())
    values = value if isinstance(value, tuple) else (value,)
    return values if points and all(isinstance(one, int) for one in values) else ()


def _number(pointer: Any) -> str:
    return f"#{pointer.id}" if isinstance(pointer, AnyRef) else f"#{pointer}"

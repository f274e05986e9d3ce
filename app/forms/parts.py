"""The parts of a mask, each rendered once; a request fills its record's texts into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any, Final, Protocol

from markupsafe import Markup, escape

from app.fields.slots import NOTHING
from app.forms.control import Control, draw
from app.forms.lines import Line, LinesPlan
from app.forms.pieces import Pieces, trusted
from app.forms.sent import Answer
from app.forms.state import MaskState
from app.forms.texts import EMPTY
from app.meta.model import Field

#: Names of place holders that belong to the frame, not to a value.
VALUE: Final = "!value"
CONTROL: Final = "!control"
ERROR: Final = "!error"
BODY: Final = "!body"
OPEN: Final = "!open"

_EMPTY: Final = Markup('<span class="no-value">{}</span>').format(EMPTY)
_GONE: Final = Markup('<div id="{}" hidden></div>')
_KEPT_BEFORE: Final = Markup("<div hidden>")
_KEPT_AFTER: Final = Markup("</div>")
_OPENED: Final = Markup(" open")


@dataclass(frozen=True, slots=True)
class Filling:
    """What one request fills into a plan.

    Args:
        values, labels: the record's.
        state: what is visible, required, read-only.
        typing: whether the mask is edited.
        answers: what was sent, by field key; empty when nothing was.
        lines: child rows as they were sent, by field key.
        errors: what is wrong, by field key, told in the reader's language.
        related: HTML of the related lists, by element id.
    """

    values: Mapping[str, Any]
    labels: Mapping[str, Any]
    state: MaskState
    typing: bool
    answers: Mapping[str, Answer] = made(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = made(default_factory=dict)
    errors: Mapping[str, str] = made(default_factory=dict)
    related: Mapping[str, Markup] = made(default_factory=dict)


class Part(Protocol):
    """A part of a mask."""

    def render(self, filling: Filling, out: list[str], *, hidden: bool) -> bool:
        """Append the part's HTML; return whether anything of it can be seen."""

    def fields(self) -> tuple[str, ...]:
        """Return the keys of the fields in it."""


@dataclass(frozen=True, slots=True)
class FieldPart:
    """A field on a mask.

    Args:
        element_id: id of its frame in the page.
        thing: its id among the things that can be hidden.
        field: the field.
        control: its input, without a state.
        shown: its frame as text; cut at the value.
        inputs: its frame with the input, by (required, invalid); empty where it is never typed here.
        linked: whether the records that it points to may be opened.
        lines: how child rows are drawn, for a field with lines.
    """

    element_id: str
    thing: str
    field: Field
    control: Control
    shown: Pieces
    inputs: Mapping[tuple[bool, bool], Pieces] = made(default_factory=dict)
    linked: bool = True
    lines: LinesPlan | None = None

    def fields(self) -> tuple[str, ...]:
        """Return its own key."""
        return (self.field.key,)

    def render(self, filling: Filling, out: list[str], *, hidden: bool) -> bool:
        """Append the input or the text."""
        key = self.field.key
        if hidden or self.thing in filling.state.hidden:
            self._gone(filling, out)
            return False
        if filling.typing and self.inputs and key not in filling.state.readonly:
            self._input(filling, out)
            return True
        value = filling.values.get(key)
        self.shown.fill({VALUE: _EMPTY if value is None else self._text(value, filling)}, out)
        return True

    def _gone(self, filling: Filling, out: list[str]) -> None:
        """Leave a mark where the field will appear; what was typed before stays in the page, and isn't taken."""
        if not filling.typing:
            return
        if not self.inputs or (self.field.key not in filling.answers and self.field.key not in filling.lines):
            out.append(_GONE.format(self.element_id))
            return
        out.append(_KEPT_BEFORE)
        self._input(filling, out)
        out.append(_KEPT_AFTER)

    def _input(self, filling: Filling, out: list[str]) -> None:
        key = self.field.key
        required, error = key in filling.state.required, filling.errors.get(key)
        pieces = self.inputs[required, error is not None]
        if self.control.type.prerendered:
            texts = self._texts(filling)
            if error is not None:
                texts = {**texts, ERROR: error}
            pieces.fill(texts, out)
            return
        control = self.control.when(required=required, invalid=error is not None, help_id=self._help_id())
        drawn = self._drawn(control, filling)
        pieces.fill({CONTROL: drawn, ERROR: error or ""}, out)

    def _drawn(self, control: Control, filling: Filling) -> Markup:
        if self.lines is None:
            return draw(control, self._texts(filling))
        return self.lines.edit(control, self._lines(self.lines, filling))

    def _lines(self, plan: LinesPlan, filling: Filling) -> tuple[Line, ...]:
        key = self.field.key
        sent = filling.lines.get(key)
        return plan.stored(filling.values.get(key), filling.labels.get(key)) if sent is None else sent

    def _texts(self, filling: Filling) -> Mapping[str, Any]:
        key, field_type = self.field.key, self.field.type
        label = filling.labels.get(key)
        answer = filling.answers.get(key)
        if answer is None:
            value = filling.values.get(key)
            if label is not None and value is not None:
                value = field_type.with_label(value, label)
            return field_type.form_values(value, self.control.around.formats)
        if "items" in answer.texts and isinstance(label, Mapping):
            known = {str(one): text for one, text in label.items()}
            items = [{**item, "label": known.get(item["id"], item["label"])} for item in answer.texts["items"]]
            return {**answer.texts, "items": items}
        return answer.texts

    def _text(self, value: Any, filling: Filling) -> Markup:
        field_type, formats = self.field.type, self.control.around.formats
        if self.lines is not None:
            return self.lines.show(self.control, self._lines(self.lines, filling))
        label = filling.labels.get(self.field.key)
        if label is not None:
            value = field_type.with_label(value, label)
        linked = self.linked
        if not linked and "entity" in field_type.subs():
            linked = field_type.expression_value(value, "entity") in self.control.around.readable
        return field_type.show(value, formats) if linked else escape(field_type.format(value, formats))

    def _help_id(self) -> str | None:
        return self.control.described_by[0] if self.control.described_by else None


@dataclass(frozen=True, slots=True)
class ConstantPart:
    """A note: HTML that no record changes."""

    element_id: str
    thing: str
    html: str

    def fields(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def render(self, filling: Filling, out: list[str], *, hidden: bool) -> bool:
        """Append the note."""
        if hidden or self.thing in filling.state.hidden:
            if filling.typing:
                out.append(_GONE.format(self.element_id))
            return False
        out.append(self.html)
        return True


@dataclass(frozen=True, slots=True)
class RelatedPart:
    """A list of records that point here; the caller brings its rows."""

    element: str
    thing: str
    pieces: Pieces

    def fields(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def render(self, filling: Filling, out: list[str], *, hidden: bool) -> bool:
        """Append the list; a mask that is edited has none."""
        rows = filling.related.get(self.element)
        if hidden or rows is None or filling.typing or self.thing in filling.state.hidden:
            return False
        self.pieces.fill({BODY: rows}, out)
        return True


@dataclass(frozen=True, slots=True)
class GroupPart:
    """A section or a tab: a frame around other parts."""

    element_id: str
    thing: str
    label: str
    pieces: Pieces
    parts: tuple[Part, ...]

    def fields(self) -> tuple[str, ...]:
        """Return the keys of all fields in it."""
        return tuple(key for part in self.parts for key in part.fields())

    def render(self, filling: Filling, out: list[str], *, hidden: bool) -> bool:
        """Append the group; one in which nothing can be seen has no heading either."""
        inside: list[str] = []
        hidden = hidden or self.thing in filling.state.hidden
        seen = [part.render(filling, inside, hidden=hidden) for part in self.parts]
        body = trusted("".join(inside))
        if any(seen):
            wrong = any(key in filling.errors for key in self.fields()) if filling.errors else False
            self.pieces.fill({BODY: body, OPEN: _OPENED if wrong else NOTHING}, out)
            return True
        if filling.typing:
            out.append(Markup('<div id="{}" hidden>{}</div>').format(self.element_id, body))
        return False

"""Child rows on a mask: drawn as a small spreadsheet, read back row by row, added, removed and moved.

A row's inputs are named `<field>-<row>-<child field>`; the number only tells rows apart, their order is that of the
numbers. Buttons that change the rows submit the form, so that they work without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup, escape

from app.errors import FieldError
from app.expr.types import ValueType
from app.fields.base import FieldType, Raw
from app.fields.formats import Formats
from app.forms.control import Control, Surroundings, draw
from app.forms.pieces import Holders, Pieces, holder, module, trusted
from app.forms.sent import ACTION, Answer, FormData, read_answer, untouched
from app.forms.state import row_id, row_labels, row_values
from app.forms.texts import EMPTY, REQUIRED, TOO_MANY_LINES
from app.language import Locale
from app.meta.lines import line_columns
from app.meta.model import Entity, Field

MOST_ROWS: Final = 500
_ROW: Final = "!row"
_ERROR: Final = "!error"
_CELL_ERROR: Final = Markup('{}<div class="invalid-feedback" id="{}-error">{}</div>')
_PLUS: Final = " + "


@dataclass(frozen=True, slots=True)
class LineColumn:
    """One column of a table of child rows.

    Args:
        field: the child's field.
        label: its head.
        number: whether it is set to the right.
        typed: whether it is an input; else its value is shown.
        pieces: the input's HTML, in order and with an error; None where it is drawn for every row.
        control: the input, its row a place holder.
    """

    field: Field
    label: str
    number: bool
    typed: bool
    control: Control
    pieces: tuple[Pieces, Pieces] | None = None

    @property
    def required(self) -> bool:
        """Return whether each row needs it."""
        return self.typed and self.field.required

    @property
    def demanded(self) -> bool:
        """Return whether a row may need it."""
        return self.field.required or self.field.required_if is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One child row, out of a record or as it was typed.

    Args:
        id: its id, or None of a new one.
        values: its values by the child's field keys.
        labels: labels of the records that it points to.
        answers: what was typed, by the child's field keys; empty for a stored row.
        errors: what is wrong, by the child's field keys.
    """

    id: int | None
    values: Mapping[str, Any]
    labels: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    errors: Mapping[str, FieldError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinesPlan:
    """How the child rows of one field are drawn and read."""

    field: Field
    columns: tuple[LineColumn, ...]
    sums: tuple[str, ...]
    ordered: bool
    formats: Formats
    locale: Locale

    # -- drawing ------------------------------------------------------------------------------------------------------

    def edit(self, control: Control, lines: Sequence[Line]) -> Markup:
        """Return the table with inputs."""
        rows = [
            {"index": index, "id": line.id or "", "cells": [self._input(one, index, line) for one in self.columns]}
            for index, line in enumerate(lines)
        ]
        return draw(control, self._table(rows, lines))

    def show(self, control: Control, lines: Sequence[Line]) -> Markup:
        """Return the table as text."""
        rows = [{"cells": [self._shown(column, line) for column in self.columns]} for line in lines]
        macro = getattr(module("fields/lines.html"), "show")  # noqa: B009  a macro, not an attribute
        return trusted(str(macro(control, self._table(rows, lines))).strip())

    def _table(self, rows: Sequence[Mapping[str, Any]], lines: Sequence[Line]) -> Mapping[str, Any]:
        return {"columns": self.columns, "rows": rows, "sums": self._sums(lines), "ordered": self.ordered}

    def _input(self, column: LineColumn, index: int, line: Line) -> Markup:
        if not column.typed:
            return self._shown(column, line)
        key, error = column.field.key, line.errors.get(column.field.key)
        answer = line.answers.get(key)
        if answer is not None:
            texts = answer.texts
        else:
            texts = column.field.type.form_values(_labelled(column.field, line), self.formats)
        if column.pieces is not None:
            told = "" if error is None else error.message.text(self.locale)
            return column.pieces[error is not None].filled({**texts, _ROW: str(index), _ERROR: told})
        control = replace(
            column.control,
            name=column.control.name.replace(holder(_ROW), str(index)),
            id=column.control.id.replace(holder(_ROW), str(index)),
        )
        if error is None:
            return draw(control, texts)
        control = control.when(required=control.required, invalid=True, help_id=None)
        return _CELL_ERROR.format(draw(control, texts), control.id, error.message.text(self.locale))

    def _shown(self, column: LineColumn, line: Line) -> Markup:
        value = _labelled(column.field, line)
        if value is None:
            return escape(EMPTY)
        if not column.control.around.may_read(targets_of(column.field.type)):
            return escape(column.field.type.format(value, self.formats))
        return column.field.type.cell(value, self.formats)

    def _sums(self, lines: Sequence[Line]) -> list[str]:
        if not any(column.field.key in self.sums for column in self.columns):
            return []
        return [
            total(column.field.type, (line.values.get(column.field.key) for line in lines), self.formats)
            if column.field.key in self.sums
            else ""
            for column in self.columns
        ]

    # -- reading ------------------------------------------------------------------------------------------------------

    def stored(self, rows: Any, labels: Any = None) -> tuple[Line, ...]:
        """Return the rows of a record.

        Args:
            rows: records, or mappings with `id`; None for none.
            labels: for mappings, the labels of each row in the same order.
        """
        beside = labels if isinstance(labels, (list, tuple)) else ()
        return tuple(
            Line(row_id(row), row_values(row), row_labels(row) or (beside[place] if place < len(beside) else {}))
            for place, row in enumerate(rows or ())
        )

    def read(self, formdata: FormData, stored: Sequence[Line]) -> tuple[Line, ...]:
        """Return the rows as they were sent, changed by the button that was pressed."""
        known = {line.id: line for line in stored if line.id is not None}
        name = self.field.key
        numbers = row_numbers(name, formdata)
        lines = [self._line(f"{name}-{number}", formdata, known) for number in numbers[: MOST_ROWS + 1]]
        return tuple(self._changed(lines, numbers, formdata.get(ACTION, "")))

    def _line(self, name: str, formdata: FormData, known: Mapping[int, Line]) -> Line:
        text = formdata.get(f"{name}-id", "")
        # A row that isn't there any more keeps its id: the write side then knows it from a new one.
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        before = known.get(number) if number is not None else None
        values = dict(before.values) if before is not None else {}
        answers: dict[str, Answer] = {}
        errors: dict[str, FieldError] = {}
        for column in self.columns:
            key = column.field.key
            answer = read_answer(column.field.type, f"{name}-{key}", formdata, self.locale) if column.typed else None
            if answer is None:
                continue
            if before is not None and not column.demanded:
                answer = untouched(column.field.type, answer, before.values.get(key))
            answers[key] = answer
            values[key] = answer.value
            if answer.error is not None:
                errors[key] = answer.error
            elif answer.value is None and column.required:
                label = column.field.label
                errors[key] = FieldError("field.required", REQUIRED.format(field=label))
        line = Line(number, values, before.labels if before else {}, answers, errors)
        return replace(line, errors={}) if self.is_blank(line) else line

    def is_blank(self, line: Line) -> bool:
        """Return whether nothing was entered into a new row; such a row is as good as none."""
        if line.id is not None or any(answer.error is not None for answer in line.answers.values()):
            return False
        defaults = {column.field.key: column.field.default for column in self.columns}
        return all(
            answer.value is None or answer.value is False or answer.value == defaults[key]
            for key, answer in line.answers.items()
        )

    def _changed(self, lines: list[Line], numbers: Sequence[int], action: str) -> list[Line]:
        verb, number = lines_action(self.field.key, action)
        if verb == "add" and len(lines) < MOST_ROWS:
            defaults = {c.field.key: c.field.default for c in self.columns if c.field.default is not None}
            return [*lines, Line(None, defaults)]
        if number not in numbers:
            return lines
        place = numbers.index(number)
        if verb == "remove":
            return lines[:place] + lines[place + 1 :]
        other = place + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= other < len(lines):
            lines[place], lines[other] = lines[other], lines[place]
        return lines

    def raw(self, lines: Sequence[Line]) -> Raw:
        """Return the rows for `records.actions`; rows in which nothing was entered are left out."""
        return [
            {**({} if line.id is None else {"id": line.id}), **{key: one.raw for key, one in line.answers.items()}}
            for line in lines
            if not self.is_blank(line)
        ]

    def error(self, lines: Sequence[Line]) -> FieldError | None:
        """Return what is wrong with the rows as a whole."""
        if len(lines) > MOST_ROWS:
            return FieldError("lines.too_many", TOO_MANY_LINES.format(limit=MOST_ROWS))
        return None


def lines_plan(field_: Field, child: Entity, around: Surroundings) -> LinesPlan:
    """Work out how the child rows of a field are drawn.

    Args:
        field_: the field with the lines.
        child: the entity of the rows.
        around: the reader's surroundings.
    """
    spec = field_.type.lines()
    via = spec.via if spec is not None else ""
    granted = around.access(child.key)
    own = line_columns(child, via)
    shown = [one for one in own if granted.reading(one.key) or granted.writing(one.key, "create")]
    parameters = field_.type.spec.parameters
    return LinesPlan(
        field=field_,
        columns=tuple(_column(field_, one, around) for one in shown),
        sums=tuple(parameters.get("sums") or ()),
        ordered=bool(parameters.get("ordered", True)),
        formats=around.formats,
        locale=around.locale,
    )


def _column(parent: Field, child: Field, around: Surroundings) -> LineColumn:
    control = Control(
        name=f"{parent.key}-{holder(_ROW)}-{child.key}",
        id=f"{around.prefix}{parent.key}-{holder(_ROW)}-{child.key}",
        type=child.type,
        label=child.label.text(around.locale),
        around=around,
        required=child.required,
        compact=True,
    )
    granted = around.access(child.entity)
    writable = bool(granted.writing(child.key, "create") or granted.writing(child.key, "update"))
    typed = not child.readonly and writable and around.may_read(targets_of(child.type))
    pieces = None
    if typed and child.type.prerendered:
        names = Holders(child.type.form_values(None, around.formats))
        wrong = control.when(required=child.required, invalid=True, help_id=None)
        pieces = (
            Pieces.cut(draw(control, names)),
            Pieces.cut(_CELL_ERROR.format(draw(wrong, names), wrong.id, holder(_ERROR))),
        )
    number = child.type.value_type is ValueType.NUMBER
    return LineColumn(child, control.label, number, typed, control, pieces)


def targets_of(field_type: FieldType) -> tuple[str, ...]:
    """Return what a field points to: keys of entities, `@user`, `@team`; empty for other fields."""
    link = field_type.link()
    if link is not None:
        return (link.target,)
    columns = field_type.columns()
    own = tuple(column.references for column in columns if column.references is not None)
    return own or field_type.spec.targets


def total(field_type: FieldType, values: Iterable[Any], formats: Formats) -> str:
    """Return the sum of a column as text; amounts in different currencies are not added up."""
    sums: dict[Any, Decimal] = {}
    part = "currency" if "currency" in field_type.subs() else None
    for value in values:
        number = None if value is None else field_type.expression_value(value)
        if number is not None:
            group = field_type.expression_value(value, part) if part is not None else None
            sums[group] = sums.get(group, Decimal(0)) + number
    if not part:
        return field_type.format(sums.get(None, Decimal(0)), formats)
    names = [column.suffix for column in field_type.columns()]
    stored = [{"": amount, part: group} for group, amount in sums.items()]
    return _PLUS.join(field_type.format(field_type.from_columns([one[n] for n in names]), formats) for one in stored)


def row_numbers(name: str, formdata: FormData) -> list[int]:
    """Return the numbers of the rows that were sent, in order."""
    found = set()
    for sent in formdata:
        number = sent.removeprefix(f"{name}-").partition("-")[0]
        if sent.startswith(f"{name}-") and number.isascii() and number.isdigit() and len(number) <= 5:
            found.add(int(number))
    return sorted(found)


def lines_action(name: str, action: str) -> tuple[str, int]:
    """Return what a pressed button asks of a field's rows: `("remove", 2)`, `("add", -1)`; `("", -1)` for nothing."""
    kind, _, rest = action.partition(":")
    key, _, rest = rest.partition(":")
    verb, _, number = rest.partition(":")
    if kind != "lines" or key != name or verb not in ("add", "remove", "up", "down"):
        return "", -1
    return verb, int(number) if number.isascii() and number.isdigit() and len(number) <= 5 else -1


def _labelled(field_: Field, line: Line) -> Any:
    value = line.values.get(field_.key)
    return None if value is None else field_.type.with_label(value, line.labels.get(field_.key))

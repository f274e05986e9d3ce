"""From a submitted form to raw values for `records.actions`: only what this mask lets this reader write right now.

A mask's form is a real WTForms form whose fields ask the field types: one parser for mask, import and API. The class is
made once per plan. What is hidden or read-only, judged on the submitted values, isn't taken, whatever was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import wtforms
from werkzeug.datastructures import MultiDict

from app.context import Context
from app.errors import DataErrors, FieldError
from app.fields.base import FieldType, Raw
from app.forms.lines import Line, LinesPlan
from app.forms.plan import MaskPlan
from app.forms.sent import ACTION, Answer, read_answer, untouched
from app.forms.state import Follow, MaskState, environment_of, getter
from app.forms.texts import AT_LINE, REQUIRED
from app.language import Label, Locale

#: How often the judgement is repeated: what is hidden isn't taken, which may hide or show something else.
_MOST_ROUNDS: Final = 8
_LINE_ERROR: Final = re.compile(r"([a-z][a-z0-9_]*)\[([0-9]{1,5})\]\.([a-z][a-z0-9_]*)")
_AT: Final = Label("{field}: {message}", "{field}: {message}")


class Stored(Protocol):
    """The record that is being changed, as `query.load_record` returns it."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Its values by field key."""

    @property
    def labels(self) -> Mapping[str, Any]:
        """Labels of what it points to."""


class TypedField(wtforms.Field):
    """A field of a form that leaves everything to its field type."""

    def __init__(self, field_type: FieldType, locale: Locale, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_type = field_type
        self.locale = locale
        self.answer: Answer | None = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the field's inputs; the field type's refusal becomes the field's error."""
        self.process_errors = []
        self.answer = read_answer(self.field_type, self.name, formdata, self.locale) if formdata is not None else None
        self.data = None if self.answer is None else self.answer.value
        if self.answer is not None and self.answer.error is not None:
            self.process_errors = [self.answer.error.message.text(self.locale)]


class LinesField(wtforms.Field):
    """A field of a form that holds child rows."""

    def __init__(self, plan: LinesPlan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.rows: tuple[Line, ...] | None = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the rows; `data` is the rows of the stored record."""
        self.process_errors = []
        self.rows = None
        stored = data if isinstance(data, tuple) else ()
        if formdata is not None and self.name in formdata.getlist("_sent"):
            self.rows = self.plan.read(formdata, stored)
        self.data = self.rows


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the list of errors above a form.

    Args:
        anchor: id of the input that it leads to, or None.
        text: what is wrong, with the field's name.
        url: address of the record that is in the way, or None.
    """

    anchor: str | None
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A submitted form.

    Args:
        plan: the mask.
        form: the WTForms form.
        raw: field key to raw value, for `records.actions`; only fields that may be written in this state.
        state: what is visible, required, read-only, judged on the submitted values.
        answers: what was sent, by field key.
        lines: child rows as they were sent, by field key.
        errors: what is wrong so far.
        action: the button that was pressed when it wasn't to save: `refresh`, `lines:…`; the mask is shown again then.
    """

    plan: MaskPlan
    form: wtforms.Form
    raw: Mapping[str, Raw]
    state: MaskState
    answers: Mapping[str, Answer] = field(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    errors: DataErrors = field(default_factory=DataErrors)
    action: str = ""

    @property
    def typed(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the texts to show again, by field key."""
        return {key: answer.texts for key, answer in self.answers.items()}

    def with_errors(self, errors: DataErrors) -> BoundForm:
        """Return the form with the errors that `records.actions` found; those of a row come to its cell."""
        fields = {**self.errors.fields}
        lines = {key: list(rows) for key, rows in self.lines.items()}
        for key, found in errors.fields.items():
            match = _LINE_ERROR.fullmatch(key)
            rows = lines.get(match[1], []) if match is not None else []
            if match is not None and int(match[2]) < len(rows):
                line = rows[int(match[2])]
                rows[int(match[2])] = replace(line, errors={match[3]: found[0], **line.errors})
            else:
                fields[key] = (*fields.get(key, ()), *found)
        together = DataErrors(fields, (*self.errors.record, *errors.record))
        return replace(self, errors=together, lines={key: tuple(rows) for key, rows in lines.items()})

    def refused(self) -> bool:
        """Return whether something is wrong, in the fields or in the child rows."""
        return bool(self.errors) or any(line.errors for rows in self.lines.values() for line in rows)

    def summary(self) -> tuple[SummaryLine, ...]:
        """Return what is wrong, line by line, each with the way to its input."""
        locale = self.plan.around.locale
        found = [SummaryLine(None, error.message.text(locale), _url_of(error)) for error in self.errors.record]
        for key, several in self.errors.fields.items():
            part = self.plan.inputs.get(key)
            for error in several:
                text = error.message.text(locale)
                if part is None:
                    known = self.plan.entity.fields.get(key)
                    text = text if known is None else _AT.format(field=known.label, message=text).text(locale)
                    found.append(SummaryLine(None, text))
                    continue
                text = text if part.control.label in text else f"{part.control.label}: {text}"
                found.append(SummaryLine(part.control.id, text, _url_of(error)))
        return (*found, *self._of_lines())

    def _of_lines(self) -> list[SummaryLine]:
        locale, found = self.plan.around.locale, []
        for key, rows in self.lines.items():
            part = self.plan.inputs[key]
            labels = {} if part.lines is None else {column.field.key: column.label for column in part.lines.columns}
            for place, line in enumerate(rows):
                for child, error in line.errors.items():
                    where = AT_LINE.text(locale).format(n=place + 1, field=labels.get(child, child))
                    text = f"{part.control.label}, {where}: {error.message.text(locale)}"
                    found.append(SummaryLine(f"{part.control.id}-{place}-{child}", text))
        return found


def _url_of(error: FieldError) -> str | None:
    """Return the address of the record that is in the way, or None."""
    return None if error.record is None else f"/r/{error.record[0]}/{error.record[1]}"


def form_class(plan: MaskPlan, locale: Locale) -> type[wtforms.Form]:
    """Return the form class of a mask: one field for each input, named like it."""
    attributes: dict[str, Any] = {}
    for key, part in plan.inputs.items():
        # The attribute has a prefix, because a field may be called like something that a form has: `data`, `errors`.
        if part.lines is not None:
            attributes[f"f_{key}"] = LinesField(part.lines, name=key, label=part.control.label)
        else:
            attributes[f"f_{key}"] = TypedField(part.field.type, locale, name=key, label=part.control.label)
    return type("MaskForm", (wtforms.Form,), attributes)


def bind(
    ctx: Context,
    plan: MaskPlan,
    formdata: MultiDict[str, str],
    *,
    record: Stored | None = None,
    initial: Mapping[str, Any] | None = None,
    follow: Follow | None = None,
    denied: frozenset[str] = frozenset(),
) -> BoundForm:
    """Read a submitted form.

    Args:
        ctx: the request.
        plan: the mask, in mode edit or create.
        formdata: what was sent.
        record: the record as it is stored, or None for a new one.
        initial: the values of a new record for fields that weren't on the page, see `defaults.initial_values`.
        follow: reads values of other records, for conditions over references.
        denied: fields that the reader may not write in this record, though he may in others.
    """
    key = ("mask.form", plan.mask.key, plan.mode, ctx.locale, plan.around.shape)
    made: type[wtforms.Form] = ctx.snapshot.plan(key, lambda: form_class(plan, ctx.locale))
    base = record.values if record is not None else (initial or {})
    labels = record.labels if record is not None else {}
    stored = {name: lines.stored(base.get(name), labels.get(name)) for name, lines in plan.lines.items()}
    form = made(formdata, data={f"f_{name}": rows for name, rows in stored.items()})
    action = formdata.get(ACTION, "")
    sent = {f.name: f.answer for f in form if isinstance(f, TypedField) and f.answer is not None}
    answers = sent if record is None else _untouched(plan, sent, record.values)
    lines = {f.name: f.rows for f in form if isinstance(f, LinesField) and f.rows is not None}
    if not action:
        lines = {
            name: tuple(line for line in rows if not plan.lines[name].is_blank(line)) for name, rows in lines.items()
        }
    state = _judged(ctx, plan, base, answers, lines, record, follow, denied)
    answers = {**answers, **{name: sent[name] for name in sent.keys() & state.required}}
    raw: dict[str, Raw] = {name: answer.raw for name, answer in answers.items() if name in state.writable}
    raw.update((name, plan.lines[name].raw(rows)) for name, rows in lines.items() if name in state.writable)
    bound = BoundForm(plan, form, raw, state, answers, lines, action=action)
    return bound if action else _checked(bound)


def _untouched(plan: MaskPlan, sent: Mapping[str, Answer], stored: Mapping[str, Any]) -> dict[str, Answer]:
    types = {name: plan.inputs[name].field.type for name in sent}
    return {name: untouched(types[name], answer, stored.get(name)) for name, answer in sent.items()}


def _judged(
    ctx: Context,
    plan: MaskPlan,
    base: Mapping[str, Any],
    answers: Mapping[str, Answer],
    lines: Mapping[str, Sequence[Line]],
    record: Stored | None,
    follow: Follow | None,
    denied: frozenset[str],
) -> MaskState:
    """Judge the mask on what was sent; values that it then wouldn't take are put back, until nothing changes."""
    record_id = None if record is None else record.id
    environment = environment_of(ctx)
    before = None
    if record is not None:
        before = getter(plan.model, plan.entity, record.values, record_id=record_id, follow=follow)
    sent: dict[str, Any] = {key: answer.value for key, answer in answers.items() if answer.error is None}
    sent.update((key, tuple({"id": line.id, **line.values} for line in rows)) for key, rows in lines.items())
    taken = frozenset(sent)
    state = MaskState()
    for _ in range(_MOST_ROUNDS):
        values = {**base, **{key: sent[key] for key in taken}}
        get = getter(plan.model, plan.entity, values, record_id=record_id, follow=follow)
        state = plan.rules.judge(get, before, environment, denied)
        # Once put back, a value stays back: the judgement can't go round in circles, and nobody can forge a value
        # that is only taken because it was put back.
        state = replace(state, writable=state.writable - (sent.keys() - taken))
        if taken <= state.writable:
            break
        taken &= state.writable
    return replace(state, writable=state.writable - (sent.keys() - taken))


def _checked(bound: BoundForm) -> BoundForm:
    """Note what was refused, and what is missing, at the fields that can be seen."""
    found: dict[str, tuple[FieldError, ...]] = {}
    for key in bound.plan.inputs:
        if key not in bound.state.writable:
            continue
        answer, rows = bound.answers.get(key), bound.lines.get(key)
        error = None if answer is None else answer.error
        if rows is not None:
            error = bound.plan.lines[key].error(rows)
        empty = (answer is not None and answer.value is None) or (rows is not None and not rows)
        if error is None and empty and key in bound.state.required:
            label = Label.same(bound.plan.inputs[key].control.label)
            error = FieldError("field.required", REQUIRED.format(field=label))
        if error is not None:
            found[key] = (error,)
    unseen = {
        key: tuple(replace(line, errors={}) for line in rows) if key not in bound.state.writable else rows
        for key, rows in bound.lines.items()
    }
    return replace(bound, errors=DataErrors(found), lines=unseen)

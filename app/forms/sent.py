"""What a browser sent for one field: its parts by suffix, and whether it was asked for at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from app.errors import FieldError, InvalidValue
from app.fields.base import FieldType, Raw, Value
from app.language import Locale

#: Name of the hidden inputs that say "this field was on the page", for inputs that send nothing when they are empty.
SENT: Final = "_sent"
ACTION: Final = "_action"

FormData = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One field as it was sent.

    Args:
        raw: what the field type's parser gets.
        texts: what the edit macro shows again, so that nothing typed is lost.
        value: the cleaned value; None where it is empty or refused.
        error: why it was refused, or None.
    """

    raw: Raw
    texts: Mapping[str, Any] = field(default_factory=dict)
    value: Value = None
    error: FieldError | None = None


def read_answer(field_type: FieldType, name: str, formdata: FormData, locale: Locale) -> Answer | None:
    """Read one field.

    Args:
        field_type: the field's type, bound.
        name: the name of its main input.
        formdata: everything that was sent.
        locale: in whose spelling it was typed.

    Returns:
        What was sent, or None when the page had no input for the field.
    """
    parts: dict[str, Sequence[str]] = {}
    for suffix in field_type.inputs():
        part = f"{name}__{suffix}" if suffix else name
        if part in formdata:
            parts[suffix] = formdata.getlist(part)
    if not parts and name not in formdata.getlist(SENT):
        return None
    raw, texts = field_type.raw_from_form(parts), field_type.raw_form_values(parts)
    try:
        return Answer(raw, texts, field_type.clean(raw, locale))
    except InvalidValue as invalid:
        return Answer(raw, texts, error=invalid.error)


def untouched(field_type: FieldType, answer: Answer, stored: Value) -> Answer:
    """Return an answer that says nothing where its inputs were left alone; else the answer itself.

    Whoever saves a mask mustn't say "no" to every box that he hasn't looked at.

    Args:
        field_type: the field's type, bound.
        answer: what was sent.
        stored: the field's value in the record.
    """
    return replace(answer, raw=None, value=None) if field_type.left_alone(answer.raw, stored) else answer

"""The write side's refusals: whole sentences in both languages that say what to do next."""

from __future__ import annotations

from typing import Final

import pytest

from app.errors import FieldError
from app.language import LOCALES, Label
from app.records import texts

_NAME: Final = Label("Kürzel", "Code")
_REFUSALS: Final[dict[str, FieldError]] = {
    "unknown": texts.unknown_field("colour", _NAME),
    "readonly": texts.readonly(_NAME),
    "locked": texts.locked(_NAME),
    "required": texts.required(_NAME),
    "no_target": texts.no_target(_NAME),
    "not_found": texts.not_found("{Meier}"),
    "several": texts.several("Meier" * 100),
    "target_retired": texts.target_retired(_NAME),
    "record_retired": texts.record_retired(),
    "sent_before": texts.sent_before(),
    "taken": texts.taken(("firm", 7, "Müller & Söhne"), (_NAME,)),
    "taken_group": texts.taken(("firm", 7, "Müller & Söhne"), (_NAME, Label("Jahr", "Year"))),
    "taken_by_somebody": texts.taken(None, (_NAME,)),
    "taken_here": texts.taken_here(),
    "no_line": texts.no_line(),
    "overtaken": texts.overtaken(),
    "changed": FieldError("conflict", texts.CHANGED),
    "archived": FieldError("conflict", texts.ARCHIVED),
}


@pytest.mark.parametrize("refusal", _REFUSALS.values(), ids=_REFUSALS)
def test_a_refusal_says_what_is_wrong_and_what_to_do(refusal: FieldError) -> None:
    assert refusal.code
    for locale in LOCALES:
        text = refusal.message.text(locale)
        assert text.endswith(".")
        assert text.count(". ") >= 1, "one sentence for what is wrong, one for what to do"
        assert '"' not in text
        assert len(text) < 400
    assert refusal.message.de != refusal.message.en


def test_what_people_typed_is_not_taken_for_a_place_to_fill() -> None:
    assert "{Meier}" in texts.not_found("{Meier}").message.de


def test_whose_record_is_in_the_way_is_said_only_to_who_may_know() -> None:
    assert "Müller & Söhne" in texts.taken(("firm", 7, "Müller & Söhne"), (_NAME,)).message.en
    hidden = texts.taken(None, (_NAME,))
    assert hidden.code == texts.taken(("firm", 7, "x"), (_NAME,)).code
    assert "„" not in hidden.message.de

"""One kind of issue: a sentence, what to do next, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.errors import Severity
from app.language import Label


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of issue.

    Args:
        message: what is wrong, with named places to fill.
        hint: what to do next.
        severity: an error refuses the document set, a warning lets it pass.
    """

    message: Label
    hint: Label
    severity: Severity = Severity.ERROR


SPELLING: Final = Label("Prüfen Sie die Schreibweise.", "Check the spelling.")
REMOVE_IT: Final = Label("Nehmen Sie die Angabe heraus.", "Take the entry out.")
OTHER_ID: Final = Label("Geben Sie einem der beiden eine andere id.", "Give one of the two another id.")


def error(de: str, en: str, hint_de: str | Label, hint_en: str = "") -> Message:
    """Make an issue that refuses the documents."""
    return Message(Label(de, en), hint_de if isinstance(hint_de, Label) else Label(hint_de, hint_en))


def warning(de: str, en: str, hint_de: str, hint_en: str) -> Message:
    """Make an issue that lets the documents pass."""
    return Message(Label(de, en), Label(hint_de, hint_en), Severity.WARNING)

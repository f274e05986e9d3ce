"""Short notes at the foot of the next page: what was done, and a button that undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import session
from markupsafe import Markup

from app.language import Locale
from app.web.render import csrf, render

_KEY: Final = "toast"


@dataclass(frozen=True, slots=True)
class Toast:
    """One note.

    Args:
        text: what was done, in the reader's language.
        undo_url: where the button posts to, or None for no button.
        version: the record's version that the button sends along.
        look_url: address of the record that it is about, or None where the reader is there already.
    """

    text: str
    undo_url: str | None = None
    version: int | None = None
    look_url: str | None = None


def leave(toast: Toast) -> None:
    """Keep a note for the next page."""
    session[_KEY] = [toast.text, toast.undo_url, toast.version, toast.look_url]


def take(locale: Locale) -> Markup:
    """Return the kept note as HTML, once."""
    kept = session.pop(_KEY, None) if _KEY in session else None
    if not isinstance(kept, list) or len(kept) != 4:
        return Markup()
    return render("parts/toast.html", locale, toast=Toast(*kept), csrf=csrf())

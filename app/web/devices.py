"""What people call the device behind a session, out of what its browser calls itself."""

from __future__ import annotations

from typing import Final

from app.context import Context
from app.fields.formats import formats_for
from app.language import Locale
from app.system.sessions import Session
from app.web.texts import text

#: In this order, since later ones name the earlier ones, too.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str, locale: Locale) -> str:
    """Return a browser's and a system's name, as far as they are known; anybody can call his browser anything."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if browser and system:
        return text("sessions.on", locale, browser=browser, system=system)
    return browser or system or text("sessions.unknown", locale)


def session_rows(ctx: Context, sessions: tuple[Session, ...], this: int | None = None) -> list[dict[str, object]]:
    """Return what a page shows of sessions.

    Args:
        ctx: who reads it.
        sessions: the sessions.
        this: the one that the reader is in, if it is among them.
    """
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return [
        {
            "id": one.id,
            "device": device(one.agent, ctx.locale),
            "address": one.address,
            "since": formats.datetime(one.created_at),
            "seen": formats.datetime(one.seen_at),
            "this": one.id == this,
        }
        for one in sessions
    ]

"""How the texts of settings are read: a value, or ValueError for a text that isn't one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.language import LOCALES, Locale

#: Names of the own machine.
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""

    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return read


def yes_no(text: str) -> bool:
    """Read a yes or no."""
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in known:
        raise ValueError(text)
    return known[text.strip().lower()]


def url(text: str) -> str:
    """Read the address of a database."""
    if not text.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError(text)
    return text.replace("postgresql://", "postgresql+psycopg://", 1)


def secret(text: str) -> str:
    """Read a secret that is long enough."""
    if len(text) < 32:
        raise ValueError("too short")
    return text


def locale(text: str) -> Locale:
    """Read one of the languages."""
    for locale in LOCALES:
        if text == locale:
            return locale
    raise ValueError(text)


def zone(text: str) -> str:
    """Read the IANA name of a time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as unknown:
        raise ValueError(text) from unknown
    return text


def path(is_there: Callable[[Path], bool]) -> Callable[[str], Path]:
    """Return what reads a path of something that is there."""

    def read(text: str) -> Path:
        path = Path(text).expanduser()
        if not is_there(path):
            raise ValueError(text)
        return path.resolve()

    return read


def address(text: str) -> str:
    """Read a safe address, see `is_safe_address`, without query and fragment."""
    if not is_safe_address(text) or "?" in text or "#" in text:
        raise ValueError(text)
    return text


def told(text: str) -> str:
    """Read a text that people will see."""
    if not text.strip() or not text.isprintable():
        raise ValueError(text)
    return text.strip()


def is_safe_address(url: str) -> bool:
    """Return whether an address is one by https; on the own machine http will do."""
    try:
        parts = urlsplit(url) if url.isascii() and url.isprintable() and " " not in url and "\\" not in url else None
    except ValueError:  # brackets around what is no IPv6 address
        return False
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def names(text: str) -> tuple[str, ...]:
    """Read names separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())

"""Lines of the log: one a thing, found by the request's number, free of values, and forged by nobody.

What a visitor sends stands in a line only as far as it is an address without its query, with everything unprintable
escaped. Of an error its kind and its places in the program are told; its message isn't, since drivers and libraries put
values of records into it.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Final

_log: Final = logging.getLogger("lotse.web")
_LONGEST: Final = 300
_MOST_PLACES: Final = 12
_MOST_CAUSES: Final = 4


def warn(number: str, what: str, error: BaseException) -> None:
    """Write that something was refused that is nobody's mistake, such as a busy database.

    Args:
        number: of the request.
        what: what happened, in fixed words.
        error: its kind is told.
    """
    _log.warning("%s %s: %s", number, what, kind_of(error))


def fail(number: str, what: str, method: str, path: str, error: BaseException) -> None:
    """Write that the product failed.

    Args:
        number: of the request.
        what: what sort of failure, in fixed words.
        method, path: what was asked for.
        error: its kind and its places are told.
    """
    asked = f"{one_line(method)} {one_line(path)}"
    _log.error("%s %s on %s: %s at %s", number, what, asked, kind_of(error), places(error))


def one_line(text: str) -> str:
    """Return a visitor's text as it can stand in a line: without line ends, colours, and marks that turn its order."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in cut)


def kind_of(error: BaseException) -> str:
    """Return an error's class, a database's code for it, and what it came from."""
    names: list[str] = []
    found: BaseException | None = error
    while found is not None and len(names) < _MOST_CAUSES:
        code = getattr(found, "sqlstate", None) or getattr(found, "sqlite_errorname", None)
        names.append(type(found).__name__ + (f" {one_line(str(code))}" if code else ""))
        found = found.__cause__
    return " < ".join(names)


def places(error: BaseException) -> str:
    """Return where in the program an error came up, the innermost place first."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))

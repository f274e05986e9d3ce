"""What `lotse doctor` says about what only grows: the chain of history, its triggers, the log of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from app.cli.finding import Finding, error, fine, warning
from app.language import Label
from app.records.ranges import unexplained_gaps
from app.runtime.snapshot import Snapshot
from app.storage.closing import seal_of
from app.system.numbers import Gap
from app.system.protection import unprotected
from app.system.verify import Walked, recent_flaws

#: Links that are looked at; `lotse verify` looks at all.
_LINKS: Final = 1_000
_MOST_GAPS: Final = 5

_BROKEN: Final = Label(
    "Am Ende der Historie ist etwas nicht, was geschrieben wurde ({what}). Heben Sie die Datenbank auf, wie sie ist, "
    "und führen Sie „lotse verify“ aus.",
    "At the end of the history something isn't what was written ({what}). Keep the database as it is, and run "
    "“lotse verify”.",
)
_SOUND: Final = Label("die letzten {links} Glieder sind unversehrt", "the last {links} links are intact")
_OPEN: Final = Label(
    "Diese Tabellen ließen sich ändern, weil Trigger fehlen: {tables}. „lotse publish“ legt sie wieder an; „lotse "
    "verify“ sagt, ob inzwischen etwas geändert wurde.",
    "These tables could be changed, because triggers are missing: {tables}. “lotse publish” makes them again; “lotse "
    "verify” tells whether anything was changed meanwhile.",
)
_GUARDED: Final = Label("niemand kann sie ändern", "nobody can change it")
_GAPS: Final = Label(
    "In Nummernkreisen fehlen Nummern ohne Erklärung ({which}). „lotse numbers“ nennt sie, „lotse numbers explain“ "
    "hält den Grund fest.",
    "In ranges, numbers are missing without an explanation ({which}). “lotse numbers” names them, “lotse numbers "
    "explain” notes the reason.",
)
_NO_GAPS: Final = Label("lückenlos", "without a gap")


def chain(connection: Connection, snapshot: Snapshot) -> Iterator[Finding]:
    """Look at the last links of the chain, and whether the database still keeps anybody from changing it."""
    walked = Walked()
    found = next(recent_flaws(connection, seal_of(connection), walked, _LINKS), None)
    if found is not None:
        yield error("chain", _BROKEN.format(what=found.message))
    else:
        yield fine("chain", _SOUND.format(links=walked.links))
    missing = unprotected(connection)
    if missing:
        yield error("triggers", _OPEN.format(tables=", ".join(missing)))
    else:
        yield fine("triggers", _GUARDED)


def numbers(connection: Connection, snapshot: Snapshot) -> Iterator[Finding]:
    """Look for numbers that are missing without an explanation."""
    found = list(islice(unexplained_gaps(connection, snapshot), _MOST_GAPS))
    if found:
        yield warning("numbers", _GAPS.format(which=", ".join(written(gap) for gap in found)))
    else:
        yield fine("numbers", _NO_GAPS)


def written(gap: Gap) -> str:
    """Return a gap as the command line writes it: `order.order_no 2026 3-4`."""
    parts = (gap.range_key, gap.period, str(gap.first) if gap.first == gap.last else f"{gap.first}-{gap.last}")
    return " ".join(part for part in parts if part)

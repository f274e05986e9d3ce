"""The table of a run: what was measured, what came out, whether it is good enough."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

import psycopg
from pysqlite3 import dbapi2 as sqlite

_PACKAGES: Final = ("Flask", "SQLAlchemy", "Jinja2", "granian", "psycopg")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table.

    Args:
        what: what was done.
        database: on which database, with how many contacts.
        hand: what the hand-written application, or the one that is compared with, took; "" where there is none.
        lotse: what Lotse took, with its unit.
        ratio: Lotse's time by the other one's, or None.
        goal: the goal in words.
        met: whether it is met; None where there is no goal.
    """

    what: str
    database: str
    hand: str
    lotse: str
    ratio: float | None
    goal: str
    met: bool | None

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return self.what, self.database, self.hand, self.lotse, ratio, self.goal, met


_HEADS: Final = ("what", "database", "compared with", "Lotse", "ratio", "goal", "met")


def milliseconds(value: float) -> str:
    """Write a time."""
    return f"{value:.2f} ms" if value < 100 else f"{value:.0f} ms"


def at_most(what: str, database: str, one: float, other: float, goal: float | None) -> Line:
    """Return the row of two times in milliseconds, and how many times the first the second one may be."""
    ratio = other / one
    words = "" if goal is None else f"≤ {goal:g}×"
    met = None if goal is None else ratio <= goal
    return Line(what, database, milliseconds(one), milliseconds(other), ratio, words, met)


def machine() -> tuple[str, ...]:
    """Return what the figures depend on; nothing that names a machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {packages}",
        f"SQLite {sqlite.sqlite_version}, libpq {psycopg.pq.version() // 10_000}",
    )


def table(lines: Sequence[Line]) -> str:
    """Return the rows as a Markdown table."""
    rows = [_HEADS, tuple("---" for _ in _HEADS), *(line.cells() for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def document(lines: Sequence[Line], times: int, starts: int, day: date) -> str:
    """Return the whole file.

    Args:
        lines: the rows.
        times: how often quick pages were asked for.
        starts: in how many starts of both applications.
        day: when it was measured.
    """
    facts = "".join(f"- {fact}\n" for fact in machine())
    missed = sum(line.met is False for line in lines)
    verdict = "Every goal is met." if not missed else f"{missed} goals are not met."
    return (
        "# Lotse beside an application written by hand\n\n"
        f"Written by `make bench` on {day.isoformat()}; how to read it: [measure](../docs/how-to/measure.md).\n"
        f"Medians of {times} requests each (reports: a quarter), asked in turn, in {starts} starts of both;\n"
        "ratios count, not milliseconds.\n\n"
        f"{facts}\n{verdict}\n\n{table(lines)}"
    )

"""What is measured: the pages that people have open all day, asked for in the same way of both applications."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import quote

from bench.client import Answer, Client, forms_of
from bench.data import World

LIST: Final = "/e/contact/active"
REPORT: Final = "/report/contacts_by_country"
MONEY: Final = "/report/budget_by_country"
_NEXT: Final = re.compile(r'class="btn" href="(/e/contact/active\?[^"]*after=[^"]*)"')
#: The form on a mask, by where it is sent to.
_MASK: Final = re.compile(r"/r/\w+/\d+/edit")
_ROWS_OF_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that somebody does.

    Args:
        key: its name on the command line.
        words: its name in the table.
        goal: most times the hand-written application's time that Lotse may take, or None.
        times: how often each application is asked.
        begin: gets ready for one application and gives a function that asks for the n-th time.
    """

    key: str
    words: str
    goal: float | None
    times: int
    begin: Callable[[Client], Callable[[int], Answer]]


def cases(world: World, times: int) -> tuple[Case, ...]:
    """Return everything that is measured on one database.

    Args:
        world: the records.
        times: how often a quick page is asked for.
    """
    ids = [random.Random(world.seed).randrange(1, world.contacts_count + 1) for _ in range(times + 50)]
    wide_ids = [1 + number % world.wide_count for number in ids]
    rows = deep_rows(world)
    searched = [f"{LIST}?q={quote(word.strip())}" for word in world.probes]
    return (
        Case("list", "list of 50: filtered, sorted, with a reference", 2.0, times, _paths([LIST])),
        Case("deep", f"the same, {rows:,} rows further down", 2.0, times, lambda client: _deep(client, rows)),
        Case("read", "open a mask to read, with related records", 2.0, times, _paths(f"/r/contact/{n}" for n in ids)),
        Case("edit", "open a mask to edit", 2.0, times, _paths(f"/r/contact/{n}/edit" for n in ids)),
        Case("wide", "open a mask of 300 fields", 2.0, times, _paths(f"/r/wide/{n}/edit" for n in wide_ids)),
        Case("save", "save a mask", 3.0, times, lambda client: _saves(client, ids)),
        Case("search", "search in the list", 2.0, times, _paths(searched)),
        Case("report", "grouped report", 1.2, max(10, times // 4), _paths([REPORT])),
        Case("money", "grouped report of money", 1.2, max(10, times // 4), _paths([MONEY])),
    )


def deep_rows(world: World) -> int:
    """Return how many rows down the deep page is: 100,000 of a million contacts, of which four in ten are shown."""
    return min(100_000, world.contacts_count // 5) // _ROWS_OF_A_PAGE * _ROWS_OF_A_PAGE


def _paths(paths: Sequence[str] | Iterator[str]) -> Callable[[Client], Callable[[int], Answer]]:
    known = tuple(paths)
    return lambda client: lambda number: _good(client.get(known[number % len(known)]))


def _good(answer: Answer, *expected: int) -> Answer:
    if answer.status not in (expected or (200,)):
        raise RuntimeError(f"answered with {answer.status}: {answer.text[:500]}")
    return answer


def _deep(client: Client, rows: int) -> Callable[[int], Answer]:
    """Walk down the list page by page; then ask for the last page found."""
    path = LIST
    for _ in range(rows // _ROWS_OF_A_PAGE):
        found = _NEXT.search(_good(client.get(path)).text)
        if found is None:
            raise RuntimeError(f"the list is shorter than {rows} rows")
        path = unescape(found[1])
    return lambda number: _good(client.get(path))


def _saves(client: Client, ids: Sequence[int]) -> Callable[[int], Answer]:
    def save(number: int) -> Answer:
        """Open the mask, change a telephone number and an amount, and send it; only the sending counts."""
        page = _good(client.get(f"/r/contact/{ids[number % len(ids)]}/edit"))
        form = next(form for form in forms_of(page.text) if _MASK.fullmatch(form.action))
        phone, revenue = f"+49 711 {number:06d}", f"{1000 + number},{number % 100:02d}"
        return _good(client.post(form.action, form.filled(phone=phone, revenue=revenue)), 302, 303)

    return save

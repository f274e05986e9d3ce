"""The parts of a run: each starts what it needs, measures, and gives its rows of the table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench import hand_written_data, lotse, many, memory, narrow, rush, servers
from bench.compare import Pair, Start, compare
from bench.data import World
from bench.pages import Case, cases
from bench.publishing import seconds_to_publish
from bench.results import Line, at_most, milliseconds
from bench.same import make_sure
from tests.support import postgres
from tools.setup import make_environment

#: Cases that are compared between two sizes of the same product.
GROWING: Final = ("list", "edit", "save")
_GROWTH: Final = 1.2
_MANY_COST: Final = 1.1
_RIGHTS_COST: Final = 1.15
_RUSH: Final = 2.0
_SIGN_IN_MILLISECONDS: Final = 2_000.0
_DEEP: Final = 1.3
_COMPILE_SECONDS: Final = 5.0
_PUBLISH_MILLISECONDS: Final = 200.0
_MEMORY: Final = 150.0
_CONTACTS_BESIDE_MANY: Final = 5_000

Say = Callable[[str], None]
MakeUrl = Callable[[str], str]
Serve = Callable[[], AbstractContextManager[servers.Served]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to measure.

    Args:
        folder: a temporary one for databases and documents.
        only: names of cases, or nothing for all.
        times: how often quick pages are asked for.
        starts: in how many starts of both applications.
        say: told what is going on.
    """

    folder: Path
    only: frozenset[str]
    times: int
    starts: int
    say: Say

    def has(self, name: str) -> bool:
        """Return whether something is to be measured."""
        return not self.only or name in self.only

    def cases(self, world: World) -> tuple[Case, ...]:
        """Return the cases to be measured."""
        return tuple(case for case in cases(world, self.times) if self.has(case.key))


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[MakeUrl]:
    """Give a function that makes an empty database and returns its URL."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.sqlite"
        return
    with postgres.running() as server:
        yield server.create


def side_by_side(wanted: Wanted, kind: str, make: MakeUrl, world: World) -> tuple[list[Line], str]:
    """Measure Lotse beside the hand-written application; also returns the URL of Lotse's database."""
    name = f"{_NAMES[kind]}, {world.contacts_count:,}"
    metadata = lotse.write_documents(wanted.folder / f"documents-{kind}-{world.contacts_count}", narrow.narrow_role())
    mine, theirs = (make(f"{who}_{world.contacts_count}") for who in ("lotse", "hand"))
    wanted.say(f"{name}: loading …")
    lotse.prepare(mine, metadata, world, {narrow.EMAIL: narrow.ROLE})
    hand_written_data.prepare(theirs, world)
    wanted.say(f"{name}: pages …")
    both = _both(partial(servers.by_hand, theirs), partial(servers.lotse, mine, metadata))
    with both() as pair:
        make_sure(*pair, world)
    found = compare(both, wanted.cases(world), wanted.starts)
    lines = [at_most(times.case.words, name, times.one, times.other, times.case.goal) for times in found]
    own = {times.case.key: times.other for times in found}
    if {"list", "deep"} <= own.keys():
        lines.append(at_most("deep page beside the first", name, own["list"], own["deep"], _DEEP))
    lines += _alone(wanted, name, (mine, metadata))
    if wanted.has("rights"):
        wanted.say(f"{name}: rights …")
        lines += _rights(wanted, name, (mine, metadata), world)
    return lines, mine


def _alone(wanted: Wanted, name: str, installed: tuple[str, Path]) -> list[Line]:
    """Measure Lotse by itself: a publish, and a rush of sign-ins."""
    lines: list[Line] = []
    if not (wanted.has("publish") or wanted.has("rush")):
        return lines
    with servers.lotse(*installed) as product:
        if wanted.has("publish"):
            wanted.say(f"{name}: publish …")
            spent = seconds_to_publish(*installed, product.client) * 1000
            words = "publish a new field until another process serves it"
            goal = f"≤ {_PUBLISH_MILLISECONDS:.0f} ms"
            lines.append(Line(words, name, "", milliseconds(spent), None, goal, spent <= _PUBLISH_MILLISECONDS))
        if wanted.has("rush"):
            lines += _rush(wanted, name, product)
    return lines


def _rights(wanted: Wanted, name: str, installed: tuple[str, Path], world: World) -> list[Line]:
    """Compare somebody whose role has twenty field rules and a territory with somebody who sees everything."""
    both = _both(partial(servers.lotse, *installed), partial(servers.lotse, *installed, email=narrow.EMAIL))
    return _among_themselves(wanted, world, both, "twenty field rules and a territory", name, _RIGHTS_COST)


def _rush(wanted: Wanted, name: str, product: servers.Served) -> list[Line]:
    """Measure how pages and sign-ins fare while many try to sign in."""
    wanted.say(f"{name}: sign-ins …")
    alone, busy, attempts = rush.slowest_pages(product.client, max(wanted.times, 20))
    words = f"95th percentile of the list during {rush.RATE} sign-ins a second ({attempts} tried)"
    pages = at_most(words, name, alone, busy, _RUSH)
    sign_ins = min(wanted.times, rush.SIGN_INS)
    alone, busy, attempts = rush.slowest_sign_in(product.client.port, lotse.EMAIL, lotse.PASSWORD, sign_ins)
    rushing = f"{rush.RATE} a second from {len(rush.MANY)} addresses ({attempts} tried)"
    words = f"slowest of {sign_ins} sign-ins during {rushing}"
    goal, met = f"≤ {_SIGN_IN_MILLISECONDS:,.0f} ms", busy <= _SIGN_IN_MILLISECONDS
    return [pages, Line(words, name, milliseconds(alone), milliseconds(busy), None, goal, met)]


def growth(wanted: Wanted, kind: str, small: tuple[World, str], large: tuple[World, str]) -> list[Line]:
    """Compare Lotse with itself: the same pages over few and over many records.

    Args:
        wanted, kind: see `side_by_side`.
        small, large: the records and the URL of Lotse's database that holds them.
    """
    metadata = lotse.write_documents(wanted.folder / f"documents-{kind}-growth")
    counts = f"{_NAMES[kind]}, {small[0].contacts_count:,} → {large[0].contacts_count:,}"
    wanted.say(f"{counts} …")
    both = _both(*(partial(servers.lotse, url, metadata) for _, url in (small, large)))
    return _among_themselves(wanted, small[0], both, "growth", counts, _GROWTH)


def thousand_entities(wanted: Wanted, kind: str, make: MakeUrl, entities: int = many.MANY) -> list[Line]:
    """Compare Lotse with itself: the same pages among few and among many entities; and compile the many."""
    wanted.say(f"{_NAMES[kind]}: {entities:,} entities …")
    world = World(min(_CONTACTS_BESIDE_MANY, 20 * entities))
    prepared: list[tuple[str, Path]] = []
    for number in (many.FEW, entities):
        folder = lotse.write_documents(wanted.folder / f"documents-{kind}-{number}", many.more_entities(number))
        url = make(f"entities_{number}")
        lotse.prepare(url, folder, world, {many.EMAIL: many.ROLE})
        prepared.append((url, folder))
    seconds = many.seconds_to_compile(prepared[1][1])
    goal = f"≤ {_COMPILE_SECONDS:g} s"
    words = f"compile {entities:,} entities from nothing"
    lines = [Line(words, "", "", f"{seconds:.2f} s", None, goal, seconds <= _COMPILE_SECONDS)]
    name = f"{_NAMES[kind]}, {many.FEW} → {entities:,} entities"
    for email, why in ((many.EMAIL, f"sees {many.FEW}"), (lotse.EMAIL, "sees all")):
        both = _both(*(partial(servers.lotse, *installed, email=email) for installed in prepared))
        lines += _among_themselves(wanted, world, both, why, name, _MANY_COST)
    return lines


def _both(one: Serve, other: Serve) -> Start:
    """Return what starts two applications and gives their visitors."""

    @contextmanager
    def start() -> Iterator[Pair]:
        with one() as first, other() as second:
            yield first.client, second.client

    return start


def _among_themselves(
    wanted: Wanted,
    world: World,
    start: Start,
    why: str,
    name: str,
    goal: float,
) -> list[Line]:
    chosen: Sequence[Case] = [case for case in cases(world, wanted.times) if case.key in GROWING]
    found = compare(start, chosen, wanted.starts)
    return [at_most(f"{why}: {times.case.words}", name, times.one, times.other, goal) for times in found]


def worker_memory(wanted: Wanted) -> list[Line]:
    """Measure the memory of a worker with the shipped content: as `make run` sets it up, and with what tests bring."""
    wanted.say("memory of a worker …")
    words = "memory of a worker with the shipped content after 100 pages"
    own, all_of_it = wanted.folder / "own", wanted.folder / "all"
    for folder in (own, all_of_it):
        folder.mkdir()
    usual = memory.megabytes(own, make_environment(own / "environment"))
    more = memory.megabytes(all_of_it, Path(sys.executable))
    goal, sqlite = f"≤ {_MEMORY:.0f} MB", _NAMES["sqlite"]
    return [
        Line(words, sqlite, "", f"{usual:.1f} MB", None, goal, usual <= _MEMORY),
        Line(f"{words}, the extra `oidc` installed", sqlite, "", f"{more:.1f} MB", None, "", None),
    ]


_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

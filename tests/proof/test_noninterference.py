"""Who may not see something can't tell whether it is there: two sites that differ only in it answer alike."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.proof.asking import CHECK, RUN, Answer, Asked, Memory, ask, tell_apart
from tests.proof.defects import DEFECTS
from tests.proof.hidden import READER, SALTS
from tests.proof.secrets import Pair, make_pair, make_sites, session
from tests.support import postgres
from tests.support.proof import SEED, Tally, size
from tests.support.site import Site

SESSIONS: Final = size("sessions", 60, 2_000)
ON_POSTGRES: Final = size("sessions on PostgreSQL", 4, 300)
REQUESTS: Final = 100
_COUNTER: Final = itertools.count()
#: What the sessions must have written at least by other doors than masks.
DOORS: Final[Mapping[str, int]] = {
    "API_writes_accepted": SESSIONS,
    "API_writes_refused": SESSIONS,
    "bulk_writes_accepted": SESSIONS // 12,
    "imports_checked": SESSIONS // 10,
    "imports_not_checked": SESSIONS // 4,
    "imports_run": SESSIONS // 10,
    "imports_not_run": SESSIONS // 4,
}
#: How many sessions a seeded defect may live.
PATIENCE: Final = 24
#: Why a request is reported that made a site fail.
FAILURE: Final = "a failure"


@dataclass(frozen=True, slots=True)
class Found:
    """A request by which the two sites can be told apart."""

    asked: Asked
    statuses: tuple[int, int]
    why: str


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"))


def differences(sites: tuple[Site, Site], seed: str, sessions: int, tally: Tally) -> Iterator[Found]:
    """Run the same random sessions against both sites and yield every request that tells them apart.

    The witness of the tests looks whether a refused one left something behind.
    """
    visitors = tuple(site.visitor(READER) for site in sites)
    tokens = tuple(visitor.token() for visitor in visitors)
    readers = tuple(zip(visitors, tokens, (Memory(), Memory()), strict=True))
    for number in range(sessions):
        tally.add("sessions")
        for asked in session(random.Random(f"{seed}-{number}"), REQUESTS):
            here, there = (ask(visitor, token, asked, memory) for visitor, token, memory in readers)
            _count(tally, asked, here)
            if max(here.status, there.status) >= 500:
                yield Found(asked, (here.status, there.status), FAILURE)
                continue
            canary = SALTS[0].encode() in here.body and not asked.holds(SALTS[0])
            if canary or tell_apart(here, there):
                yield Found(asked, (here.status, there.status), "a canary" if canary else "different")


def _count(tally: Tally, asked: Asked, here: Answer) -> None:
    """Count what a request was and what became of it."""
    form = asked.form is not None
    tally.add("requests")
    tally.add("answered" if here.status < 400 else "refused")
    tally.add("changed" if form and here.status == 303 else "looked")
    tally.add("refused writes", int(form and here.status >= 400))
    tally.add("taken groups", int("/seat/" in asked.url and form and here.status == 422))
    tally.add("broken limits", int("limit" in (asked.form or ()) and here.status == 422))
    tally.add("known", int(here.status == 304))
    if asked.by_program:
        tally.add("API writes accepted" if here.status < 400 else "API writes refused")
        tally.add("bulk writes accepted", int(asked.url.endswith("/bulk") and here.status == 200))
        tally.add("stale", int(here.status == 412))
        tally.add("told again", int(here.replayed))
    if asked.url.startswith("/e/") and asked.url.endswith((CHECK, RUN)):
        done = "checked" if asked.file is not None else "run"
        tally.add(f"imports {done if here.status < 400 else f'not {done}'}")


def test_what_is_hidden_makes_no_difference(pair: Pair, tmp_path: Path) -> None:
    tally = Tally("non-interference")
    sites = pair.sites(tmp_path)
    found = list(differences(sites, str(SEED), SESSIONS, tally))
    for site in sites:
        site.installation.close()
    print(*found[:10], sep="\n")
    written = {"changed": SESSIONS, "refused_writes": SESSIONS, "taken_groups": SESSIONS // 4, "broken_limits": 1}
    known = {"known": SESSIONS, "stale": SESSIONS // 4, "told_again": SESSIONS // 12}
    tally.report(sessions=SESSIONS, requests=100 * SESSIONS, answered=40 * SESSIONS, **written, **known, **DOORS)
    assert len(found) == 0


def test_what_is_hidden_makes_no_difference_on_postgresql(postgres_server: postgres.Server, tmp_path: Path) -> None:
    """It searches, sorts and compares texts in ways of its own."""
    tally = Tally("non-interference, postgresql")
    own = f"{os.getpid()}_{next(_COUNTER)}"
    sites = make_sites(tmp_path, {salt: postgres_server.create(f"pair_{salt}_{own}".lower()) for salt in SALTS})
    found = list(differences(sites, f"{SEED}-postgresql", ON_POSTGRES, tally))
    for site in sites:
        site.installation.close()
    print(*found[:10], sep="\n")
    tally.report(sessions=ON_POSTGRES, requests=100 * ON_POSTGRES, answered=40 * ON_POSTGRES, changed=ON_POSTGRES)
    assert len(found) == 0


@pytest.mark.parametrize("name", DEFECTS)
def test_every_known_leak_would_be_found(
    name: str, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with one defect of a peer switched on, the sessions tell the sites apart."""
    DEFECTS[name](monkeypatch, pair)
    sites = pair.sites(tmp_path)
    tally = Tally(f"leak found: {name}")
    every = differences(sites, f"{SEED}-{name}", PATIENCE, tally)
    found = next((one for one in every if one.why != FAILURE), None)  # a broken product may also fail; that's no leak
    for site in sites:
        site.installation.close()
    assert found is not None, f"{name} wasn't noticed"
    tally.report(requests=1)

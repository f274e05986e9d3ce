"""Two sites that differ only in what one reader may not see, and random sessions that try to tell them apart."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from app.config import Settings
from app.factory import create_app
from app.runtime.store import Store
from app.storage.database import open_database
from tests.proof import writes
from tests.proof.asking import Asked
from tests.proof.hidden import BILLS, KEYS, READER, REPORTS, ROWS, SALTS, SEATS, SLOTS, documents, fill
from tests.support.install import METADATA, PLUGINS, Installation, write_documents
from tests.support.site import SECRET, Site, make_site

#: A day between that on which records were made and that on which their hidden values were changed.
_BETWEEN: Final = "2026-02-01T12:00"
#: Draws one request, or several that belong together.
_Way = Callable[[random.Random], Asked | Sequence[Asked]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the two databases are, and the configuration that was in force before the reader's rights were cut."""

    folder: Path
    open_model: Any = field(repr=False)

    def sites(self, folder: Path) -> tuple[Site, Site]:
        """Return the two sites over copies of the databases in a folder; nothing is kept of what was planned before."""
        found = []
        for salt in SALTS:
            shutil.copyfile(self.folder / salt, folder / salt)
            found.append(_site(f"sqlite:///{folder / salt}"))
        return found[0], found[1]


def _site(url: str) -> Site:
    database = open_database(url)
    app = create_app(Settings(url, METADATA, PLUGINS, SECRET), database=database)
    return Site(Installation(url, database, Store(database)), app)


def make_pair(folder: Path) -> Pair:
    """Build the two databases: the same people, records and revisions, and other secrets."""
    return Pair(folder, _build(folder, {salt: f"sqlite:///{folder / salt}" for salt in SALTS}))


def make_sites(folder: Path, urls: Mapping[str, str]) -> tuple[Site, Site]:
    """Build the two databases in empty ones that somebody made, and return their sites.

    Args:
        folder: where the documents go.
        urls: the databases, by their secrets.
    """
    _build(folder, urls)
    here, there = (_site(urls[salt]) for salt in SALTS)
    return here, there


def _build(folder: Path, urls: Mapping[str, str]) -> Any:
    wide = write_documents(folder / "wide", documents(open_to_all=True))
    narrow = write_documents(folder / "narrow", documents())
    model = None
    for salt in SALTS:
        site = make_site(urls[salt], wide, roles=(READER,))
        model = site.installation.snapshot.model
        site.installation.publish(narrow)
        fill(site, salt)
        site.installation.close()
    return model


def session(chance: random.Random, length: int) -> Iterator[Asked]:
    """Draw the requests of a session: half of them know what is hidden in the first site, and look for it."""
    return islice(_endless(chance), length)


def _endless(chance: random.Random) -> Iterator[Asked]:
    while True:
        way = chance.choices(_WAYS, _SHARES)[0](chance)
        yield from (way,) if isinstance(way, Asked) else way


def _probe(chance: random.Random) -> str:
    hidden = f"{SALTS[0]}{chance.choice('afmdv')}{chance.randrange(100)}"
    shown = (
        f"Firma {chance.randrange(ROWS)}",
        str(chance.randrange(100)),
        "north",
        SALTS[0],
        f"C{chance.randrange(ROWS)}",
    )
    return hidden if chance.random() < 0.4 else chance.choice(shown)


def _path(chance: random.Random, key: str) -> str:
    own = {
        "firm": ("name", "code", "region", "margin", "secret", "owner", "title", "parts_count", "costs"),
        "deal": (
            "name",
            "firm",
            "stage",
            "amount",
            "memo",
            "parts",
            "total",
            "firm.name",
            "firm.margin",
            "firm.secret",
        ),
        "bill": ("name", "level", "parts", "many"),
        "part": ("name", "deal", "bill", "firm", "cost", "deal.amount", "deal.firm.secret", "bill.level", "bill.name"),
        "piece": ("name", "part", "weight", "reach", "part.cost", "part.bill.name", "part.deal.memo"),
        "vault": ("name", "deal"),
        "seat": ("name", "slot", "grade"),
    }
    return chance.choice(own[key])


def _list(chance: random.Random) -> Asked:
    key = chance.choice(KEYS)
    args: list[tuple[str, str]] = []
    for _ in range(chance.randint(0, 2)):
        path, probe = _path(chance, key), _probe(chance)
        operator = chance.choice(("is", "contains", "one_of", "empty", "above"))
        where = (
            f'{path} = "{probe}"',
            f"{path} > {chance.randrange(100)}",
            f"{path} is empty",
            "count(parts) > 1",
            f'{path} contains "{probe}"',
            f'{path} contains "{SALTS[0]}"',
            "sum(parts.cost) > 60",
            "count(pieces) > 0",
        )
        args.append(
            chance.choice((("sort", chance.choice("- ").strip() + path), ("columns", path), ("columns", f"name,{path}"),
                           (f"f.{path}.{operator}", probe), *(("where", one) for one in chance.sample(where, 2)),
                           ("q", probe)))
        )  # fmt: skip
    rest = chance.choice(("-", "-", "-", "leaky", "-/count", "-/export/csv", "-/export/json", "leaky/export/csv"))
    return Asked(f"/e/{key}/{rest}?{urlencode(args)}")


def _moments(chance: random.Random) -> dict[str, str]:
    """Choose what a record was when: before there were any, between its first changes, after all, now; or two of it."""
    when = ("now", "2020-01-01T12:00", _BETWEEN, "2039-12-31T12:00")
    return {name: chance.choice(when) for name in chance.choice((("at",), ("at", "to")))}


def _record(chance: random.Random) -> Asked:
    rest = chance.choice(("", "", "/edit", "/history"))
    return Asked(f"/r/{chance.choice(KEYS)}/{chance.randint(1, 2 * ROWS)}{rest}")


def _past(chance: random.Random) -> Asked:
    """Ask what a record was, mostly one of those whose hidden values were changed."""
    key = chance.choice((*KEYS, "firm", "deal", "firm", "deal"))
    return Asked(f"/r/{key}/{chance.randint(1, ROWS)}/history?{urlencode(_moments(chance))}")


def _why(chance: random.Random) -> Asked:
    """Ask why something may be done, with a record or a place."""
    if chance.random() < 0.2:
        return Asked(f"/why/places?place={chance.choice(('report:margins', 'report:deals', 'dashboard:board'))}")
    key = chance.choice(KEYS)
    asked = {"entity": key, "record": str(chance.randint(1, 2 * ROWS)), "field": _path(chance, key)}
    return Asked(f"/why?{urlencode({'entity': key, **{n: asked[n] for n in chance.sample(list(asked), 2)}})}")


def _find(chance: random.Random) -> Asked:
    page = chance.choice(("/search", "/palette", "/pick/firm", "/pick/deal", "/pick/@user", "/pick/vault"))
    beginning = page == "/pick/@user" and chance.random() < 0.5  # of what people have that nobody may see
    return Asked(f"{page}?{urlencode({'q': SALTS[0] if beginning else _probe(chance)})}")


def _figures(chance: random.Random) -> Asked:
    report = chance.choice(REPORTS)
    tiles = ("/tile/board/firms", "/tile/board/margins", "/", "/reports", "/entities")
    exported = f"/report/{report}/export/{chance.choice(('json', 'csv'))}"
    asked = (f"/report/{report}", exported, f"/api/v1/reports/{report}", _behind(chance), chance.choice(tiles))
    return Asked(chance.choice(asked))


def _behind(chance: random.Random) -> str:
    """Return the list behind a cell of a report: the group that the record lies in, and what the measure counts."""
    number, probe = 1 + chance.randrange(ROWS), _probe(chance)
    groups = {
        "firm": ('region = "north"', "region is empty", "secret is empty", f'secret = "{probe}"', "parts_count > 1"),
        "deal": (f"firm = {number}", "firm is empty", "firm.secret is empty", f'firm.secret = "{probe}"'),
        "part": (f"bill = {number}", "bill is empty", f"deal = {number}", 'deal.stage = "open"', f"firm = {number}"),
    }
    measures = {
        "firm": ("margin > 50", "parts_count is not empty", "costs > 50"),
        "deal": ("sum(parts.cost) > 50", "amount is not empty", "total > 50"),
        "part": ("cost is not empty", "sum(pieces.weight) > 50", "bill.level > 70"),
    }
    key = chance.choice(list(groups))
    behind = [("where", one) for one in (chance.choice(groups[key]), chance.choice(measures[key]))]
    return f"/e/{key}/-?{urlencode(behind[: chance.randint(1, 2)])}"


def _create(chance: random.Random) -> Asked:
    # A code that may be taken tells something; one that never is keeps long runs from ending in refusals alone.
    code = chance.choice((f"C{chance.randrange(2 * ROWS)}", f"N{chance.randrange(10**9)}"))
    name = f"Neu {chance.randrange(10**6)}"
    if chance.random() < 0.3:
        return Asked("/r/part/new", {"name": name, **_above(chance)})
    return Asked("/r/firm/new", {"name": name, "code": code, "region": "north"})


def _above(chance: random.Random) -> dict[str, object]:
    """Choose whose line a part becomes, and which firm it points to."""
    wanted = {"deal": ROWS, "bill": BILLS, "firm": ROWS}
    return {name: chance.randint(1, wanted[name]) for name in chance.sample(list(wanted), chance.randint(1, 2))}


def _change(chance: random.Random) -> Asked:
    form: dict[str, object] = {"version": chance.choice((1, 1, 2, 3)), "name": f"Anders {chance.randrange(10**6)}"}
    if chance.random() < 0.5:
        form[chance.choice(("margin", "secret", "amount", "memo", "code"))] = chance.choice((7, "C1"))
    verb = chance.choice(("edit", "edit", "edit", "retire", "restore"))
    return Asked(f"/r/{chance.choice(('firm', 'deal'))}/{chance.randint(1, ROWS)}/{verb}", form)


def _change_line(chance: random.Random) -> Asked:
    """Change something of a line, perhaps whose it is, or of one of the records above it."""
    key, most = chance.choice((("part", 2 * ROWS), ("part", 2 * ROWS), ("piece", 2 * ROWS), ("bill", BILLS)))
    form: dict[str, object] = {"version": chance.choice((1, 1, 2, 3)), "name": f"Anders {chance.randrange(10**6)}"}
    if key == "part" and chance.random() < 0.5:
        form |= _above(chance)
    verb = chance.choice(("edit", "edit", "edit", "retire", "restore"))
    return Asked(f"/r/{key}/{chance.randint(1, most)}/{verb}", form)


def _limit(chance: random.Random) -> Asked:
    """Set the limit of a hidden sum, to what no sum keeps to or to what every sum does: to find it out is ADR 22's."""
    form = {"version": chance.choice((1, 2, 2, 3)), "limit": chance.choice((-1, 10**6, 10**6 + 1))}
    return Asked(f"/r/deal/{chance.randint(1, ROWS)}/edit", form)


def _seat(chance: random.Random) -> Asked:
    """Move to another slot: every grade is taken there, by whom mustn't be told to somebody who sees no grades."""
    form = {"version": 1, "slot": chance.choice(SLOTS)}
    return Asked(f"/r/seat/{chance.randint(1, SEATS)}/edit", form)


def _api(chance: random.Random) -> Asked:
    """Ask the same of the API, with the session's cookie."""
    key = chance.choice(KEYS)
    path, probe = _path(chance, key), _probe(chance)
    if chance.random() < 0.2:
        return Asked(chance.choice((f"/api/v1/{key}/{chance.randint(1, ROWS)}", "/api/v1/openapi.json", "/api/v1/me")))
    asked = {"filter": f'{path} = "{probe}"', "sort": path, "fields": f"name,{path}", "expand": path, "q": probe}
    names = chance.sample(list(asked), chance.randint(0, 2))
    return Asked(f"/api/v1/{key}?{urlencode({'count': '1', **{name: asked[name] for name in names}})}")


def _again(chance: random.Random) -> Asked:
    """Ask the API for one of a few records, and only if it isn't as it was."""
    key = chance.choice(("firm", "deal", "part"))
    expand = {"firm": "owner", "deal": "firm", "part": "deal"}[key]
    path = f"/api/v1/{key}/{chance.randint(1, 3)}"
    return Asked(chance.choice((path, f"{path}?expand={expand}")), known=True)


_READ: Final[Mapping[_Way, float]] = {
    _list: 28,
    _record: 11,
    _past: 4,
    _find: 10,
    _figures: 12,
    _api: 10,
    _again: 4,
    _why: 3,
}
_WRITTEN: Final[Mapping[_Way, float]] = {
    _create: 4,
    _change: 6,
    _change_line: 2,
    _limit: 1,
    _seat: 2,
    writes.create: 2,
    writes.change: 3,
    writes.end: 1.5,
    writes.many: 2,
    writes.repeat: 1.5,
    writes.bring: 1.5,
}
_WAYS: Final = (*_READ, *_WRITTEN)
_SHARES: Final = (*_READ.values(), *_WRITTEN.values())

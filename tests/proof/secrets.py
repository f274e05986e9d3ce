"""Two sites that differ only in what one reader may not see, and random sessions that try to tell them apart."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from app.config import Settings
from app.factory import create_app
from app.runtime.store import Store
from app.storage.database import open_database
from tests.proof.hidden import BILLS, KEYS, READER, REPORTS, ROWS, SALTS, SEATS, SLOTS, documents, fill
from tests.support.alike import alike
from tests.support.install import METADATA, PLUGINS, Installation, write_documents
from tests.support.site import SECRET, Site, Visitor, make_site

#: A day between that on which records were made and that on which their hidden values were changed.
_BETWEEN: Final = "2026-02-01T12:00"
#: Differs from answer to answer: keys and tokens of forms, moments, numbers of requests, times of day.
_VARYING: Final = (
    rb'name="_once" value="[\w-]+"',
    rb"\d{4}-\d\d-\d\dT[\d:.]+",
    rb"[IW][\w-]{40,}\.[\w-]{5,}\.[\w-]{20,}",
    rb"\b[0-9a-f]{8}\b",
    rb"\b[0-9a-f]{32}\b",  # names of saves, drawn by lot
    rb"\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?",
)
_VARIES: Final = re.compile(b"|".join(_VARYING))


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


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a session."""

    url: str
    form: Mapping[str, object] | None = None
    known: bool = False  # whether the ETag is sent along that this address had last


def session(chance: random.Random, length: int) -> Iterator[Asked]:
    """Draw the requests of a session: half of them know what is hidden in the first site, and look for it."""
    for _ in range(length):
        yield _WAYS[chance.choices(range(len(_WAYS)), _SHARES)[0]](chance)


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
    rest = chance.choice(("", "", "/edit", "/history", f"/history?{urlencode(_moments(chance))}"))
    return Asked(f"/r/{chance.choice(KEYS)}/{chance.randint(1, 2 * ROWS)}{rest}")


def _why(chance: random.Random) -> Asked:
    """Ask why something may be done, with a record or a place."""
    if chance.random() < 0.2:
        return Asked(f"/why/places?place={chance.choice(('report:margins', 'report:deals', 'dashboard:board'))}")
    key = chance.choice(KEYS)
    asked = {"entity": key, "record": str(chance.randint(1, 2 * ROWS)), "field": _path(chance, key)}
    return Asked(f"/why?{urlencode({'entity': key, **{n: asked[n] for n in chance.sample(list(asked), 2)}})}")


def _find(chance: random.Random) -> Asked:
    page = chance.choice(("/search", "/palette", "/pick/firm", "/pick/deal", "/pick/@user", "/pick/vault"))
    return Asked(f"{page}?{urlencode({'q': _probe(chance)})}")


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


_WAYS: Final = (_list, _record, _find, _figures, _create, _change, _change_line, _limit, _seat, _api, _again, _why)
_SHARES: Final = (34, 14, 10, 13, 4, 6, 2, 1, 2, 12, 4, 4)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody can see of an answer: where it leads and its ETag are empty where it has none."""

    status: int
    body: bytes
    location: str
    etag: str


def ask(visitor: Visitor, token: str, asked: Asked, tags: dict[str, str]) -> Answer:
    """Send a request.

    Args:
        visitor: who asks.
        token: his token for forms.
        asked: the request.
        tags: the ETag that each address had last; this answer's is entered.
    """
    if asked.form is None:
        condition = {"If_None_Match": tags[asked.url]} if asked.known and asked.url in tags else {}
        response = visitor.get(asked.url, **condition)
    else:
        response = visitor.client.post(
            asked.url, data={"csrf_token": token, **asked.form}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    etag = response.headers.get("ETag", "")
    if asked.form is None and etag:
        tags[asked.url] = etag
    return Answer(response.status_code, response.get_data(), response.headers.get("Location", ""), etag)


def tell_apart(here: Answer, there: Answer) -> bool:
    """Return whether two answers differ in more than what differs from answer to answer anyway.

    An ETag may differ where the bodies do, in a moment for instance; the version in it may not, nor that there is one.
    """
    if (here.status, here.location) != (there.status, there.location) or not alike(here.body, there.body, _VARIES):
        return True
    same = here.status != 304 and here.body == there.body
    return here.etag != there.etag if same else _version(here.etag) != _version(there.etag)


def _version(etag: str) -> str:
    return etag.partition("-")[0]

"""Two sites that differ only in what one reader may not see, and random sessions that try to tell them apart."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import select, update

from app.access.actor import PRODUCT
from app.config import Settings
from app.factory import create_app
from app.records import actions
from app.runtime.store import Store
from app.storage.database import open_database
from app.system.tables import User
from tests.proof.trade import Bodies, entity, label, text_field
from tests.proof.trade import field as typed
from tests.support.alike import alike
from tests.support.install import METADATA, PLUGINS, Installation, write_documents
from tests.support.site import SECRET, Site, Visitor, make_site
from tests.support.staff import email_of

READER: Final = "outsider+helper"
#: What every hidden text contains, in the one site and in the other.
SALTS: Final = ("kanaria", "kanarib")
ROWS: Final = 16
#: When records were made, when their hidden values were changed, and a day in between.
_MADE: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_CHANGED: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_BETWEEN: Final = "2026-02-01T12:00"
_REGIONS: Final = ("north", "east", "south")
_KEYS: Final = ("firm", "deal", "part", "vault")
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


def _options(*ids: str) -> dict[str, Any]:
    return {"label": label("Auswahl"), "values": [{"id": one, "label": label(one)} for one in ids]}


def _number(name: str) -> dict[str, Any]:
    return {"type": "integer", "x-crm": {"label": label(name)}}


def documents(*, open_to_all: bool = False) -> Bodies:
    """Return the documents.

    Args:
        open_to_all: whether the reader may still read everything, as in the revision before.
    """
    firm = {
        "name": text_field("Name", search=True),
        "code": text_field("Kürzel", unique=True),
        "region": typed("choice", "Region", options="region"),
        "margin": _number("Marge"),
        "secret": text_field("Geheimnis", search=True),
    }
    deal = {
        "name": text_field("Name", search=True),
        "firm": typed("reference", "Firma", target="firm"),
        "stage": typed("choice", "Phase", options="stage"),
        "amount": _number("Wert"),
        "memo": text_field("Notiz", search=True),
        "parts": typed("lines", "Teile", entity="part", via="deal"),
    }
    part = {
        "name": text_field("Name"),
        "deal": typed("reference", "Auftrag", target="deal"),
        "cost": _number("Kosten"),
    }
    vault = {"name": text_field("Name", search=True), "deal": typed("reference", "Auftrag", target="deal")}
    everything = {"create": True, "read": True, "update": True, "retire": True}
    north = {"where": 'region = "north"'}
    opened = {"where": 'stage = "open"'}
    outsider = {
        "firm": {**everything, "read": north, "update": north, "fields": {"margin": "none", "secret": "none"}},
        "deal": {**everything, "read": opened, "update": opened, "fields": {"amount": "none", "memo": "none"}},
        "part": {**everything, "fields": {"cost": "none"}},
    }
    helper = {"firm": {"read": "own", "fields": {"*": "none", "name": "read", "title": "read", "margin": "read"}}}
    roles = {"*": everything} if open_to_all else outsider
    return {
        ("options", "region"): _options(*_REGIONS),
        ("options", "stage"): _options("open", "won", "lost"),
        ("entities", "firm"): entity("Firma", "{name}", firm),
        ("entities", "deal"): entity("Auftrag", "{name}", deal),
        ("entities", "part"): entity("Teil", "{name}", part),
        ("entities", "vault"): entity("Tresor", "{name}", vault),
        ("roles", "outsider"): {
            "label": label("Außen"),
            "home": "board",
            "entities": roles,
            "capabilities": ["export"],
        },
        ("roles", "helper"): {"label": label("Hilfe"), "entities": {} if open_to_all else helper},
        **_screens(),
    }


def _screens() -> Bodies:
    """Return views, reports and a dashboard that look where the reader may not."""
    count = {"id": "n", "aggregate": "count", "label": label("n")}
    large = {"id": "large", "aggregate": "count", "condition": "margin > 50", "label": label("große")}
    total = {"id": "total", "aggregate": "sum", "field": "margin", "label": label("Summe")}
    amount = {"id": "amount", "aggregate": "sum", "field": "amount", "label": label("Summe")}
    rich = {"id": "rich", "aggregate": "count", "condition": "sum(parts.cost) > 50", "label": label("reich")}
    return {
        ("views", "firm.leaky"): {
            "entity": "firm",
            "label": label("Undicht"),
            "columns": ["name", "secret", "margin"],
            "filter": "margin > 50 or secret is empty or name is not empty",
            "sort": [{"field": "margin"}, {"field": "secret"}],
        },
        ("views", "deal.leaky"): {
            "entity": "deal",
            "label": label("Undicht"),
            "columns": ["name", "firm", "firm.secret", "firm.margin", "parts"],
            "filter": 'firm.secret contains "a1" or sum(parts.cost) > 50 or count(parts) > 1 or amount < 40',
            "sort": [{"field": "firm.margin"}, {"field": "firm"}],
        },
        ("reports", "margins"): {
            "entity": "firm",
            "label": label("Margen"),
            "dimensions": [{"id": "region", "field": "region"}],
            "measures": [count, large, total],
            "having": "n > 0",
        },
        ("reports", "secrets"): {
            "entity": "firm",
            "label": label("Geheimnisse"),
            "dimensions": [{"id": "secret", "field": "secret"}],
            "measures": [count],
        },
        ("reports", "deals"): {
            "entity": "deal",
            "label": label("Aufträge"),
            "dimensions": [{"id": "firm", "field": "firm"}, {"id": "secret", "field": "firm.secret"}],
            "measures": [count, amount, rich],
        },
        ("dashboards", "board"): {
            "label": label("Tafel"),
            "tiles": [{"id": "firms", "view": "firm.leaky"}, {"id": "margins", "report": "margins"}],
        },
    }


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
    wide = write_documents(folder / "wide", documents(open_to_all=True))
    narrow = write_documents(folder / "narrow", documents())
    model = None
    for salt in SALTS:
        site = make_site(f"sqlite:///{folder / salt}", wide, roles=(READER,))
        model = site.installation.snapshot.model
        site.installation.publish(narrow)
        _fill(site, salt)
        site.installation.close()
    return Pair(folder, model)


def _fill(site: Site, salt: str) -> None:
    """Make records whose visible values are the same everywhere, and whose hidden ones begin with the salt.

    Hidden ones are changed once, so that the history knows what they were.
    """
    plain, hidden = random.Random("the same"), random.Random(salt)
    with site.installation.database.write() as connection:
        someone = update(User).where(User.email == email_of("helper"))
        connection.execute(someone.values(password=f"{salt}password"))
        me = connection.execute(select(User.id).where(User.email == email_of(READER))).scalar_one()
        other = connection.execute(select(User.id).where(User.email == email_of("helper"))).scalar_one()
    with site.installation.ctx(PRODUCT) as opened_now:
        later, ctx = replace(opened_now, now=_CHANGED), replace(opened_now, now=_MADE)
        for number in range(ROWS):
            north, own = plain.random() < 0.35, plain.random() < 0.25
            margin, secret_margin = plain.randrange(100), hidden.randrange(100)
            region = "north" if north else plain.choice(_REGIONS[1:]) if own else hidden.choice(_REGIONS[1:])
            raw = {
                "name": f"Firma {number}" if north or own else f"{salt}f{number}",
                "code": f"C{number}",
                "region": region if north else hidden.choice(_REGIONS[1:]),
                "margin": margin if own else secret_margin,
                "secret": f"{salt}a{hidden.randrange(100)}",
                "owner": me if own else other,
            }
            firm = actions.create(ctx, "firm", raw)
            actions.update(later, "firm", firm, {"secret": f"{salt}a{hidden.randrange(100)}"}, 1)
        for number in range(ROWS):
            opened, firm, secret_firm = plain.random() < 0.75, plain.randrange(ROWS), hidden.randrange(ROWS)
            lines = [plain.randrange(3), hidden.randrange(3)][not opened]
            raw = {
                "name": f"Auftrag {number}" if opened else f"{salt}d{number}",
                "stage": "open" if opened else hidden.choice(("won", "lost")),
                "firm": 1 + (firm if opened else secret_firm),
                "amount": hidden.randrange(100),
                "memo": f"{salt}m{hidden.randrange(100)}",
                "owner": other,
            }
            deal = actions.create(ctx, "deal", raw)
            actions.update(later, "deal", deal, {"memo": f"{salt}m{hidden.randrange(100)}"}, 1)
            for line in range(2):  # as many rows in each site, so that the numbers of new ones are the same
                there = opened and line < lines
                name = f"Teil {line}" if there else f"{salt}p{line}"
                of_deal = deal if there or not opened else None
                part = {"name": name if of_deal else f"Teil {line}", "deal": of_deal, "cost": hidden.randrange(100)}
                actions.create(ctx, "part", part)
            actions.create(ctx, "vault", {"name": f"{salt}v{number}", "deal": deal})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a session."""

    url: str
    form: Mapping[str, object] | None = None


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
        "firm": ("name", "code", "region", "margin", "secret", "owner", "title"),
        "deal": ("name", "firm", "stage", "amount", "memo", "parts", "firm.name", "firm.margin", "firm.secret"),
        "part": ("name", "deal", "cost", "deal.amount", "deal.memo", "deal.firm.secret"),
        "vault": ("name", "deal"),
    }
    return chance.choice(own[key])


def _list(chance: random.Random) -> Asked:
    key = chance.choice(_KEYS)
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
    return Asked(f"/r/{chance.choice(_KEYS)}/{chance.randint(1, 2 * ROWS)}{rest}")


def _why(chance: random.Random) -> Asked:
    """Ask why something may be done, with a record or a place."""
    if chance.random() < 0.2:
        return Asked(f"/why/places?place={chance.choice(('report:margins', 'report:deals', 'dashboard:board'))}")
    key = chance.choice(_KEYS)
    asked = {"entity": key, "record": str(chance.randint(1, 2 * ROWS)), "field": _path(chance, key)}
    return Asked(f"/why?{urlencode({'entity': key, **{n: asked[n] for n in chance.sample(list(asked), 2)}})}")


def _find(chance: random.Random) -> Asked:
    page = chance.choice(("/search", "/palette", "/pick/firm", "/pick/deal", "/pick/@user", "/pick/vault"))
    return Asked(f"{page}?{urlencode({'q': _probe(chance)})}")


def _figures(chance: random.Random) -> Asked:
    report = chance.choice(("margins", "secrets", "deals"))
    tiles = ("/tile/board/firms", "/tile/board/margins", "/", "/reports", "/entities")
    return Asked(chance.choice((f"/report/{report}", f"/report/{report}/export/json", chance.choice(tiles))))


def _create(chance: random.Random) -> Asked:
    # A code that may be taken tells something; one that never is keeps long runs from ending in refusals alone.
    code = chance.choice((f"C{chance.randrange(2 * ROWS)}", f"N{chance.randrange(10**9)}"))
    form = {"name": f"Neu {chance.randrange(10**6)}", "code": code, "region": "north"}
    return Asked("/r/firm/new", form)


def _change(chance: random.Random) -> Asked:
    form: dict[str, object] = {"version": chance.choice((1, 1, 2, 3)), "name": f"Anders {chance.randrange(10**6)}"}
    if chance.random() < 0.5:
        form[chance.choice(("margin", "secret", "amount", "memo", "code"))] = chance.choice((7, "C1"))
    verb = chance.choice(("edit", "edit", "edit", "retire", "restore"))
    return Asked(f"/r/{chance.choice(('firm', 'deal'))}/{chance.randint(1, ROWS)}/{verb}", form)


def _api(chance: random.Random) -> Asked:
    """Ask the same of the API, with the session's cookie."""
    key = chance.choice(_KEYS)
    path, probe = _path(chance, key), _probe(chance)
    if chance.random() < 0.2:
        return Asked(chance.choice((f"/api/v1/{key}/{chance.randint(1, ROWS)}", "/api/v1/openapi.json", "/api/v1/me")))
    asked = {"filter": f'{path} = "{probe}"', "sort": path, "fields": f"name,{path}", "expand": path, "q": probe}
    names = chance.sample(list(asked), chance.randint(0, 2))
    return Asked(f"/api/v1/{key}?{urlencode({'count': '1', **{name: asked[name] for name in names}})}")


_WAYS: Final = (_list, _record, _find, _figures, _create, _change, _api, _why)
_SHARES: Final = (37, 14, 12, 12, 4, 7, 12, 4)


def ask(visitor: Visitor, token: str, asked: Asked) -> tuple[int, bytes, str]:
    """Send a request and return status, body and where it leads."""
    if asked.form is None:
        response = visitor.get(asked.url)
    else:
        response = visitor.client.post(
            asked.url, data={"csrf_token": token, **asked.form}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    return response.status_code, response.get_data(), response.headers.get("Location", "")


def tell_apart(here: tuple[int, bytes, str], there: tuple[int, bytes, str]) -> bool:
    """Return whether two answers differ in more than what differs from answer to answer anyway."""
    return (here[0], here[2]) != (there[0], there[2]) or not alike(here[1], there[1], _VARIES)

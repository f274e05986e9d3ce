"""Who may not read an entity learns nothing of it: two databases that differ only there answer alike, byte for byte."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import Integer, Numeric, String, cast, literal, select, update

from app.config import Settings
from app.factory import create_app
from app.runtime.store import Store
from app.storage.database import open_database
from app.storage.names import column_name
from tests.support.alike import alike
from tests.support.install import METADATA, PLUGINS, Installation, write_documents
from tests.support.site import SECRET, Site, Visitor, make_site

OUTSIDER: Final = "outsider"
#: What the outsider may do; he may not even read anything else.
VISIBLE: Final = ("opportunity", "activity")
_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}
_LABEL: Final = {"de": "Außen", "en": "Outside"}
#: Documents that look over references and into lines which the outsider may not read.
_DOCUMENTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("roles", OUTSIDER): {"label": _LABEL, "entities": dict.fromkeys(VISIBLE, _ALL), "capabilities": ["export"]},
    ("views", "opportunity.leaky"): {
        "entity": "opportunity",
        "label": _LABEL,
        "columns": ["name", "account", "account.industry", "products", "contacts"],
        "filter": 'sum(products.quantity) > 2 or account.name contains "a" or count(products) = 0',
        "sort": [{"field": "account.name"}, {"field": "name"}],
    },
    ("reports", "leaky"): {
        "entity": "opportunity",
        "label": _LABEL,
        "dimensions": [{"id": "industry", "field": "account.industry"}, {"id": "account", "field": "account"}],
        "measures": [
            {"id": "n", "aggregate": "count"},
            {"id": "many", "aggregate": "count", "condition": "sum(products.quantity) > 2"},
            {"id": "some", "aggregate": "count", "condition": "count(products) > 0"},
            {"id": "rivals", "aggregate": "distinct", "field": "competitor.name"},
        ],
    },
}  # fmt: skip
#: Differs from answer to answer: tokens against forgery, numbers of requests.
_VARIES: Final = re.compile(rb"I[\w-]{40,}\.[\w-]{5,}\.[\w-]{20,}|(?<=name=\"_once\" value=\")[^\"]+|\b[0-9a-f]{8}\b")
_LEAST_REQUESTS: Final = 900


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sites that differ only in what the outsider may not see."""

    one: Site
    other: Site


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    layer = write_documents(folder / "layer", _DOCUMENTS)
    one = make_site(f"sqlite:///{folder / 'one.sqlite'}", METADATA, PLUGINS, layer, company=True)
    one.installation.close()
    shutil.copyfile(folder / "one.sqlite", folder / "other.sqlite")
    other = _site(f"sqlite:///{folder / 'other.sqlite'}")
    _disguise(other)
    one = _site(f"sqlite:///{folder / 'one.sqlite'}")
    yield Pair(one, other)
    one.installation.close()
    other.installation.close()


def _site(url: str) -> Site:
    database = open_database(url)
    app = create_app(Settings(url, METADATA, PLUGINS, SECRET), database=database)
    return Site(Installation(url, database, Store(database)), app)


def _disguise(site: Site) -> None:
    """Change everything that the outsider may not see: texts, numbers, what is archived, which lines there are."""
    snapshot = site.installation.snapshot
    with site.installation.database.write() as connection:
        for key, entity in snapshot.model.entities.items():
            if key in VISIBLE:
                continue
            table = snapshot.tables[key]
            stored = [field for field in entity.fields.values() if not field.system and not field.volatile]
            names = [column_name(field, spec.suffix) for field in stored for spec in field.type.columns()]
            found: dict[str, Any] = {"title": "Kanarienvogel", "title__folded": "kanarienvogel"}
            found |= {"search_text": "kanarienvogel", "version": table.c.version + 7}
            for name in names:
                column = table.c[name]
                if column.foreign_keys or column.name in found:
                    continue
                if isinstance(column.type, String):
                    found[name] = literal("Kanarienvogel") + cast(table.c.id, String)
                elif isinstance(column.type, Integer | Numeric) and "__" not in name:
                    found[name] = column + 1
            connection.execute(update(table).values(found))
            connection.execute(update(table).where(table.c.id % 2 == 0).values(archived_at=table.c.created_at))


def _addresses(site: Site) -> Iterator[str]:
    """Every way to ask about the visible entities, along every reference into the hidden ones, and for these."""
    model = site.installation.snapshot.model
    for key in (*model.entities, "nothing"):
        yield from (f"/e/{key}", f"/e/{key}/-", f"/e/{key}/-/count", f"/e/{key}/-/export/csv", f"/r/{key}/new")
        yield from (f"/r/{key}/1", f"/r/{key}/1/edit", f"/pick/{key}", f"/pick/{key}?q=a", f"/quick/{key}")
    yield from (f"/report/{key}" for key in model.reports)
    yield from (f"/report/{key}/export/json" for key in model.reports)
    yield from (f"/tile/{board.key}/{tile.id}" for board in model.dashboards.values() for tile in board.tiles)
    yield from (f"/{page}?q={q}" for page in ("search", "palette") for q in ("kanari", "gmbh", "a", "1"))
    yield from ("/", "/reports", "/entities", "/me", "/e/opportunity/leaky", "/e/opportunity/leaky/export/csv")
    yield from ("/e/opportunity/leaky/count", "/e/opportunity/-?after=WyJrYW5hcmkiLDFd")
    for key in VISIBLE:
        for path in _paths(site, key):
            for argument in (f"f.{path}.is", f"f.{path}.contains", f"f.{path}.one_of", f"f.{path}.empty"):
                yield f"/e/{key}/-/count?{urlencode({argument: 'Kanarienvogel'})}"
                yield f"/e/{key}/-/count?{urlencode({argument: '2'})}"
            for name, value in (("sort", path), ("columns", path), ("ask", path), ("where", f"{path} is empty")):
                yield f"/e/{key}/-?{urlencode({name: value})}"
            same = f'{path} = "Kanarienvogel"'
            yield f"/e/{key}/-/count?{urlencode({'where': same})}"
        for aggregate in ("count(products) > 1", "sum(products.quantity) > 2", "count(contacts) = 0"):
            yield f"/e/{key}/-?{urlencode({'where': aggregate})}"
        with site.installation.database.read() as connection:
            ids = connection.execute(select(site.installation.snapshot.tables[key].c.id).limit(12)).scalars().all()
        yield from (f"/r/{key}/{id_}{page}" for id_ in ids for page in ("", "/edit"))


def _paths(site: Site, key: str) -> Iterator[str]:
    model = site.installation.snapshot.model
    for field in model.entities[key].fields.values():
        yield field.key
        lines = field.type.lines()
        hidden = [*field.type.spec.targets, *((lines.entity,) if lines else ())]
        for target in hidden[:1]:
            if target in model.entities and target not in VISIBLE:
                yield from (f"{field.key}.{name}" for name in list(model.entities[target].fields)[:4])
                yield f"{field.key}.title"


def _plain(body: bytes) -> bytes:
    return _VARIES.sub(b"", body)


def _ask(visitor: Visitor, address: str) -> tuple[int, bytes]:
    response = visitor.get(address)
    return response.status_code, _plain(response.get_data())


def test_hidden_records_leave_no_trace(pair: Pair) -> None:
    one, other = pair.one.visitor(OUTSIDER), pair.other.visitor(OUTSIDER)
    different, asked, good = [], 0, 0
    for address in _addresses(pair.one):
        here, there = one.get(address), other.get(address)
        bodies = here.get_data(), there.get_data()
        asked, good = asked + 1, good + (here.status_code == 200)
        leaked = b"Kanarienvogel" in bodies[1].replace(address.encode(), b"") and b"Kanari" not in bodies[0]
        if leaked or here.status_code != there.status_code or not alike(*bodies, _VARIES):
            different.append((address, here.status_code, there.status_code))
    print(f"{asked} requests, {good} of them answered")
    assert different == []
    assert asked >= _LEAST_REQUESTS
    assert good >= asked // 4


def test_the_difference_would_be_seen(pair: Pair) -> None:
    """Who may read everything does see it; otherwise the test above would prove nothing."""
    seen = [_ask(site.visitor("management"), "/e/opportunity/leaky") for site in (pair.one, pair.other)]
    assert seen[0] != seen[1]
    seen = [_ask(site.visitor("management"), "/report/leaky") for site in (pair.one, pair.other)]
    assert seen[0] != seen[1]


@pytest.mark.parametrize(
    "address",
    ["/e/{}", "/e/{}/all", "/e/{}/-", "/e/{}/-/count", "/e/{}/-/export/csv", "/e/{}?f.name.is=1", "/e/{}?where=)",
     "/r/{}/1", "/r/{}/1/edit", "/r/{}/new", "/pick/{}", "/quick/{}"],
)  # fmt: skip
def test_not_yours_looks_like_not_there(pair: Pair, address: str) -> None:
    visitor = pair.one.visitor(OUTSIDER)
    texts = [_ask(visitor, address.format(key)) for key in ("account", "nothing")]
    status, body = texts[1]
    assert texts[0] == (status, body.replace(b"nothing", b"account"))
    assert status == 404


def test_a_post_tells_no_more(pair: Pair) -> None:
    visitor = pair.one.visitor(OUTSIDER)
    for page in ("/r/{}/new", "/r/{}/1/edit", "/r/{}/1/retire", "/r/{}/1/restore", "/r/{}/new/refresh", "/quick/{}"):
        found = [visitor.post(page.format(key), {"name": "x", "version": "1"}) for key in ("account", "nothing")]
        assert [one.status_code for one in found] == [404, 404], page
        assert _plain(found[0].get_data()) == _plain(found[1].get_data()).replace(b"nothing", b"account")


def test_a_reference_to_a_hidden_record_is_refused_like_one_to_nothing(pair: Pair) -> None:
    visitor = pair.one.visitor(OUTSIDER)
    answers = []
    for target in ("1", "987654321"):
        data = {"name": "Probe", "account": target, "stage": "neu", "_sent": "account"}
        response = visitor.post("/r/opportunity/new", data)
        answers.append((response.status_code, _plain(response.get_data()).replace(target.encode(), b"")))
    assert answers[0][0] == answers[1][0] == 422
    assert len(answers[0][1]) == pytest.approx(len(answers[1][1]), abs=200)


def test_roles_of_an_outsider_are_only_what_they_say(pair: Pair) -> None:
    """The menu, the palette and the reports name no entity that he may not read."""
    visitor = pair.one.visitor(OUTSIDER)
    text = visitor.get("/").text + visitor.get("/palette?q=").text + visitor.get("/reports").text
    for key in pair.one.installation.snapshot.model.entities:
        if key not in VISIBLE:
            assert f'href="/e/{key}"' not in text, key
            assert f'href="/r/{key}/new"' not in text, key

"""The bin: what is archived is listed for whoever may read it, and comes back for whoever may restore it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.orders import created, retired, version_at, write_orders
from tests.support.site import Site, make_site

_BIN = "/e/order/all?archived=1"
_COUNT = "/e/order/all/count?archived=1"


def _filled(url: str, folder: Path) -> Site:
    """Return a site with orders, one in the bin of each of three people, the clerk's oldest."""
    made = make_site(url, write_orders(folder / "documents"))
    for role in ("own", "mixed", "boss"):
        visitor = made.visitor(role)
        retired(visitor, created(visitor, name=f"Weg von {role}", margin="12,5"))
    created(made.visitor("boss"), name="Noch da")
    return made


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a fresh site, once on each kind of database."""
    made = _filled(database_url, tmp_path)
    yield made
    made.installation.close()


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return one site for the tests that change nothing."""
    folder = tmp_path_factory.mktemp("bin")
    made = _filled(f"sqlite:///{folder / 'lotse.sqlite'}", folder)
    yield made
    made.installation.close()


def _titles(page: str) -> list[str]:
    return re.findall(r'<a class="open" href="/r/order/[0-9]+">([^<]+)</a>', page)


def _buttons(page: str) -> list[str]:
    return re.findall(r'aria-label="Wiederherstellen: ([^"]+)"', page)


def _restore_form(page: str, title: str) -> tuple[str, dict[str, str]]:
    (form,) = (one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f": {title}" in one)
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    sent = dict(re.findall(r'name="(version|_once|back)" value="([^"]*)"', form))
    return action[1], sent


def test_everybody_finds_in_the_bin_what_he_may_read_and_a_button_where_he_may_restore(orders: Site) -> None:
    every = ["Weg von boss", "Weg von mixed", "Weg von own"]
    seen = {
        "boss": (every, every),
        "mixed": (every, ["Weg von mixed"]),
        "own": (["Weg von own"], ["Weg von own"]),
        "looker": (every, []),
    }
    for role, (listed, restorable) in seen.items():
        visitor = orders.visitor(role)
        page = visitor.get(_BIN).text
        assert _titles(page) == listed, role
        assert _buttons(page) == restorable, role
        assert visitor.get(_COUNT).text == str(len(listed)), role
        link = visitor.get("/e/order").text
        assert f'href="{_BIN}"' in link, role
        assert (f'hx-get="{_COUNT}"' in link) is bool(restorable), role
        assert "Weg von" not in link.partition('class="toasts"')[0], role
    assert orders.visitor("outside").get(_BIN).status_code == 404


def test_the_bin_says_when_and_by_whom_as_far_as_one_may_know(looked_at: Site) -> None:
    page = looked_at.visitor("looker").get(_BIN).text
    assert "Archiviert am" in page
    assert "Archiviert von" in page
    assert "Test Mixed" in page
    blind = looked_at.visitor("blind").get(_BIN).text
    assert _titles(blind) == ["Weg von boss", "Weg von mixed", "Weg von own"]
    assert "Archiviert am" in blind
    assert "Archiviert von" not in blind
    assert "Test Mixed" not in blind
    assert "Marge" not in blind


def test_a_record_comes_back_out_of_the_list_and_its_reader_stays_there(orders: Site) -> None:
    visitor = orders.visitor("own")
    url, sent = _restore_form(visitor.get(_BIN).text, "Weg von own")
    back = visitor.post(url, sent)
    assert back.headers["Location"] == _BIN
    page = visitor.get(_BIN).text
    assert _titles(page) == []
    assert "Der Papierkorb ist leer" in page
    assert "ist wiederhergestellt" in page
    assert f'class="btn" href="{url.removesuffix("/restore")}"' in page
    assert "ist wiederhergestellt" not in visitor.get(_BIN).text
    assert visitor.post(url, sent).headers["Location"] == _BIN, "the same form twice brings it back once"
    assert "Weg von own" in visitor.get("/e/order").text
    retired(visitor, url.removesuffix("/restore"))
    url, sent = _restore_form(visitor.get(_BIN).text, "Weg von own")
    elsewhere = visitor.post(url, {**sent, "back": "https://example.com/"})
    assert elsewhere.headers["Location"] == "/"


def test_nobody_restores_what_he_may_only_read_or_not_even_that(orders: Site) -> None:
    url, sent = _restore_form(orders.visitor("boss").get(_BIN).text, "Weg von boss")
    del sent["_once"]
    for role, status in (("looker", 403), ("mixed", 403), ("own", 404), ("outside", 404)):
        assert orders.visitor(role).post(url, sent).status_code == status, role
    stale = orders.visitor("boss").post(url, {**sent, "version": "1"})
    assert stale.status_code == 409
    assert _titles(orders.visitor("boss").get(_BIN).text)[0] == "Weg von boss"


def test_the_record_says_who_archived_it_and_is_restored_from_there(orders: Site) -> None:
    reader, boss = orders.visitor("looker"), orders.visitor("boss")
    url, _ = _restore_form(boss.get(_BIN).text, "Weg von mixed")
    record = url.removesuffix("/restore")
    page = reader.get(record).text
    assert "Test Mixed hat diesen Datensatz archiviert" in page
    assert "/restore" not in page
    assert "hat diesen Datensatz archiviert" not in orders.visitor("blind").get(record).text
    assert boss.post(url, {"version": version_at(boss, record)}).headers["Location"] == record
    assert _titles(reader.get(_BIN).text) == ["Weg von boss", "Weg von own"]


def test_a_search_in_the_bin_stays_in_the_bin(looked_at: Site) -> None:
    visitor = looked_at.visitor("boss")
    page = visitor.get(f"{_BIN}&q=mixed").text
    assert _titles(page) == ["Weg von mixed"]
    assert 'name="archived" value="1"' in page
    _, sent = _restore_form(page, "Weg von mixed")
    assert sent["back"].replace("&amp;", "&") in ("/e/order/all?q=mixed&archived=1", f"{_BIN}&q=mixed")
    nothing = visitor.get(f"{_BIN}&q=xyz").text
    assert "Nichts passt" in nothing
    assert f'href="{_BIN}"' in nothing
    assert _titles(visitor.get("/e/order/all?archived=1&sort=name&columns=name").text)[0] == "Weg von boss"

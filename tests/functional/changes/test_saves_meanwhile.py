"""Saves while somebody publishes: nobody writes under a configuration that isn't in force any more."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.errors import Conflict, Superseded
from app.records import actions
from app.records.miscomputed import miscomputed
from app.storage.written import begin_anew
from app.system.head import head_id
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, Installation, install, read_documents, write_documents
from tests.support.site import Site, make_site

#: Long enough for what needn't wait to be done, on a slow machine too.
_MOMENT: Final = 0.5
_LONG: Final = 30
_LABEL: Final = {"de": "Verkauf", "en": "Sales"}
_SELLER: Final = {"label": _LABEL, "entities": {"*": {"create": True, "read": True, "update": True}}}


def _documents(*, later: bool) -> Bodies:
    """Return documents with offers; the later ones add a value that is computed, and number them otherwise."""
    pattern = "B-{####}" if later else "A-{####}"
    number = {"pattern": pattern, "restart": "never", "gapless": True}
    fields = {"name": of("text"), "size": of("integer"), "no": of("text", number=number)}
    if later:
        fields["twice"] = of("integer", formula="2 * size")
    return {("entities", "offer"): entity("Offer", fields), ("roles", "seller"): copy.deepcopy(_SELLER)}


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with offers, and somebody who writes them."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _documents(later=False)))
    yield made
    made.installation.close()


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """Return what runs something beside the test."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def _publish(office: Site, folder: Path, on_step: Callable[[str], None] | None = None) -> None:
    documents = read_documents(write_documents(folder / "later", _documents(later=True)))
    publish(office.installation.database, office.installation.store, documents, PRODUCT, "Later", on_step=on_step)


def _waits(under_way: Future[Any]) -> bool:
    try:
        under_way.result(_MOMENT)
    except NotYet:
        return True
    return False


def test_a_publish_waits_for_a_save_that_began_before_it(
    office: Site, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    desk = Desk(office.installation.database, office.installation.store)
    with desk.ctx() as ctx:
        publishing = beside.submit(_publish, office, tmp_path)
        assert _waits(publishing)
        actions.create(ctx, "offer", {"name": "Early", "size": 7})
    publishing.result(_LONG)
    desk.create("offer", name="Late", size=8)
    early, late = desk.rows("offer")
    assert (early["no"], early["twice"]) == ("A-0001", 14)
    assert (late["no"], late["twice"]) == ("B-0002", 16)
    _is_sound(office.installation)


def test_a_save_that_begins_during_a_publish_waits_and_is_made_under_what_it_put_in_force(
    office: Site, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    reached, may_go_on = Event(), Event()

    def stop(step: str) -> None:
        if step == "before fill":
            reached.set()
            assert may_go_on.wait(_LONG)

    seller = office.visitor("seller")
    publishing = beside.submit(_publish, office, tmp_path, stop)
    assert reached.wait(_LONG)
    saving = beside.submit(seller.post, "/r/offer/new", {"name": "Meanwhile", "size": "9"})
    try:
        assert _waits(saving)
    finally:
        may_go_on.set()
    publishing.result(_LONG)
    assert saving.result(_LONG).status_code < 400
    row = Desk(office.installation.database, office.installation.store).rows("offer")[0]
    assert (row["no"], row["twice"]) == ("B-0001", 18)
    _is_sound(office.installation)


def test_a_transaction_that_begins_anew_goes_on_under_the_same_configuration_or_not_at_all(
    postgres_url: str, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    folder = write_documents(tmp_path / "documents", _documents(later=False))
    office = make_site(postgres_url, folder)
    database = office.installation.database
    with database.write() as connection:
        head_id(connection)
        begin_anew(connection)  # nothing was published: it simply goes on, and still keeps publishers out
        publishing = beside.submit(_publish, office, tmp_path)
        assert _waits(publishing)
        with pytest.raises(Superseded):
            begin_anew(connection)  # whoever waits for the lock gets it before the transaction has it again
    publishing.result(_LONG)
    _is_sound(office.installation)
    office.installation.close()


def _is_sound(installation: Installation) -> None:
    with installation.database.read() as connection:
        assert list(miscomputed(connection, installation.store.snapshot(connection))) == []


def test_a_save_that_lasts_longer_than_a_publisher_has_patience_is_not_disturbed(
    postgres_url: str, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    installed = install(postgres_url, write_documents(tmp_path / "documents", _documents(later=False)))
    desk = Desk(installed.database, installed.store)
    documents = read_documents(write_documents(tmp_path / "later", _documents(later=True)))
    with desk.ctx() as ctx:
        publishing = beside.submit(publish, installed.database, installed.store, documents, PRODUCT, "Later")
        with pytest.raises(Conflict, match="nothing was changed"):
            publishing.result(_LONG)
        actions.create(ctx, "offer", {"name": "Long", "size": 7})
    assert desk.rows("offer")[0]["no"] == "A-0001"
    installed.close()

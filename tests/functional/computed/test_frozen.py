"""What freezes holds the value of the moment in which it freezes, whatever it is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from app.records import actions
from app.records.bulk import update_many
from app.records.miscomputed import miscomputed
from tests.functional.records.desk import Desk
from tests.support.documents import entity, label, of
from tests.support.install import install, write_documents

_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}
_SUM: Final = {"entity": "part", "via": "offer", "aggregate": "sum", "field": "net"}
DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "offer"): entity(
        "Angebote",
        {
            "name": of("text"),
            "sent": of("boolean"),
            "parts": of("lines", entity="part", via="offer"),
            "total": of("integer", rollup=_SUM, frozen_if="sent"),
            "live": of("integer", rollup=_SUM),
            "twice": of("integer", formula="live * 2", frozen_if="sent"),
            "full": of("boolean", formula="live > 50"),
            "at_full": of("integer", formula="live", frozen_if="full"),
        },
    ),
    ("entities", "part"): entity(
        "Teile", {"name": of("text"), "net": of("integer"), "offer": of("reference", target="offer")}
    ),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk; in the end every value that isn't frozen is what computing gives."""
    installation = install(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    yield Desk(installation.database, installation.store).as_user("boss")
    with installation.database.read() as connection:
        assert list(miscomputed(connection, installation.store.snapshot(connection))) == []
    installation.close()


def _values(desk: Desk, offer: int) -> tuple[int, int, int]:
    row = desk.row("offer", offer)
    return row["total"], row["live"], row["twice"]


def _parts(*nets: int) -> list[Mapping[str, Any]]:
    return [{"name": f"T{place}", "net": net} for place, net in enumerate(nets)]


def test_a_record_that_is_new_and_frozen_holds_its_sums(desk: Desk) -> None:
    assert _values(desk, desk.create("offer", name="A", sent=True, parts=_parts(3, 4))) == (7, 7, 14)
    assert _values(desk, desk.create("offer", name="B", sent=True)) == (0, 0, 0)


def test_the_save_that_freezes_counts_the_lines_that_come_with_it(desk: Desk) -> None:
    offer = desk.create("offer", name="A", parts=_parts(3))
    (line,) = desk.rows("part")
    assert desk.update("offer", offer, 1, sent=True, parts=[{"id": line["id"], "net": 10}, *_parts(5)]) == 2
    assert _values(desk, offer) == (15, 15, 30)
    assert desk.update("part", line["id"], 2, net=20) == 3
    assert _values(desk, offer) == (15, 25, 30), "what is frozen stays, what isn't goes on"
    assert desk.update("offer", offer, 3, name="B") == 4
    assert _values(desk, offer) == (15, 25, 30)
    assert desk.update("offer", offer, 4, sent=False) == 5
    assert _values(desk, offer) == (25, 25, 50)


def test_many_at_once_freeze_alike(desk: Desk) -> None:
    offers = [desk.create("offer", name=name, parts=_parts(3)) for name in "AB"]
    with desk.ctx() as ctx:
        changes = {one: {"sent": True, "parts": _parts(9)} for one in offers}
        update_many(ctx, "offer", changes, dict.fromkeys(offers, 1))
    assert [_values(desk, one) for one in offers] == [(9, 9, 18)] * 2


def test_what_comes_back_from_the_archive_is_as_frozen_as_it_was(desk: Desk) -> None:
    offer = desk.create("offer", name="A", sent=True, parts=_parts(3))
    with desk.ctx() as ctx:
        actions.retire(ctx, "offer", offer, 1)
    with desk.ctx() as ctx:
        actions.restore(ctx, "offer", offer, 2)
    assert _values(desk, offer) == (3, 3, 6)


def test_a_state_that_is_computed_itself_freezes_the_value_that_led_to_it(desk: Desk) -> None:
    offer = desk.create("offer", name="A", parts=_parts(30))
    desk.create("part", name="T", offer=offer, net=25)
    assert desk.row("offer", offer)["at_full"] == 55
    desk.create("part", name="T", offer=offer, net=7)
    row = desk.row("offer", offer)
    assert (row["live"], row["at_full"]) == (62, 55)

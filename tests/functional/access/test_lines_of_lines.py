"""Lines of lines are changed by whoever may change all that is above them, to the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from app.errors import Forbidden, InvalidData
from app.records import actions
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, install, write_documents

REFUSED: Final = (Forbidden, InvalidData)
_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}
DOCUMENTS: Final[Bodies] = {
    ("entities", "deal"): entity("Aufträge", {"name": of("text"), "parts": of("lines", entity="part", via="deal")}),
    ("entities", "part"): entity(
        "Teile",
        {
            "name": of("text"),
            "deal": of("reference", target="deal"),
            "pieces": of("lines", entity="piece", via="part"),
        },
    ),
    ("entities", "piece"): entity("Stücke", {"name": of("text"), "part": of("reference", target="part")}),
    ("roles", "seller"): {
        "label": {"de": "Verkauf", "en": "Sales"},
        "entities": {"*": _ALL, "deal": {**_ALL, "update": "own"}},
    },
}


@pytest.fixture
def seller(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return the desk of somebody who may change what is below his own deals: the first one is another's."""
    installed = install(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    desk = Desk(installed.database, installed.store)
    mine = desk.as_user("seller")
    for owner in (None, mine.actor.id):
        parts = [{"name": "Teil", "pieces": [{"name": "Stück"}]}]
        desk.create("deal", name="Auftrag", owner=owner, parts=parts)
    yield mine
    installed.close()


def _one(desk: Desk, act: Callable[..., Any], entity_key: str, record_id: int) -> int:
    with desk.ctx() as ctx:
        found: int = act(ctx, entity_key, record_id, 1)
    return found


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, number: desk.update("piece", number, 1, name="Anders"),
        lambda desk, number: _one(desk, actions.retire, "piece", number),
        lambda desk, number: desk.update("part", number, 1, name="Anders"),
        lambda desk, number: desk.update("part", number, 1, pieces=[]),
        lambda desk, number: desk.create("piece", name="Neu", part=number),
    ],
)
def test_what_is_below_anothers_deal_is_not_changed(seller: Desk, act: Callable[[Desk, int], object]) -> None:
    before = [seller.rows(key) for key in ("deal", "part", "piece")]
    with pytest.raises(REFUSED):
        act(seller, 1)
    assert [seller.rows(key) for key in ("deal", "part", "piece")] == before
    act(seller, 2)
    assert [seller.rows(key) for key in ("deal", "part", "piece")] != before


def test_it_is_not_moved_into_ones_own_either(seller: Desk) -> None:
    with pytest.raises(REFUSED):
        seller.update("piece", 1, 1, part=2)
    assert seller.row("piece", 1)["part"] == 1

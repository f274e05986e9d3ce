"""When a number is drawn: over lines at once, never over what is gathered only after the save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.errors import InvalidMetadata
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, Installation, install, read_documents, write_documents


def _documents(draw_if: str, of_item: str | None = None) -> Bodies:
    sums = {"entity": "item", "via": "quote", "aggregate": "sum", "field": "net"}
    quote: dict[str, Any] = {
        "name": of("text"),
        "items": of("lines", entity="item", via="quote"),
        "before": of("reference", target="quote"),
        "summed": of("integer", formula="sum(items.net)"),
        "gathered": of("integer", rollup=sums),
        "twice": of("integer", formula="gathered * 2"),
        "no": of("text", number={"pattern": "Q-{##}", "gapless": True, "draw_if": draw_if}),
    }
    item = {
        "name": of("text"),
        "net": of("integer"),
        "quote": of("reference", target="quote"),
        "part": of("decimal", formula="net / quote.gathered"),
        "no": of("text", number={"pattern": "I-{##}", **({} if of_item is None else {"draw_if": of_item})}),
    }
    return {("entities", "quote"): entity("Quote", quote), ("entities", "item"): entity("Item", item)}


def _installed(url: str, folder: Path) -> Installation:
    return install(url, write_documents(folder, _documents("summed > 0")))


def test_a_number_that_waits_for_lines_is_drawn_with_them(database_url: str, tmp_path: Path) -> None:
    installation = _installed(database_url, tmp_path / "documents")
    desk = Desk(installation.database, installation.store)
    first = desk.create("quote", name="A", items=[{"name": "a", "net": 3}])
    second = desk.create("quote", name="B")
    assert (desk.row("quote", first)["no"], desk.row("quote", second)["no"]) == ("Q-01", None)
    desk.update("quote", second, 1, items=[{"name": "b", "net": 2}])
    assert desk.row("quote", second)["no"] == "Q-02"
    installation.close()


@pytest.mark.parametrize(
    ("draw_if", "of_item", "named"),
    [
        ("gathered > 0", None, "gathered"),
        ("name is empty or twice > 0", None, "twice"),
        ("before.twice > 0", None, "before.twice"),
        ("sum(items.part) > 0", None, "items.part"),
        ("summed > 0", "quote.gathered > 0", "quote.gathered"),
    ],
)
def test_a_number_cannot_wait_for_what_is_gathered(
    database_url: str, tmp_path: Path, draw_if: str, of_item: str | None, named: str
) -> None:
    installation = _installed(database_url, tmp_path / "documents")
    folder = write_documents(tmp_path / "documents", _documents(draw_if, of_item))
    with pytest.raises(InvalidMetadata) as refused:
        publish(installation.database, installation.store, read_documents(folder), PRODUCT, "Test")
    (told,) = refused.value.issues
    assert told.code == "computed.draw_gathered"
    assert told.pointer == "/properties/no/x-crm/number/draw_if"
    assert f"“{named}”" in told.message.en
    assert f"„{named}“" in told.message.de
    installation.close()

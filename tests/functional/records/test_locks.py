"""A locked record stays as it is, whatever door a change comes through; what is excepted may change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from app.errors import InvalidData
from app.records import actions
from app.records.bulk import update_many
from tests.functional.records.desk import METADATA, Desk, refusal
from tests.support.install import install

_LOCK = {
    "id": "won",
    "if": 'stage = "won"',
    "except": ["note", "stage"],
    "message": {"de": "Gewonnen: fest.", "en": "Won: fixed."},
}


@pytest.fixture
def locked(database_url: str, tmp_path: Path) -> Any:
    """Return a desk at which won deals are locked, for somebody who may do everything."""
    folder = tmp_path / "metadata"
    for path in METADATA.rglob("*.json"):
        body = orjson.loads(path.read_bytes())
        if path.name == "deal.json":
            body["x-crm"]["locks"] = [_LOCK]
        if path.name == "clerk.json":
            every = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}
            body["entities"] = {"*": every}
        target = folder / path.relative_to(METADATA)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(orjson.dumps(body))
    installation = install(database_url, folder)
    yield Desk(installation.database, installation.store).as_user("clerk")
    installation.close()


def test_only_excepted_fields_change(locked: Desk) -> None:
    deal = locked.create("deal", name="x", stage="won", items=[{"product": "a", "net": 1}])
    line = locked.rows("deal_item")[0]["id"]
    before = locked.row("deal", deal)
    assert refusal(lambda: locked.update("deal", deal, 1, name="y", note="n")) == {"name": ("lock.won",)}
    assert refusal(lambda: locked.update("deal", deal, 1, items=[])) == {"items": ("lock.won",)}
    assert refusal(lambda: locked.update("deal", deal, 1, items=[{"id": line, "product": "b"}])) == {
        "items": ("lock.won",)
    }
    assert locked.row("deal", deal) == before
    assert locked.update("deal", deal, 1, name="x", items=[{"id": line, "product": "a", "net": 1}], note="n") == 2
    assert locked.update("deal", deal, 2, stage="open") == 3
    assert locked.update("deal", deal, 3, name="y") == 4


def test_its_lines_have_no_other_door(locked: Desk) -> None:
    deal = locked.create("deal", name="x", stage="won", items=[{"product": "a", "net": 1}])
    free = locked.create("deal", name="free", items=[{"product": "b", "net": 1}])
    line, other = (row["id"] for row in locked.rows("deal_item"))
    assert refusal(lambda: locked.update("deal_item", line, 1, net=2)) == {"": ("lock.won",)}
    assert refusal(lambda: locked.update("deal_item", line, 1, deal=free)) == {"": ("lock.won",)}
    assert refusal(lambda: locked.update("deal_item", other, 1, deal=deal)) == {"": ("lock.won",)}
    assert refusal(lambda: locked.create("deal_item", deal=deal, product="c")) == {"": ("lock.won",)}
    with locked.ctx() as ctx, pytest.raises(InvalidData):
        actions.retire(ctx, "deal_item", line, 1)
    with locked.ctx() as ctx, pytest.raises(InvalidData):
        update_many(ctx, "deal_item", {line: {"net": 7}}, {line: 1})
    assert [row["version"] for row in locked.rows("deal_item")] == [1, 1]


def test_it_is_not_archived_and_the_product_is_not_held_up(locked: Desk) -> None:
    deal = locked.create("deal", name="x", stage="won")
    with locked.ctx() as ctx, pytest.raises(InvalidData):
        actions.retire(ctx, "deal", deal, 1)
    assert Desk(locked.database, locked.store).update("deal", deal, 1, name="y") == 2


def test_a_line_stays_archived_with_its_record(locked: Desk) -> None:
    deal = locked.create("deal", name="x", items=[{"product": "a", "net": 1}])
    line = locked.rows("deal_item")[0]["id"]
    with locked.ctx() as ctx:
        actions.retire(ctx, "deal", deal, 1)
    with locked.ctx() as ctx:
        assert refusal(lambda: actions.restore(ctx, "deal_item", line, 2)) == {"": ("lines.archived",)}
    assert refusal(lambda: locked.create("deal_item", deal=deal, product="c")) == {"deal": ("reference.archived",)}

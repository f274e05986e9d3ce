"""One save of a record with its lines and their lines: one version of each, and put together with what others did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from app.errors import Conflict
from app.records import actions
from app.system.history import HISTORY
from tests.functional.records.desk import Desk
from tests.functional.records.test_nested_lines import DOCUMENTS
from tests.support.install import install, write_documents

_SCREW: Final = {"id": 1, "name": "Schraube", "number": 1}
_OTHER: Final = {**_SCREW, "number": 9}
_NUT: Final = {"id": 2, "name": "Mutter", "number": 2}
_CHAIR: Final = {"id": 2, "name": "Stuhl"}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with an order of a table, which has two parts, and a chair, which has none."""
    installation = install(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    desk = Desk(installation.database, installation.store).as_user("boss")
    parts = [{"name": "Schraube", "number": 1}, {"name": "Mutter", "number": 2}]
    desk.create("order", name="A", items=[{"name": "Tisch", "parts": parts}, {"name": "Stuhl"}])
    yield desk
    installation.close()


def _versions(desk: Desk) -> list[list[int]]:
    return [[row["version"] for row in desk.rows(key)] for key in ("order", "item", "part")]


def _entries(desk: Desk, key: str, record_id: int) -> list[int]:
    """Return the versions that a record's history has an entry of, those of computing left out."""
    saved = (HISTORY.c.entity == key, HISTORY.c.record_id == record_id, HISTORY.c.verb != "compute")
    with desk.database.read() as connection:
        return list(connection.execute(select(HISTORY.c.version).where(*saved).order_by(HISTORY.c.id)).scalars())


def test_one_save_is_one_version_at_every_depth(desk: Desk) -> None:
    desk.update("order", 1, 1, items=[{"id": 1, "parts": [_OTHER, _NUT]}, _CHAIR])
    assert _versions(desk) == [[2], [2, 1], [2, 1]]
    desk.update("order", 1, 2, items=[{"id": 1, "name": "Tafel", "parts": [{"id": 1}, {"id": 2}, {}]}, {"id": 2}])
    assert _versions(desk) == [[3], [3, 1], [2, 1]]
    desk.update("order", 1, 3, items=[{"id": 1, "parts": [{"id": 2}]}, {"id": 2, "parts": [{"name": "Lehne"}]}])
    assert _versions(desk) == [[4], [4, 2], [3, 2, 1]]
    desk.update("item", 1, 4, parts=[{"id": 2, "number": 5}])
    desk.update("part", 2, 3, number=6)
    assert _versions(desk) == [[6], [6, 2], [3, 4, 1]]
    assert [_entries(desk, "item", 1), _entries(desk, "order", 1)] == [[1, 2, 3, 4, 5, 6]] * 2


def _part_changed(desk: Desk) -> None:
    desk.update("part", 1, 1, number=5)


def _part_left(desk: Desk) -> None:
    desk.update("item", 1, 1, parts=[{"id": 2}])


def _renamed(desk: Desk) -> None:
    desk.update("item", 1, 1, name="Ihrer")


def _merged(desk: Desk, table: Mapping[str, Any], chair: Mapping[str, Any] = _CHAIR) -> int:
    """Save both items of the order as somebody who has seen the first version of everything."""
    with desk.ctx() as ctx:
        return actions.update_merging(ctx, "order", 1, {"items": [table, chair]}, 1, {"items": {1: 1, 2: 1}}).version


@pytest.mark.parametrize(
    ("theirs", "mine", "name", "parts"),
    [
        (_renamed, {"parts": [_OTHER, _NUT]}, "Ihrer", [9, 2]),
        (_renamed, {"parts": [_NUT]}, "Ihrer", [2]),
        (_renamed, {"parts": None}, "Ihrer", []),
        (_renamed, {"parts": [_SCREW, _NUT, {"name": "Niet", "number": 3}]}, "Ihrer", [1, 2, 3]),
        (_part_changed, {"name": "Meiner"}, "Meiner", [5, 2]),
        (_part_left, {"name": "Meiner"}, "Meiner", [2]),
    ],
)
def test_what_both_have_changed_is_put_together(
    desk: Desk, theirs: Callable[[Desk], None], mine: Mapping[str, Any], name: str, parts: list[int]
) -> None:
    theirs(desk)
    assert _merged(desk, {"id": 1, **mine}) == 3
    living = [row["number"] for row in desk.rows("part") if row["archived_at"] is None]
    assert (desk.row("item", 1)["name"], living) == (name, parts)


@pytest.mark.parametrize("theirs", [_part_changed, _part_left])
@pytest.mark.parametrize("mine", [[_OTHER, _NUT], [_SCREW, {**_NUT, "number": 9}], [_NUT, _SCREW], None])
def test_the_same_lines_of_a_line_are_for_people_to_decide(
    desk: Desk, theirs: Callable[[Desk], None], mine: Any
) -> None:
    theirs(desk)
    before = _versions(desk)
    with pytest.raises(Conflict) as refused:
        _merged(desk, {"id": 1, "parts": mine})
    assert refused.value.meanwhile is not None
    assert [clash.key for clash in refused.value.meanwhile.clashes] == ["items"]
    assert _versions(desk) == before

"""A record, its lines and their lines are one thing, whatever door somebody takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from sqlalchemy import select

from app.errors import InvalidData
from app.records import actions
from app.records.altered import altered
from app.records.bulk import update_many
from app.records.miscomputed import miscomputed
from app.records.unrecorded import unrecorded
from app.system.history import HISTORY
from tests.functional.records.desk import NOW, Desk, refusal
from tests.support.documents import entity, label, of
from tests.support.install import install, write_documents

_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "restore": True, "bulk": True}
#: What is said of a value that another record has.
_UNIQUE: Final = "one of its values by now that may exist only once."
_ENTITIES: Final = ("order", "item", "part", "note", "remark")

DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "order"): entity(
        "Aufträge",
        {
            "name": of("text"),
            "used": of("integer", rollup={"entity": "part", "via": "used_in", "aggregate": "count"}),
            "closed": of("boolean"),
            "items": of("lines", entity="item", via="order"),
            "open": of("lines", entity="item", via="free_of"),
            "sent": of("boolean"),
            "needed": of("boolean"),
            "notes": of("lines", label="Notizen", entity="note", via="order", readonly_if="sent", required_if="needed"),
        },
        locks=[{"id": "closed", "if": "closed", "except": ["open", "closed"], "message": label("Abgeschlossen.")}],
    ),
    ("entities", "item"): entity(
        "Positionen",
        {
            "name": of("text"),
            "order": of("reference", target="order"),
            "free_of": of("reference", target="order"),
            "parts": of("lines", entity="part", via="item"),
            "total": of("decimal", formula="sum(parts.number)"),
        },
    ),
    ("entities", "part"): entity(
        "Teile",
        {
            "name": of("text"),
            "item": of("reference", target="item"),
            "number": of("integer"),
            "code": of("text", unique=True),
            "used_in": of("reference", target="order"),
            "built_in": of("boolean"),
        },
        locks=[{"id": "built_in", "if": "built_in", "except": ["built_in"], "message": label("Eingebaut.")}],
    ),
    ("entities", "note"): entity(
        "Notizen",
        {
            "name": of("text"),
            "order": of("reference", target="order"),
            "remarks": of("lines", entity="remark", via="note"),
        },
    ),
    ("entities", "remark"): entity("Zusätze", {"name": of("text"), "note": of("reference", target="note")}),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "narrow"): {"label": label("Nur Aufträge"), "entities": {"order": _WHOLE}},
}  # fmt: skip


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk for somebody who may do everything."""
    installation = install(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    yield Desk(installation.database, installation.store).as_user("boss")
    installation.close()


def _state(desk: Desk) -> list[Any]:
    return [desk.rows(key) for key in _ENTITIES]


def _one(desk: Desk, action: Callable[..., int], key: str, record_id: int, now: datetime = NOW) -> int:
    """Retire or restore a record as it is."""
    version = desk.row(key, record_id)["version"]
    with desk.ctx() as ctx:
        return action(replace(ctx, now=now), key, record_id, version)


def _update_many(desk: Desk, part: int) -> None:
    with desk.ctx() as ctx:
        update_many(ctx, "part", {part: {"number": 9}}, {part: 1})


def _closed(desk: Desk) -> None:
    """Make a closed order with an item that has a part, and one more item that has a part."""
    parts = [{"name": "Schraube", "number": 1}]
    desk.create("order", name="A", closed=True, items=[{"name": "Tisch", "parts": parts}])
    desk.create("item", name="Stuhl", parts=[{"name": "Lehne"}])


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.update("part", 1, 1, number=2),
        lambda desk: desk.update("part", 1, 1, item=2),
        lambda desk: desk.update("part", 2, 1, item=1),
        lambda desk: desk.create("part", name="Neu", item=1),
        lambda desk: desk.update("item", 1, 1, parts=[]),
        lambda desk: _one(desk, actions.retire, "part", 1),
        lambda desk: _update_many(desk, 1),
    ],
)
def test_a_lock_holds_for_the_lines_of_lines(desk: Desk, act: Callable[[Desk], object]) -> None:
    _closed(desk)
    before = _state(desk)
    codes = {code for found in refusal(lambda: act(desk)).values() for code in found}
    assert codes == {"lock.closed"}
    assert _state(desk) == before


def test_nothing_is_brought_back_into_a_lock_from_far_below(desk: Desk) -> None:
    parts = [{"name": "Schraube"}, {"name": "Mutter"}]
    desk.create("order", name="A", items=[{"name": "Tisch", "parts": parts}])
    _one(desk, actions.retire, "part", 2)
    assert desk.update("order", 1, 2, closed=True) == 3
    assert refusal(lambda: _one(desk, actions.restore, "part", 2)) == {"": ("lock.closed",)}
    assert desk.update("order", 1, 3, closed=False) == 4
    assert _one(desk, actions.restore, "part", 2) == 3


def test_what_a_lock_excepts_is_open_at_any_depth(desk: Desk) -> None:
    desk.create("order", name="A", closed=True, open=[{"name": "Tisch", "parts": [{"name": "Schraube"}]}])
    assert desk.update("part", 1, 1, number=2) == 2
    assert desk.row("order", 1)["version"] == 2


def _table(desk: Desk) -> tuple[int, int]:
    """Make a company's other order, and one with an item of two parts, which the other one uses; return both."""
    other = desk.create("order", name="B")
    parts = [
        {"name": "Schraube", "number": 1, "code": "S", "used_in": other},
        {"name": "Mutter", "number": 2, "code": "M", "used_in": other},
    ]
    return desk.create("order", name="A", items=[{"name": "Tisch", "parts": parts}]), other


def _archived(desk: Desk) -> dict[str, list[bool]]:
    return {key: [row["archived_at"] is not None for row in desk.rows(key)] for key in _ENTITIES[:3]}


def _verbs(desk: Desk, key: str, record_id: int) -> list[tuple[str, int]]:
    with desk.database.read() as connection:
        found = select(HISTORY.c.verb, HISTORY.c.version).where(
            HISTORY.c.entity == key, HISTORY.c.record_id == record_id, HISTORY.c.verb != "compute"
        )
        return [(row.verb, row.version) for row in connection.execute(found.order_by(HISTORY.c.id))]


def _sound(desk: Desk) -> bool:
    """Return whether the history knows every value, and every value is what computing gives."""
    with desk.database.read() as connection:
        snapshot = desk.store.snapshot(connection)
        return not [
            *unrecorded(connection, snapshot),
            *altered(connection, snapshot),
            *miscomputed(connection, snapshot),
        ]


def test_the_lines_of_lines_go_into_the_archive_with_a_record_and_come_back_with_it(desk: Desk) -> None:
    order, other = _table(desk)
    _one(desk, actions.retire, "part", 2)  # by itself, so that it stays there
    assert desk.row("order", other)["used"] == 1
    _one(desk, actions.retire, "order", order, NOW + timedelta(minutes=1))
    assert _archived(desk) == {"order": [False, True], "item": [True], "part": [True, True]}
    assert (desk.row("order", other)["used"], _sound(desk)) == (0, True)
    assert desk.create("part", name="Andere", code="M") == 3
    _one(desk, actions.restore, "order", order)
    assert _archived(desk) == {"order": [False, False], "item": [False], "part": [False, True, False]}
    assert (desk.row("order", other)["used"], desk.row("item", 1)["total"], _sound(desk)) == (1, 1, True)
    assert _verbs(desk, "part", 1) == [("create", 1), ("retire", 2), ("restore", 3)]
    assert _verbs(desk, "part", 2) == [("create", 1), ("retire", 2)]
    assert _verbs(desk, "item", 1) == [("create", 1), ("update", 2), ("retire", 3), ("restore", 4)]


def test_a_line_that_is_left_out_takes_its_lines_along(desk: Desk) -> None:
    order, other = _table(desk)
    assert desk.update("order", order, 1, items=[{"name": "Bank", "parts": [{"name": "Neu", "code": "S"}]}]) == 2
    assert _archived(desk) == {"order": [False, False], "item": [True, False], "part": [True, True, False]}
    assert (desk.row("order", other)["used"], _sound(desk)) == (0, True)
    assert _verbs(desk, "part", 2) == [("create", 1), ("retire", 2)]
    assert desk.update("order", order, 2, items=[]) == 3
    _one(desk, actions.restore, "item", 1)
    assert _archived(desk) == {"order": [False, False], "item": [False, True], "part": [False, False, True]}
    assert (desk.row("order", other)["used"], desk.row("item", 1)["total"], _sound(desk)) == (2, 3, True)


def test_a_line_that_cannot_come_back_says_which_record_is_in_the_way(desk: Desk) -> None:
    order, _ = _table(desk)
    _one(desk, actions.retire, "order", order)
    taken = desk.create("part", name="Andere", code="M")
    in_the_way = ("unique.taken", ("part", taken))
    for reader, sentence, what in (
        (desk, f"“Mutter” can't be restored: “Andere” has {_UNIQUE} Please change or archive", in_the_way),
        (desk.as_user("narrow"), "Something that you can't see is missing or not allowed", ("record.unseen", None)),
    ):
        with pytest.raises(InvalidData) as refused:
            _one(reader, actions.restore, "order", order)
        (told,) = refused.value.errors.record
        assert (told.code, told.record) == what
        assert sentence in told.message.en
    assert desk.update("part", taken, 1, code="N") == 2
    assert _one(desk, actions.restore, "order", order) == 3


def test_a_value_of_a_line_that_is_taken_at_the_same_moment_is_told(desk: Desk) -> None:
    order, _ = _table(desk)
    _one(desk, actions.retire, "order", order)
    said: list[Mapping[str, tuple[str, ...]]] = []
    slower = Thread(target=lambda: said.append(refusal(lambda: _one(desk, actions.restore, "order", order))))
    with desk.ctx() as ctx:
        actions.create(ctx, "part", {"name": "Schneller", "code": "S"})
        slower.start()
        slower.join(0.5)
        assert slower.is_alive()
    slower.join(timeout=30)
    assert said == [{"": ("unique.taken",)}]
    assert _archived(desk)["part"] == [True, True, False]


def _sent(desk: Desk) -> None:
    """Make an order whose notes can't be changed any more, and one whose notes can."""
    notes = [{"name": "N", "remarks": [{"name": "Z"}]}, {"name": "M"}]
    desk.create("order", name="A", sent=True, notes=notes)
    desk.create("order", name="B", notes=[{"name": "O", "remarks": [{"name": "Y"}]}])


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.update("note", 1, 1, name="Neu"),
        lambda desk: desk.update("note", 1, 1, order=2),
        lambda desk: desk.update("note", 3, 1, order=1),
        lambda desk: desk.create("note", name="Neu", order=1),
        lambda desk: _one(desk, actions.retire, "note", 1),
        lambda desk: desk.update("remark", 1, 1, name="Neu"),
        lambda desk: desk.update("remark", 2, 1, note=2),
        lambda desk: desk.create("remark", name="Neu", note=2),
        lambda desk: _one(desk, actions.retire, "remark", 1),
    ],
)
def test_lines_that_cannot_be_changed_have_no_other_door(desk: Desk, act: Callable[[Desk], object]) -> None:
    _sent(desk)
    before = _state(desk)
    assert refusal(lambda: act(desk)) == {"": ("field.locked",)}
    assert _state(desk) == before


@pytest.mark.parametrize(
    "notes",
    [
        [{"id": 1}],
        [{"id": 2}, {"id": 1}],
        [{"id": 1, "name": "Neu"}, {"id": 2}],
        [{"id": 1, "remarks": []}, {"id": 2}],
        [{"id": 1}, {"id": 2}, {"name": "Neu"}],
    ],
)
def test_they_may_be_sent_back_as_they_are_and_only_so(desk: Desk, notes: list[dict[str, Any]]) -> None:
    _sent(desk)
    same = [{"id": 1, "name": "N", "remarks": [{"id": 1, "name": "Z"}]}, {"id": 2, "name": "M"}]
    assert desk.update("order", 1, 1, name="Anders", notes=same) == 2
    before = _state(desk)
    assert refusal(lambda: desk.update("order", 1, 2, notes=notes)) == {"notes": ("field.locked",)}
    assert _state(desk) == before


def test_they_are_not_brought_back_either_and_the_product_is_not_held_up(desk: Desk) -> None:
    _sent(desk)
    product = Desk(desk.database, desk.store)
    _one(product, actions.retire, "note", 1)
    assert refusal(lambda: _one(desk, actions.restore, "note", 1)) == {"": ("field.locked",)}
    assert desk.update("order", 1, 2, sent=False) == 3
    assert _one(desk, actions.restore, "note", 1) == 3
    assert desk.update("remark", 1, 3, name="Neu") == 4


@pytest.mark.parametrize(
    "act",
    [lambda desk: _one(desk, actions.retire, "note", 2), lambda desk: desk.update("note", 2, 1, order=None)],
)
def test_the_last_of_the_lines_that_have_to_be_there_stays(desk: Desk, act: Callable[[Desk], object]) -> None:
    desk.create("order", name="A", needed=True, notes=[{"name": "N"}, {"name": "M"}])
    _one(desk, actions.retire, "note", 1)
    before = _state(desk)
    with pytest.raises(InvalidData) as refused:
        act(desk)
    (told,) = refused.value.errors.record
    assert told.code == "field.required"
    assert told.message.de.startswith("„Notizen“ darf in dem Datensatz, zu dem diese Zeile gehört, nicht leer werden.")
    assert _state(desk) == before
    assert desk.update("order", 1, 2, needed=False) == 3
    act(desk)
    _one(desk, actions.retire, "order", 1)


@pytest.mark.parametrize(
    ("act", "place"),
    [
        (lambda desk: _one(desk, actions.retire, "part", 2), ""),
        (lambda desk: _one(desk, actions.retire, "item", 1), ""),
        (lambda desk: _one(desk, actions.retire, "order", 2), ""),
        (lambda desk: desk.update("item", 1, 2, parts=[{"id": 1}]), "parts"),
        (lambda desk: desk.update("order", 2, 2, items=[]), "items"),
    ],
)
def test_a_line_that_is_locked_itself_goes_into_the_archive_by_no_door(
    desk: Desk, act: Callable[[Desk], object], place: str
) -> None:
    order, _ = _table(desk)
    assert (order, desk.update("part", 2, 1, built_in=True)) == (2, 2)
    before = _state(desk)
    assert refusal(lambda: act(desk)) == {place: ("lock.built_in",)}
    assert _state(desk) == before


def test_it_is_said_which_line_is_locked(desk: Desk) -> None:
    order, _ = _table(desk)
    assert desk.update("part", 2, 1, built_in=True) == 2
    for reader, said in (
        (desk, "The line “Mutter” would go into the archive as well and is locked: Eingebaut."),
        (desk.as_user("narrow"), "Something that you can't see is missing or not allowed here. Please ask its owner"),
    ):
        with pytest.raises(InvalidData) as refused:
            _one(reader, actions.retire, "order", order)
        (told,) = refused.value.errors.record
        assert told.message.en.startswith(said)
    assert desk.update("part", 2, 2, built_in=False) == 3
    _one(desk, actions.retire, "order", order)
    _one(desk, actions.restore, "order", order)
    assert desk.update("part", 2, 5, built_in=True) == 6
    _one(Desk(desk.database, desk.store), actions.retire, "order", order)

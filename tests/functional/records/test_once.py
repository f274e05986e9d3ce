"""A request that comes twice is carried out once, on both databases, also when both come at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.access.actor import Actor
from app.context import Context
from app.errors import InvalidData
from app.records import actions
from app.records.once import Outcome, once
from app.system.once import KEPT_FOR, forget
from app.system.people import create_user
from tests.functional.records.desk import NOW, Desk, refusal

_KEY = "k" * 20


def _create(ctx: Context, name: str, key: str | None = _KEY, **raw: Any) -> Outcome:
    def act() -> Mapping[str, Any]:
        return {"id": actions.create(ctx, "firm", {"name": name, **raw})}

    return once(ctx, key, repr((name, raw)).encode(), act)


def test_the_second_gets_the_answer_of_the_first_and_writes_nothing(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    outcomes = []
    for _ in range(3):
        with clerk.ctx() as ctx:
            outcomes.append(_create(ctx, "Nordwind"))
    assert len({outcome.answer["id"] for outcome in outcomes}) == 1
    assert [outcome.repeated for outcome in outcomes] == [False, True, True]
    assert len(desk.rows("firm")) == 1


def test_a_repeated_change_is_answered_though_its_version_is_gone(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    firm = clerk.create("firm", name="Alt")
    answers = []
    for _ in range(2):
        with clerk.ctx() as ctx:
            done = once(ctx, _KEY, b"x", lambda c=ctx: {"version": actions.update(c, "firm", firm, {"name": "Neu"}, 1)})
            answers.append(done.answer["version"])
    assert answers == [2, 2]
    assert desk.row("firm", firm)["version"] == 2


def test_a_key_is_not_used_for_something_else(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    with clerk.ctx() as ctx:
        _create(ctx, "Nordwind")
    with clerk.ctx() as ctx:
        assert refusal(lambda: _create(ctx, "Südwind")) == {"": ("request.sent_before",)}
    assert [row["name"] for row in desk.rows("firm")] == ["Nordwind"]


def test_keys_of_different_people_never_meet(desk: Desk) -> None:
    one = desk.as_user("clerk")
    with desk.database.write() as connection:
        other_id = create_user(connection, "other@example.com", None, "Other", ["clerk"])
    other = Desk(desk.database, desk.store, Actor(other_id, "Other", frozenset({"clerk"})))
    for person in (one, other):
        with person.ctx() as ctx:
            assert not _create(ctx, "Nordwind").repeated
    assert len(desk.rows("firm")) == 2


def test_what_was_refused_may_be_sent_again(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    with clerk.ctx() as ctx, pytest.raises(InvalidData):
        _create(ctx, "")
    with clerk.ctx() as ctx:
        assert not _create(ctx, "Nordwind").repeated


def test_two_at_the_same_moment_are_one(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    outcomes: list[Outcome] = []
    both = threading.Barrier(6)

    def send() -> None:
        both.wait()
        with clerk.ctx() as ctx:
            outcomes.append(_create(ctx, "Nordwind"))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert sum(not outcome.repeated for outcome in outcomes) == 1
    assert len({outcome.answer["id"] for outcome in outcomes}) == 1
    assert len(desk.rows("firm")) == 1


def test_answers_are_forgotten_after_a_while(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    with clerk.ctx() as ctx:
        _create(ctx, "Nordwind")
    with clerk.ctx() as ctx:
        assert forget(ctx.connection, NOW) == 0
        assert forget(ctx.connection, NOW + KEPT_FOR + timedelta(seconds=1)) == 1
        assert not _create(ctx, "Nordwind").repeated

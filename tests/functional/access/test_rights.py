"""Rights by record and field, as `docs/explanation/rights.md` says them; every cell of them is in `tests/proof`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from app.access.actor import Actor, Grant
from app.context import Context
from app.errors import Forbidden, InvalidData, InvalidQuery, NotFound
from app.query.lists import count, list_page
from app.query.record import Record, load_record
from app.query.search import search, search_all
from app.query.spec import ALL_RECORDS, ListSpec
from app.records import actions, bulk
from tests.functional.access.world import NOW, World, make
from tests.support.postgres import Server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("rights")
    if request.param == "sqlite":
        made = make(f"sqlite:///{folder / 'lotse.sqlite'}", folder / "documents")
        yield made
        made.installation.close()
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"rights_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    made = make(server.create(name), folder / "documents")
    yield made
    made.installation.close()
    server.drop(name)


class _Undo(Exception):
    """Takes back what a test wrote."""


@contextmanager
def _tried(world: World, actor: Actor) -> Iterator[Context]:
    """Open a transaction whose changes are taken back."""
    with suppress(_Undo), world.installation.ctx(actor, now=NOW) as ctx:
        yield ctx
        raise _Undo


def _names(world: World, actor: Actor, entity: str = "deal", **args: str) -> list[str]:
    with world.installation.ctx(actor, now=NOW) as ctx:
        spec = ListSpec.parse(ctx, entity, ALL_RECORDS, {name.replace("__", "."): [v] for name, v in args.items()})
        page = list_page(ctx, spec)
        assert count(ctx, spec).number == len(page.rows)
        return sorted(row.title for row in page.rows)


def _owned(world: World, actor: Actor, **args: str) -> set[str]:
    with world.installation.ctx(actor, now=NOW) as ctx:
        spec = ListSpec.parse(ctx, "deal", ALL_RECORDS, {name.replace("__", "."): [v] for name, v in args.items()})
        return {name for name, id_ in world.deals.items() if id_ in {row.id for row in list_page(ctx, spec).rows}}


def _record(world: World, actor: Actor, name: str) -> Record:
    with world.installation.ctx(actor, now=NOW) as ctx:
        return load_record(ctx, "deal", world.deals[name])


@pytest.mark.parametrize(
    ("roles", "user", "seen"),
    [
        (("boss",), "anna", {"anna.north", "anna.south", "bert.north", "bert.south"}),
        (("own",), "anna", {"anna.north", "anna.south"}),
        (("team",), "bert", {"bert.north", "bert.south"}),
        (("team",), "head", set()),
        (("tree",), "head", {"anna.north", "anna.south", "bert.north", "bert.south"}),
        (("south",), "anna", {"anna.south", "bert.south"}),
        (("far",), "anna", {"anna.north", "bert.north"}),
        (("south", "team"), "anna", {"anna.north", "anna.south", "bert.south"}),
    ],
)
def test_a_scope_decides_which_records_there_are(
    world: World, roles: tuple[str, ...], user: str, seen: set[str]
) -> None:
    actor = world.actor(*roles, user=user)
    assert _owned(world, actor) == seen
    for name, id_ in world.deals.items():
        with world.installation.ctx(actor, now=NOW) as ctx:
            if name in seen:
                assert load_record(ctx, "deal", id_).id == id_
            else:
                with pytest.raises(NotFound):
                    load_record(ctx, "deal", id_)
            assert {hit.id for hit in search(ctx, "deal", "deal")} == {world.deals[one] for one in seen}


def test_a_lent_role_means_its_lender(world: World) -> None:
    lent = Grant("own", world.users["bert"], world.teams["b"], (world.teams["b"],), "Bert")
    assert _owned(world, world.actor(user="anna", extra=(lent,))) == {"bert.north", "bert.south"}
    both = world.actor("south", user="anna", extra=(lent,))
    assert _owned(world, both) == {"anna.south", "bert.north", "bert.south"}


def test_a_field_that_cannot_be_read_does_not_exist(world: World) -> None:
    actor = world.actor("blind")
    record = _record(world, actor, "anna.north")
    assert "margin" not in record.values
    with world.installation.ctx(actor, now=NOW) as ctx:
        for args in ({"sort": ["margin"]}, {"columns": ["margin"]}, {"where": ["margin > 3"]}, {"f.margin.min": ["3"]}):
            with pytest.raises(InvalidQuery) as refused:
                ListSpec.parse(ctx, "deal", ALL_RECORDS, args)
            unknown = {name: [value[0].replace("margin", "nothing")] for name, value in args.items()}
            unknown = {name.replace("margin", "nothing"): value for name, value in unknown.items()}
            with pytest.raises(InvalidQuery) as missing:
                ListSpec.parse(ctx, "deal", ALL_RECORDS, unknown)
            codes = [[error.code for error in one.value.errors] for one in (refused, missing)]
            assert codes[0] == codes[1]


def test_a_field_of_some_records_is_empty_in_the_others(world: World) -> None:
    actor = world.actor("blind", "margin", user="anna")
    assert _record(world, actor, "anna.north").values["margin"] is not None
    other = _record(world, actor, "bert.north")
    assert other.values["margin"] is None
    assert {"margin"} <= other.hidden
    assert _owned(world, actor, where="margin > 50") == {"anna.south"}
    assert _owned(world, actor, where="margin is empty") == {"bert.north", "bert.south"}
    assert _names(world, actor, sort="-margin")[:1]
    mine = _record(world, actor, "anna.north").version
    with world.installation.ctx(actor, now=NOW) as ctx:
        newer = actions.update(ctx, "deal", world.deals["anna.north"], {"margin": "13"}, mine)
        with pytest.raises(InvalidData):
            actions.update(ctx, "deal", world.deals["bert.north"], {"margin": "1"}, other.version)
        actions.update(ctx, "deal", world.deals["anna.north"], {"margin": "12,50"}, newer)


def test_a_title_shows_no_more_than_may_be_read(world: World) -> None:
    whole = _names(world, world.actor("boss"))
    assert all("Firma" in title for title in whole)
    seen = _names(world, world.actor("nameless"))
    assert sum("Firma north" in title for title in seen) == 2
    assert not any("south" in title for title in seen)
    assert sum(title.startswith("#") for title in seen) == 2
    with world.installation.ctx(world.actor("nameless"), now=NOW) as ctx:
        assert len(search_all(ctx, "firma north")) == 3
        assert search_all(ctx, "firma south") == ()
        assert len(search(ctx, "deal", "south")) == 2  # by the deal's own name, which can be read


def test_what_may_be_changed_is_asked_record_by_record(world: World) -> None:
    anna = world.actor("south", user="anna")
    assert "update" in _record(world, anna, "anna.south").may
    assert "update" not in _record(world, anna, "bert.south").may
    with _tried(world, anna) as ctx:
        with pytest.raises(Forbidden):
            actions.update(ctx, "deal", world.deals["bert.south"], {"name": "X"}, 1)
        with pytest.raises(NotFound):
            actions.update(ctx, "deal", world.deals["bert.north"], {"name": "X"}, 1)
        with pytest.raises(InvalidData) as refused:
            actions.create(ctx, "deal", {"name": "Neu", "region": "north"})
        assert [error.code for error in refused.value.errors.record] == ["record.forbidden"]
        created = actions.create(ctx, "deal", {"name": "Neu", "region": "south"})
        assert load_record(ctx, "deal", created).values["owner"] == anna.id


def test_a_field_that_may_only_be_read_stays_as_it_is(world: World) -> None:
    with world.installation.ctx(world.actor("blind"), now=NOW) as ctx:
        version = load_record(ctx, "deal", world.deals["anna.north"]).version
        same = actions.update(ctx, "deal", world.deals["anna.north"], {"code": "an"}, version)
        assert same == version
        for given, code in (({"code": "zz"}, "field.readonly"), ({"margin": "1"}, "field.unknown")):
            with pytest.raises(InvalidData) as refused:
                actions.update(ctx, "deal", world.deals["anna.north"], given, version)
            assert [error.code for errors in refused.value.errors.fields.values() for error in errors] == [code]
        with pytest.raises(InvalidData):
            actions.create(ctx, "deal", {"name": "Neu", "code": "neu"})


def test_a_reference_cannot_point_to_what_is_not_seen(world: World) -> None:
    actor = world.actor("nameless", "blind", user="anna")
    narrow = world.actor("nameless", "own", user="anna")
    assert "firm" in _record(world, actor, "anna.north").values
    with world.installation.ctx(narrow, now=NOW) as ctx:
        names = {row.title for row in list_page(ctx, ListSpec.parse(ctx, "firm", ALL_RECORDS, {})).rows}
    assert names == {"Firma north", "Firma south"}  # the role `own` reads every firm
    only = Actor(world.users["anna"], "Anna", frozenset({"nameless", "south"}), team_id=world.teams["a"])
    with _tried(world, only) as ctx:
        for given in (world.firms["south"], {"text": "Firma south"}, 999):
            with pytest.raises(InvalidData):
                actions.create(ctx, "deal", {"name": "Neu", "region": "south", "firm": given})
        actions.create(ctx, "deal", {"name": "Neu", "region": "south", "firm": {"text": "Firma north"}})


def test_child_rows_follow_the_record_whose_rows_they_are(world: World) -> None:
    assert len(_names(world, world.actor("boss"), "line")) == 4
    assert len(_names(world, world.actor("own", user="anna"), "line")) == 2
    assert len(_names(world, world.actor("tree", user="bert"), "line")) == 2


def test_many_at_once_need_a_right_of_their_own(world: World) -> None:
    with world.installation.ctx(world.actor("boss"), now=NOW) as ctx, pytest.raises(Forbidden):
        bulk.create_many(ctx, "deal", [{"name": "Neu"}])


def test_a_unique_value_does_not_name_a_record_that_is_not_seen(world: World) -> None:
    for roles, named in ((("boss",), True), (("own",), False)):
        with world.installation.ctx(world.actor(*roles, user="anna"), now=NOW) as ctx:
            with pytest.raises(InvalidData) as refused:
                actions.create(ctx, "deal", {"name": "Neu", "code": "bs"})
            assert ("Deal bert" in refused.value.errors.fields["code"][0].message.en) is named


def test_a_unique_value_does_not_name_a_record_in_which_it_is_not_read(world: World) -> None:
    """Who sees all deals without their codes, and the codes of his own, mustn't find out whose code is whose."""
    for roles, named in ((("boss",), True), (("codeless", "coder"), False)):
        with world.installation.ctx(world.actor(*roles, user="anna"), now=NOW) as ctx:
            with pytest.raises(InvalidData) as refused:
                actions.create(ctx, "deal", {"name": "Neu", "code": "bs"})
            assert ("Deal bert" in refused.value.errors.fields["code"][0].message.en) is named


def test_a_computed_value_is_read_by_whoever_may_read_its_sources(world: World) -> None:
    whole = _record(world, world.actor("boss"), "anna.north").values
    assert {"double", "shown", "total", "place"} <= whole.keys()
    blind = _record(world, world.actor("blind"), "anna.north").values
    assert {"shown", "total", "place"} <= blind.keys()
    assert "double" not in blind
    own = _record(world, world.actor("own", user="anna"), "anna.north").values
    assert {"double", "total", "place"} <= own.keys()
    tree = _record(world, world.actor("tree", user="head"), "anna.north").values
    assert {"double", "total"} <= tree.keys()
    assert "place" not in tree  # the firm can't be read
    # A count is made of which records there are and where they point: when they were created doesn't matter.
    for roles, seen in (("boss", True), ("counter", True), ("own", False)):
        with world.installation.ctx(world.actor(roles, user="anna"), now=NOW) as ctx:
            assert ("deals" in load_record(ctx, "firm", world.firms["north"]).values) is seen

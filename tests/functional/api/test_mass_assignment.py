"""No column of an entity's table can be set by its name: not by a form, not through the API, not in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, Numeric, select

from app.access.actor import PRODUCT
from app.records.plan import EntityPlan, plan_of
from tests.functional.api.world import CLERK, write_world
from tests.support.program import program
from tests.support.site import Site, make_site

#: Columns that every write moves.
_MOVING = frozenset({"id", "version", "created_at", "updated_at", "updated_by"})
_NAMES = {"account": {"name": "Echt"}, "person": {"name": "Echt"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with a field of every registered type."""
    folder = tmp_path_factory.mktemp("mass")
    made = make_site(f"sqlite:///{folder / 'lotse.sqlite'}", write_world(folder / "metadata"))
    yield made
    made.installation.close()


def _plans(site: Site) -> Mapping[str, EntityPlan]:
    with site.installation.ctx(PRODUCT) as ctx:
        return {key: plan_of(ctx, key) for key in ctx.snapshot.model.entities}


def _forged(plan: EntityPlan, *, parts: bool) -> dict[str, Any]:
    """Return every column that isn't the name of a field people write; with `parts` those of composite values too."""
    open_ = [field for field in plan.fields.values() if field.writable == "everybody"]
    named = {field.key for field in open_}
    if not parts:  # in a form, `amount__currency` is the input that a composite value is typed into
        named |= {name for field in open_ for suffix, name in field.columns if suffix in field.field.type.inputs()}
    columns = [column for column in plan.table.c if column.name not in named]
    return {column.name: _value(column.type) for column in columns}


def _value(column_type: object) -> Any:
    if isinstance(column_type, Boolean):
        return True
    return 4711 if isinstance(column_type, Integer | Numeric) else "2020-01-01T00:00Z"


def _rows(site: Site, plan: EntityPlan) -> list[dict[str, Any]]:
    with site.installation.database.read() as connection:
        return [dict(row) for row in connection.execute(select(plan.table).order_by(plan.table.c.id)).mappings()]


def test_every_column_is_unknown_to_the_api_unless_it_is_a_field(site: Site) -> None:
    clerk, tried = program(site, CLERK), 0
    for key, plan in _plans(site).items():
        made = clerk.create(key, **_NAMES.get(key, {}))
        before, forged = _rows(site, plan), _forged(plan, parts=True)
        update = {"id": made["id"], "version": 1, "values": forged}
        answers = {
            "": clerk.send("PATCH", f"/{key}/{made['id']}", forged, If_Match='"1"'),
            "/update/0/values": clerk.send("POST", f"/{key}/bulk", {"update": [update]}),
            "/create/0": clerk.send("POST", f"/{key}/bulk", {"create": [forged]}),
        }
        for below, answer in answers.items():
            assert answer.status_code == 422, (key, below)
            told = {error["pointer"].removeprefix(f"{below}/") for error in answer.get_json()["errors"]}
            assert forged.keys() - told == set(), (key, below)
            tried += len(forged)
        for name, value in forged.items():
            assert clerk.send("POST", f"/{key}", {name: value}).status_code == 422, (key, name)
        assert _rows(site, plan) == before, key
    assert tried > 200


def test_a_form_that_names_every_column_writes_what_one_without_them_writes(site: Site) -> None:
    visitor, tried = site.visitor(CLERK), 0
    for key, plan in _plans(site).items():
        forged = _forged(plan, parts=False)
        honest = _NAMES.get(key, {})
        made = [visitor.post(f"/r/{key}/new", values) for values in (honest, {**forged, **honest})]
        assert [answer.status_code for answer in made] == [303, 303], key
        one, other = _rows(site, plan)[-2:]
        differing = {name for name in one if one[name] != other[name]}
        assert differing <= _MOVING, (key, differing)
        assert other["version"] == 1
        url = made[1].headers["Location"]
        assert visitor.post(f"{url}/edit", {**forged, "version": "1"}).status_code == 303
        assert _rows(site, plan)[-1] == other, "nothing of it is a change"
        tried += len(forged)
    assert tried > 50

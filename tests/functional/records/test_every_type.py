"""Every field type through the write path: what is good comes back as it was meant, what is bad is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.access.actor import PRODUCT
from app.context import Context
from app.errors import Conflict, InvalidData
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY
from app.records import actions
from app.records.plan import plan_of
from app.records.stored import Targets, load
from app.runtime.snapshot import Snapshot
from app.storage.database import open_database
from app.storage.ddl import apply, ddl_plan
from app.storage.tables import build_tables
from app.system.protection import protect
from app.system.tables import Base
from tests.support.models import entity, field, model

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
#: Lines are made of their child's fields and have tests of their own.
_TYPES = sorted(REGISTRY.keys() - {"lines"})
_TARGETS = ("account", "person")


@pytest.fixture
def ctx(database_url: str) -> Iterator[Context]:
    """Return a context on a database with one entity that has a field of every type, and records to point to."""
    wanted = model(entity("sample", [field("sample", f"f_{name}", name) for name in _TYPES]), *map(entity, _TARGETS))
    database = open_database(database_url, create=True)
    tables = build_tables(wanted)
    with database.write() as connection:
        Base.metadata.create_all(connection)
        protect(connection)
        apply(connection, ddl_plan(connection, tables))
        ids = range(1, 20)
        users = [{"id": n, "email": f"{n}", "name": f"user {n}", "fs_uniquifier": f"{n}"} for n in ids]
        connection.execute(Base.metadata.tables["sys_user"].insert(), users)
        connection.execute(Base.metadata.tables["sys_team"].insert(), [{"id": n, "name": f"team {n}"} for n in ids])
        stamps = {"created_at": _NOW, "updated_at": _NOW}
        for key in _TARGETS:
            connection.execute(tables[key].insert(), [{**stamps, "id": n, "title": f"{key} {n}"} for n in ids])
        yield Context(Snapshot(1, wanted, tables, database.dialect), PRODUCT, connection, _NOW, "en")
    database.close()


def test_every_type_is_written_and_read_back(ctx: Context) -> None:
    seen = 0
    plan = plan_of(ctx, "sample")
    for name in _TYPES:
        key = f"f_{name}"
        field_type = plan.fields[key].field.type
        for raw, value in field_type.examples.good:
            parts = value if isinstance(value, tuple) else (value,)
            if any(isinstance(part, Unresolved) for part in parts):
                continue
            record = actions.create(ctx, "sample", {key: raw})
            read = load(ctx, plan, Targets(ctx), [record])[record].row.values[key]
            assert read == value or field_type.equal(read, value), (name, raw)
            # What was read is JSON that says the same; saving it changes nothing.
            assert actions.update(ctx, "sample", record, {key: field_type.to_json(read)}, 1) == 1, (name, raw)
            assert actions.update(ctx, "sample", record, {key: None}, 1) == (1 if value is None else 2), (name, raw)
            seen += 1
    assert seen > 3 * len(_TYPES)


def test_every_bad_value_is_refused_at_its_field(ctx: Context) -> None:
    seen = 0
    record = actions.create(ctx, "sample", {})
    for name in _TYPES:
        key = f"f_{name}"
        for raw in REGISTRY[name].examples.bad:
            with pytest.raises(InvalidData) as refused:
                actions.update(ctx, "sample", record, {key: raw}, 1)
            assert set(refused.value.errors.fields) == {key}, (name, raw)
            seen += 1
    assert seen > 3 * len(_TYPES)
    assert load(ctx, plan_of(ctx, "sample"), Targets(ctx), [record])[record].version == 1


def test_every_type_is_compared_with_what_others_have_saved(ctx: Context) -> None:
    """Whatever I have typed into a field that others have filled: it is a clash, an error, or theirs stays."""
    met: Counter[str] = Counter()
    plan = plan_of(ctx, "sample")
    for name in _TYPES:
        key, field_type = f"f_{name}", plan.fields[f"f_{name}"].field.type
        theirs, told = next((raw, value) for raw, value in field_type.examples.good if _known(value))
        record = actions.create(ctx, "sample", {})
        actions.update(ctx, "sample", record, {key: theirs}, 1)
        for raw in (None, *(one for one, _ in field_type.examples.good), *field_type.examples.bad):
            met[_merged(ctx, record, key, raw)] += 1
            left = load(ctx, plan, Targets(ctx), [record])[record]
            assert left.version == 2, (name, raw)
            assert field_type.equal(left.row.values[key], told), (name, raw)
    assert met["theirs"] >= 2 * len(_TYPES), "what is as it was when I read it, and what they have typed, too"
    assert met["clash"] >= len(_TYPES)
    assert met["error"] >= 3 * len(_TYPES)


def _known(value: Any) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return value is not None and not any(isinstance(part, Unresolved) for part in parts)


def _merged(ctx: Context, record: int, key: str, raw: Any) -> str:
    """Save a field of a record as somebody who has read its first version, and return what came of it."""
    saved = found = None
    try:
        saved = actions.update_merging(ctx, "sample", record, {key: raw}, 1, {})
    except (Conflict, InvalidData) as refused:
        found = refused
    if isinstance(found, InvalidData):
        assert set(found.errors.fields) == {key}
        return "error"
    if isinstance(found, Conflict):
        assert found.meanwhile is not None
        assert [clash.key for clash in found.meanwhile.clashes] == [key]
        return "clash"
    assert saved is not None
    assert saved.merged is not None
    assert saved.merged.theirs == {key}
    return "theirs"

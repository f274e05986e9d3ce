"""Every field type on SQLite and PostgreSQL: values come back, and filters, groups and order are those of Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.access.actor import PRODUCT
from app.context import Context
from app.expr.ast import Expr, Path
from app.expr.check import check
from app.expr.environment import Environment
from app.expr.to_python import condition, to_python
from app.expr.types import ValueType
from app.fields.base import Inputs, Operator
from app.fields.formats import formats_for
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY
from app.forms.state import getter
from app.meta.model import Field
from app.query.record import load_record
from app.query.select import Selection
from app.runtime.snapshot import Snapshot
from app.storage.database import open_database
from app.storage.ddl import apply, ddl_plan
from app.storage.tables import build_tables
from app.system.tables import Base
from tests.support.models import every_type

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already the next year in Berlin
STAMPS = {"created_at": NOW, "updated_at": NOW}


@dataclass(frozen=True)
class Stored:
    """A database with a record for every good value of every type.

    Args:
        ctx: a request on it.
        records: by the key of the field, ids and values; one value is None.
    """

    ctx: Context
    records: dict[str, dict[int, Any]]

    def field(self, name: str) -> Field:
        """Return the field of a type."""
        return self.ctx.snapshot.model.entities["sample"].fields[f"f_{name}"]

    def ids(self, name: str, expr: Expr) -> list[int]:
        """Return which of a type's records the database finds."""
        selection = Selection(self.ctx, "sample")
        selection.column(selection.joins.base.c.id)
        selection.where_expr(expr)
        selection.where(selection.joins.base.c.id.in_(list(self.records[name])))
        found = self.ctx.connection.execute(selection.statement(), selection.values()(self.ctx))
        return sorted(row[0] for row in found)

    def expected(self, name: str, expr: Expr) -> list[int]:
        """Return which of them Python finds."""
        model = self.ctx.snapshot.model
        entity = model.entities["sample"]
        holds = condition(expr, Selection(self.ctx, "sample").scope)
        environment = Environment.at(NOW, self.ctx.snapshot.time_zone)
        found = []
        for record_id, value in self.records[name].items():
            if holds(getter(model, entity, {f"f_{name}": value}, record_id=record_id), environment):
                found.append(record_id)
        return sorted(found)


@pytest.fixture
def stored(database_url: str) -> Iterator[Stored]:
    database = open_database(database_url, create=True)
    wanted = every_type()
    tables = build_tables(wanted)
    with database.write() as connection:
        Base.metadata.create_all(connection)
        apply(connection, ddl_plan(connection, tables))
        users = [{"id": n, "email": f"{n}", "name": "x", "fs_uniquifier": f"{n}"} for n in range(1, 20)]
        connection.execute(Base.metadata.tables["sys_user"].insert(), users)
        connection.execute(Base.metadata.tables["sys_team"].insert(), [{"id": n, "name": f"{n}"} for n in range(1, 20)])
        for other in wanted.entities.keys() - {"sample"}:
            connection.execute(tables[other].insert(), [{**STAMPS, "id": n} for n in range(1, 20)])
        ctx = Context(Snapshot(None, wanted, tables, database.dialect), PRODUCT, connection, NOW, "en")
        yield Stored(ctx, {name: _written(ctx, name) for name in REGISTRY if name != "lines"})
    database.close()


def _written(ctx: Context, name: str) -> dict[int, Any]:
    table, records = ctx.snapshot.tables["sample"], {}
    field = ctx.snapshot.model.entities["sample"].fields[f"f_{name}"]
    for value in values_of(name):
        columns = field.type.to_columns(value)
        row = {spec.name(field.key): columns[spec.suffix] for spec in field.type.columns()}
        written = ctx.connection.execute(table.insert().returning(table.c.id), {**STAMPS, **row})
        record_id = int(written.scalar_one())
        records[record_id] = value
        if field.type.link() is not None:
            link = ctx.snapshot.tables.link("sample", field.key)
            for position, target in enumerate(value or ()):
                row = {"record_id": record_id, "target_id": target, "position": position}
                ctx.connection.execute(link.insert(), row)
    return records


def values_of(name: str) -> list[Any]:
    """Return the different values of the good examples, and None."""
    found: list[Any] = [None]
    for _, value in REGISTRY[name].examples.good:
        parts = value if isinstance(value, tuple) else (value,)
        if value not in found and not any(isinstance(part, Unresolved) for part in parts):
            found.append(value)
    return found


def operands(field: Field, operator: Operator) -> list[tuple[Any, ...]]:
    """Return tuples of operands for an operator: the field's own values, and numbers of days or kinds."""
    if operator.inputs is Inputs.NONE:
        return [()]
    name = field.type.name
    if operator.widget == "integer":
        raws: list[Any] = ["1", "400"]
    elif operator.widget == "entity":
        raws = ["account", "person"]
    elif name == "datetime":
        raws = ["2026-07-31", "2026-12-31"]
    elif field.type.value_type is ValueType.REFERENCE:
        raws = [field.type.to_json(value) for value in values_of(name) if value is not None]
    elif name in ("choices", "tags", "references"):
        raws = [one for value in values_of(name) if value is not None for one in value]
    elif name == "address":
        raws = ["Berlin", "Hauptstr. 1, 10115 Berlin", "W"]
    else:
        raws = [raw for raw, value in field.type.examples.good if value is not None]
        raws = [raw["amount"] if name == "money" and isinstance(raw, dict) else raw for raw in raws]
    values = list(dict.fromkeys(field.type.clean_operand(operator, raw, "en") for raw in raws))
    if operator.inputs is Inputs.ONE:
        return [(value,) for value in values]
    if operator.inputs is Inputs.MANY:
        return [tuple(values), *((value,) for value in values)]
    return [(values[0], values[-1]), (None, values[0]), (values[0], None), (None, None)]


def test_values_come_back(stored: Stored) -> None:
    for name, records in stored.records.items():
        for record_id, value in records.items():
            assert load_record(stored.ctx, "sample", record_id, lines=False).values[f"f_{name}"] == value, (name, value)


def test_filters_find_the_same_in_the_database_and_in_python(stored: Stored) -> None:
    asked = 0
    for name in stored.records:
        field = stored.field(name)
        for operator in field.type.operators():
            for values in operands(field, operator):
                expr = operator.build(Path((field.key,)), values)
                scope = Selection(stored.ctx, "sample").scope
                assert check(expr, scope, ValueType.BOOLEAN, query=True) == (), (name, operator.key, values)
                expected = stored.expected(name, expr)
                assert stored.ids(name, expr) == expected, (name, operator.key, values)
                asked += 1
    assert asked > 200


def test_groups_are_the_same_in_the_database_and_in_python(stored: Stored) -> None:
    entity, seen = stored.ctx.snapshot.model.entities["sample"], set()
    environment = Environment.at(NOW, stored.ctx.snapshot.time_zone)
    for name in stored.records:
        field = stored.field(name)
        for bucket in field.type.buckets():
            expr = bucket.build(Path((field.key,)), Decimal(7))
            selection = Selection(stored.ctx, "sample")
            assert check(expr, selection.scope, bucket.value_type) == (), (name, bucket.key)
            grouped = to_python(expr, selection.scope)
            value = selection.value(expr)
            statement = select(selection.joins.base.c.id, value.element).where(
                selection.joins.base.c.id.in_(list(stored.records[name]))
            )
            rows = stored.ctx.connection.execute(statement, selection.values()(stored.ctx))
            found = {row[0]: row[1] for row in rows}
            for record_id, own in stored.records[name].items():
                get = getter(stored.ctx.snapshot.model, entity, {field.key: own}, record_id=record_id)
                assert found[record_id] == grouped(get, environment), (name, bucket.key, own)
                if found[record_id] is not None:
                    assert bucket.format(grouped(get, environment), formats_for("de"))
            seen.add(bucket.key)
    assert seen >= {"day", "week", "month", "quarter", "year", "band", "first_letter"}


def test_order_is_that_of_the_columns_that_a_type_names(stored: Stored) -> None:
    table = stored.ctx.snapshot.tables["sample"]
    for name, records in stored.records.items():
        field = stored.field(name)
        suffixes = field.type.sort_suffixes()
        if suffixes is None:
            continue
        specs = {spec.suffix: spec for spec in field.type.columns()}
        assert set(suffixes) <= set(specs), name
        columns = [table.c[specs[suffix].name(field.key)] for suffix in suffixes]
        ids = [record_id for record_id, value in records.items() if value is not None]
        statement = select(table.c.id).where(table.c.id.in_(ids)).order_by(*columns, table.c.id)
        found = stored.ctx.connection.execute(statement)
        keys = [[field.type.to_columns(records[row[0]])[suffix] for suffix in suffixes] for row in found]
        assert keys == sorted(keys), name

"""SQLite, PostgreSQL and Python give the same answer to random expressions over random rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Table, not_, select

from app.expr.ast import Expr
from app.expr.check import check, is_constant, type_of
from app.expr.parse import parse, to_text
from app.expr.to_python import plain, to_python
from app.expr.to_sql import to_sql, to_sql_value
from app.expr.types import ValueType
from app.storage.database import Database, open_database
from tests.contract.expressions import ENVIRONMENT, SCOPE, Maker, operands, row, table

ROWS: Final = 40
CONDITIONS: Final = 1200
VALUES: Final = 800
SEED: Final = 20261124


@contextmanager
def _filled(url: str, rows: list[dict[str, Any]]) -> Iterator[tuple[Database, Table]]:
    database = open_database(url, create=True)
    kept = table()
    with database.write() as connection:
        kept.metadata.create_all(connection)
        connection.execute(kept.insert(), rows)
    try:
        yield database, kept
    finally:
        database.close()


def _answer(expr: Expr, of: Mapping[str, Any]) -> Any:
    return to_python(expr, SCOPE)(lambda keys: of[keys[0]], ENVIRONMENT)


def _agree_on_conditions(url: str, rows: list[dict[str, Any]], conditions: list[Expr]) -> list[str]:
    wrong = []
    with _filled(url, rows) as (database, kept), database.read() as connection:
        for expr in conditions:
            expected = {of["id"] for of in rows if _answer(expr, of) is True}
            compiled = to_sql(expr, SCOPE, operands(kept), database.dialect)
            values = dict(compiled.parameters(ENVIRONMENT))
            found = set(connection.scalars(select(kept.c.id).where(compiled.clause), values))
            if found != expected:
                wrong.append(f"{database.dialect}: {to_text(expr)}: {sorted(found ^ expected)}")
            as_value = to_sql_value(expr, SCOPE, operands(kept), database.dialect)
            values = dict(as_value.parameters(ENVIRONMENT))
            if not is_constant(expr) and to_text(expr) != "active":
                others = set(connection.scalars(select(kept.c.id).where(not_(as_value.value.element)), values))
                if others | expected != {of["id"] for of in rows} or others & expected:
                    wrong.append(f"{database.dialect} not: {to_text(expr)}")
    return wrong


def _agree_on_values(url: str, rows: list[dict[str, Any]], values: list[Expr]) -> list[str]:
    wrong = []
    with _filled(url, rows) as (database, kept), database.read() as connection:
        for expr in values:
            compiled = to_sql_value(expr, SCOPE, operands(kept), database.dialect)
            chosen = select(compiled.value.element).select_from(kept).order_by(kept.c.id)
            found = list(connection.scalars(chosen, dict(compiled.parameters(ENVIRONMENT))))
            expected = [_answer(expr, of) for of in rows]
            if [plain(value) for value in found] != expected:
                first = next(i for i, (a, b) in enumerate(zip(found, expected, strict=True)) if plain(a) != b)
                wrong.append(f"{database.dialect}: {to_text(expr)}: {found[first]!r}, Python {expected[first]!r}")
    return wrong


def _rows() -> list[dict[str, Any]]:
    chance = random.Random(SEED)
    return [row(chance, number) for number in range(1, ROWS + 1)]


def test_conditions_select_the_same_rows_everywhere(database_url: str) -> None:
    """A condition selects the rows for which Python calls it TRUE, and its opposite all others."""
    maker = Maker(random.Random(SEED + 1))
    conditions = [maker.condition(maker.chance.randrange(4)) for _ in range(CONDITIONS)]
    assert not [to_text(expr) for expr in conditions if check(expr, SCOPE, ValueType.BOOLEAN, query=True)]
    assert _agree_on_conditions(database_url, _rows(), conditions) == []


def test_values_are_the_same_everywhere(database_url: str) -> None:
    """A computed value reads back from the database as Python computes it."""
    maker = Maker(random.Random(SEED + 2))
    types = (ValueType.NUMBER, ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TEXT, ValueType.BOOLEAN)
    values = [maker.value(maker.chance.choice(types), maker.chance.randrange(1, 4)) for _ in range(VALUES)]
    values = [expr for expr in values if type_of(expr, SCOPE) is not ValueType.EMPTY]
    assert not [to_text(expr) for expr in values if check(expr, SCOPE, query=True)]
    assert _agree_on_values(database_url, _rows(), values) == []


def test_text_and_tree_say_the_same() -> None:
    """Writing a tree as text and parsing it gives an expression with the same answers and the same text."""
    maker = Maker(random.Random(SEED + 3))
    rows = _rows()
    for _ in range(400):
        expr = maker.condition(3)
        text = to_text(expr)
        again = parse(text)
        assert to_text(again) == text
        assert [_answer(again, of) for of in rows] == [_answer(expr, of) for of in rows], text

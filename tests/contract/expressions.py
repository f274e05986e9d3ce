"""Random expressions and rows, and the table that both databases keep them in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table

from app.expr import ast
from app.expr.ast import ArithmeticOperator, Comparison, Expr, Matching
from app.expr.environment import Environment
from app.expr.fold import fold
from app.expr.scope import PathInfo
from app.expr.sql_value import SqlOperand
from app.expr.types import ValueType
from app.fields.column import ColumnKind, ColumnSpec
from app.storage.types import column_type

T = ValueType
TODAY: Final = date(2026, 3, 29)
ENVIRONMENT: Final = Environment.at(
    datetime(2026, 3, 29, 10, 30),
    "Europe/Berlin",
    me=3,
    parameters={"since": date(2025, 12, 31), "least": Decimal("12.5"), "word": "Straße", "none": None},
)
PARAMETERS: Final = {"since": T.DATE, "least": T.NUMBER, "word": T.TEXT, "none": T.NUMBER}
#: Every field of the table: how it is stored and what an expression sees of it.
FIELDS: Final[Mapping[str, tuple[ColumnSpec, PathInfo]]] = {
    "name": (ColumnSpec("", ColumnKind.TEXT), PathInfo(T.TEXT, folded=True)),
    "status": (ColumnSpec("", ColumnKind.TEXT), PathInfo(T.TEXT, folded=True)),
    "amount": (ColumnSpec("", ColumnKind.DECIMAL, scale=2), PathInfo(T.NUMBER, 2)),
    "rate": (ColumnSpec("", ColumnKind.DECIMAL, scale=4), PathInfo(T.NUMBER, 4)),
    "count_of": (ColumnSpec("", ColumnKind.INTEGER), PathInfo(T.NUMBER, 0)),
    "active": (ColumnSpec("", ColumnKind.BOOLEAN), PathInfo(T.BOOLEAN)),
    "due": (ColumnSpec("", ColumnKind.DATE), PathInfo(T.DATE)),
    "starts": (ColumnSpec("", ColumnKind.DATE), PathInfo(T.DATE)),
    "at": (ColumnSpec("", ColumnKind.TIME), PathInfo(T.TIME)),
    "made": (ColumnSpec("", ColumnKind.DATETIME), PathInfo(T.DATETIME)),
    "owner": (ColumnSpec("", ColumnKind.REFERENCE), PathInfo(T.REFERENCE)),
}
_WORDS: Final = (
    "Müller",
    "MÜLLER & Söhne",
    "straße",
    "Ärzte",
    "ab%c",
    "a_b",
    "a\\b",
    "Zoë",
    "x",
    "10",
    "\U0001f600 hi",
    "öl",
    "é",
)
_STATUS: Final = ("new", "open", "won", "lost")


class TableScope:
    """The scope of the table."""

    def resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        """Return what a field is."""
        return FIELDS[keys[0]][1] if len(keys) == 1 and keys[0] in FIELDS else None

    def parameter(self, name: str) -> ValueType | None:
        """Return the type of a parameter."""
        return PARAMETERS.get(name)

    def names(self) -> Iterable[str]:
        """Return the fields' names."""
        return FIELDS


SCOPE: Final = TableScope()


def table() -> Table:
    """Return the table, with a folded column beside every text."""
    columns = [Column("id", column_type(ColumnSpec("", ColumnKind.INTEGER)), primary_key=True)]
    for key, (spec, info) in FIELDS.items():
        columns.append(Column(key, column_type(spec)))
        if info.folded:
            columns.append(Column(f"{key}__folded", column_type(spec)))
    return Table("expression_rows", MetaData(), *columns)


def operands(of: Table) -> Callable[[tuple[str, ...]], SqlOperand]:
    """Return what gives a field's column."""

    def operand(keys: tuple[str, ...]) -> SqlOperand:
        info = FIELDS[keys[0]][1]
        folded = of.c[f"{keys[0]}__folded"] if info.folded else None
        return SqlOperand(of.c[keys[0]], info.type, info.scale, folded)

    return operand


def row(chance: random.Random, number: int) -> dict[str, Any]:
    """Make one row; a value in five is empty."""
    values: dict[str, Any] = {
        "name": chance.choice(_WORDS),
        "status": chance.choice(_STATUS),
        "amount": Decimal(chance.choice((0, 1, -1, 1250, 99999, -12345, chance.randrange(-(10**6), 10**6)))).scaleb(-2),
        "rate": Decimal(chance.randrange(-30000, 30000)).scaleb(-4),
        "count_of": chance.choice((0, 1, 2, 12, 13, -7, chance.randrange(-1000, 1000))),
        "active": chance.random() < 0.5,
        "due": TODAY + timedelta(days=chance.choice((0, -1, 1, 30, chance.randrange(-800, 800)))),
        "starts": date(chance.randrange(1971, 2090), chance.randrange(1, 13), chance.randrange(1, 29)),
        "at": time(chance.randrange(24), chance.choice((0, 30, 59)), chance.choice((0, 5))),
        "made": datetime(2026, 3, 28, 22, 30)
        + timedelta(minutes=chance.choice((0, 30, 90, chance.randrange(-900000, 900000)))),
        "owner": chance.choice((1, 2, 3, 4)),
    }
    kept = {key: None if chance.random() < 0.2 else value for key, value in values.items()}
    for key, (_, info) in FIELDS.items():
        if info.folded:
            kept[f"{key}__folded"] = None if kept[key] is None else fold(kept[key])
    return {"id": number, **kept}


class Maker:
    """Makes random expressions that make sense.

    Args:
        chance: where the randomness comes from.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def condition(self, depth: int) -> Expr:
        """Make a condition."""
        pick = self.chance.choice
        if depth <= 0:
            return pick((self._compare, self._empty, self._match, self._in, lambda d: ast.path("active")))(0)
        made = self.chance.random()
        if made < 0.2:
            return ast.Not(self.condition(depth - 1))
        if made < 0.45:
            return pick((ast.And, ast.Or))(tuple(self.condition(depth - 1) for _ in range(2)))
        return pick((self._compare, self._compare, self._empty, self._match, self._in))(depth)

    def _compare(self, depth: int) -> Expr:
        found = self.chance.choice((T.TEXT, T.NUMBER, T.NUMBER, T.DATE, T.DATETIME, T.TIME, T.REFERENCE, T.BOOLEAN))
        same = (Comparison.EQ, Comparison.NE)
        operator = self.chance.choice(same if found in (T.REFERENCE, T.BOOLEAN) else tuple(Comparison))
        other = found
        if found in (T.DATE, T.DATETIME) and self.chance.random() < 0.4:
            other = T.DATE if found is T.DATETIME else T.DATETIME
        return ast.Compare(operator, self.value(found, depth - 1), self.value(other, depth - 1))

    def _empty(self, depth: int) -> Expr:
        found = self.chance.choice((T.TEXT, T.NUMBER, T.DATE, T.DATETIME, T.TIME, T.REFERENCE, T.BOOLEAN))
        test = ast.IsEmpty(self.value(found, depth - 1))
        return test if self.chance.random() < 0.6 else ast.Not(test)

    def _match(self, depth: int) -> Expr:
        text = ast.path(self.chance.choice(("name", "status")))
        piece: Expr = ast.literal(self.chance.choice((*_WORDS, "u", "%", "_", "\\", "SS", "ll", "n", "")))
        if self.chance.random() < 0.2:
            piece = ast.path("name") if self.chance.random() < 0.5 else ast.Parameter("word")
        return ast.Match(self.chance.choice(tuple(Matching)), text, piece)

    def _in(self, depth: int) -> Expr:
        found = self.chance.choice((T.TEXT, T.NUMBER, T.REFERENCE, T.DATE))
        return ast.In(
            self.value(found, depth - 1), tuple(self.value(found, 0) for _ in range(self.chance.randrange(1, 4)))
        )

    def value(self, found: ValueType, depth: int) -> Expr:
        """Make a value of a type."""
        made = self.chance.random()
        if made < 0.04:
            return ast.Literal(None)
        fields = [key for key, (_, info) in FIELDS.items() if info.type is found]
        if depth > 0 and made < 0.55:
            return self._computed(found, depth)
        if made < 0.75:
            return ast.path(self.chance.choice(fields))
        return self._constant(found)

    def _constant(self, found: ValueType) -> Expr:
        chance = self.chance
        match found:
            case T.TEXT:
                return (
                    ast.Parameter("word") if chance.random() < 0.2 else ast.Literal(chance.choice((*_WORDS, *_STATUS)))
                )
            case T.NUMBER:
                number = Decimal(
                    chance.choice(
                        ("0", "1", "2", "12", "12.5", "-1", "0.01", "0.005", "-3.3333", "999999999999999999", "1000000")
                    )
                )
                return chance.choice((ast.Parameter("least"), ast.Parameter("none"), *([ast.Literal(number)] * 6)))
            case T.DATE:
                day = TODAY + timedelta(days=chance.randrange(-500, 500))
                return chance.choice((ast.Parameter("since"), ast.call("today"), ast.Literal(day)))
            case T.DATETIME:
                moment = datetime(2026, 3, 28, 23, 0) + timedelta(
                    minutes=chance.choice((0, -60, chance.randrange(-900000, 900000)))
                )
                return ast.call("now") if chance.random() < 0.3 else ast.Literal(moment)
            case T.TIME:
                return ast.Literal(time(chance.randrange(24), chance.choice((0, 30))))
            case T.REFERENCE:
                return chance.choice((ast.call("me"), ast.call("my_team"), ast.Literal(2), ast.Literal(99)))
            case _:
                return ast.Literal(chance.random() < 0.5)

    def _computed(self, found: ValueType, depth: int) -> Expr:
        chance = self.chance
        generic = chance.random()
        if generic < 0.12:
            return ast.call("if", self.condition(depth - 1), self.value(found, depth - 1), self.value(found, depth - 1))
        if generic < 0.2:
            return ast.call("coalesce", *(self.value(found, depth - 1) for _ in range(chance.randrange(1, 4))))
        if generic < 0.28 and found not in (T.BOOLEAN, T.REFERENCE):
            name = chance.choice(("least", "greatest"))
            return ast.call(name, *(self.value(found, depth - 1) for _ in range(chance.randrange(1, 4))))
        match found:
            case T.NUMBER:
                return self._number(depth)
            case T.DATE:
                return self._date(depth)
            case T.DATETIME:
                return ast.call(
                    chance.choice(("add_days", "add_months")), self.value(T.DATETIME, depth - 1), self._step(depth)
                )
            case T.TEXT:
                return self._text(depth)
            case T.BOOLEAN:
                return self.condition(depth - 1)
            case _:
                return ast.path("owner") if found is T.REFERENCE else ast.path("at")

    def _step(self, depth: int) -> Expr:
        if self.chance.random() < 0.1:
            return ast.Literal(Decimal(self.chance.choice((-3_000_000, 3_000_000, 10**17, -(10**17), 100_000))))
        return (
            self.value(T.NUMBER, 0)
            if self.chance.random() < 0.4
            else ast.Literal(Decimal(self.chance.randrange(-40, 40)))
        )

    def _number(self, depth: int) -> Expr:
        chance = self.chance
        made = chance.random()
        if made < 0.4:
            parts = self.value(T.NUMBER, depth - 1), self.value(T.NUMBER, depth - 1)
            return ast.Arithmetic(chance.choice(tuple(ArithmeticOperator)), *parts)
        if made < 0.5:
            operand = self.value(T.NUMBER, depth - 1)
            return operand if isinstance(operand, ast.Literal) else ast.Negate(operand)  # the parser folds the sign in
        if made < 0.6:
            return ast.call(
                "round", self.value(T.NUMBER, depth - 1), ast.Literal(Decimal(chance.choice((0, 1, 2, 10, 11, -1))))
            )
        if made < 0.7:
            return ast.call(
                "band",
                self.value(T.NUMBER, depth - 1),
                ast.Literal(Decimal(chance.choice(("10", "50", "0.25", "0.003", "0", "-1")))),
            )
        if made < 0.78:
            return ast.call(chance.choice(("abs", "floor", "round")), self.value(T.NUMBER, depth - 1))
        if made < 0.83:
            return ast.call("length", self.value(T.TEXT, depth - 1))
        day = self.value(chance.choice((T.DATE, T.DATETIME)), depth - 1)
        if made < 0.9:
            return ast.call("days_between", day, self.value(T.DATE, depth - 1))
        return ast.call(chance.choice(("year", "quarter", "month", "day", "weekday")), day)

    def _date(self, depth: int) -> Expr:
        chance = self.chance
        if chance.random() < 0.1:
            return ast.call("date_of", self.value(T.DATETIME, depth - 1))
        if chance.random() < 0.4:
            name = f"start_of_{chance.choice(('week', 'month', 'quarter', 'year'))}"
            return ast.call(name, self.value(chance.choice((T.DATE, T.DATETIME)), depth - 1))
        return ast.call(chance.choice(("add_days", "add_months")), self.value(T.DATE, depth - 1), self._step(depth))

    def _text(self, depth: int) -> Expr:
        chance = self.chance
        if chance.random() < 0.4:
            return ast.call(chance.choice(("fold", "first_letter")), ast.path(chance.choice(("name", "status"))))
        kinds = [chance.choice((T.TEXT, T.NUMBER, T.DATE)) for _ in range(chance.randrange(1, 4))]
        return ast.call("concat", *(self.value(kind, depth - 1) for kind in kinds))

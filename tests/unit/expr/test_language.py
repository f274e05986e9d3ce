"""The expression language: what it takes, what it refuses and how it says so, what it means in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.expr import ast
from app.expr.arithmetic import divide, plain
from app.expr.check import check
from app.expr.environment import Environment
from app.expr.functions import FUNCTIONS
from app.expr.messages import MESSAGES, ExprError
from app.expr.parse import MAX_NODES, parse, to_text
from app.expr.scope import PathInfo
from app.expr.to_python import condition
from app.expr.to_words import to_words
from app.expr.types import ValueType
from app.language import Label

FIELDS = {
    ("name",): PathInfo(ValueType.TEXT, folded=True),
    ("note",): PathInfo(ValueType.TEXT),
    ("status",): PathInfo(ValueType.TEXT, folded=True),
    ("amount",): PathInfo(ValueType.NUMBER, 2),
    ("active",): PathInfo(ValueType.BOOLEAN),
    ("due",): PathInfo(ValueType.DATE),
    ("made",): PathInfo(ValueType.DATETIME),
    ("tags",): PathInfo(ValueType.LIST),
    ("owner",): PathInfo(ValueType.REFERENCE, entity="@user"),
    ("lines",): PathInfo(ValueType.REFERENCE, lines=True),
    ("lines", "net"): PathInfo(ValueType.NUMBER, 2, lines=True),
}
NOW = datetime(2026, 3, 29, 10, 30)


class Scope:
    """The scope of the examples."""

    def resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        return FIELDS.get(keys)

    def parameter(self, name: str) -> ValueType | None:
        return {"since": ValueType.DATE}.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(keys[0] for keys in FIELDS)


class Names:
    """What the examples' fields are called."""

    def path(self, keys: tuple[str, ...]) -> Label:
        return Label(keys[-1].capitalize() + "-Feld", keys[-1].capitalize())

    def value(self, keys: tuple[str, ...], text: str) -> Label | None:
        return {"won": Label("Gewonnen", "Won"), "lost": Label("Verloren", "Lost")}.get(text)

    def parameter(self, name: str) -> Label:
        return Label("Seit", "Since")

    def type(self, keys: tuple[str, ...]) -> ValueType | None:
        info = FIELDS.get(keys)
        return info.type if info else None


def _value(text: str, **record: Any) -> Any:
    env = Environment.at(NOW, "Europe/Berlin", me=7, parameters={"since": date(2026, 1, 1)})
    return condition(parse(text), Scope())(lambda keys: record.get("__".join(keys)), env)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", 0),
        ("status =", "ends_early", 9),
        ("status = = 1", "unexpected", 10),
        ('status = "won', "open_text", 10),
        ("amount > 1.2.3", "number", 10),
        ("amount ; 1", "character", 8),
        ('due > date("31.01.2026")', "date", 7),
        ("a.b.c.d.e.f = 1", "too_many_hops", 1),
        ("(" * 60 + "1" + ")" * 60, "too_deep", 41),
        (" + ".join("1" * (MAX_NODES + 2)), "too_many_nodes", 0),
        (f"name in ({', '.join('1' * 300)})", "too_many_choices", None),
        ("x" * 3000, "too_long", 0),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, code: str, position: int | None) -> None:
    """A text that can't be read says what is wrong and where, in both languages."""
    with pytest.raises(ExprError) as refused:
        parse(text)
    problem = refused.value.problems[0]
    assert problem.code == code
    assert position is None or problem.position == position
    assert problem.message.de != problem.message.en
    assert "{" not in problem.message.de


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("statu = 1", ["unknown_field"]),
        ("$unknown > 1 and amout = 1", ["unknown_parameter", "unknown_field"]),
        ("amount = name", ["compare"]),
        ("amount > today()", ["compare"]),
        ("owner > 3", ["order"]),
        ("amount", ["condition"]),
        ("amount and active", ["condition"]),
        ("name + 1 > 2", ["number_expected"]),
        ('amount contains "1"', ["text_expected"]),
        ('name has "x"', ["list_expected"]),
        ("lines.net > 1", ["lines_alone"]),
        ("sum(amount) > 1", ["lines_only"]),
        ("sum(lines) > 1", ["number_expected"]),
        ("tody() = due", ["unknown_function"]),
        ("year() = 1", ["arity"]),
        ("year(amount) = 1", ["argument"]),
        ("coalesce(amount, name) = 1", ["compare"]),
        ("least(active) = true", ["order"]),
        ("tags = tags", ["compare"]),
    ],
)
def test_what_makes_no_sense_is_said_at_once(text: str, codes: list[str]) -> None:
    """Every problem of an expression is found in one go, and each is a sentence in both languages."""
    problems = check(parse(text), Scope(), ValueType.BOOLEAN)
    assert [problem.code for problem in problems] == codes
    assert all(problem.message.de != problem.message.en for problem in problems)
    assert not any("{" in problem.message.de + problem.message.en for problem in problems)


def test_a_near_name_is_suggested() -> None:
    """A misspelt name says what may have been meant."""
    problem = check(parse("statu = 1"), Scope(), ValueType.BOOLEAN)[0]
    assert "status" in problem.message.en


def test_only_folded_texts_are_looked_through_in_a_query() -> None:
    """A database can't fold; so a filter needs a text that is kept folded."""
    expr = parse('note contains "x"')
    assert check(expr, Scope(), ValueType.BOOLEAN) == ()
    assert [problem.code for problem in check(expr, Scope(), ValueType.BOOLEAN, query=True)] == ["not_in_query"]


@pytest.mark.parametrize(
    ("text", "record", "expected"),
    [
        ("amount = empty", {}, True),
        ("amount != 5", {}, True),
        ("amount > 5", {}, False),
        ("not (amount > 5)", {}, True),
        ("amount + 1 is empty", {}, True),
        ("amount / 0 is empty", {"amount": Decimal(5)}, True),
        ('name contains "MULLER"', {"name": "Herr Müller"}, True),
        ('name contains ""', {"name": "Herr Müller"}, False),
        ('name in ("a", "b")', {}, False),
        ('name not in ("a", "b")', {}, True),
        ('tags has "x"', {"tags": ("x", "y")}, True),
        ('tags has "x"', {"tags": ()}, False),
        ("tags is empty", {"tags": ()}, True),
        ("owner = me()", {"owner": 7}, True),
        ("made >= today()", {"made": datetime(2026, 3, 28, 23, 0)}, True),
        ("made >= today()", {"made": datetime(2026, 3, 28, 22, 59)}, False),
        ("due >= $since", {"due": date(2026, 1, 1)}, True),
        ("sum(lines.net) = 3.5", {"lines__net": (Decimal(1), None, Decimal("2.5"))}, True),
        ("count(lines) = 2", {"lines": (4, 5)}, True),
        ("sum(lines.net) = 0 and avg(lines.net) is empty", {"lines__net": ()}, True),
        ("active", {}, False),
        ("not active", {}, True),
        ('if(amount > 1, "a", "b") = "b"', {}, True),
    ],
)
def test_empty_values_follow_one_rule(text: str, record: dict[str, Any], expected: bool) -> None:
    """A condition is TRUE or FALSE, whatever is empty."""
    assert check(parse(text), Scope(), ValueType.BOOLEAN) == ()
    assert _value(text, **record) is expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_told_and_has_an_example_that_reads(name: str) -> None:
    """Each function has words in both languages and an example in the language itself."""
    function = FUNCTIONS[name]
    assert to_text(parse(function.example))
    assert function.help.de != function.help.en or function.name == "fold"
    assert function.name in function.example


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ('status = "won"', "Status-Feld ist Gewonnen", "Status is Won"),
        ('status in ("won", "lost")', "Status-Feld ist Gewonnen oder Verloren", "Status is Won or Lost"),
        (
            'status not in ("won", "lost")',
            "Status-Feld ist weder Gewonnen noch Verloren",
            "Status is neither Won nor Lost",
        ),
        ("amount >= 1000.5", "Amount-Feld ist mindestens 1000,5", "Amount is at least 1000.5"),
        ("due < today()", "Due-Feld liegt vor heute", "Due is before today"),
        ("due >= add_days(today(), -14)", "Due-Feld ist frühestens vor 14 Tagen", "Due is 14 days ago at the earliest"),
        ("due <= add_months(today(), 1)", "Due-Feld ist spätestens in 1 Monat", "Due is in 1 month at the latest"),
        ("owner = me()", "Owner-Feld ist ich", "Owner is me"),
        (
            "active and name is not empty",
            "Active-Feld ist „ja“ und Name-Feld ist ausgefüllt",
            "Active is “yes” and Name is filled in",
        ),
        (
            "not active or due is empty",
            "Active-Feld ist nicht „ja“ oder Due-Feld ist leer",
            "Active is not “yes” or Due is empty",
        ),
        ('name contains "{x}"', "Name-Feld enthält „{x}“", "Name contains “{x}”"),
        ("due >= $since", "Due-Feld ist frühestens Seit", "Due is Since at the earliest"),
        ("sum(lines.net) > 3", "Summe von Net-Feld ist größer als 3", "sum of Net is more than 3"),
    ],
)
def test_an_expression_is_told_in_words(text: str, german: str, english: str) -> None:
    """A condition reads as a sentence in both languages."""
    assert to_words(parse(text), Names()) == Label(german, english)


def test_every_message_says_something_in_both_languages() -> None:
    """No message stands in one language only."""
    assert [code for code, message in MESSAGES.items() if message.de == message.en] == []


def test_text_and_tree_are_the_same() -> None:
    """Canonical text keeps precedence: brackets stand where they are needed and nowhere else."""
    for text in ("(a or b) and not c", "a - (b - c) > 0", "not (a = 1 and b = 2)", 'a in ("x", "y") or b is not empty'):
        assert to_text(parse(text)) == text
    assert to_text(parse("((a)) = (1)")) == "a = 1"


def test_division_rounds_once() -> None:
    """A quotient is rounded half up at the tenth digit of the exact result."""
    assert divide(Decimal(1), Decimal(3)) == Decimal("0.3333333333")
    assert divide(Decimal(-2), Decimal(3)) == Decimal("-0.6666666667")
    assert plain(divide(Decimal(1), Decimal(8)) or Decimal(0)) == "0.125"


def test_today_is_the_readers_day() -> None:
    """The day changes at midnight of the zone, not of UTC."""
    late = Environment.at(datetime(2026, 3, 28, 23, 30), "Europe/Berlin")
    assert late.today == date(2026, 3, 29)
    assert Environment.at(late.now - timedelta(hours=1), "Europe/Berlin").today == date(2026, 3, 28)
    assert ast.children(ast.path("x")) == ()

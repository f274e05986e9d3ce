"""The tree of an expression: frozen nodes, and builders for those who make conditions without text.

Field types build their filter operators with the functions at the end; the parser builds the same nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

#: What a literal may hold. A tuple is a list of texts.
Scalar = str | Decimal | bool | date | datetime | time | int | tuple[str, ...] | None


class Comparison(StrEnum):
    """The comparing operators."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Matching(StrEnum):
    """The ways to look for a text inside a text; case and accents are folded."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"


class ArithmeticOperator(StrEnum):
    """The calculating operators."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the expression itself; None is `empty`."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Path:
    """A field, a field over references, or a part of a composite: `status`, `account.industry`, `amount.currency`."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value given from outside, `$since`."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared; `=` and `!=` treat empty as a value of its own."""

    operator: Comparison
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class In:
    """Whether a value is one of several."""

    item: Expr
    choices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Whether a list contains a value."""

    container: Expr
    item: Expr


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a text contains, starts or ends with another, case and accents folded."""

    kind: Matching
    text: Expr
    part: Expr


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """Whether a value is empty."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class And:
    """All of several conditions."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of several conditions."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers calculated."""

    operator: ArithmeticOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negate:
    """A number with its sign turned."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `functions.py` applied to values."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A number computed from child lines: `sum(lines.net)`, `count(lines)`."""

    function: str
    path: Path


Expr = (
    Literal
    | Path
    | Parameter
    | Compare
    | In
    | Has
    | Match
    | IsEmpty
    | And
    | Or
    | Not
    | Arithmetic
    | Negate
    | Call
    | Aggregate
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct parts of a node, left to right."""
    match expr:
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case In(item, choices):
            return (item, *choices)
        case Has(container, item):
            return (container, item)
        case Match(_, text, part):
            return (text, part)
        case IsEmpty(operand) | Not(operand) | Negate(operand):
            return (operand,)
        case And(operands) | Or(operands):
            return operands
        case Call(_, arguments):
            return arguments
        case Aggregate(_, at):
            return (at,)
        case _:
            return ()


def path(*keys: str) -> Path:
    """Name a field: `path("account", "industry")`."""
    return Path(keys)


def literal(value: Scalar) -> Literal:
    """Hold a value; an int becomes an exact Decimal unless it is an id compared with a reference."""
    return Literal(None if value in ("", ()) else value)


def eq(left: Expr, right: Expr) -> Compare:
    """`left = right`."""
    return Compare(Comparison.EQ, left, right)


def ne(left: Expr, right: Expr) -> Compare:
    """`left != right`."""
    return Compare(Comparison.NE, left, right)


def lt(left: Expr, right: Expr) -> Compare:
    """`left < right`."""
    return Compare(Comparison.LT, left, right)


def le(left: Expr, right: Expr) -> Compare:
    """`left <= right`."""
    return Compare(Comparison.LE, left, right)


def gt(left: Expr, right: Expr) -> Compare:
    """`left > right`."""
    return Compare(Comparison.GT, left, right)


def ge(left: Expr, right: Expr) -> Compare:
    """`left >= right`."""
    return Compare(Comparison.GE, left, right)


def between(operand: Expr, low: Expr, high: Expr) -> And:
    """`operand >= low and operand <= high`."""
    return And((ge(operand, low), le(operand, high)))


def is_in(item: Expr, values: Iterable[Scalar]) -> In:
    """`item in (…)`."""
    return In(item, tuple(literal(value) for value in values))


def has(container: Expr, item: Expr) -> Has:
    """`container has item`."""
    return Has(container, item)


def contains(text: Expr, part: Expr) -> Match:
    """`text contains part`."""
    return Match(Matching.CONTAINS, text, part)


def starts_with(text: Expr, part: Expr) -> Match:
    """`text starts with part`."""
    return Match(Matching.STARTS, text, part)


def ends_with(text: Expr, part: Expr) -> Match:
    """`text ends with part`."""
    return Match(Matching.ENDS, text, part)


def is_empty(operand: Expr) -> IsEmpty:
    """`operand is empty`."""
    return IsEmpty(operand)


def not_(operand: Expr) -> Not:
    """`not operand`."""
    return Not(operand)


def and_(*operands: Expr | None) -> Expr | None:
    """All of the given conditions; None stands for no condition and is left out."""
    given = tuple(operand for operand in operands if operand is not None)
    if not given:
        return None
    return given[0] if len(given) == 1 else And(given)


def or_(*operands: Expr) -> Expr:
    """At least one of the given conditions."""
    return operands[0] if len(operands) == 1 else Or(operands)


def call(name: str, *arguments: Expr) -> Call:
    """A function applied to values."""
    return Call(name, arguments)

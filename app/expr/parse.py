"""From text to tree, and back to canonical text."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, TypeVar

from app.expr import ast
from app.expr.ast import Expr
from app.expr.messages import ExprError, Problem
from app.expr.tokens import Kind, Token, tokenize
from app.language import Label

MAX_DEPTH: Final = 40
#: Deepest tree: `1 + 1 + 1 …` nests without a single bracket, and whatever walks a tree goes down its levels.
MAX_LEVELS: Final = 50
MAX_NODES: Final = 300
MAX_HOPS: Final = 3
MAX_CHOICES: Final = 200
MAX_KEY: Final = 41

_AGGREGATES: Final = ("sum", "count", "min", "max", "avg")
#: Words that can't name a field; the other operators can, because they only stand after a value.
RESERVED: Final = frozenset({"and", "or", "not", "in", "is", "true", "false", "empty"})
_N = TypeVar("_N", bound=Expr)
_A_VALUE: Final = Label("ein Feld, ein Wert oder eine Klammer", "a field, a value or a bracket")


class _Parser:
    """Recursive descent over the tokens; precedence: or, and, not, comparison, + -, * /, unary -."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._nodes = 0

    # -- tokens -----------------------------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._token
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def _is(self, text: str) -> bool:
        return self._token.text == text and self._token.kind in (Kind.NAME, Kind.SYMBOL)

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._at += 1
            return True
        return False

    def _fail(self, expected: Label) -> ExprError:
        token = self._token
        if token.kind is Kind.END:
            return ExprError((Problem("ends_early", token.position, {"expected": expected}),))
        return ExprError((Problem("unexpected", token.position, {"text": token.text, "expected": expected}),))

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._fail(Label.same(f"„{text}“"))

    def _node(self, node: _N) -> _N:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExprError((Problem("too_many_nodes", 0, {"limit": MAX_NODES}),))
        return node

    # -- grammar ----------------------------------------------------------------------------------------------------

    def _ended(self) -> bool:
        return self._token.kind is Kind.END

    def parse(self) -> Expr:
        if self._ended():
            raise ExprError((Problem("empty", 0),))
        expr = self._or()
        if self._ended():
            return _shallow(expr)
        raise self._fail(Label("das Ende oder „and“, „or“", "the end or “and”, “or”"))

    def _or(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExprError((Problem("too_deep", self._token.position),))
        operands = [self._and()]
        while self._accept("or"):
            operands.append(self._and())
        self._depth -= 1
        return operands[0] if len(operands) == 1 else self._node(ast.Or(tuple(operands)))

    def _and(self) -> Expr:
        operands = [self._not()]
        while self._accept("and"):
            operands.append(self._not())
        return operands[0] if len(operands) == 1 else self._node(ast.And(tuple(operands)))

    def _not(self) -> Expr:
        turns = 0
        while self._accept("not"):
            turns += 1
            if turns > MAX_DEPTH:
                raise ExprError((Problem("too_deep", self._token.position),))
        expr = self._comparison()
        for _ in range(turns):
            expr = self._node(ast.Not(expr))
        return expr

    def _comparison(self) -> Expr:
        left = self._sum()
        token = self._token
        if token.kind is Kind.SYMBOL and token.text in {c.value for c in ast.Comparison}:
            self._take()
            return self._node(ast.Compare(ast.Comparison(token.text), left, self._sum()))
        if token.kind is not Kind.NAME:
            return left
        return self._word_comparison(left)

    def _word_comparison(self, left: Expr) -> Expr:
        if self._accept("in"):
            return self._node(ast.In(left, self._choices()))
        if self._is("not") and self._tokens[self._at + 1].text == "in":
            self._at += 2
            return self._node(ast.Not(self._node(ast.In(left, self._choices()))))
        if self._accept("has"):
            return self._node(ast.Has(left, self._sum()))
        if self._accept("contains"):
            return self._node(ast.contains(left, self._sum()))
        for word, build in (("starts", ast.starts_with), ("ends", ast.ends_with)):
            if self._accept(word):
                self._expect("with")
                return self._node(build(left, self._sum()))
        if self._accept("is"):
            turned = self._accept("not")
            self._expect("empty")
            test = self._node(ast.IsEmpty(left))
            return self._node(ast.Not(test)) if turned else test
        return left

    def _choices(self) -> tuple[Expr, ...]:
        self._expect("(")
        choices = [self._sum()]
        while self._accept(","):
            choices.append(self._sum())
            if len(choices) > MAX_CHOICES:
                raise ExprError((Problem("too_many_choices", self._token.position, {"limit": MAX_CHOICES}),))
        self._expect(")")
        return tuple(choices)

    def _sum(self) -> Expr:
        left = self._product()
        while self._is("+") or self._is("-"):
            operator = ast.ArithmeticOperator(self._take().text)
            left = self._node(ast.Arithmetic(operator, left, self._product()))
        return left

    def _product(self) -> Expr:
        left = self._unary()
        while self._is("*") or self._is("/"):
            operator = ast.ArithmeticOperator(self._take().text)
            left = self._node(ast.Arithmetic(operator, left, self._unary()))
        return left

    def _unary(self) -> Expr:
        turns = 0
        while self._accept("-"):
            turns += 1
            if turns > MAX_DEPTH:
                raise ExprError((Problem("too_deep", self._token.position),))
        expr = self._atom()
        for _ in range(turns):
            number = expr.value if isinstance(expr, ast.Literal) else None
            expr = ast.Literal(-number) if isinstance(number, Decimal) else self._node(ast.Negate(expr))
        return expr

    def _atom(self) -> Expr:
        token = self._token
        if token.kind is Kind.NUMBER:
            return self._node(ast.Literal(self._take().number))
        if token.kind is Kind.TEXT:
            return self._node(ast.literal(self._take().text))
        if token.kind is Kind.PARAMETER and token.text:
            return self._node(ast.Parameter(self._take().text))
        if self._accept("("):
            inner = self._or()
            self._expect(")")
            return inner
        if token.kind is Kind.NAME:
            return self._name()
        raise self._fail(_A_VALUE)

    def _name(self) -> Expr:
        token = self._take()
        constant = {"true": True, "false": False, "empty": None}
        if token.text in constant:
            return self._node(ast.Literal(constant[token.text]))
        if token.text in RESERVED or not token.text[0].islower() or len(token.text) > MAX_KEY:
            self._at -= 1
            raise self._fail(_A_VALUE)
        if self._accept("("):
            return self._call(token)
        keys = [token.text]
        while self._accept("."):
            key = self._take()
            if key.kind is not Kind.NAME or len(key.text) > MAX_KEY:
                raise self._fail(Label("ein Feldname", "a field's name"))
            keys.append(key.text)
        if len(keys) > MAX_HOPS + 2:
            raise ExprError((Problem("too_many_hops", token.position, {"path": ".".join(keys), "limit": MAX_HOPS}),))
        return self._node(ast.Path(tuple(keys)))

    def _call(self, name: Token) -> Expr:
        arguments: list[Expr] = []
        if not self._accept(")"):
            arguments.append(self._or())
            while self._accept(","):
                arguments.append(self._or())
            self._expect(")")
        if name.text in _AGGREGATES and len(arguments) == 1 and isinstance(arguments[0], ast.Path):
            return self._node(ast.Aggregate(name.text, arguments[0]))
        if name.text in ("date", "datetime", "time") and len(arguments) == 1:
            return self._node(_moment(name, arguments[0]))
        return self._node(ast.Call(name.text, tuple(arguments)))


def _shallow(expr: Expr) -> Expr:
    level, parts = 0, [expr]
    while parts:
        level += 1
        if level > MAX_LEVELS:
            raise ExprError((Problem("too_deep", 0),))
        parts = [child for part in parts for child in ast.children(part)]
    return expr


def _moment(name: Token, argument: Expr) -> Expr:
    text = argument.value if isinstance(argument, ast.Literal) else None
    try:
        if name.text == "date":
            return ast.Literal(date.fromisoformat(str(text)))
        if name.text == "time":
            return ast.Literal(_local(time.fromisoformat(str(text))))
        return ast.Literal(_local(datetime.fromisoformat(str(text))))
    except ValueError as wrong:
        raise ExprError((Problem("date", name.position, {"text": str(text)[:40]}),)) from wrong


_Clock = TypeVar("_Clock", datetime, time)


def _local(moment: _Clock) -> _Clock:
    if moment.tzinfo is not None:
        raise ValueError(moment)
    return moment


def parse(text: str) -> Expr:
    """Turn an expression's text into a tree.

    Args:
        text: at most 2,000 characters.

    Raises:
        ExprError: the text is no expression; it says where and what was expected.
    """
    return _Parser(tokenize(text)).parse()


# -- back to text -----------------------------------------------------------------------------------------------------

_OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _UNARY, _ATOM = range(8)
_QUOTE: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


def _literal_text(value: ast.Scalar) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_QUOTE)}"'
    if isinstance(value, datetime):
        return f'datetime("{value.isoformat()}")'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, time):
        return f'time("{value.isoformat()}")'
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _write(expr: Expr) -> tuple[str, int]:
    """Return the text of a node and how strongly it binds."""
    match expr:
        case ast.Literal(value):
            negative = isinstance(value, Decimal) and value < 0
            return _literal_text(value), _UNARY if negative else _ATOM
        case ast.Path(keys):
            return ".".join(keys), _ATOM
        case ast.Parameter(name):
            return f"${name}", _ATOM
        case ast.Call(name, arguments):
            return f"{name}({', '.join(_inside(a, _OR) for a in arguments)})", _ATOM
        case ast.Aggregate(function, at):
            return f"{function}({'.'.join(at.keys)})", _ATOM
        case ast.Or(operands):
            return " or ".join(_inside(o, _AND) for o in operands), _OR
        case ast.And(operands):
            return " and ".join(_inside(o, _NOT) for o in operands), _AND
        case ast.Negate(operand):
            return f"-{_inside(operand, _ATOM)}", _UNARY
        case ast.Arithmetic(operator, left, right):
            strength = _ADD if operator.value in "+-" else _MULTIPLY
            return f"{_inside(left, strength)} {operator} {_inside(right, strength + 1)}", strength
        case _:
            return _write_condition(expr)


def _write_condition(expr: Expr) -> tuple[str, int]:
    match expr:
        case ast.Not(ast.In(item, choices)):
            return f"{_inside(item, _ADD)} not in ({', '.join(_inside(c, _ADD) for c in choices)})", _COMPARE
        case ast.Not(ast.IsEmpty(operand)):
            return f"{_inside(operand, _ADD)} is not empty", _COMPARE
        case ast.Not(operand):
            return f"not {_inside(operand, _NOT)}", _NOT
        case ast.Compare(operator, left, right):
            return f"{_inside(left, _ADD)} {operator} {_inside(right, _ADD)}", _COMPARE
        case ast.In(item, choices):
            return f"{_inside(item, _ADD)} in ({', '.join(_inside(c, _ADD) for c in choices)})", _COMPARE
        case ast.Has(container, item):
            return f"{_inside(container, _ADD)} has {_inside(item, _ADD)}", _COMPARE
        case ast.Match(kind, text, part):
            return f"{_inside(text, _ADD)} {kind} {_inside(part, _ADD)}", _COMPARE
        case ast.IsEmpty(operand):
            return f"{_inside(operand, _ADD)} is empty", _COMPARE
        case _:
            raise TypeError(type(expr).__name__)


def _inside(expr: Expr, least: int) -> str:
    text, strength = _write(expr)
    return text if strength >= least else f"({text})"


def to_text(expr: Expr) -> str:
    """Return the canonical text of a tree; parsing it gives the same tree."""
    return _write(expr)[0]

"""The parts of a condition that are the same for every row: computed in Python, handed to the database as parameters.

So a statement is built once and used for every request, whatever day it is and whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from app.expr.ast import Expr
from app.expr.environment import Environment
from app.expr.scope import Scope
from app.expr.to_python import to_python

#: Turns a computed value into what the driver is given.
Convert = Callable[[Any, Environment], Any]


def _no_record(keys: tuple[str, ...]) -> Any:
    raise LookupError(keys)


class Constants:
    """Collects the parameters of one statement.

    Args:
        scope: the scope of the expression.
        prefix: what the parameters' names begin with, so that several conditions fit into one statement.
    """

    def __init__(self, scope: Scope, prefix: str) -> None:
        self._scope = scope
        self._prefix = prefix
        self._made: dict[str, Callable[[Environment], Any]] = {}

    def bind(self, expr: Expr, sql_type: TypeEngine[Any], convert: Convert) -> BindParameter[Any]:
        """Make a parameter out of a constant expression.

        Args:
            expr: an expression that names no field.
            sql_type: the parameter's type; raw, so that the driver gets exactly what `convert` returns.
            convert: from the expression's value to the driver's.
        """
        evaluate = to_python(expr, self._scope)
        name = f"{self._prefix}{len(self._made)}"
        self._made[name] = lambda env: convert(evaluate(_no_record, env), env)
        return bindparam(name, type_=sql_type)

    def values(self, env: Environment) -> Mapping[str, Any]:
        """Return the parameters' values by name."""
        return {name: make(env) for name, make in self._made.items()}

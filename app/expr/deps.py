"""What an expression depends on."""

from __future__ import annotations

from collections.abc import Iterator

from app.expr import ast
from app.expr.ast import Expr


def walk(expr: Expr) -> Iterator[Expr]:
    """Visit a tree, each node before its parts."""
    yield expr
    for part in ast.children(expr):
        yield from walk(part)


def paths(expr: Expr) -> frozenset[tuple[str, ...]]:
    """Return every path that an expression names, those over child lines included."""
    return frozenset(node.keys for node in walk(expr) if isinstance(node, ast.Path))


def parameters(expr: Expr) -> frozenset[str]:
    """Return the names of the parameters that an expression asks for."""
    return frozenset(node.name for node in walk(expr) if isinstance(node, ast.Parameter))


def functions(expr: Expr) -> frozenset[str]:
    """Return the names of the functions that an expression calls."""
    return frozenset(node.name for node in walk(expr) if isinstance(node, ast.Call))


def options(expr: Expr) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text that a path is compared with: what a retired option would break."""
    for node in walk(expr):
        match node:
            case ast.Compare(_, ast.Path(keys), ast.Literal(str() as text)) | ast.Has(
                ast.Path(keys), ast.Literal(str() as text)
            ):
                yield keys, text
            case ast.In(ast.Path(keys), choices):
                yield from ((keys, c.value) for c in choices if isinstance(c, ast.Literal) and isinstance(c.value, str))
            case _:
                continue

"""The tests' own rules: every one shows something, and none is left out."""

from __future__ import annotations

import ast
from typing import Final

from tests.architecture.source import Module, modules

_LEAVING_OUT: Final = frozenset({"skip", "skipif", "xfail", "importorskip"})
_MOCKS: Final = frozenset({"unittest.mock", "mock", "pytest_mock"})


def _tests(module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [function for function in module.functions() if function.name.startswith("test")]


def _functions_that_assert(module: Module) -> set[str]:
    return {function.name for function in module.functions() if _asserts(function, set())}


def _asserts(function: ast.AST, known: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            last = name.rpartition(".")[2]
            if name in {"pytest.raises", "pytest.warns", "expect"} or last.startswith("assert_") or last in known:
                return True
    return False


def test_every_test_asserts() -> None:
    silent = []
    found = 0
    for module in modules("tests"):
        known = _functions_that_assert(module)
        tests = _tests(module)
        found += len(tests)
        silent += [f"{module.at(test)} {test.name}" for test in tests if not _asserts(test, known - {test.name})]
    assert silent == []
    assert found > 10  # the walk itself works


def test_no_test_is_left_out() -> None:
    assert [
        module.at(node)
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in _LEAVING_OUT
        and ast.unparse(node.value) in {"pytest", "pytest.mark", "mark"}
    ] == []


def test_no_test_mocks_our_code() -> None:
    assert [
        module.at(node)
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Import) and any(alias.name in _MOCKS for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module in _MOCKS or any(a.name == "mock" for a in node.names)))
    ] == []


def test_no_test_has_the_name_of_another_in_its_module() -> None:
    double = []
    for module in modules("tests"):
        for body in [module.tree.body, *(node.body for node in module.tree.body if isinstance(node, ast.ClassDef))]:
            names = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
            double += [f"{module.name} {name}" for name in set(names) if names.count(name) > 1]
    assert double == []

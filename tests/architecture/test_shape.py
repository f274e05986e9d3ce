"""How code is cut: sizes, names, and what ruff and mypy can't see. Each test lists every place that breaks its rule."""

from __future__ import annotations

import ast
import re
from typing import Final

from tests.architecture.source import Module, modules

LINES_OF_A_MODULE: Final = 400
LINES_OF_A_FUNCTION: Final = 60
#: Names that say nothing about what is in there.
_VAGUE: Final = re.compile(r"(^|_)(utils?|helpers?|manager|misc|common|stuff)(_|$)")
#: Names of values that every language needs and nobody changes.
_CONSTANT: Final = re.compile(r"^_*[A-Z][A-Z0-9_]*$|^__\w+__$")
_LITERALS: Final = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_MAKERS: Final = frozenset({"dict", "list", "set", "defaultdict"})
_CHANGING: Final = frozenset(
    {"append", "extend", "add", "update", "setdefault", "pop", "clear", "remove", "insert", "discard", "popitem"}
)


def test_no_module_is_too_long() -> None:
    long = {module.name: len(module.text.splitlines()) for module in modules("app", "plugins", "tools", "bench")}
    assert {name: lines for name, lines in long.items() if lines > LINES_OF_A_MODULE} == {}


def test_no_function_is_too_long() -> None:
    assert [
        f"{module.at(function)} {function.name}: {length} lines"
        for module in modules("app", "plugins", "tools", "bench")
        for function in module.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION
    ] == []


def test_no_room_or_module_has_a_vague_name() -> None:
    assert [
        module.name
        for module in modules("app", "plugins", "tools", "bench")
        if any(_VAGUE.search(part) for part in module.name.removesuffix(".py").split("/"))
    ] == []


def test_every_function_of_the_product_says_what_it_returns() -> None:
    assert [
        f"{module.at(function)} {function.name}"
        for module in modules("app", "plugins", "tools")
        for function in module.functions()
        if function.returns is None
    ] == []


def test_nothing_is_left_to_be_written() -> None:
    assert [
        f"{module.at(function)} {function.name}"
        for module in modules("app", "plugins", "tools")
        for function in module.functions()
        if _only_refuses(function)
    ] == []


def _only_refuses(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def test_no_module_keeps_state() -> None:
    """What a module binds to something that can change is named as a constant, and no function changes it."""
    assert [
        f"{module.name} {name}"
        for module in modules("app", "plugins")
        for name in _changeable(module)
        if not _CONSTANT.match(name)
    ] == []
    assert [
        f"{module.at(node)} {ast.unparse(node)}"
        for module in modules("app", "plugins")
        for function in module.functions()
        for node in _changes(function, _changeable(module))
    ] == []


def _changeable(module: Module) -> set[str]:
    """Return the names that a module binds to a dictionary, a list or a set."""
    found: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in _MAKERS
            if made or isinstance(node.value, _LITERALS):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _changes(function: ast.AST, names: set[str]) -> list[ast.expr]:
    """Return where a function changes one of these."""
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            changed = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = node.value
        else:
            continue
        if isinstance(changed, ast.Name) and changed.id in names:
            found.append(node)
    return found


def test_sql_is_never_put_together_as_text() -> None:
    doors = {"text", "exec_driver_sql", "literal_column", "DDL", "executescript"}
    assert [
        f"{module.at(node)} {ast.unparse(node.func)}"
        for module in modules("app", "plugins")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in doors
        and _opens_sql(module, node)
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
        and not _is_pragma(node.args[0])
    ] == []


def _is_pragma(text: ast.expr) -> bool:
    """Return whether this is an SQLite setting, which takes no parameters."""
    return isinstance(text, ast.JoinedStr) and ast.unparse(text)[2:].startswith("PRAGMA ")


def _opens_sql(module: Module, call: ast.Call) -> bool:
    """Return whether a call is SQLAlchemy's or a driver's; `text` is also a name of our own."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr != "text" or ast.unparse(call.func.value) in {"sqlalchemy", "sa"}
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and any((alias.asname or alias.name) == ast.unparse(call.func) for alias in node.names)
        for node in module.tree.body
    )


def test_only_settings_read_the_environment() -> None:
    allowed = {"app/config.py"}
    assert [
        module.at(node)
        for module in modules("app", "plugins")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"os.environ", "os.getenv"}
        and module.name not in allowed
        and not module.name.startswith("app/cli/")
    ] == []


def test_passwords_are_checked_and_hashed_where_no_transaction_waits_for_it() -> None:
    """Within a request `app.web.choosing` does it, beforehand; the command line does it before its transaction."""
    dear = {"hashed", "matches", "weakness"}
    found = {
        module.name
        for module in modules("app", "plugins")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "app.web.passwords"
        if dear & {alias.name for alias in node.names}
    }
    # The demo company is loaded before anybody works.
    assert found == {"app/cli/users.py", "app/demo/people.py"}

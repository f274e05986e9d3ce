"""The shipped documents as raw material: compiled as they are, or with one thing broken."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import Issue
from app.meta.compile import Compiled, compile_model
from app.meta.documents import Document, load_all
from app.meta.layers import EffectiveDocument, merge

ROOT = Path(__file__).resolve().parents[3]
Spot = tuple[str, str, str]


@cache
def documents() -> tuple[Document, ...]:
    """Return every shipped document of every layer."""
    found, issues = load_all(ROOT / "metadata", ROOT / "plugins")
    assert issues == ()
    return found


@cache
def effective() -> tuple[EffectiveDocument, ...]:
    """Return the shipped documents, layers merged."""
    found, issues = merge(documents())
    assert issues == ()
    return found


@cache
def compiled() -> Compiled:
    """Return the shipped documents, compiled."""
    return compile_model(effective())


def edited(*edits: tuple[str, str, Callable[[Any], Any]]) -> tuple[EffectiveDocument, ...]:
    """Return the shipped documents with some of them changed.

    Args:
        edits: kind, key and a function that changes a copy of the body, or returns another one.
    """
    found = {(document.kind, document.key): document for document in effective()}
    for kind, key, change in edits:
        body = copy.deepcopy(found[kind, key].body)
        found[kind, key] = replace(found[kind, key], body=change(body) or body)
    return tuple(found.values())


def made(kind: str, key: str, **body: Any) -> EffectiveDocument:
    """Return a new document."""
    return EffectiveDocument(kind, key, {"format": 1, "key": key, **body})


def spots(issues: Iterable[Issue]) -> set[Spot]:
    """Return what issues say, without their words."""
    return {(issue.code, issue.document, issue.pointer) for issue in issues}


def put(value: Any, *steps: Any) -> Callable[[Any], None]:
    """Return a change that sets one value."""

    def change(body: Any) -> None:
        for step in steps[:-1]:
            body = body[step]
        body[steps[-1]] = value

    return change


def drop(*steps: Any) -> Callable[[Any], None]:
    """Return a change that removes one value."""

    def change(body: Any) -> None:
        for step in steps[:-1]:
            body = body[step]
        del body[steps[-1]]

    return change


def label(de: str, en: str = "") -> Mapping[str, str]:
    """Return a label as documents write it."""
    return {"de": de, "en": en or de}


def entity(key: str, properties: Mapping[str, Any], required: Iterable[str] = (), **x_crm: Any) -> EffectiveDocument:
    """Return an entity's document."""
    named = {"label": label(key), "plural": label(key), **x_crm}
    body = {"type": "object", "x-crm": named, "properties": dict(properties), "required": list(required)}
    return made("entities", key, **body)


def field(**x_crm: Any) -> Mapping[str, Any]:
    """Return a property with an explicit field type, text where none is named."""
    if "type" not in x_crm:
        return {"type": "string", "x-crm": {"label": label("Feld"), **x_crm}}
    return {"x-crm": {"label": label("Feld"), **x_crm}}

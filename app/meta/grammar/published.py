"""The schemas of all kinds, put together: what an editor checks with, and what the compiler checks with.

`python -m app.meta.grammar.published FOLDER` writes them as files; a test holds the files in `app/meta/schemas/` to it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from app.fields.base import FieldType
from app.fields.registry import REGISTRY
from app.meta.canonical import file_text
from app.meta.grammar import people, roles, screens
from app.meta.grammar.entity import entity_schema, published_properties
from app.meta.grammar.words import DEFINITIONS, Schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PLUGIN: Final = "plugin"
#: The kinds of documents, which are the names of their folders, in the order in which they build on each other.
KINDS: Final = ("options", "entities", "forms", "views", "reports", "dashboards", "menus", "roles")

_FIXED: Final[Mapping[str, Schema]] = {
    "options": people.OPTIONS,
    "forms": screens.FORMS,
    "views": screens.VIEWS,
    "reports": screens.REPORTS,
    "dashboards": screens.DASHBOARDS,
    "menus": screens.MENUS,
    "roles": roles.ROLES,
    PLUGIN: people.PLUGIN,
}


def _complete(schema: Schema, more: Mapping[str, Schema]) -> Schema:
    return {"$schema": DIALECT, **schema, "$defs": {**DEFINITIONS, **more}}


@cache
def skeleton(kind: str) -> Schema:
    """Return the schema that the compiler checks a document with; fields are checked by their own schemas."""
    if kind == "entities":
        return _complete(entity_schema({"additionalProperties": {"type": "object"}}), {})
    more = {
        "menus": {"item": screens.MENU_ITEM},
        "reports": {"parameter": screens.ANY_PARAMETER},
        "roles": {"scope": roles.SCOPE},
    }
    return _complete(_FIXED[kind], more.get(kind, {}))


def published(kind: str, registry: Mapping[str, type[FieldType]] = REGISTRY) -> Schema:
    """Return the complete schema of a kind, for editors, tools and the reference."""
    if kind == "reports":
        parameter, definitions = screens.published_parameter(registry)
        return _complete(screens.REPORTS, {**definitions, "parameter": parameter})
    if kind != "entities":
        return skeleton(kind)
    properties, definitions = published_properties(registry)
    return _complete(entity_schema(properties), definitions)


def all_published() -> Mapping[str, Schema]:
    """Return every kind's schema, plugins included."""
    return MappingProxyType({kind: published(kind) for kind in (*KINDS, PLUGIN)})


def _plain(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items()}
    return [_plain(item) for item in schema] if isinstance(schema, (list, tuple)) else schema


def write(folder: Path) -> tuple[Path, ...]:
    """Write every schema as `<kind>.schema.json` and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for kind, schema in all_published().items():
        files.append(folder / f"{kind}.schema.json")
        files[-1].write_text(file_text(_plain(schema)), encoding="utf-8")
    return tuple(files)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

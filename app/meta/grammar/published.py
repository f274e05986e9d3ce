"""The schemas of all kinds, put together: what an editor checks with, and what the compiler checks with.

`python -m app.meta.grammar.published FOLDER` writes them as files; a test holds the files in `app/meta/schemas/` to it.
"""

from __future__ import annotations

import hashlib
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

#: Where the schemas are published.
FILES: Final = Path(__file__).resolve().parent.parent / "schemas"
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


def plain(schema: Any) -> Any:
    """Return a schema as dicts and lists, as JSON libraries want it."""
    if isinstance(schema, Mapping):
        return {key: plain(value) for key, value in schema.items()}
    return [plain(item) for item in schema] if isinstance(schema, (list, tuple)) else schema


@cache
def grammar_digest() -> str:
    """Return the SHA-256 of all schemas: what is sound for one program is so for every other one with this digest.

    It is taken of the files, which are held to the schemas: putting those together costs a worker megabytes.
    """
    total = hashlib.sha256()
    for kind in (*KINDS, PLUGIN):
        total.update(schema_file(FILES, kind).read_bytes())
    return total.hexdigest()


def schema_file(folder: Path, kind: str) -> Path:
    """Return where a kind's schema is written."""
    return folder / f"{kind}.schema.json"


def write(folder: Path) -> tuple[Path, ...]:
    """Write every schema as `<kind>.schema.json` and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for kind, schema in all_published().items():
        files.append(schema_file(folder, kind))
        files[-1].write_text(file_text(plain(schema)), encoding="utf-8")
    return tuple(files)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

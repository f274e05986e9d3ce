"""The published schemas are sound, take every shipped document, and refuse what the compiler refuses."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from app.fields.registry import REGISTRY
from app.meta.grammar.published import KINDS, PLUGIN, all_published, plain, write
from tests.unit.meta.shipped import ROOT, effective

SCHEMAS = ROOT / "app" / "meta" / "schemas"


@pytest.fixture(scope="module")
def validators() -> dict[str, Any]:
    return {kind: jsonschema_rs.Draft202012Validator(plain(schema)) for kind, schema in all_published().items()}


def test_every_schema_is_json_schema() -> None:
    for schema in all_published().values():
        assert jsonschema_rs.meta.is_valid(plain(schema))


def test_the_files_are_what_the_program_goes_by(tmp_path: Path) -> None:
    fresh = {path.name: path.read_text(encoding="utf-8") for path in write(tmp_path)}
    kept = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert kept == fresh, "run: python -m app.meta.grammar.published app/meta/schemas"
    assert set(fresh) == {f"{kind}.schema.json" for kind in (*KINDS, PLUGIN)}


def test_every_shipped_document_is_taken(validators: dict[str, Any]) -> None:
    refused = [document.source for document in effective() if not validators[document.kind].is_valid(document.body)]
    assert refused == []
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "plugins").glob("*/plugin.json")]
    assert manifests
    assert all(validators[PLUGIN].is_valid(manifest) for manifest in manifests)


def test_an_unknown_property_is_refused_everywhere(validators: dict[str, Any]) -> None:
    """Every object of every shipped document is closed, except where a value is whatever a field takes."""
    taken = []
    for document in effective():
        for at in _objects(document.body):
            body = copy.deepcopy(document.body)
            holder: Any = body
            for step in at:
                holder = holder[step]
            holder["Xyzzy"] = {"a": {"b": 1}}
            if validators[document.kind].is_valid(body):
                taken.append((document.source, at))
    assert [found for found in taken if found[1][-1:] != ("default",)] == []


def _objects(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if isinstance(value, dict) else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found.extend(_objects(child, (*at, key)))
    return found


def test_every_description_is_in_both_languages() -> None:
    def missing(schema: Any, at: str) -> list[str]:
        if isinstance(schema, list):
            return [found for i, child in enumerate(schema) for found in missing(child, f"{at}/{i}")]
        if not isinstance(schema, dict):
            return []
        found = [one for key, child in schema.items() for one in missing(child, f"{at}/{key}")]
        if isinstance(schema.get("description"), str):
            words = schema.get("x-crm", {}).get("help", {})
            found += [] if words.get("de") and words.get("en") == schema["description"] else [at]
        return found

    assert [found for kind, schema in all_published().items() for found in missing(plain(schema), kind)] == []


def test_every_field_type_is_published() -> None:
    definitions = all_published()["entities"]["$defs"]
    assert {f"field_{name}" for name in REGISTRY} <= set(definitions)
    for name, field_type in REGISTRY.items():
        assert set(field_type.parameters) <= set(definitions[f"field_{name}"]["properties"]["x-crm"]["properties"])

"""A small company with a field of every registered type, and roles that see all, some and little of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.fields.base import Examples, FieldType
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY
from tests.support.install import write_documents

#: Who may do everything with everything, who may only look, and who sees neither persons nor samples.
CLERK: Final = "clerk"
LOOKER: Final = "looker"
NARROW: Final = "narrow"
#: Lines are made of their child's fields and have tests of their own.
TYPES: Final = tuple(name for name in REGISTRY if name != "lines")
_ALL: Final = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}


def _label(text: str) -> Mapping[str, str]:
    return {"de": text.title(), "en": text.title()}


def property_of(field_type: type[FieldType]) -> dict[str, Any]:
    """Return the property of a field of a type, with the parameters of the type's own sample."""
    sample = field_type.sample
    x_crm = {"type": field_type.name, "label": _label(field_type.name), **sample.parameters}
    return {**sample.keywords, "x-crm": x_crm}


def _entity(label: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    x_crm = {"label": _label(label), "plural": _label(f"{label}s"), "icon": "box", **more.pop("x_crm", {})}
    return {"type": "object", "x-crm": x_crm, "properties": dict(properties), **more}


def _reference(target: str, **more: Any) -> dict[str, Any]:
    return {"x-crm": {"type": "reference", "target": target, "label": _label(target), **more}}


def _options(key: str) -> dict[str, Any]:
    found = {option.key: option for one in REGISTRY.values() if one.sample.parameters.get("options") == key
             for option in one.sample.options}  # fmt: skip
    values = [
        {"id": one.key, "label": {"de": one.label.de, "en": one.label.en}, **({"retired": True} if one.retired else {})}
        for one in found.values()
    ]
    return {"label": _label(key), "values": values}


def write_world(folder: Path) -> Path:
    """Write the documents of the company."""
    name = {"type": "string", "maxLength": 80, "x-crm": {"label": _label("name"), "search": True}}
    sample = {f"f_{key}": property_of(REGISTRY[key]) for key in REGISTRY}
    sample["code"] = {"type": "string", "maxLength": 20, "x-crm": {"label": _label("code"), "unique": True}}
    sample["stamp"] = {"type": "string", "x-crm": {"label": _label("stamp"), "readonly": True}}
    line = {"sample": _reference("sample"), "net": {"type": "number", "x-crm": {"label": _label("net")}}}
    lists = sorted({str(key) for one in REGISTRY.values() if (key := one.sample.parameters.get("options"))})
    report = {
        "entity": "account", "label": _label("accounts"), "dimensions": [{"id": "name", "field": "name"}],
        "measures": [{"id": "n", "aggregate": "count"}, {"id": "size", "aggregate": "sum", "field": "size"}],
        "filter": "size >= $least",
        "parameters": [{"id": "least", "type": "decimal", "label": _label("least"), "default": 0}],
    }  # fmt: skip
    size = {"type": "number", "x-crm": {"label": _label("size"), "scale": 2}}
    account = _entity("account", {"name": name, "size": size, "person": _reference("person")}, required=["name"])
    return write_documents(
        folder,
        {
            ("entities", "account"): {**account, "x-crm": {**account["x-crm"], "title": "{name}"}},
            ("entities", "person"): _entity("person", {"name": name}, x_crm={"title": "{name}"}, required=["name"]),
            ("entities", "sample"): _entity("sample", sample),
            ("entities", "sample_line"): _entity("line", line),
            **{("options", key): _options(key) for key in lists},
            ("reports", "accounts"): report,
            ("roles", CLERK): {"label": _label(CLERK), "entities": {"*": _ALL}},
            ("roles", LOOKER): {"label": _label(LOOKER), "entities": {"*": {"read": True}}},
            ("roles", NARROW): {"label": _label(NARROW), "entities": {"account": {**_ALL, "retire": False}}},
        },
    )


def good_values(examples: Examples) -> list[tuple[Any, Any]]:
    """Return the good examples that are stored as they are: raw value and value, without texts to be looked up."""
    return [
        (raw, value)
        for raw, value in examples.good
        if not any(isinstance(part, Unresolved) for part in (value if isinstance(value, tuple) else (value,)))
    ]

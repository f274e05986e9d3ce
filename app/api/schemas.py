"""What records look like in JSON, as JSON Schema 2020-12: put together out of the field types' own schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.context import Context
from app.meta.model import Entity, Field
from app.query.gate import readable, readable_fields
from app.query.items import points
from app.records.writable import writable_fields

Schema = dict[str, Any]
#: Places of what several schemas share.
SCHEMAS: Final = "#/components/schemas/"
_ID: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 1}

#: What a problem document says of a save that was faster (`api.conflict`).
_CONFLICT: Final[Schema] = {
    "type": "object",
    "description": "What was saved meanwhile, as far as it may be read; only with 412.",
    "properties": {
        "by": {"type": ["string", "null"], "description": "Who saved last; null for the product itself."},
        "at": {"type": "string", "format": "date-time", "description": "When."},
        "fields": {
            "type": "array",
            "description": "The fields that both have changed; empty where only others were changed.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "Where it is in what was sent."},
                    "stored": {"description": "The value that is stored by now."},
                    "original": {"description": "The value that the change was made from; missing where nobody knows."},
                },
                "required": ["pointer", "stored"],
            },
        },
    },
    "required": ["fields"],
}
#: Schemas that don't depend on the documents. No entity's key can begin with a capital letter.
SHARED: Final[Mapping[str, Schema]] = {
    "Expanded": {
        "description": "A record that a reference points to, where `expand` asks for it.",
        "type": "object",
        "properties": {"id": dict(_ID), "title": {"type": ["string", "null"]}},
        "required": ["id", "title"],
    },
    "Written": {
        "description": "A record that was written and can't be read by whoever wrote it.",
        "type": "object",
        "properties": {"id": dict(_ID)},
        "required": ["id"],
    },
    "Problem": {
        "description": "Everything that is refused (RFC 9457).",
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "request": {"description": "By this it is found in the log.", "type": "string"},
            "conflict": _CONFLICT,
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": {"description": "What is wrong (RFC 6901).", "type": "string"},
                        "code": {"type": "string"},
                        "message": {"description": "The sentence that a mask would show.", "type": "string"},
                    },
                    "required": ["code", "message"],
                },
            },
        },
        "required": ["type", "title", "status", "detail", "request"],
    },
}


def ref(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": SCHEMAS + name}


def or_null(schema: Mapping[str, Any]) -> Schema:
    """Return a schema that takes nothing, too."""
    if not schema:
        return {}
    if isinstance(schema.get("type"), str) and "const" not in schema:
        found = {**schema, "type": [schema["type"], "null"]}
        return found | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})
    return {"anyOf": [dict(schema), {"type": "null"}]}


class Schemas:
    """The schemas of the entities that one reader sees.

    Args:
        ctx: whose rights and language count.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._readable = readable(ctx)

    def of_entity(self, entity: Entity, *, writes: bool) -> dict[str, Schema]:
        """Return the schemas of an entity by name: as it is read, and as it is written where it may be."""
        fields = readable_fields(self._ctx, entity.key)
        allowed = writable_fields(self._ctx, entity.key)
        found = {entity.key: self._read(entity, fields, allowed)}
        if writes:
            found[f"{entity.key}.new"] = self._written(entity, allowed, new=True)
            found[f"{entity.key}.change"] = self._written(entity, allowed, new=False)
        if entity.owners:
            own = {key: field for key, field in allowed.items() if not field.system}
            found[f"{entity.key}.line"] = self._line(entity, fields)
            found[f"{entity.key}.row"] = self._row(own, self._vias(entity))
        return found

    def _vias(self, entity: Entity) -> frozenset[str]:
        """Return the fields by which rows point back to the record whose lines they are."""
        entities = self._ctx.snapshot.model.entities
        found = set()
        for owner, key in entity.owners:
            field = entities[owner].fields.get(key) if owner in entities else None
            lines = None if field is None else field.type.lines()
            if lines is not None:
                found.add(lines.via)
        return frozenset(found)

    def _read(self, entity: Entity, fields: Mapping[str, Field], allowed: Mapping[str, Field]) -> Schema:
        properties: Schema = {"id": {**_ID, "readOnly": True}}
        for key, field in fields.items():
            if key == "id":
                continue
            properties[key] = self._told(field, self._read_value(field))
            if key not in allowed:
                properties[key]["readOnly"] = True
        return self._object(entity, properties, ["id"])

    def _read_value(self, field: Field) -> Schema:
        lines = field.type.lines()
        if lines is not None:
            rows = {"type": "array", "items": ref(f"{lines.entity}.line") if lines.entity in self._readable else {}}
            return {"anyOf": [rows, {"description": "In a list: how many.", "type": "integer"}]}
        if field.system:
            return or_null(_of_system(field))
        schema = dict(field.type.value_schema())
        if field.type.link() is not None:
            return {"anyOf": [schema, {"type": "array", "items": ref("Expanded")}, {"type": "null"}]}
        if points(field):
            return {"anyOf": [schema, ref("Expanded"), {"type": "null"}]}
        return or_null(schema)

    def _line(self, entity: Entity, fields: Mapping[str, Field]) -> Schema:
        shown = {key: one for key, one in fields.items() if not one.system and one.type.lines() is None}
        properties: Schema = {"id": dict(_ID)}
        for key, field in shown.items():
            properties[key] = self._told(field, or_null(field.type.value_schema()))
        return self._object(entity, properties, ["id"])

    def _written(self, entity: Entity, allowed: Mapping[str, Field], *, new: bool) -> Schema:
        needed = [key for key, field in allowed.items() if new and _needed(field)]
        properties: Schema = {
            key: self._told(field, self._written_value(field, needed=key in needed)) for key, field in allowed.items()
        }
        return {**self._object(entity, properties, needed), "additionalProperties": False}

    def _row(self, allowed: Mapping[str, Field], vias: Iterable[str]) -> Schema:
        properties: Schema = {"id": {**_ID, "description": "Of the row that is changed; a new row has none."}}
        for key, field in allowed.items():
            if key not in vias and field.type.lines() is None:
                properties[key] = self._told(field, or_null(field.type.value_schema()))
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def _written_value(self, field: Field, *, needed: bool) -> Schema:
        lines = field.type.lines()
        if lines is not None:
            schema = dict(field.type.value_schema())
            if lines.entity in self._readable:
                schema["items"] = ref(f"{lines.entity}.row")
            return or_null(schema)
        schema = _of_system(field) if field.system else dict(field.type.value_schema())
        return schema if needed else or_null(schema)

    def _told(self, field: Field, schema: Schema) -> Schema:
        locale = self._ctx.locale
        told = {**schema, "title": field.label.text(locale)}
        if field.help is not None:
            told["description"] = field.help.text(locale)
        return told

    def _object(self, entity: Entity, properties: Schema, needed: list[str]) -> Schema:
        found: Schema = {"title": entity.label.text(self._ctx.locale), "type": "object", "properties": properties}
        return found | ({"required": needed} if needed else {})


def _of_system(field: Field) -> Schema:
    """Return the schema of a system field; a title may be longer than what somebody could type."""
    return {key: value for key, value in field.type.value_schema().items() if key in ("type", "format")}


def _needed(field: Field) -> bool:
    """Return whether a new record can't be without a value of its own for a field; what isn't shown needs none."""
    return field.required and field.default is None and field.default_expr is None and field.visible_if is None

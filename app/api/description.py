"""The API written down for programs (OpenAPI 3.1), as one reader can use it, out of the documents in force.

What somebody can't read isn't in it, and neither is what he can't do. It is made once for all readers of the same
rights, language and token scopes, and kept with the snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.access.rights import EntityAccess, access
from app.api.body import JSON, MERGE_PATCH
from app.api.bulk import MOST
from app.api.frame import REASON, VERSION
from app.api.schemas import SHARED, Schema, Schemas, or_null, ref
from app.context import Context
from app.meta.model import Entity, Report
from app.meta.role import Verb
from app.query.gate import readable
from app.query.shapes import Shapes
from app.query.spec import MAX_LIMIT
from app.records.reasons import asks_for_reason
from app.system.install import PROGRAM
from app.web.places import reports_for
from app.web.programs import PROBLEM

#: Descriptions that a snapshot keeps; one of a thousand entities has some megabytes.
_KEPT: Final = 8
_WORD: Final[Mapping[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 2_000}
_FLAG: Final[Mapping[str, Any]] = {"type": "string", "enum": ["0", "1"]}
_ID: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
_TAG: Final[Mapping[str, Any]] = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}(-[0-9a-f]{32})?"$'}
#: Arguments of a list: what each means, and what it looks like.
LIST_ARGUMENTS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "fields": ("What is shown: keys and paths such as `account.industry`, separated by commas.", _WORD),
    "filter": ('A condition in the expression language, such as `amount > 1000 and stage = "won"`.', _WORD),
    "q": ("Words that must all be found in the record.", {**_WORD, "maxLength": 200}),
    "sort": ("The order: keys and paths, separated by commas; `-` is largest first. By id without it.", _WORD),
    "limit": (f"Records of a page; at most {MAX_LIMIT}.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}),
    "after": ("The page after this place; what `next` said.", {"type": "string", "minLength": 1}),
    "expand": ("References that are shown with id and title, separated by commas.", _WORD),
    "count": ("Whether the records are counted, up to 10,000.", _FLAG),
    "archived": ("Whether the bin is meant instead of the live records.", _FLAG),
}
_REFUSALS: Final[Mapping[str, str]] = {
    "400": "The request can't be read.",
    "401": "Nobody is signed in, or the token isn't in force.",
    "403": "The roles or the token's scopes don't allow it.",
    "404": "There is no such record, or it can't be seen.",
    "409": "The record's state doesn't allow it.",
    "412": "The record is no longer as it was read.",
    "413": "The body is too large.",
    "415": "The content type isn't read.",
    "422": "The values are refused; nothing was saved.",
    "428": "`If-Match` is missing.",
    "429": "Too many requests.",
}
_READS: Final = ("400", "401", "403", "404", "429")
_CREATES: Final = (*_READS, "413", "415", "422")
_CHANGES: Final = (*_CREATES, "409", "412", "428")


@dataclass(frozen=True, slots=True)
class Description:
    """A description as it is sent, with its ETag."""

    body: bytes
    etag: str


def description(ctx: Context, scopes: frozenset[str] | None) -> Description:
    """Return the description for this reader.

    Args:
        ctx: whose rights and language count.
        scopes: what his token is good for, or None for a session.
    """
    kept: Shapes = ctx.snapshot.plan("api.descriptions", lambda: Shapes(_KEPT))
    return kept.get((ctx.actor.shape, ctx.locale, scopes), lambda: _made(ctx, scopes))


def _made(ctx: Context, scopes: frozenset[str] | None) -> Description:
    body = orjson.dumps(document(ctx, scopes))
    return Description(body, hashlib.sha256(body).hexdigest()[:32])


def document(ctx: Context, scopes: frozenset[str] | None) -> dict[str, Any]:
    """Return the description as JSON values; see `description`."""
    return _Writer(ctx, scopes).document()


def _parameter(name: str, place: str, text: str, schema: Mapping[str, Any], *, required: bool = False) -> Schema:
    return {"name": name, "in": place, "description": text, "required": required, "schema": dict(schema)}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _content(schema: Mapping[str, Any], *types: str) -> Schema:
    return {"content": {one: {"schema": dict(schema)} for one in types or (JSON,)}}


def _etag(text: str = "The record's version, and after a hyphen a digest of the body.") -> Schema:
    return {"headers": {"ETag": {"description": text, "schema": dict(_TAG)}}}


_PARAMETERS: Final[Mapping[str, Schema]] = {
    **{name: _parameter(name, "query", text, schema) for name, (text, schema) in LIST_ARGUMENTS.items()},
    "id": _parameter("id", "path", "The record's id.", _ID, required=True),
    "if_match": _parameter(
        "If-Match", "header", "The ETag that came with the record, or its version alone; only the version is compared.",
        _TAG, required=True,
    ),
    "reason": _parameter(
        REASON, "header", "Why it is changed, percent-encoded; kept in the record's history.",
        {"type": "string", "pattern": "^[A-Za-z0-9._~%-]{1,500}$"}, required=True,
    ),
    "if_none_match": _parameter("If-None-Match", "header", "The ETag of the answer that is known already.", _TAG),
}  # fmt: skip


class _Writer:
    """One description being written."""

    def __init__(self, ctx: Context, scopes: frozenset[str] | None) -> None:
        self.ctx = ctx
        self.scopes = scopes
        self.schemas = Schemas(ctx)
        self.paths: dict[str, Schema] = {}
        self.found: dict[str, Schema] = dict(SHARED)

    def document(self) -> dict[str, Any]:
        """Go through all that the reader sees."""
        model = self.ctx.snapshot.model
        seen = readable(self.ctx)
        for key, entity in model.entities.items():
            granted = access(self.ctx, key)
            if key in seen or granted.create:
                self._entity(entity, granted, reads=key in seen)
        if self._good("reports"):
            for report in reports_for(self.ctx):
                self._report(report)
        if self._good("read"):
            self._about()
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Lotse",
                "version": PROGRAM,
                "description": "Lists also take filters such as `f.name.contains=x`; see the documentation.",
            },
            "servers": [{"url": VERSION}],
            "security": [{"token": []}, {"session": []}],
            "paths": self.paths,
            "components": self._components(),
        }

    def _components(self) -> Schema:
        told = {**_REFUSALS, "default": "Something else went wrong."}
        refusals = {code: {"description": text, **_content(ref("Problem"), PROBLEM)} for code, text in told.items()}
        return {
            "schemas": self.found,
            "parameters": dict(_PARAMETERS),
            "responses": {f"E{code}": one for code, one in refusals.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of “My account”."},
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            },
        }

    def _good(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def _operation(self, path: str, method: str, name: str, summary: str, **more: Any) -> None:
        refused = more.pop("refused")
        responses = {**more.pop("responses"), **{code: {"$ref": f"#/components/responses/E{code}"} for code in refused}}
        responses["default"] = {"$ref": "#/components/responses/Edefault"}
        operation = {"operationId": name, "summary": summary, **more, "responses": responses}
        self.paths.setdefault(path, {})[method] = operation

    def _entity(self, entity: Entity, granted: EntityAccess, *, reads: bool) -> None:
        writes = self._good("write") or self._good("bulk")
        self.found.update(self.schemas.of_entity(entity, writes=writes))
        if reads and self._good("read"):
            self._reading(entity)
        if self._good("write"):
            self._writing(entity, granted)
        if self._good("bulk") and "bulk" in granted.powers and (granted.create or granted.update or granted.retire):
            self._many(entity, granted)

    def _reading(self, entity: Entity) -> None:
        key, tags = entity.key, [entity.key]
        page = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": ref(key)},
                "next": {"description": "Where the next page begins.", "type": ["string", "null"]},
                "count": {"type": "integer"},
                "capped": {"description": "Whether there are more than were counted.", "type": "boolean"},
            },
            "required": ["items", "next"],
        }
        self._operation(
            f"/{key}", "get", f"{key}.list", entity.plural.text(self.ctx.locale), tags=tags, refused=_READS,
            parameters=[_named(name) for name in LIST_ARGUMENTS],
            responses={"200": {"description": "A page of records.", **_content(page)}},
        )  # fmt: skip
        self._operation(
            f"/{key}/{{id}}", "get", f"{key}.read", entity.label.text(self.ctx.locale), tags=tags, refused=_READS,
            parameters=[_named("id"), _named("expand"), _named("if_none_match")],
            responses={
                "200": {"description": "The record.", **_etag(), **_content(ref(key))},
                "304": {"description": "The answer would be the one that is known already."},
            },
        )  # fmt: skip

    def _writing(self, entity: Entity, granted: EntityAccess) -> None:
        key, tags, label = entity.key, [entity.key], entity.label.text(self.ctx.locale)
        now = _content({"anyOf": [ref(key), ref("Written")]})
        written = {"description": "The record as it is now.", **_etag(), **now}
        known = [_named("id"), _named("if_match")]
        if granted.create:
            location = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}
            self._operation(
                f"/{key}", "post", f"{key}.create", label, tags=tags, refused=_CREATES,
                requestBody={"required": True, **_content(ref(f"{key}.new"))}, parameters=self._reason(key, "create"),
                responses={"201": {**written, "headers": {**written["headers"], **location}}},
            )  # fmt: skip
        if granted.update:
            self._operation(
                f"/{key}/{{id}}", "patch", f"{key}.update", label, tags=tags, refused=_CHANGES,
                parameters=[*known, *self._reason(key, "update")],
                requestBody={"required": True, **_content(ref(f"{key}.change"), MERGE_PATCH, JSON)},
                responses={"200": written},
            )  # fmt: skip
        if granted.retire:
            self._operation(
                f"/{key}/{{id}}", "delete", f"{key}.retire", label, tags=tags, refused=_CHANGES,
                parameters=[*known, *self._reason(key, "retire")],
                responses={"204": {"description": "It is in the bin.", **_etag("The record's version.")}},
            )  # fmt: skip
        if granted.restore:
            self._operation(
                f"/{key}/{{id}}/restore", "post", f"{key}.restore", label, tags=tags, refused=_CHANGES,
                parameters=[*known, *self._reason(key, "restore")], responses={"200": written},
            )  # fmt: skip

    def _many(self, entity: Entity, granted: EntityAccess) -> None:
        key = entity.key
        one: Schema = {"id": dict(_ID), "version": {"type": "integer", "minimum": 1, "maximum": 10**9}}
        both = ["id", "version"]
        retired = {"type": "object", "properties": one, "required": both, "additionalProperties": False}
        updated = {
            **retired, "properties": {**one, "values": ref(f"{key}.change")}, "required": [*both, "values"],
        }  # fmt: skip
        parts: Schema = {}
        for verb, items in (("create", ref(f"{key}.new")), ("update", updated), ("retire", retired)):
            if getattr(granted, verb):
                parts[verb] = {"type": "array", "items": items, "maxItems": MOST}
        body = {"type": "object", "properties": parts, "minProperties": 1, "additionalProperties": False}
        versions = {"type": "array", "items": retired}
        done = {"type": "object", "properties": {"created": versions, "updated": versions, "retired": versions}}
        self._operation(
            f"/{key}/bulk", "post", f"{key}.bulk", entity.plural.text(self.ctx.locale), tags=[key], refused=_CREATES,
            parameters=self._reason(key, "create", "update", "retire"),
            requestBody={"required": True, **_content(body)},
            responses={"200": {"description": "All of it is done.", **_content(done)}},
        )  # fmt: skip

    def _reason(self, entity_key: str, *verbs: Verb) -> list[Schema]:
        """Return the header in which a reason is given, where one of some verbs asks for it."""
        asked = any(asks_for_reason(self.ctx, entity_key, verb) for verb in verbs)
        return [_named("reason")] if asked else []

    def _report(self, report: Report) -> None:
        locale = self.ctx.locale
        parameters = [
            _parameter(one.id, "query", one.label.text(locale), one.type.value_schema()) for one in report.parameters
        ]
        answer = {
            "type": "object",
            "properties": {
                "report": {"type": "string"},
                "label": {"type": "string"},
                "parameters": {"type": "object"},
                "dimensions": {"type": "array"},
                "measures": {"type": "array"},
                "rows": {"type": "array", "items": {"type": "object"}},
                "total": {"type": "object"},
                "truncated": {"type": "boolean"},
            },
            "required": ["report", "rows", "total", "truncated"],
        }
        self._operation(
            f"/reports/{report.key}", "get", f"reports.{report.key}", report.label.text(locale), tags=["reports"],
            refused=_READS, parameters=parameters,
            responses={"200": {"description": "Groups and figures.", **_content(answer)}},
        )  # fmt: skip

    def _about(self) -> None:
        person = {
            "type": "object",
            "properties": {
                "id": or_null({"type": "integer"}),
                "name": {"type": "string"},
                "roles": {"type": "array", "items": {"type": "string"}},
                "token": {"type": ["object", "null"]},
                "entities": {"type": "object"},
            },
            "required": ["id", "name", "roles", "token", "entities"],
        }
        self._operation(
            "/me", "get", "me", "Who asks, and what he may do", tags=["me"], refused=_READS,
            responses={"200": {"description": "The reader.", **_content(person)}},
        )  # fmt: skip
        self._operation(
            "/openapi.json", "get", "openapi", "This description", tags=["me"], refused=_READS,
            responses={"200": {"description": "OpenAPI 3.1.", **_content({"type": "object"})},
                       "304": {"description": "It is as it was."}},
        )  # fmt: skip

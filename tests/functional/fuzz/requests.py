"""Random requests: half of them nearly right, so that they reach the handlers; half of them hostile."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Flask
from werkzeug.routing import Rule

from app.meta.model import Field, Model
from app.web.policy import CLOSED, policy_of

#: What people, programs and attackers put where a value is expected.
HOSTILE: Final[tuple[str, ...]] = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "999999999999999999999999",
    "1e999",
    "NaN",
    "Infinity",
    "-0",
    "1,5",
    "1.234.567,89",
    "٣",
    "\x00",
    "a\x00b",
    "\ud7ff",
    "\U0001f600",
    "\u202eevil",
    "\r\nSet-Cookie: a=b",
    "'",
    '"',
    "\\",
    "%",
    "_",
    "%%%s",
    "{}",
    "{{7*7}}",
    "${7*7}",
    "'; drop table sys_user; --",
    "1 or 1=1",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "//evil.example",
    "javascript:alert(1)",
    "x" * 3000,
    "ä" * 500,
    "(" * 200,
    "not " * 100,
    "a.b.c.d.e",
    "....",
    "id",
    "title",
    "owner",
    "owner.name",
    "created_by.name",
    "search_text",
    "title__folded",
    "__class__",
    "version",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "31.12.2026",
    "2026-12-31T25:61",
    "24:00",
    "25.12.",
    "true",
    "false",
    "null",
    "[]",
    "[1",
    '{"a": 1}',
    "🎄",
    "\t\n",
    "eyJhIjoxfQ",
    "AAAA",
    "W10",
    "WzEsMl0=",
    "W251bGxd",
    'name = "x"',
    'name contains "%"',
    "1/0 = 1",
    "today() > now()",
    "sum(name) = 1",
    "owner = me()",
    "$x = 1",
    "add_days(created_at, 99999999999) < now()",
    "id in (1,2,3)",
    "created_at is empty",
    "id = 99999999999999999",
    "add_months(created_at, -130000) is empty",
    'first_letter(title) = "A"',
    "length(title) > 3",
)
#: Of the pages that libraries bring along and nobody can open, how many are tried at all.
_CLOSED: Final = 0.15
#: Pages that cost twice as much as a list, are few people's, and come the more seldom for it.
_DEAR: Final = ("console_", "factor_pages.", "people_pages.", "delegation_pages.")
_DEAR_SHARE: Final = 0.4
#: Of all requests, how many are a save that could succeed.
_SAVES: Final = 0.08
#: Arguments that some route knows.
ARGUMENTS: Final = (
    "q",
    "sort",
    "columns",
    "after",
    "limit",
    "where",
    "archived",
    "ask",
    "op",
    "at",
    "find",
    "value",
    "until",
    "add",
    "choose",
    "column",
    "locale",
    "next",
    "show",
    "prefix",
    "field",
    "name",
    "version",
    "_action",
    "page",
    "search",
    "flt0_0",
    "id",
    "url",
    "export",
    "text",
    "density",
    "theme",
    "email",
    "password",
    "refresh",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Args:
        method, path: what is asked for, the query string included.
        form: fields of the body, names repeated for several values.
        headers: what htmx or a browser would send.
        body: sent instead of a form: of a request to the API, or one that no form makes.
        endpoint: the route that is meant, empty for an address out of the blue.
        cookie: sent instead of the session's.
    """

    method: str
    path: str
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    body: bytes | None = None
    cookie: str | None = None


class Asker:
    """Makes random requests to an application.

    Args:
        app: whose routes.
        model: whose names.
        chance: where the randomness comes from.
    """

    def __init__(self, app: Flask, model: Model, chance: random.Random) -> None:
        self.chance = chance
        self.model = model
        skipped = ("security.logout", "static_pages.file")
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in skipped]
        self.rules = [r for r in rules if policy_of(app, r.endpoint) is not CLOSED or chance.random() < _CLOSED]
        self.weights = [_DEAR_SHARE if rule.endpoint.startswith(_DEAR) else 1.0 for rule in self.rules]
        self.names = self._names()

    def _names(self) -> dict[str, list[str]]:
        model = self.model
        views = [key.partition(".")[2] for key in model.views]
        tiles = [tile.id for board in model.dashboards.values() for tile in board.tiles]
        return {
            "entity": list(model.entities),
            "target": [*model.entities, "@user", "@team"],
            "name": views,
            "key": list(model.reports),
            "kind": ["csv", "xlsx", "json"],
            "board": list(model.dashboards),
            "tile_id": tiles,
        }

    def request(self) -> Asked:
        """Make one request."""
        chance = self.chance
        if chance.random() < 0.03:
            return Asked("GET", "/" + quote(chance.choice(HOSTILE)[:500]))
        if chance.random() < _SAVES:
            return self._save()
        rule = chance.choices(self.rules, self.weights)[0]
        method = chance.choice(sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"}))
        if chance.random() < 0.03:
            method = chance.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
        entity = chance.choice(self.names["entity"])
        path = self._path(rule, entity)
        pairs = [self._argument(entity) for _ in range(chance.randrange(4))]
        url = f"{path}?{urlencode(pairs, errors='surrogatepass')}" if pairs else path
        if rule.endpoint.startswith("api."):
            return self._to_api(method, url, entity, rule.endpoint)
        form = self._form(entity) if method != "GET" else {}
        return Asked(method, url, form, self._headers(), f"{method} {rule.endpoint}")

    def _to_api(self, method: str, url: str, entity: str, endpoint: str) -> Asked:
        """Send JSON: half of it good, some of it hostile, some of it no JSON at all."""
        chance = self.chance
        headers = {"If-Match": chance.choice(('"1"', '"1"', '"2"', "*", "x", 'W/"1"', '"' + "9" * 30 + '"'))}
        if chance.random() < 0.2:
            headers["Idempotency-Key"] = chance.choice(("k", "l", "", "x" * 200))
        if method in ("GET", "HEAD", "DELETE") and chance.random() < 0.9:
            return Asked(method, url, {}, headers, f"{method} {endpoint}", b"")
        body = self._values(entity)
        if endpoint == "api.many" and chance.random() < 0.9:
            seen = {"id": chance.choice((1, 2, 3)), "version": chance.choice((1, 1, 2))}
            made = {"create": [body], "update": [{**seen, "values": self._values(entity)}], "retire": [seen]}
            body = {key: made[key] for key in made if chance.random() < 0.5} or {"create": [body]}
        text = json.dumps(body)
        if chance.random() < 0.1:
            text = chance.choice((text[:-1], text + text, "[" * 2_000, "", chance.choice(HOSTILE), '{"a": 1e99999}'))
        kind = "application/json" if chance.random() < 0.95 else chance.choice(("text/plain", "application/xml"))
        return Asked(method, url, {}, {**headers, "Content-Type": kind}, f"{method} {endpoint}",
                     text.encode("utf-8", "surrogatepass"))  # fmt: skip

    def _values(self, entity: str) -> dict[str, Any]:
        """Return values of a record as JSON has them: meant ones, and now and then one of another kind."""
        chance = self.chance
        found: dict[str, Any] = {}
        for chosen in self.model.entities[entity].fields.values():
            raw = self._meant(chosen)
            if not chosen.system and raw is not None and (chosen.required or chance.random() < 0.3):
                found[chosen.key] = raw
        if chance.random() < 0.35:
            key = chance.choice((*self.model.entities[entity].fields, "nothing", "__class__"))
            strange = (None, True, 0, -1, 1.5, 10**25, [], {}, [[]], {"id": 1}, [{"id": 1, "name": 2}], {"amount": "x"})
            found[key] = chance.choice((*strange, chance.choice(HOSTILE)))
        return found

    def _save(self) -> Asked:
        """Fill in a mask as somebody would who means it, with one hostile value every other time."""
        entity = self.chance.choice([key for key, one in self.model.entities.items() if not one.owners])
        if self.chance.random() < 0.5:
            return self._to_api("POST", f"/api/v1/{entity}", entity, "api.create")
        form = {key: [raw] for key, raw in self.meant(entity).items()}
        if form and self.chance.random() < 0.5:
            form[self.chance.choice(list(form))] = [self.chance.choice(HOSTILE)]
        if self.chance.random() < 0.3:
            record = self.chance.choice((1, 2, 3))
            form["version"] = [str(self.chance.choice((1, 1, 2)))]
            return Asked("POST", f"/r/{entity}/{record}/edit", form, {}, "POST form_pages.update")
        return Asked("POST", f"/r/{entity}/new", form, {}, "POST form_pages.create")

    def meant(self, entity: str) -> dict[str, str]:
        """Return what somebody would type into a mask who means it."""
        form: dict[str, str] = {}
        for chosen in self.model.entities[entity].fields.values():
            raw = self._meant(chosen)
            if not chosen.system and raw is not None and (chosen.required or self.chance.random() < 0.3):
                form[chosen.key] = raw
        return form

    def _meant(self, chosen: Field) -> str | None:
        """Return what somebody would put into a field; nothing where it takes more than one input."""
        spec = chosen.type.spec
        if spec.options:
            return str(self.chance.choice(spec.options).key)
        if spec.targets:
            return str(self.chance.choice((1, 2, 3)))
        good = [raw for raw, _ in chosen.type.examples.good if isinstance(raw, str)]
        return self.chance.choice(good) if good else None

    def _path(self, rule: Rule, entity: str) -> str:
        parts = []
        for is_dynamic, text in rule._trace:
            parts.append(quote(self._part(text, entity), safe="") if is_dynamic else text)
        return "".join(parts).lstrip("|")

    def _part(self, name: str, entity: str) -> str:
        chance = self.chance
        if chance.random() < 0.1:
            return chance.choice(HOSTILE)[:300] or "x"
        if name == "entity":
            return entity
        if name == "name":
            own = [key.partition(".")[2] for key in self.model.views_of.get(entity, ())]
            return chance.choice(own or ["all"])
        if name in self.names:
            return chance.choice(self.names[name])
        return str(chance.choice((1, 2, 3, 17, 100, 10**17)))

    def _argument(self, entity: str) -> tuple[str, str]:
        chance = self.chance
        value = self._value(entity)
        if chance.random() < 0.4:
            operator = chance.choice(
                ("is", "is_not", "contains", "one_of", "from_to", "before", "last_days", "me", "x")
            )
            return f"f.{self._field_path(entity)}.{operator}", value
        if chance.random() < 0.9:
            return chance.choice(ARGUMENTS), value
        return chance.choice(HOSTILE)[:200], value

    def _field_path(self, entity: str) -> str:
        fields = list(self.model.entities[entity].fields.values())
        chosen = self.chance.choice(fields)
        targets = chosen.type.spec.targets
        if targets and targets[0] in self.model.entities and self.chance.random() < 0.5:
            further = self.chance.choice(list(self.model.entities[targets[0]].fields))
            return f"{chosen.key}.{further}"
        subs = list(chosen.type.subs())
        return f"{chosen.key}.{self.chance.choice(subs)}" if subs and self.chance.random() < 0.4 else chosen.key

    def _value(self, entity: str) -> str:
        if self.chance.random() < 0.25:
            return ("-" if self.chance.random() < 0.3 else "") + self._field_path(entity)
        if self.chance.random() < 0.2:
            return self._good(entity)
        return self.chance.choice(HOSTILE)

    def _good(self, entity: str) -> str:
        fields = [f for f in self.model.entities[entity].fields.values() if hasattr(f.type, "examples")]
        raw: Any = self.chance.choice(self.chance.choice(fields).type.examples.good or (("", None),))[0]
        return str(raw)

    def _form(self, entity: str) -> Mapping[str, Sequence[str]]:
        chance = self.chance
        form: dict[str, list[str]] = {}
        for chosen in self.model.entities[entity].fields.values():
            if chance.random() < 0.4:
                suffix = chance.choice(("", "", "", "__sent", "__text", "__currency", "-0-id", "-0-name", "-999999-x"))
                form[f"{chosen.key}{suffix}"] = [self._value(entity) for _ in range(chance.choice((1, 1, 1, 2)))]
        for _ in range(chance.randrange(3)):
            form[chance.choice(ARGUMENTS)] = [self._value(entity)]
        if chance.random() < 0.5:
            form["version"] = [chance.choice(("1", "0", "-1", "x", "99999999999999999999"))]
        if chance.random() < 0.3:
            form["_action"] = [
                chance.choice(("refresh", "lines:lines:add", "lines:x:remove:9", "lines:lines:up:-1", "x"))
            ]
        return form

    def _headers(self) -> Mapping[str, str]:
        if self.chance.random() < 0.6:
            return {}
        source = self.chance.choice(("div#list", "#", "x", "form#mask", "a\tb"))
        return {"HX-Request": "true", "HX-Target": source, "HX-Source": self.chance.choice(("a#next", "", "input#q"))}

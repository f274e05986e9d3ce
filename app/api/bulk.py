"""Many records in one go: all of it or nothing, and every error with the number of its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from flask import Response

from app.access.rights import require, require_power
from app.api.body import read_object
from app.api.frame import api_pages, arguments, neutral
from app.api.patch import merged
from app.api.refusals import Refused, unreadable
from app.api.repeats import Told, carry_out
from app.context import Context
from app.errors import Conflict, FieldError, InvalidData, NotFound
from app.language import Label
from app.meta.role import Verb
from app.query.gate import required
from app.records import actions, bulk
from app.web.policy import by_token, policy
from app.web.problems import named
from app.web.texts import TEXTS

#: Records of one request.
MOST: Final = 1_000
_PARTS: Final = {"retire": ("id", "version"), "update": ("id", "version", "values"), "create": None}
_FORM: Final = Label(
    'Erwartet wird {{"create": [{{…}}], "update": [{{"id", "version", "values"}}], '
    '"retire": [{{"id", "version"}}]}}. Prüfen Sie „{name}“.',
    'Expected is {{"create": [{{…}}], "update": [{{"id", "version", "values"}}], '
    '"retire": [{{"id", "version"}}]}}. Check “{name}”.',
)
_MANY: Final = Label(
    "Mehr als {most} Datensätze auf einmal sind nicht möglich. Teilen Sie sie auf mehrere Anfragen auf.",
    "More than {most} records at once are not possible. Split them up into several requests.",
)
_TWICE: Final = Label(
    "Dieser Datensatz kommt zweimal vor. Fassen Sie seine Änderungen zusammen.",
    "This record occurs twice. Put its changes together.",
)
_VERBS: Final[tuple[Verb, ...]] = ("retire", "update", "create")
Errors = list[tuple[str, FieldError]]


@api_pages.post("/<entity:entity>/bulk")
@policy(by_token("bulk"))
def many(entity: str) -> Response:
    """Retire, change and create records of one entity, in this order."""
    arguments(())
    ctx = replace(neutral(), origin="bulk")
    parts = _parts_of(read_object())
    for verb in _VERBS:
        if parts[verb]:
            require(ctx, entity, verb)
    required(ctx, entity)
    require_power(ctx, entity, "bulk")
    return carry_out(ctx, lambda: _all(ctx, entity, parts))


def _all(ctx: Context, entity: str, parts: dict[str, list[dict[str, Any]]]) -> Told:
    errors: Errors = []
    retired = _each(errors, "retire", parts["retire"], lambda one: _retire(ctx, entity, one))
    updated = _each(errors, "update", parts["update"], lambda one: _update(ctx, entity, one), "/values")
    created = _create(ctx, entity, parts["create"], errors)
    if errors:
        raise Refused(tuple(errors))
    return {"status": 200, "body": {"created": created, "updated": updated, "retired": retired}}


def _parts_of(body: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return what is to be done, its form checked.

    Raises:
        InvalidQuery: it has another form.
    """
    strange = [name for name in body if name not in _PARTS]
    if strange or not body:
        raise _malformed(strange[0] if strange else "create")
    parts = {name: body.get(name, []) for name in _PARTS}
    for name, keys in _PARTS.items():
        if not isinstance(parts[name], list):
            raise _malformed(name)
        for index, one in enumerate(parts[name]):
            if not isinstance(one, dict) or (keys is not None and not _fits(one, keys)):
                raise _malformed(f"{name}[{index}]")
    if sum(len(several) for several in parts.values()) > MOST:
        raise unreadable("bulk.too_many", _MANY.format(most=MOST))
    return parts


def _fits(one: dict[str, Any], keys: tuple[str, ...]) -> bool:
    numbers = all(type(one.get(key)) is int and 0 < one[key] < 2**63 for key in ("id", "version"))
    return one.keys() == set(keys) and numbers and isinstance(one.get("values", {}), dict)


def _malformed(name: str) -> Exception:
    shown = "".join(char for char in name[:60] if char.isprintable())
    return unreadable("bulk.form", _FORM.format(name=shown))


def _each(
    errors: Errors, name: str, several: list[dict[str, Any]], act: Callable[[dict[str, Any]], int], below: str = ""
) -> list[dict[str, int]]:
    """Do something to each record, noting what is refused; what is written of the others is rolled back with it.

    Args:
        errors: where it is noted.
        name: of the part of the request.
        several: what the part says about each record.
        act: does it and returns the record's version.
        below: where in that the values stand, as a JSON pointer.
    """
    done: list[dict[str, int]] = []
    seen: set[int] = set()
    for index, one in enumerate(several):
        at = f"/{name}/{index}"
        if one["id"] in seen:
            errors.append((at, FieldError("bulk.twice", _TWICE)))
            continue
        seen.add(one["id"])
        try:
            done.append({"id": one["id"], "version": act(one)})
        except InvalidData as invalid:
            errors.extend((place, error) for place, error in named(invalid.errors, at + below) if place is not None)
        except Conflict as conflict:
            errors.append((at, FieldError("record.changed", conflict.message)))
        except NotFound:
            errors.append((at, FieldError("record.not_found", TEXTS["api.m404"])))
    return done


def _retire(ctx: Context, entity: str, one: dict[str, Any]) -> int:
    return actions.retire(ctx, entity, one["id"], one["version"])


def _update(ctx: Context, entity: str, one: dict[str, Any]) -> int:
    raw = merged(ctx, entity, one["id"], one["values"])
    return actions.update(ctx, entity, one["id"], raw, one["version"])


def _create(ctx: Context, entity: str, several: list[dict[str, Any]], errors: Errors) -> list[dict[str, int]]:
    if not several:
        return []
    try:
        return [{"id": record_id, "version": 1} for record_id in bulk.create_many(ctx, entity, several)]
    except InvalidData as invalid:
        errors.extend((place, error) for place, error in named(invalid.errors, "/create") if place is not None)
        return []

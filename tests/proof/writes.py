"""What a session of non-interference writes by the API and by files: half of it right, and all that a spy would try."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from app.api.repeats import KEY
from tests.functional.exchange.desk import written
from tests.proof.asking import API, CHECK, RUN, Asked
from tests.proof.hidden import BILLS, ROWS, SALTS, SEATS, SLOTS

_KEYS: Final = ("firm", "firm", "deal", "deal", "part", "piece", "bill", "seat")
#: How many records there are at first; some numbers above are tried, too.
_MANY: Final = {"firm": ROWS, "deal": ROWS, "part": 2 * ROWS, "piece": 2 * ROWS, "bill": BILLS, "seat": SEATS}
_HIDDEN: Final = {
    "firm": ("margin", "secret", "costs"),
    "deal": ("amount", "memo", "total"),
    "part": ("cost",),
    "piece": ("weight", "reach"),
    "bill": ("level",),
    "seat": ("grade",),
    "vault": ("deal",),
}
#: What a record can point to.
_ABOVE: Final = {"deal": ("firm",), "part": ("deal", "bill", "firm"), "piece": ("part",)}
#: The versions that records have at first.
_FIRST: Final = {"firm": 2, "deal": 4, "part": 2, "piece": 1, "bill": 3, "seat": 1}
#: What `If-Match` says that no ETag of an answer says.
_MATCHES: Final = ('"1"', '"1"', '"2"', '"2"', '"3"', '"99"', "1", "*", 'W/"1"', '"1", "2"', '"kanaria"', "")
_JSON: Final = "application/json"
_PATCHES: Final = (_JSON, "application/merge-patch+json")


def _any_record(chance: random.Random, key: str) -> int:
    return chance.randint(1, _MANY[key]) if chance.random() < 0.95 else 10**6


def _guessed(chance: random.Random, key: str) -> int:
    """Guess a record's version: the one that it has at first, or another."""
    return _FIRST[key] if chance.random() < 0.7 else chance.choice((1, 2, 3))


def _code(chance: random.Random) -> str:
    """Choose a code that a visible record has, or a hidden one, or none."""
    taken = chance.random() < 0.2
    return f"C{chance.randrange(2 * ROWS)}" if taken else f"N{chance.randrange(10**9)}"


def _values(chance: random.Random, key: str, spied: float = 0.2) -> dict[str, Any]:
    """Choose values of a record, now and then one that the writer may not know, or a reference to what he may not."""
    values: dict[str, Any] = {"name": f"Neu {chance.randrange(10**6)}"}
    if key == "firm":
        values |= {"code": _code(chance), "region": chance.choice(("north", "north", "north", "south"))}
    elif key == "deal":
        values |= {"stage": "open", "limit": 10**6}
    elif key == "seat":
        values |= {"slot": chance.choice(SLOTS)}
    if key in _ABOVE and chance.random() < 0.3:
        above = chance.choice(_ABOVE[key])
        values[above] = _any_record(chance, above)
    return values | (_spied(chance, key) if chance.random() < spied else {})


def _spied(chance: random.Random, key: str) -> dict[str, Any]:
    """Choose a field that the writer may not read, or a line that may be hidden."""
    if key == "deal" and chance.random() < 0.3:
        return {"parts": [{"id": chance.randint(1, 2 * ROWS), "name": "Zeile"}, {"name": "Zeile"}]}
    return {chance.choice(_HIDDEN[key]): chance.choice((None, chance.randrange(100), f"{SALTS[0]}a7"))}


def _change(chance: random.Random, key: str) -> dict[str, Any]:
    """Choose some of the values, so that a field that others have changed isn't always among them."""
    values = _values(chance, key)
    return {name: values[name] for name in chance.sample(list(values), chance.randint(1, len(values)))}


def _match(chance: random.Random) -> dict[str, str]:
    given = chance.choice(_MATCHES)
    return {"If-Match": given} if given else {}


def _with_json(
    method: str, url: str, body: Any, headers: Mapping[str, str] | None = None, *, known: bool = False
) -> Asked:
    return Asked(url, None, known, method, orjson.dumps(body), {"Content-Type": _JSON, **(headers or {})})


def create(chance: random.Random) -> Sequence[Asked]:
    """Create a record."""
    key = chance.choice((*_KEYS[:6], *_KEYS[:6], "vault", "seat"))
    return (_with_json("POST", f"{API}/{key}", _values(chance, key)),)


def change(chance: random.Random) -> Sequence[Asked]:
    """Change a record: in the version that was just looked at, or in one that is guessed."""
    key = chance.choice(_KEYS)
    url = f"{API}/{key}/{_any_record(chance, key)}"
    headers, body = {"Content-Type": chance.choice(_PATCHES), **_match(chance)}, _change(chance, key)
    if chance.random() < 0.5:
        return Asked(url), _with_json("PATCH", url, body, headers, known=True)
    return (_with_json("PATCH", url, body, headers),)


def end(chance: random.Random) -> Sequence[Asked]:
    """Retire a record or bring it back."""
    key = chance.choice(_KEYS)
    url = f"{API}/{key}/{_any_record(chance, key)}"
    known, match = chance.random() < 0.5, _match(chance)
    if chance.random() < 0.5:
        return (Asked(url, known=known, method="DELETE", headers=match),)
    return (Asked(f"{url}/restore", known=known, method="POST", headers=match),)


def many(chance: random.Random) -> Sequence[Asked]:
    """Create, change and retire several in one go; one that is refused takes the others with it."""
    key = chance.choice(_KEYS)

    def seen() -> dict[str, Any]:
        return {"id": _any_record(chance, key), "version": _guessed(chance, key)}

    parts: dict[str, list[Any]] = {
        "create": [_values(chance, key) for _ in range(chance.randint(1, 2))],
        "update": [{**seen(), "values": _change(chance, key)} for _ in range(chance.randint(1, 2))],
        "retire": [seen()],
    }
    chosen = ["create"] if chance.random() < 0.4 else chance.sample(list(parts), chance.choice((1, 1, 2, 3)))
    return (_with_json("POST", f"{API}/{key}/bulk", {name: parts[name] for name in chosen}),)


def repeat(chance: random.Random) -> Sequence[Asked]:
    """Send a request again under its key, as it was or with something else in it."""
    key, idempotent = chance.choice(_KEYS[:5]), {KEY: f"K{chance.randrange(10**9)}"}
    url, body = f"{API}/{key}", _values(chance, key)
    other = body if chance.random() < 0.7 else _values(chance, key)
    if chance.random() < 0.5:
        first, again = (_with_json("POST", url, one, idempotent) for one in (body, other))
    else:
        at, more = f"{url}/{_any_record(chance, key)}", {"If-Match": chance.choice(_MATCHES[:4]), **idempotent}
        first, again = (_with_json("PATCH", at, one, more) for one in (body, other))
    return first, again


def bring(chance: random.Random) -> Sequence[Asked]:
    """Have a file checked, and send what was checked."""
    key, fresh = chance.choice(_KEYS), chance.random() < 0.6
    spied = chance.choice((0, 0, 0.5))
    lines = [_values(chance, key, spied) for _ in range(chance.randint(1, 3))]
    if not fresh:
        lines = [{"id": _any_record(chance, key), "version": _guessed(chance, key), **one} for one in lines]
    headings = sorted({name for one in lines for name in one if name != "parts"})
    cells = [[_cell(one.get(name)) for name in headings] for one in lines]
    url = f"/e/{key}{CHECK}"
    return Asked(url, file=written([headings, *cells])), Asked(f"/e/{key}{RUN}", {}, known=True)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)

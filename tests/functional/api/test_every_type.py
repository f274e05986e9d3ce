"""Every field type through the API: what is good comes back as JSON that can be sent again, what is bad is refused."""

from __future__ import annotations

import html
import json
from typing import Any, Final

import jsonschema_rs

from app.errors import InvalidValue
from app.fields.registry import REGISTRY
from tests.functional.api.world import CLERK, TYPES, good_values
from tests.support.program import Program, program, version_in
from tests.support.site import Site

#: Types whose examples are ids of people and teams that aren't there.
_ELSEWHERE: Final = ("user", "team")


def _targets(clerk: Program) -> None:
    """Make what the examples point to: persons and accounts with the numbers up to twenty."""
    for entity in ("person", "account"):
        made = clerk.send("POST", f"/{entity}/bulk", {"create": [{"name": f"{entity} {n}"} for n in range(20)]})
        assert made.status_code == 200, made.text


def _sendable(raw: Any) -> bool:
    """Return whether a raw value can stand in JSON; what can't is refused by the parser (`test_bodies.py`)."""
    try:
        return bool(json.loads(json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()) == raw)
    except (TypeError, ValueError):
        return False


def test_every_type_is_written_and_read_back(clerk: Program) -> None:
    _targets(clerk)
    seen = 0
    for name in TYPES:
        key, field = f"f_{name}", REGISTRY[name](REGISTRY[name].sample)
        schema = jsonschema_rs.validator_for({"anyOf": [dict(field.value_schema()), {"type": "null"}]})
        for raw, value in good_values(field.examples):
            if not _sendable(raw) or name in ("user", "team"):
                continue
            made = clerk.send("POST", "/sample", {key: raw})
            assert made.status_code == 201, (name, raw, made.text)
            carried = made.get_json()[key]
            assert schema.is_valid(carried), (name, carried)
            assert carried == field.to_json(value), (name, raw)
            path = f"/sample/{made.get_json()['id']}"
            again = clerk.send("PATCH", path, {key: carried}, If_Match='"1"')
            assert again.status_code == 200, (name, again.text)
            assert version_in(again) == 1, (name, carried)
            cleared = clerk.send("PATCH", path, {key: None}, If_Match='"1"').get_json()
            assert cleared[key] is None, name
            assert cleared["version"] == (1 if value is None else 2), name
            listed = clerk.get(f"/sample?fields={key}&filter=id = {made.get_json()['id']}").get_json()["items"]
            assert listed == [{"id": made.get_json()["id"], key: None}]
            seen += 1
    assert seen > 2 * len(TYPES)


def test_people_and_teams_are_references_too(site: Site, clerk: Program) -> None:
    me = site.actor(CLERK)
    made = clerk.create("sample", f_user=me.id, f_team=me.team_id)
    assert (made["f_user"], made["f_team"], made["owner"], made["team"]) == (me.id, me.team_id, me.id, me.team_id)
    shown = clerk.get(f"/sample/{made['id']}?expand=f_user,f_team").get_json()
    assert shown["f_user"] == {"id": me.id, "title": me.name}
    assert shown["f_team"] == {"id": me.team_id, "title": "Team A"}


def test_every_reference_can_be_expanded(clerk: Program) -> None:
    _targets(clerk)
    values = {"f_reference": 3, "f_references": [5, 4], "f_any_reference": {"entity": "person", "id": 2}}
    made = clerk.create("sample", **values)
    expected = {
        "f_reference": {"id": 3, "title": "account 2"},
        "f_references": [{"id": 5, "title": "person 4"}, {"id": 4, "title": "person 3"}],
        "f_any_reference": {"entity": "person", "id": 2, "title": "person 1"},
    }
    one = clerk.get(f"/sample/{made['id']}?expand={','.join(values)}").get_json()
    page = clerk.get(f"/sample?expand={','.join(values)}&fields=f_reference.name").get_json()["items"][0]
    assert {key: one[key] for key in values} == expected
    assert page == {"id": made["id"], **expected, "f_reference": {**expected["f_reference"], "name": "account 2"}}
    assert version_in(clerk.send("PATCH", f"/sample/{made['id']}", one, If_Match='"1"')) == 1


def test_every_bad_value_is_refused_at_its_field_as_the_mask_refuses_it(site: Site, clerk: Program) -> None:
    """The sentence is the mask's own; what a mask takes because it is good German, the API need not take."""
    german = program(site, CLERK, language="de")
    visitor = site.visitor(CLERK)
    seen = compared = 0
    for name in TYPES:
        key, field = f"f_{name}", REGISTRY[name](REGISTRY[name].sample)
        for raw in field.examples.bad:
            if not _sendable(raw):
                continue
            refused = german.send("POST", "/sample", {key: raw})
            assert refused.status_code == 422, (name, raw)
            errors = refused.get_json()["errors"]
            assert {error["pointer"] for error in errors} == {f"/{key}"}, (name, raw)
            seen += 1
            if field.inputs() != ("",) or not isinstance(raw, str) or not _bad_in_german(field, raw):
                continue
            page = visitor.post("/r/sample/new", {key: raw})
            assert page.status_code == 422, (name, raw)
            assert errors[0]["message"] in html.unescape(page.text), (name, raw)
            compared += 1
    assert seen > 2 * len(TYPES)
    assert compared > 20
    assert clerk.get("/sample").get_json()["items"] == []


def test_whoever_was_too_slow_is_told_so_whatever_he_sends(clerk: Program) -> None:
    """Of every type: each spelling of a value, of nothing and of nonsense is compared with what others have saved."""
    _targets(clerk)
    seen = 0
    for name, field_type in REGISTRY.items():
        key, examples = f"f_{name}", field_type.examples
        good = [raw for raw, value in good_values(examples) if value is not None and _sendable(raw)]
        made = {key: [{"net": 3}] if name == "lines" else good[0]} if name not in _ELSEWHERE else {}
        path = f"/sample/{clerk.create('sample', **made)['id']}"
        assert version_in(clerk.send("PATCH", path, {"code": name}, If_Match='"1"')) == 2
        for raw in (None, "", [], *good, *examples.bad):
            if not _sendable(raw):
                continue
            late = clerk.send("PATCH", path, {key: raw}, If_Match='"1"')
            assert late.status_code == 412, (name, raw, late.text)
            change = {"id": int(path.rpartition("/")[2]), "version": 1, "values": {key: raw}}
            bulk = clerk.send("POST", "/sample/bulk", {"update": [change]})
            assert bulk.status_code == 422, (name, raw, bulk.text)
            seen += 1
        assert clerk.get(path).get_json()["version"] == 2
    assert seen > 5 * len(REGISTRY)


def _bad_in_german(field: Any, raw: str) -> bool:
    """Return whether a German mask refuses a text with the same sentence."""
    told = []
    for locale in ("de", "en"):
        try:
            field.clean(raw, locale)
        except InvalidValue as wrong:
            told.append(wrong.error.message.de)
    return len(told) == 2 and told[0] == told[1]

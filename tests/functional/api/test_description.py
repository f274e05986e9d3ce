"""The API's description is true: it fits OpenAPI 3.1, says only what its reader may, and Schemathesis finds no lie."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.api.description import description
from tests.functional.api.world import CLERK, LOOKER, NARROW, write_world
from tests.support.program import Program, program
from tests.support.proof import SEED, Tally, size
from tests.support.site import Site, make_site

#: Requests of each operation and mode.
EXAMPLES: Final = size("examples by operation and mode", 6, 400)
#: Left out: what a company's own rules say can't be in a schema, so a refusal of what fits it (422) is no lie; and a
#: value is read as a person would write it ("5" for 5), so that taking more than the schema says is none either.
CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
    ignored_auth,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with a few records."""
    folder = tmp_path_factory.mktemp("api")
    made = make_site(f"sqlite:///{folder / 'lotse.sqlite'}", write_world(folder / "metadata"))
    clerk = program(made, CLERK)
    for entity in ("person", "account"):
        rows = [{"name": f"{entity} {number}"} for number in range(6)]
        assert clerk.send("POST", f"/{entity}/bulk", {"create": rows}).status_code == 200
    clerk.create("sample", f_lines=[{"net": 1}], f_reference=1, f_references=[1, 2], f_money={"amount": 3})
    yield made
    made.installation.close()


def _document(asking: Program) -> dict[str, Any]:
    response = asking.get("/openapi.json")
    assert response.status_code == 200
    return dict(response.get_json())


def test_it_is_openapi(site: Site) -> None:
    asking = program(site, CLERK)
    document = _document(asking)
    schemathesis.openapi.from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        assert name[0].isupper() or name.partition(".")[0] in site.installation.snapshot.model.entities
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 20
    etag = asking.get("/openapi.json").headers["ETag"]
    assert asking.get("/openapi.json", If_None_Match=etag).status_code == 304


def test_it_says_what_its_reader_may(site: Site) -> None:
    paths = {role: _document(program(site, role))["paths"] for role in (CLERK, LOOKER, NARROW)}
    assert set(paths[CLERK]["/account/{id}"]) == {"get", "patch", "delete"}
    assert set(paths[LOOKER]["/account/{id}"]) == {"get"}
    assert set(paths[NARROW]["/account/{id}"]) == {"get", "patch"}
    assert "/account/{id}/restore" not in paths[NARROW]
    assert not [path for path in paths[NARROW] if "person" in path or "sample" in path]
    reading = _document(program(site, CLERK, ["read"]))["paths"]
    assert {method for path in reading.values() for method in path} == {"get"}
    assert not [path for path in reading if path.startswith("/reports")]
    narrow = _document(program(site, NARROW))["components"]["schemas"]
    assert {"account", "account.new"} <= narrow.keys()
    assert not [name for name in narrow if name.startswith(("person", "sample"))]


def test_it_says_what_can_be_written_and_what_must(site: Site) -> None:
    schemas = _document(program(site, CLERK))["components"]["schemas"]
    assert schemas["sample"]["properties"]["stamp"]["readOnly"] is True
    assert "readOnly" not in schemas["sample"]["properties"]["code"]
    assert "stamp" not in schemas["sample.new"]["properties"]
    assert "version" not in schemas["sample.change"]["properties"]
    assert {"owner", "team"} <= schemas["sample.new"]["properties"].keys()
    assert schemas["account.new"]["required"] == ["name"]
    assert "required" not in schemas["account.change"]
    assert set(schemas["sample_line.row"]["properties"]) == {"id", "net"}


def test_it_is_in_the_readers_language(site: Site) -> None:
    titles = {}
    for language in ("de", "en"):
        document = _document(program(site, CLERK, language=language))
        titles[language] = document["components"]["schemas"]["account"]["properties"]["owner"]["title"]
    assert titles == {"de": "Zuständig", "en": "Owner"}


def test_readers_of_the_same_rights_share_one(site: Site) -> None:
    """What is made and kept grows with roles, languages and scopes, not with people or requests."""
    first, second = program(site, CLERK).get("/openapi.json"), program(site, CLERK).get("/openapi.json")
    assert first.headers["ETag"] == second.headers["ETag"]
    with site.installation.ctx(site.actor(CLERK), "en") as ctx:
        assert description(ctx, None) is description(ctx, None)
        assert description(ctx, None) is not description(ctx, frozenset({"read"}))
    with site.installation.ctx(site.actor(NARROW), "en") as narrow:
        assert description(narrow, None).etag != first.headers["ETag"].strip('"')


@pytest.mark.parametrize(("role", "scopes"), [(CLERK, None), (NARROW, None), (LOOKER, None), (CLERK, ["read", "bulk"])])
def test_schemathesis_finds_nothing(site: Site, role: str, scopes: list[str] | None) -> None:
    """Requests made from the description itself, good ones and bad ones: what comes back is what it says."""
    asking = program(site, role) if scopes is None else program(site, role, scopes)
    headers = dict(asking.headers)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app, headers=headers)
    load_all_checks()
    seen: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _attack(operation, mode, headers, seen)
    tally = Tally(f"schemathesis, {role}{'' if scopes is None else ' with ' + ' and '.join(scopes)}")
    tally.add("operations", len(operations))
    for status, many in seen.items():
        tally.add("requests", many)
        tally.add("well answered", many if status < 300 else 0)
    assert operations
    tally.report(requests=2 * len(operations), well_answered=len(operations))


def _attack(operation: APIOperation, mode: GenerationMode, headers: Mapping[str, str], seen: Counter[int]) -> None:
    @seed(SEED)
    @settings(max_examples=EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case) -> None:
        response = case.call_and_validate(headers=headers, checks=list(CHECKS))
        seen[response.status_code] += 1

    functools.partial(attempt)()

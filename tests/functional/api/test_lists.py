"""Lists: the same filters, order and pages as on the screen, in JSON."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.query.items import ItemSpec, list_items
from app.query.lists import list_page
from tests.functional.api.world import CLERK, NARROW, write_world
from tests.support.program import Program, program
from tests.support.site import Site, make_site


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with some records, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("api")
    site = make_site(f"sqlite:///{folder / 'lotse.sqlite'}", write_world(folder / "metadata"))
    clerk = program(site, CLERK)
    people = clerk.send("POST", "/person/bulk", {"create": [{"name": f"Mensch {n}"} for n in range(3)]})
    assert people.status_code == 200
    accounts = [{"name": f"Firma {n:02}", "size": n * 1.5, "person": n % 3 + 1} for n in range(30)]
    assert clerk.send("POST", "/account/bulk", {"create": accounts}).status_code == 200
    yield site
    site.installation.close()


@pytest.fixture(scope="module")
def german(full: Site) -> Program:
    """Return a program that sees everything; what it writes is neutral, whoever reads the answer."""
    return program(full, CLERK, language="de")


def test_fields_filters_and_order(german: Program) -> None:
    asked = "fields=name,person.name&filter=size >= 1.5 and size < 7.5&sort=-size"
    assert german.get(f"/account?{asked}").get_json() == {
        "items": [
            {"id": 5, "name": "Firma 04", "person.name": "Mensch 1"},
            {"id": 4, "name": "Firma 03", "person.name": "Mensch 0"},
            {"id": 3, "name": "Firma 02", "person.name": "Mensch 2"},
            {"id": 2, "name": "Firma 01", "person.name": "Mensch 1"},
        ],
        "next": None,
    }
    found = german.get("/account?f.size.from_to=1.5&f.size.from_to=3&f.name.contains=firma&fields=name").get_json()
    assert [item["id"] for item in found["items"]] == [2, 3]
    searched = german.get("/account?q=firma 07&fields=name&count=1").get_json()
    assert (searched["items"], searched["count"], searched["capped"]) == ([{"id": 8, "name": "Firma 07"}], 1, False)


def test_an_expanded_reference_holds_what_is_asked_of_it(german: Program) -> None:
    page = german.get("/account?expand=person&fields=name,person.name&limit=1").get_json()
    person = {"id": 1, "title": "Mensch 0", "name": "Mensch 0"}
    assert page["items"] == [{"id": 1, "person": person, "name": "Firma 00"}]
    assert page["next"]


def test_a_list_costs_as_many_statements_as_on_the_screen(full: Site) -> None:
    with full.installation.ctx(full.actor(CLERK), "en") as ctx:
        spec = ItemSpec.parse(ctx, "account", {"fields": ["name,person,size"], "sort": ["-size"]})
        items = list_items(ctx, spec).items
        rows = list_page(ctx, spec.list).rows
    assert [item["id"] for item in items] == [row.id for row in rows]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("fields=nothing", "query.unknown_field"),
        ("fields=search_text", "query.unknown_field"),
        ("sort=nothing", "query.unknown_field"),
        ("filter=nothing = 1", "query.condition.unknown_field"),
        ("filter=name =", "query.condition.syntax"),
        ("filter=length(size) > 2", "query.condition.argument"),
        ("f.nothing.is=1", "query.unknown_field"),
        ("f.size.is=x", "number.invalid"),
        ("expand=name", "query.expand"),
        ("expand=nothing", "query.expand"),
        ("limit=0", "query.limit"),
        ("limit=201", "query.limit"),
        ("after=AAAA", "query.cursor"),
        ("count=yes", "query.flag"),
        ("archived=", "query.flag"),
        ("columns=name", "query.unknown_argument"),
        ("where=true", "query.unknown_argument"),
        ("page=2", "query.unknown_argument"),
        ("q=" + "x" * 300, "query.text"),
        ("sort=name&sort=size", "query.too_many"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(german: Program, asked: str, code: str) -> None:
    refused = german.get(f"/account?{asked}")
    assert refused.status_code == 400
    errors = refused.get_json()["errors"]
    assert [error["code"] for error in errors][:1] == [code] or code.endswith("syntax"), errors
    assert all(len(error["message"]) > 15 for error in errors)


def test_what_is_hidden_is_asked_for_in_vain(full: Site) -> None:
    """An unreadable kind behind a reference is no name in any argument, and its title is not told."""
    narrow = program(full, NARROW)
    page = narrow.get("/account?expand=person&limit=2").get_json()
    assert [item["person"] for item in page["items"]] == [{"id": 1, "title": None}, {"id": 2, "title": None}]
    for asked in ("fields=person.{}", "sort=person.{}", "filter=person.{} is empty", "f.person.{}.empty="):
        told = [narrow.get("/account?" + asked.format(name)).get_json() for name in ("name", "nix")]
        texts = [[error["message"].replace(name, "?") for error in one["errors"]]
                 for one, name in zip(told, ("name", "nix"), strict=True)]  # fmt: skip
        assert texts[0] == texts[1], asked


def test_a_report_reads_its_parameters_neutrally(german: Program) -> None:
    answer = german.get("/reports/accounts?least=40.5").get_json()
    assert answer["label"] == "Accounts"
    assert [row["name"]["value"] for row in answer["rows"]] == ["Firma 27", "Firma 28", "Firma 29"]
    assert answer["total"]["size"]["value"] == 126
    assert answer["total"]["size"]["text"].startswith("126,")
    assert german.get("/reports/accounts?nix=1").status_code == 400
    assert german.get("/reports/nix").status_code == 404


def test_an_empty_page_and_the_last_page_have_no_next(german: Program) -> None:
    assert german.get('/account?filter=name = "nobody"').get_json() == {"items": [], "next": None}
    last = german.get("/account?limit=30").get_json()
    assert (len(last["items"]), last["next"]) == (30, None)

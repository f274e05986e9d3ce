"""What is wrong with a field that its writer may not know is told as one sentence about the record, by every door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from app.errors import NotFound
from app.records.bulk import update_many
from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import Program, program
from tests.support.site import Site, make_site

_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "restore": True, "bulk": True}
_UNSEEN: Final = (
    "Something that you can't see is missing or not allowed here. Please ask its owner or your CRM manager."
)
_UNSEEN_DE: Final = "Hier fehlt etwas, das Sie nicht sehen können, oder es ist nicht erlaubt."
_ELSEWHERE: Final = "Another record that this one counts towards doesn't allow it."


def _sum(key: str, via: str) -> dict[str, Any]:
    return of("integer", label="Summe", rollup={"entity": key, "via": via, "aggregate": "sum", "field": "net"})


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "offer"): entity(
        "Angebote",
        {
            "name": of("text", label="Name"),
            "margin": of("integer", label="Marge", required_if='name = "Teuer"'),
            "limit": of("integer", label="Grenze", required_if='name = "Teuer"'),
            "seen": of("integer", label="Rabatt", required_if='name = "Teuer"'),
            "code": of("text", label="Kürzel", unique=True),
            "kind": of("text", label="Sorte"),
        },
        rules=[{"id": "kept", "check": 'name != "Regel" or margin > 9', "at": "margin", "message": label("Zu knapp.")}],
        unique=[["kind", "margin"], ["limit", "kind"]],
    ),
    ("entities", "budget"): entity(
        "Budgets",
        {
            "name": of("text"),
            "most": of("integer"),
            "total": _sum("cost", "budget"),
            "approved_by": of("text", label="Freigabe", required_if="total > 80"),
        },
        rules=[{"id": "not_over", "check": "total <= most", "message": label("Budget ist erschöpft.")}],
    ),
    ("entities", "cost"): entity(
        "Kosten",
        {"name": of("text"), "budget": of("reference", target="budget"), "net": of("integer")},
    ),
    ("entities", "order"): entity(
        "Aufträge",
        {
            "name": of("text"),
            "most": of("integer", label="Obergrenze"),
            "lines": of("lines", label="Posten", entity="line", via="order", required_if="name is not empty"),
        },
        rules=[{"id": "not_more", "check": "sum(lines.net) <= most", "message": label("Über der Obergrenze.")}],
    ),
    ("entities", "line"): entity(
        "Zeilen",
        {
            "name": of("text"),
            "order": of("reference", target="order"),
            "net": of("integer"),
            "code": of("text", unique=True),
        },
        locks=[{"id": "fixed", "if": "net = 13", "message": label("Steht fest.")}],
    ),
    ("entities", "firm"): entity("Firmen", {"name": of("text"), "short": of("text")}),
    ("entities", "site"): entity(
        "Orte",
        {
            "name": of("text", label="Name"),
            "firm": of("reference", target="firm"),
            "key": of("text", label="Schlüssel", formula="firm.short", unique=True),
        },
    ),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "clerk"): {
        "label": label("Büro"),
        "entities": {
            "offer": {**_WHOLE, "fields": {"margin": "none", "limit": "none", "code": "none"}},
            "cost": {**_WHOLE, "read": "own"},
            "budget": {"read": True},
            "order": {**_WHOLE, "fields": {"most": "none"}},
            "line": _WHOLE,
            "firm": _WHOLE,
        },
    },
    ("roles", "blind"): {"label": label("Ohne"), "entities": {"order": {**_WHOLE, "fields": {"lines": "none"}}}},
    ("roles", "mine"): {"label": label("Meine"), "entities": {"order": _WHOLE, "line": {**_WHOLE, "read": "own"}}},
    ("roles", "lines"): {
        "label": label("Zeilen"),
        "entities": {"order": {**_WHOLE, "fields": {"lines": "none"}}, "line": _WHOLE},
    },
}  # fmt: skip


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site whose people read German pages."""
    made = make_site(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    yield made
    made.installation.close()


def _errors(response: TestResponse) -> list[tuple[str, str, str]]:
    assert response.status_code == 422, response.text
    return [(one.get("pointer", ""), one["code"], one["message"]) for one in response.get_json()["errors"]]


def _post(asking: Program, path: str, **values: Any) -> list[tuple[str, str, str]]:
    return _errors(asking.send("POST", path, values))


def test_what_has_to_be_filled_in_is_named_to_whom_may_know_it(site: Site) -> None:
    clerk, boss = program(site, "clerk"), program(site, "boss")
    told = _post(clerk, "/offer", name="Teuer")
    assert [(at, code) for at, code, _ in told] == [("/seen", "field.required"), ("", "record.unseen")]
    assert told[1][2] == _UNSEEN
    assert [at for at, _, _ in _post(boss, "/offer", name="Teuer")] == ["/margin", "/limit", "/seen"]
    stored = clerk.create("offer", name="Billig")
    response = clerk.send("PATCH", f"/offer/{stored['id']}", {"name": "Teuer", "seen": 1}, If_Match='"1"')
    assert _errors(response) == [("", "record.unseen", _UNSEEN)]


def test_to_name_it_oneself_is_to_name_what_is_not_there(site: Site) -> None:
    clerk = program(site, "clerk")
    told = _post(clerk, "/offer", name="Teuer", seen=1, margin=1)
    other = _post(clerk, "/offer", name="Teuer", seen=1, nothing=1)
    assert [(at, code) for at, code, _ in told] == [("/margin", "field.unknown"), ("", "record.unseen")]
    assert [(at.replace("nothing", "margin"), code) for at, code, _ in other] == [one[:2] for one in told]


def test_a_rule_says_what_its_author_says_but_not_where(site: Site) -> None:
    told = _post(program(site, "clerk"), "/offer", name="Regel")
    assert told == [("", "rule.kept", "Zu knapp.")]
    assert _post(program(site, "boss"), "/offer", name="Regel") == [("/margin", "rule.kept", "Zu knapp.")]


def test_many_at_once_and_masks_say_it_alike(site: Site) -> None:
    clerk = program(site, "clerk", language="de")
    ((at, code, said),) = _post(clerk, "/offer/bulk", create=[{"name": "Gut"}, {"name": "Teuer", "seen": 1}])
    assert (at, code) == ("/create/1", "record.unseen")
    assert said.startswith(_UNSEEN_DE)
    page = site.visitor("clerk").post("/r/offer/new", {"name": "Teuer", "seen": "1"})
    assert page.status_code == 422
    assert _UNSEEN_DE in page.text
    assert not any(word in page.text for word in ("Marge", "Grenze", "margin", "limit"))
    shown = site.visitor("boss").post("/r/offer/new", {"name": "Teuer", "seen": "1"})
    assert "„Marge“ fehlt noch" in shown.text


def test_a_rule_elsewhere_is_told_where_all_it_looks_at_can_be_read(site: Site) -> None:
    clerk, boss = program(site, "clerk"), program(site, "boss")
    budget = boss.create("budget", name="Reisen", most=100)["id"]
    boss.create("cost", name="Bahn", budget=budget, net=60)
    mine = clerk.create("cost", name="Meins", net=1)["id"]
    for told in (
        _post(clerk, "/cost", name="Flug", budget=budget, net=50),
        _errors(clerk.send("PATCH", f"/cost/{mine}", {"budget": budget, "net": 50}, If_Match='"1"')),
    ):
        ((at, code, said),) = told
        assert (at, code) == ("", "record.breaks")
        assert said.startswith(_ELSEWHERE)
    page = site.visitor("clerk").post("/r/cost/new", {"name": "Flug", "budget": str(budget), "net": "50"})
    assert page.status_code == 422
    assert "Ein anderer Datensatz, in den dieser eingeht, lässt das nicht zu." in page.text
    assert not any(word in page.text for word in ("Freigabe", "erschöpft", f'href="/r/budget/{budget}"'))
    codes = [code for _, code, _ in _post(boss, "/cost", name="Flug", budget=budget, net=50)]
    assert codes == ["rule.not_over", "field.required"]


def test_a_record_tells_whoever_writes_its_lines_no_more(site: Site) -> None:
    clerk, boss, lines = program(site, "clerk"), program(site, "boss"), program(site, "lines")
    order = boss.create("order", name="A", most=100, lines=[{"name": "x", "net": 60}])
    values = {"name": "y", "order": order["id"], "net": 50}
    ((_, code, said),) = _post(clerk, "/line", **values)
    assert code == "record.breaks"
    assert said.startswith(_ELSEWHERE)
    assert _post(boss, "/line", **values) == [("", "rule.not_more", "Über der Obergrenze.")]
    (line,) = boss.get("/line").get_json()["items"]
    for who, word in ((lines, _ELSEWHERE), (boss, "“Posten” may not become empty")):
        ((_, _, said),) = _errors(who.send("DELETE", f"/line/{line['id']}", If_Match='"1"'))
        assert said.startswith(word)


def test_a_rule_over_lines_is_told_where_each_of_them_can_be_read(site: Site) -> None:
    mine, boss = program(site, "mine"), program(site, "boss")
    shared = boss.create("order", name="A", most=100, lines=[{"name": "x", "net": 60}])["id"]
    ((_, code, said),) = _post(mine, "/line", name="y", order=shared, net=50)
    assert code == "record.breaks"
    assert said.startswith(_ELSEWHERE)
    own = mine.create("order", name="B", most=100, lines=[{"name": "x", "net": 60}])["id"]
    assert _post(mine, "/line", name="y", order=own, net=50) == [("", "rule.not_more", "Über der Obergrenze.")]


def test_many_at_once_do_not_call_what_is_not_seen_by_its_name(site: Site) -> None:
    boss = program(site, "boss")
    line = boss.create("line", name="Geheim", net=1)["id"]
    with site.installation.ctx(site.actor("mine"), "en") as ctx, pytest.raises(NotFound):
        update_many(ctx, "line", {line: {"net": 2}}, {line: 9})


def test_bringing_back_names_no_unique_field_that_is_hidden(site: Site) -> None:
    clerk, boss = program(site, "clerk"), program(site, "boss")
    for values in ({"code": "K1"}, {"kind": "a", "margin": 20}, {"limit": 5, "kind": "b"}):
        old = boss.create("offer", name="Alt", **values)["id"]
        assert boss.send("DELETE", f"/offer/{old}", If_Match='"1"').status_code in (200, 204)
        boss.create("offer", name="Neu", **values)
        told = _errors(clerk.send("POST", f"/offer/{old}/restore", If_Match='"2"'))
        assert told == [("", "record.unseen", _UNSEEN)]
        ((at, code, said),) = _errors(boss.send("POST", f"/offer/{old}/restore", If_Match='"2"'))
        assert (at, code) == (f"/{list(values)[-1]}", "unique.taken")
        assert "“Neu”" in said
    page = site.visitor("clerk").post(f"/r/offer/{old}/restore", {"version": "2"})
    assert _UNSEEN_DE in page.text
    assert not any(word in page.text for word in ("Grenze", "Kürzel", "Marge"))


def test_lines_that_cannot_be_seen_are_not_counted_out_by_their_numbers(site: Site) -> None:
    blind, boss = program(site, "blind"), program(site, "boss")
    held = boss.create("order", name="A", most=99, lines=[{"name": "Geheim", "net": 13}])["id"]
    assert _errors(blind.send("DELETE", f"/order/{held}", If_Match='"1"')) == [("", "record.unseen", _UNSEEN)]
    ((_, _, said),) = _errors(boss.send("DELETE", f"/order/{held}", If_Match='"1"'))
    assert said == "The line “Geheim” would go into the archive as well and is locked: Steht fest."
    gone = boss.create("order", name="B", most=99, lines=[{"name": "Alt", "net": 1, "code": "K"}])["id"]
    assert boss.send("DELETE", f"/order/{gone}", If_Match='"1"').status_code in (200, 204)
    boss.create("line", name="Neu", code="K")
    assert _errors(blind.send("POST", f"/order/{gone}/restore", If_Match='"2"')) == [("", "record.unseen", _UNSEEN)]
    ((_, code, said),) = _errors(boss.send("POST", f"/order/{gone}/restore", If_Match='"2"'))
    assert (code, said.startswith("The line “Alt” can't be restored: “Neu” has")) == ("unique.taken", True)


def test_a_group_of_which_a_member_is_hidden_is_not_named(site: Site) -> None:
    clerk, boss = program(site, "clerk"), program(site, "boss")
    boss.create("offer", name="Da", kind="a", margin=20, limit=3)
    mine = boss.create("offer", name="Meins", kind="b", margin=20)["id"]
    told = _errors(clerk.send("PATCH", f"/offer/{mine}", {"kind": "a"}, If_Match='"1"'))
    assert told == [("", "record.unseen", _UNSEEN)]
    boss.create("offer", name="Auch da", kind="c", limit=3)
    limited = boss.create("offer", name="Begrenzt", kind="d", limit=3)["id"]
    told = _errors(clerk.send("PATCH", f"/offer/{limited}", {"kind": "c"}, If_Match='"1"'))
    assert told == [("", "record.unseen", _UNSEEN)]


def test_a_unique_value_that_is_computed_elsewhere_says_that_it_is_taken(site: Site) -> None:
    clerk, boss = program(site, "clerk"), program(site, "boss")
    first, second = (boss.create("firm", name=name, short=name)["id"] for name in ("A", "B"))
    boss.create("site", name="Nord", firm=first)
    south = boss.create("site", name="Süd", firm=second)["id"]
    ((at, code, said),) = _errors(boss.send("PATCH", f"/firm/{second}", {"short": "A"}, If_Match='"1"'))
    assert (at, code) == ("", "unique.taken")
    assert said.startswith("“Süd” would get a value by this that may exist only once")
    ((_, code, said),) = _errors(clerk.send("PATCH", f"/firm/{second}", {"short": "A"}, If_Match='"1"'))
    assert code == "unique.taken"
    assert "Süd" not in said
    assert said.startswith("Another record that this one counts towards would get a value")
    form = {"name": "B", "short": "A", "version": "1"}
    page = site.visitor("boss").post(f"/r/firm/{second}/edit", form)
    assert page.status_code == 422
    assert "„Süd“ bekäme dadurch einen Wert" in page.text
    assert f'href="/r/site/{south}"' in page.text
    assert boss.send("PATCH", f"/firm/{second}", {"short": "C"}, If_Match='"1"').status_code == 200
    assert boss.get(f"/site/{south}").get_json()["key"] == "C"

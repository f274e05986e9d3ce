"""The verbs of one record: what they answer, what they need, what they leave as it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.api.world import CLERK, LOOKER, NARROW
from tests.support.program import Program, program, version_in
from tests.support.site import Site


def test_a_record_goes_through_its_life(clerk: Program) -> None:
    made = clerk.send("POST", "/account", {"name": "Probe GmbH", "size": 12.5})
    assert made.status_code == 201
    assert version_in(made) == 1
    assert made.headers["Location"] == f"/api/v1/account/{made.get_json()['id']}"
    path = f"/account/{made.get_json()['id']}"
    read = clerk.get(path)
    assert read.get_json() == made.get_json()
    assert clerk.get(path, If_None_Match=made.headers["ETag"]).status_code == 304
    changed = clerk.send("PATCH", path, {"size": None}, If_Match='"1"')
    assert (changed.status_code, version_in(changed)) == (200, 2)
    assert (changed.get_json()["name"], changed.get_json()["size"]) == ("Probe GmbH", None)
    assert clerk.get(path, If_None_Match=made.headers["ETag"]).status_code == 200
    gone = clerk.send("DELETE", path, If_Match='"2"')
    assert (gone.status_code, gone.data, gone.headers["ETag"]) == (204, b"", '"3"')
    assert clerk.get("/account").get_json()["items"] == []
    assert [one["id"] for one in clerk.get("/account?archived=1").get_json()["items"]] == [made.get_json()["id"]]
    archived = clerk.send("PATCH", path, {"name": "X"}, If_Match='"3"')
    assert (archived.status_code, archived.get_json()["type"]) == (409, "urn:lotse:problem:conflict")
    back = clerk.send("POST", f"{path}/restore", If_Match='"3"')
    assert (back.status_code, back.get_json()["archived_at"], version_in(back)) == (200, None, 4)


@pytest.mark.parametrize(("method", "below"), [("PATCH", ""), ("DELETE", ""), ("POST", "/restore")])
def test_a_change_names_the_version_that_it_was_made_from(clerk: Program, method: str, below: str) -> None:
    path = f"/account/{clerk.create('account', name='A')['id']}{below}"
    body = {"name": "B"} if method == "PATCH" else None
    for sent in ({}, {"If_Match": "*"}):
        assert clerk.send(method, path, body, **sent).status_code == 428
    for tag in ('"2"', '"0"', '"x"', 'W/"1"', '"1", "2"', '"99999999999999999999"'):
        stale = clerk.send(method, path, body, If_Match=tag)
        assert stale.status_code == 412, tag
        assert stale.headers["ETag"] == '"1"'
        assert stale.get_json()["type"] == "urn:lotse:problem:stale"
    assert clerk.get(path.removesuffix("/restore")).get_json()["version"] == 1


def test_a_merge_patch_merges_what_has_parts(clerk: Program) -> None:
    address = {"street": "Weg 1", "city": "Ulm", "country": "DE"}
    made = clerk.create("sample", f_money={"amount": 5, "currency": "CHF"}, f_address=address)
    patch = {"f_money": {"amount": 7.25}, "f_address": {"street": None, "city": "Köln"}}
    changed = clerk.send(
        "PATCH", f"/sample/{made['id']}", patch, If_Match='"1"', Content_Type="application/merge-patch+json"
    ).get_json()
    assert changed["f_money"] == {"amount": 7.25, "currency": "CHF"}
    assert changed["f_address"] == {"city": "Köln", "country": "DE"}


def test_child_rows_are_read_and_given_whole(clerk: Program) -> None:
    made = clerk.create("sample", f_lines=[{"net": 1.5}, {"net": 2}])
    rows = made["f_lines"]
    assert [row["net"] for row in rows] == [1.5, 2]
    assert set(rows[0]) == {"id", "net"}
    sent = [{"id": rows[1]["id"], "net": 3}, {"net": 4}]
    changed = clerk.send("PATCH", f"/sample/{made['id']}", {"f_lines": sent}, If_Match='"1"').get_json()
    assert [row["net"] for row in changed["f_lines"]] == [3, 4]
    assert changed["f_lines"][0]["id"] == rows[1]["id"]
    wrong = clerk.send("PATCH", f"/sample/{made['id']}", {"f_lines": [{"net": 1}, {"net": "x"}]}, If_Match='"2"')
    assert [error["pointer"] for error in wrong.get_json()["errors"]] == ["/f_lines/1/net"]


def test_what_was_read_can_be_written_back(clerk: Program) -> None:
    person = clerk.create("person", name="P")
    made = clerk.create("account", name="A", person=person["id"])
    whole = clerk.get(f"/account/{made['id']}?expand=person,owner").get_json()
    assert whole["person"] == {"id": person["id"], "title": "P"}
    assert whole["owner"]["title"] == "Test Clerk"
    same = clerk.send("PATCH", f"/account/{made['id']}", whole, If_Match='"1"')
    assert (same.status_code, version_in(same)) == (200, 1)


def test_nobody_writes_what_only_the_product_writes(clerk: Program) -> None:
    then = "2020-01-01T00:00Z"
    forged = {"id": 77, "version": 9, "title": "X", "created_at": then, "archived_at": then, "updated_at": then,
              "stamp": "X", "search_text": "x", "owner_id": 1, "title__folded": "x"}  # fmt: skip
    for key, value in forged.items():
        refused = clerk.send("POST", "/sample", {key: value})
        assert refused.status_code == 422, key
        assert [error["pointer"] for error in refused.get_json()["errors"]] == [f"/{key}"]
    assert clerk.get("/sample").get_json()["items"] == []


def test_roles_decide(site: Site, clerk: Program) -> None:
    made = clerk.create("account", name="A")
    path = f"/account/{made['id']}"
    looker, narrow = program(site, LOOKER), program(site, NARROW)
    assert looker.get(path).status_code == 200
    refused = [
        looker.send("POST", "/account", {"name": "B"}),
        looker.send("PATCH", path, {"name": "B"}, If_Match='"1"'),
        looker.send("DELETE", path, If_Match='"1"'),
        looker.send("POST", f"{path}/restore", If_Match='"1"'),
        looker.send("POST", "/account/bulk", {"create": [{"name": "B"}]}),
        narrow.send("DELETE", path, If_Match='"1"'),
    ]
    assert [one.status_code for one in refused] == [403] * 6
    assert all(one.get_json()["type"] == "urn:lotse:problem:forbidden" for one in refused)
    hidden = [
        narrow.get("/person"),
        narrow.get("/person/1"),
        narrow.send("POST", "/person", {"name": "P"}),
        narrow.send("POST", "/person/bulk", {"create": [{"name": "P"}]}),
        narrow.send("POST", "/person/bulk", {"create": []}),
        narrow.send("DELETE", "/person/1", If_Match='"1"'),
    ]
    assert [one.status_code for one in hidden] == [404] * 6
    for asked in ("fields=person.name", "filter=person.name = empty", "sort=person.name", "f.person.name.is=x"):
        unseen, unknown = narrow.get(f"/account?{asked}"), narrow.get(f"/account?{asked.replace('name', 'nothing')}")
        assert (unseen.status_code, unknown.status_code) == (400, 400), asked


def test_ids_open_no_door(site: Site, clerk: Program) -> None:
    """Another kind's id, one that never was and one that the reader can't see are answered with the same words."""
    person = clerk.create("person", name="P")["id"]
    clerk.create("account", name="A")
    narrow = program(site, NARROW)
    asked = [("GET", "/person/{}"), ("PATCH", "/person/{}"), ("DELETE", "/person/{}"), ("POST", "/person/{}/restore")]
    asked += [("GET", "/account/{}"), ("PATCH", "/account/{}"), ("GET", "/nothing/{}"), ("DELETE", "/nothing/{}")]
    answers = set()
    for method, path in asked:
        for number in (person, 999, 10**17) if "person" in path or "nothing" in path else (999, 10**17):
            body = {"name": "x"} if method == "PATCH" else None
            response = narrow.send(method, path.format(number), body, If_Match='"1"')
            told: dict[str, Any] = dict(response.get_json())
            assert told.pop("request")
            answers.add((response.status_code, *sorted(told.items())))
    assert len(answers) == 1, answers
    assert {status for status, *_ in answers} == {404}


def test_an_unknown_target_is_refused_like_one_that_cannot_be_seen(clerk: Program) -> None:
    refused = clerk.send("POST", "/account", {"name": "A", "person": 4711})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["code"] == "reference.missing"


def test_a_mask_and_the_api_make_the_same_record(site: Site, clerk: Program) -> None:
    visitor = site.visitor(CLERK)
    by_mask = visitor.post("/r/account/new", {"name": "Gleich", "size": "1234,5", "size__sent": "1"})
    assert by_mask.status_code == 303
    one = clerk.get(f"/account/{by_mask.headers['Location'].rpartition('/')[2]}").get_json()
    other = dict(clerk.create("account", name="Gleich", size=1234.5))
    for apart in ("id", "created_at", "updated_at"):
        assert one.pop(apart) != "" != other.pop(apart)
    assert one == other


def test_every_record_is_reached_page_by_page_once(clerk: Program) -> None:
    many = [{"name": f"Firma {number:03}", "size": number % 7} for number in range(230)]
    made = clerk.send("POST", "/account/bulk", {"create": many}).get_json()["created"]
    seen: list[int] = []
    after = ""
    while True:
        page = clerk.get(f"/account?limit=50&sort=-size,name&fields=name,size{after}").get_json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == [one["id"] for one in made]
    assert len(seen) == len(set(seen)) == 230

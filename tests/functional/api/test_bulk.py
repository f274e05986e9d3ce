"""Many records at once: everything or nothing, and every error at its record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.program import Program


def test_records_are_created_changed_and_retired_in_one_go(clerk: Program) -> None:
    made = clerk.send("POST", "/account/bulk", {"create": [{"name": f"A{n}"} for n in range(5)]})
    created = made.get_json()["created"]
    assert [one["version"] for one in created] == [1] * 5
    ids = [one["id"] for one in created]
    body = {
        "update": [{"id": ids[0], "version": 1, "values": {"size": 1}}, {"id": ids[1], "version": 1, "values": {}}],
        "retire": [{"id": ids[4], "version": 1}],
        "create": [{"name": "A5"}],
    }
    done = clerk.send("POST", "/account/bulk", body).get_json()
    assert done["updated"] == [{"id": ids[0], "version": 2}, {"id": ids[1], "version": 1}]
    assert done["retired"] == [{"id": ids[4], "version": 2}]
    names = [item["name"] for item in clerk.get("/account?fields=name&sort=name").get_json()["items"]]
    assert names == ["A0", "A1", "A2", "A3", "A5"]


def test_nothing_is_done_when_anything_is_wrong(clerk: Program) -> None:
    first, second = clerk.create("sample", code="one")["id"], clerk.create("sample", code="two")["id"]
    body = {
        "retire": [{"id": first, "version": 1}, {"id": 999, "version": 1}],
        "update": [
            {"id": second, "version": 1, "values": {"f_lines": [{"net": 1}, {"net": "x"}]}},
            {"id": second, "version": 1, "values": {}},
            {"id": first, "version": 7, "values": {}},
        ],
        "create": [{"code": "three"}, {"code": "two"}, {"nothing": 1}],
    }
    refused = clerk.send("POST", "/sample/bulk", body)
    assert refused.status_code == 422
    found = {(error["pointer"], error["code"]) for error in refused.get_json()["errors"]}
    assert found == {
        ("/retire/1", "record.not_found"),
        ("/update/0/values/f_lines/1/net", "number.invalid"),
        ("/update/1", "bulk.twice"),
        ("/update/2", "record.changed"),
        ("/create/1/code", "unique.taken"),
        ("/create/2/nothing", "field.unknown"),
    }
    assert all(len(error["message"]) > 20 for error in refused.get_json()["errors"])
    left = clerk.get("/sample?fields=code,version").get_json()["items"]
    assert left == [{"id": first, "code": "one", "version": 1}, {"id": second, "code": "two", "version": 1}]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"nix": []}, {"create": {}}, {"create": [1]}, {"update": [{"id": 1}]}, {"retire": [{"id": 1}]},
        {"update": [{"id": 1, "version": 1, "values": []}]}, {"retire": [{"id": "1", "version": 1}]},
        {"retire": [{"id": True, "version": 1}]}, {"retire": [{"id": 1, "version": 1, "more": 1}]},
        {"retire": [{"id": 2**63, "version": 1}]}, {"create": [{}] * 1001}, {"create": None},
    ],
)  # fmt: skip
def test_another_form_is_refused(clerk: Program, body: Any) -> None:
    refused = clerk.send("POST", "/account/bulk", body)
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["code"].startswith("bulk.")


def test_a_value_that_is_freed_may_be_taken_in_the_same_go(clerk: Program) -> None:
    first = clerk.create("sample", code="one")["id"]
    done = clerk.send("POST", "/sample/bulk", {"retire": [{"id": first, "version": 1}], "create": [{"code": "one"}]})
    assert done.status_code == 200, done.text

"""A request that comes twice with the same key is carried out once."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.functional.api.world import LOOKER
from tests.support.install import write_documents
from tests.support.orders import DOCUMENTS, write_orders
from tests.support.program import Program, program
from tests.support.site import Site, make_site


def _both(clerk: Program, method: str, path: str, body: Any = None, **headers: str) -> tuple[Any, Any]:
    answers = [clerk.send(method, path, body, Idempotency_Key="k-1", **headers) for _ in range(2)]
    first, second = answers
    assert first.status_code == second.status_code < 300, second.text
    assert first.data == second.data
    assert first.headers.get("ETag") == second.headers.get("ETag")
    assert first.headers.get("Location") == second.headers.get("Location")
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    return first, second


def test_a_record_is_created_once(clerk: Program) -> None:
    _both(clerk, "POST", "/account", {"name": "A"})
    assert len(clerk.get("/account").get_json()["items"]) == 1


@pytest.mark.parametrize(("method", "below"), [("PATCH", ""), ("DELETE", "")])
def test_a_record_is_changed_once(clerk: Program, method: str, below: str) -> None:
    path = f"/account/{clerk.create('account', name='A')['id']}"
    _both(clerk, method, path + below, {"name": "B"} if method == "PATCH" else None, If_Match='"1"')
    assert clerk.get(path).get_json()["version"] == 2


def test_many_records_are_written_once(clerk: Program) -> None:
    first = clerk.create("account", name="A")["id"]
    body = {"create": [{"name": "B"}], "update": [{"id": first, "version": 1, "values": {"size": 1}}]}
    _both(clerk, "POST", "/account/bulk", body)
    assert len(clerk.get("/account").get_json()["items"]) == 2


def test_a_key_stands_for_one_request_of_one_person(site: Site, clerk: Program) -> None:
    clerk.send("POST", "/account", {"name": "A"}, Idempotency_Key="same")
    other = clerk.send("POST", "/account", {"name": "B"}, Idempotency_Key="same")
    assert other.status_code == 422
    assert other.get_json()["errors"][0]["code"] == "request.sent_before"
    assert len(clerk.get("/account").get_json()["items"]) == 1
    looker = program(site, LOOKER).send("POST", "/account", {"name": "A"}, Idempotency_Key="same")
    assert looker.status_code == 403


def test_what_was_refused_may_be_sent_again(clerk: Program) -> None:
    assert clerk.send("POST", "/account", {}, Idempotency_Key="again").status_code == 422
    assert clerk.send("POST", "/account", {"name": "A"}, Idempotency_Key="again").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "ü", "a\tb"])
def test_a_key_has_a_form(clerk: Program, key: str) -> None:
    refused = clerk.send("POST", "/account", {"name": "A"}, Idempotency_Key=key)
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["code"] == "idempotency.key"


def test_a_repeated_request_tells_no_more_than_may_be_told_now(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_orders(tmp_path / "documents"))
    asking, writing = program(site, "boss"), program(site, "boss", ["write"])
    body, key = {"name": "A", "margin": 7.5}, {"Idempotency_Key": "k-1"}
    first = asking.send("POST", "/order", body, **key)
    assert first.get_json()["margin"] == 7.5
    assert asking.send("POST", "/order", body, **key).data == first.data
    again = writing.send("POST", "/order", body, **key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.get_json() == {"id": first.get_json()["id"]}
    documents = copy.deepcopy(dict(DOCUMENTS))
    documents["roles", "boss"]["entities"]["order"] = {"create": True, "read": True, "fields": {"margin": "none"}}
    site.installation.publish(write_documents(tmp_path / "later", documents))
    less = asking.send("POST", "/order", body, **key)
    assert (less.status_code, less.headers["Location"]) == (201, first.headers["Location"])
    assert less.get_json() == {name: value for name, value in first.get_json().items() if name != "margin"}
    assert len(asking.get("/order").get_json()["items"]) == 1
    site.installation.close()

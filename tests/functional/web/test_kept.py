"""What somebody has typed is never lost: a refusal that takes the mask's place shows it, and sends it again."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from app.access.actor import PRODUCT
from app.storage.closing import run_last_steps
from app.storage.limits import bound
from app.system import audit
from app.system.sessions import SESSION
from tests.support.program import Program, program
from tests.support.site import Site, Visitor, make_site

_FORM: Final = re.compile(r'<section class="kept">.*?<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
_INPUT: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_TYPED: Final = {"name": "Getippt & <GmbH>", "website": "https://getippt.example"}
_OWN: Final = {"Sec_Fetch_Site": "same-origin"}


def _is_kept(response: TestResponse) -> bool:
    return "Getippt &amp; &lt;GmbH&gt;</dd>" in response.text and "getippt.example</dd>" in response.text


def _form(response: TestResponse) -> tuple[str, dict[str, str]]:
    """Return where the page sends again what was typed, and what it sends."""
    found = _FORM.search(response.text)
    assert found is not None
    return unescape(found[1]), {name: unescape(value) for name, value in _INPUT.findall(found[2])}


def _sent_again(visitor: Visitor, response: TestResponse) -> TestResponse:
    action, fields = _form(response)
    return visitor.client.post(action, data=fields, headers={"Sec-Fetch-Site": "same-origin"})


def _account(site: Site) -> tuple[Program, dict[str, object]]:
    asking = program(site, "crm_manager")
    return asking, dict(asking.create("account", name="Bestand GmbH"))


def _signed_out(site: Site, account: dict[str, object]) -> tuple[Visitor, dict[str, object]]:
    """Return somebody whose session has ended while he typed, and what his mask sends."""
    visitor = site.visitor("crm_manager")
    form = {"csrf_token": visitor.token(), "version": account["version"], **_TYPED}
    with site.installation.database.write() as connection:
        connection.execute(delete(SESSION).where(SESSION.c.agent == "tests"))
    return visitor, form


def test_an_ended_session(site: Site) -> None:
    """He signs in in another tab, and sends what the page kept; twice, since the new session has a new token."""
    asking, account = _account(site)
    visitor, form = _signed_out(site, account)
    url = f"/r/account/{account['id']}/edit"
    refused = visitor.client.post(url, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status_code == 401
    assert _is_kept(refused)
    assert 'href="/login" target="_blank"' in refused.text
    signed_in = site.session_of("crm_manager")
    with visitor.client.session_transaction() as session:
        session.clear()
        session.update(signed_in)
    again = _sent_again(visitor, refused)
    assert again.status_code == 400
    assert _is_kept(again)
    assert _sent_again(visitor, again).status_code == 303
    assert asking.get(f"/account/{account['id']}").get_json()["name"] == _TYPED["name"]


def test_a_mask_isn_t_left_while_somebody_types(site: Site) -> None:
    """The session ended meanwhile: he is told beside the mask, and not sent away from it."""
    _, account = _account(site)
    visitor, form = _signed_out(site, account)
    url = f"/r/account/{account['id']}/refresh"
    told = visitor.client.post(url, data=form, headers={"HX-Request": "true", "HX-Target": "div#mask-body"})
    assert told.status_code == 401
    assert "HX-Redirect" not in told.headers
    assert told.headers["HX-Retarget"] == "#problems"
    assert "neuen Tab" in told.text


def test_a_busy_database(database_url: str) -> None:
    site = make_site(database_url)
    database = site.installation.database
    asking, account = _account(site)
    visitor = site.visitor("crm_manager")
    form = {"version": account["version"], **_TYPED}
    bound(database, 0.3)
    with database.write() as other:
        audit.append(other, PRODUCT, "test.hold", "", {})
        run_last_steps(other)
        refused = visitor.post(f"/r/account/{account['id']}/edit", form, **_OWN)
    bound(database)
    assert refused.status_code == 503
    assert _is_kept(refused)
    assert _sent_again(visitor, refused).status_code == 303
    assert asking.get(f"/account/{account['id']}").get_json()["name"] == _TYPED["name"]
    site.installation.close()


def test_a_record_that_somebody_has_archived_meanwhile(site: Site) -> None:
    asking, account = _account(site)
    visitor = site.visitor("crm_manager")
    form = {"version": account["version"], **_TYPED}
    assert asking.send("DELETE", f"/account/{account['id']}", If_Match=f'"{account["version"]}"').status_code < 300
    refused = visitor.post(f"/r/account/{account['id']}/edit", form, **_OWN)
    assert refused.status_code == 409
    assert _is_kept(refused)


@pytest.mark.parametrize("url", ["/r/account/new", "/r/account/999999999/edit"])
def test_a_right_that_is_gone(site: Site, url: str) -> None:
    """Sending it again is of no use; reading and copying it is."""
    refused = site.visitor("key_user").post(url, {"version": 1, **_TYPED}, **_OWN)
    assert refused.status_code in (403, 404)
    assert _is_kept(refused)
    assert _FORM.search(refused.text) is None


@pytest.mark.parametrize("site_said", [None, "cross-site", "same-site"])
def test_no_other_site_s_form_gets_a_token(site: Site, site_said: str | None) -> None:
    """What another site had a browser send isn't sent for it with one more click."""
    visitor = site.visitor("crm_manager")
    headers = {} if site_said is None else {"Sec-Fetch-Site": site_said}
    refused = visitor.client.post("/r/account/new", data=_TYPED, headers=headers)
    assert refused.status_code in (400, 403)
    assert _FORM.search(refused.text) is None


def test_people_see_what_they_typed_and_not_what_lies_behind(site: Site) -> None:
    """Labels instead of keys, the name of a reference instead of its number, and nothing that only programs need."""
    visitor = site.visitor("crm_manager")
    typed = {"owner": "2", "owner__label": "Alt", "owner__text": "Anna", "main_address__city": "Ulm", "_once": "geheim"}
    refused = visitor.client.post("/r/account/new", data={**_TYPED, **typed}, headers={"Sec-Fetch-Site": "same-origin"})
    shown = re.findall("<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", refused.text)
    assert ("Zuständig", "Anna") in shown
    assert ("Hauptanschrift: Ort", "Ulm") in shown
    assert len(shown) == 4
    assert _form(refused)[1]["owner"] == "2"


def test_a_new_record_is_sent_again_with_its_address(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    refused = visitor.client.post(
        "/r/account/new?industry=bau", data={"csrf_token": "alt", **_TYPED}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert refused.status_code == 400
    assert _form(refused)[0] == "/r/account/new?industry=bau"
    assert _sent_again(visitor, refused).status_code == 303

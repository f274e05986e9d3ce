"""Records through their masks: created, refused, changed by two at once, archived and brought back."""

from __future__ import annotations

import re

import pytest

from tests.support.site import Site, Visitor

_VERSION = re.compile(r'name="version" value="([0-9]+)"')
_FULL = {"name": "Nordwind GmbH", "roles": ["kunde"], "_sent": ["roles"]}


def _created(visitor: Visitor, **values: object) -> str:
    response = visitor.post("/r/account/new", {**_FULL, **values})
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def test_a_record_is_created_and_told(site: Site) -> None:
    visitor = site.visitor("sales")
    url = _created(visitor, phone="07131 4433")
    page = visitor.get(url).text
    assert "Nordwind GmbH" in page
    assert "ist angelegt" in page
    assert "ist angelegt" not in visitor.get(url).text
    assert "Test Sales" in page


def test_what_was_typed_is_shown_again_with_a_sentence(site: Site) -> None:
    visitor = site.visitor("sales")
    response = visitor.post("/r/account/new", {"name": "", "email": "kein-at", "phone": "07131 4433", "_sent": "roles"})
    assert response.status_code == 422
    assert 'value="kein-at"' in response.text
    assert 'value="07131 4433"' in response.text
    assert 'id="errors"' in response.text
    assert 'href="#f-name"' in response.text
    assert "0" in visitor.get("/e/account/-/count").text or "Noch keine" in visitor.get("/e/account").text


def test_references_to_several_keep_their_names_when_a_form_is_refused(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    created = visitor.post("/r/person/new", {"first_name": "Ada", "last_name": "Nordwind", "_sent": []})
    assert created.status_code == 303, created.text
    number = created.headers["Location"].rpartition("/")[2]
    given = {"participants": [number, "987654"], "_sent": ["participants"]}
    for url in ("/r/activity/new", "/r/activity/new/refresh"):
        page = visitor.post(url, given)
        assert page.status_code == (200 if url.endswith("refresh") else 422)
        assert "Ada Nordwind" in page.text
        assert f"#{number}<" not in page.text
        assert "#987654" in page.text


def test_a_new_record_begins_with_its_maker(site: Site) -> None:
    visitor = site.visitor("sales")
    owner = re.search(r'name="owner" value="([0-9]+)"', visitor.get("/r/opportunity/new").text)
    assert owner is not None
    assert int(owner[1]) == site.actor("sales").id
    other = site.actor("crm_manager").id
    given = visitor.get(f"/r/opportunity/new?owner={other}").text
    assert f'name="owner" value="{other}"' in given


def test_the_slower_of_two_keeps_what_he_typed(site: Site) -> None:
    one, other = site.visitor("sales"), site.visitor("crm_manager")
    url = _created(one)
    version = _VERSION.search(one.get(f"{url}/edit").text)
    assert version is not None
    assert other.post(f"{url}/edit", {**_FULL, "name": "Schneller AG", "version": version[1]}).status_code == 303
    late = one.post(f"{url}/edit", {**_FULL, "name": "Langsamer AG", "version": version[1]})
    assert late.status_code == 409
    assert 'value="Langsamer AG"' in late.text
    assert "Schneller AG" in late.text
    assert "speichern Sie noch einmal" in late.text
    assert "Schneller AG" in one.get(url).text
    again = _VERSION.search(late.text)
    assert again is not None
    assert one.post(f"{url}/edit", {**_FULL, "name": "Langsamer AG", "version": again[1]}).status_code == 303
    assert "Langsamer AG" in one.get(url).text


def test_archiving_is_undone_from_the_note(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    url = _created(visitor)
    version = _VERSION.search(visitor.get(url).text)
    assert version is not None
    gone = visitor.post(f"{url}/retire", {"version": version[1]})
    assert gone.headers["Location"] == "/e/account"
    listed = visitor.get("/e/account").text
    assert f'action="{url}/restore"' in listed
    archived = visitor.get(url).text
    assert "archiviert" in archived
    assert visitor.get(f"{url}/edit").status_code == 303
    undo = _VERSION.search(archived)
    assert undo is not None
    assert visitor.post(f"{url}/restore", {"version": undo[1]}).headers["Location"] == url
    assert f"{url}/edit" in visitor.get(url).text
    assert visitor.post(f"{url}/retire", {"version": "x"}).status_code == 400


def test_a_role_without_the_verb_is_refused(full_site: Site) -> None:
    model = full_site.installation.snapshot.model
    refused = 0
    for key, role in model.roles.items():
        granted = role.entities.get("account") or role.entities.get("*")
        if granted is None or not granted.read:
            continue
        visitor = full_site.visitor(key)
        for verb, url in (("create", "/r/account/new"), ("update", "/r/account/1/edit")):
            allowed = getattr(granted, verb)
            assert visitor.get(url).status_code == (200 if allowed else 403), (key, verb)
            if not allowed:
                assert visitor.post(url, {**_FULL, "version": "1"}).status_code == 403
                refused += 1
    assert refused


def test_every_record_and_mask_opens(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    shown = 0
    for key, entity in full_site.installation.snapshot.model.entities.items():
        for url in (f"/r/{key}/new", f"/quick/{key}", f"/pick/{key}?q=a"):
            assert visitor.get(url).status_code in (200, 403), url
        rows = re.findall(rf'href="(/r/{key}/[0-9]+)"', visitor.get(f"/e/{key}/-").text)
        for url in dict.fromkeys(rows[:3]):
            assert visitor.get(url).status_code == 200, url
            # A line of a decided opportunity can only be looked at: its page says why.
            assert visitor.get(f"{url}/edit").status_code in (200, 303, 403), url
            shown += 1
        assert entity.key == key
    assert shown > 40


def test_a_new_record_takes_over_what_the_address_says(full_site: Site) -> None:
    page = full_site.visitor("crm_manager").get("/r/activity/new?account=1&subject=Anruf").text
    assert 'name="account" value="1"' in page
    assert 'value="Anruf"' in page
    bad = full_site.visitor("crm_manager").get("/r/activity/new?account=x&due_at=gestern&nothing=1&account=%00")
    assert bad.status_code == 200


def test_the_mask_is_shown_anew_without_being_saved(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    response = visitor.post("/r/account/new/refresh", {**_FULL, "name": ""}, HX_Request="true")
    assert response.status_code == 200
    assert "data-mask-body" in response.text
    assert "invalid-feedback" not in response.text
    assert visitor.post("/r/account/1/refresh", _FULL, HX_Request="true").status_code == 200


def test_a_record_is_created_in_place(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    form = visitor.get("/quick/account?field=f-account", HX_Request="true").text
    assert "<html" not in form
    assert "dialog-title" in form
    made = visitor.post("/quick/account?field=f-account", _FULL, HX_Request="true")
    assert made.status_code == 200
    assert '"label":"Nordwind GmbH' in made.headers["HX-Trigger"]
    refused = visitor.post("/quick/account", {"name": ""}, HX_Request="true")
    assert refused.status_code == 422
    offered = visitor.get("/pick/account?q=nordwind&prefix=f-x-list", HX_Request="true").text
    assert "Nordwind GmbH" in offered
    assert 'id="f-x-list-1"' in offered
    assert visitor.post("/quick/account", {**_FULL, "name": "Ohne JavaScript"}).status_code == 303


@pytest.mark.parametrize("target", ["@user", "@team"])
def test_people_are_picked_by_name(full_site: Site, target: str) -> None:
    page = full_site.visitor("sales").get(f"/pick/{target}?q=t", HX_Request="true").text
    assert "data-value" in page


def test_a_form_that_is_sent_twice_makes_one_record(site: Site) -> None:
    visitor = site.visitor("sales")
    key = re.search(r'name="_once" value="([^"]+)"', visitor.get("/r/account/new").text)
    assert key is not None
    given = {**_FULL, "_once": key[1]}
    first, second = visitor.post("/r/account/new", given), visitor.post("/r/account/new", given)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    other = visitor.post("/r/account/new", {**given, "name": "Südwind GmbH"})
    assert other.status_code == 422
    assert "schon einmal gespeichert" in other.text
    assert 'value="Südwind GmbH"' in other.text
    assert visitor.post("/r/account/new", {**given, "_once": "?"}).status_code == 400


def _clash(site: Site) -> tuple[Visitor, str, str]:
    one, other = site.visitor("sales"), site.visitor("crm_manager")
    url = _created(one, phone="07131 1")
    assert other.post(f"{url}/edit", {**_FULL, "name": "Ihre AG", "phone": "07131 2", "version": 1}).status_code == 303
    mine = {**_FULL, "name": "Meine AG", "phone": "07131 1", "website": "https://a.example"}
    late = one.post(f"{url}/edit", {**mine, "version": 1})
    assert late.status_code == 409
    return one, url, late.text


def test_a_conflict_shows_mine_theirs_and_the_original(site: Site) -> None:
    *_, page = _clash(site)
    dialog = page[page.index('id="conflict"') :]
    dialog = dialog[: dialog.index('id="mask-body"')]
    for words in ("Meine AG", "Ihre AG", "Nordwind GmbH", "Test Crm_Manager"):
        assert words in dialog
    assert "07131" not in dialog, "only they have changed it: nothing to decide"
    assert 'value="https://a.example"' in page
    assert 'value="07131 1"' not in page, "the field shows what they have saved"
    assert 'name="version" value="2"' in page


def test_a_conflict_is_settled_by_a_choice_for_each_field(site: Site) -> None:
    one, url, page = _clash(site)
    digest = re.search(r'name="_digest.name" value="([^"]+)"', page)
    assert digest is not None
    given = {**_FULL, "name": "Meine AG", "website": "https://a.example", "_digest.name": digest[1], "version": 2}
    changed = one.post(f"{url}/edit", {**given, "_take.name": "theirs", "name": "Weder noch"})
    assert changed.status_code == 303
    assert "Weder noch" in one.get(url).text, "what is typed after the choice counts"
    again = one.post(f"{url}/edit", {**given, "_take.name": "mine"})
    assert again.status_code == 409, "a third change meanwhile shows the dialog anew"
    given["version"] = 3
    assert one.post(f"{url}/edit", {**given, "_take.name": "theirs"}).status_code == 303
    shown = one.get(url).text
    assert "Weder noch" in shown
    assert "Meine AG" not in shown
    assert "a.example" in shown
    assert one.post(f"{url}/edit", {**given, "version": 3, "_take_all": "mine"}).status_code == 303
    assert "Meine AG" in one.get(url).text


def test_a_decided_opportunity_is_locked_in_its_mask_and_everywhere(site: Site) -> None:
    one = site.visitor("sales")
    account = _created(one).rpartition("/")[2]
    given = {"name": "Chance", "account": account, "stage": "gewonnen", "amount": "5", "close_date": "2026-12-01"}
    url = one.post("/r/opportunity/new", given).headers["Location"]
    page = one.get(f"{url}/edit").text
    assert "ist entschieden" in page
    assert 'name="name"' in page
    assert 'name="amount"' not in page
    assert "ist entschieden" in one.get(url).text
    assert f"{url}/retire" not in one.get(url).text
    assert one.post(f"{url}/retire", {"version": 1}).status_code == 422
    forged = one.post(f"{url}/edit", {"name": "Neu", "amount": "99", "version": 1})
    assert forged.status_code == 303
    assert "99,00" not in one.get(url).text

"""The administrator's console: who may enter, what he may do there, and what it leaves behind."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.system.tables import AuditEntry, Role, User
from tests.support.site import Site, Visitor
from tests.support.staff import PASSWORD, email_of

_PLACES = ("users", "roles", "teams", "revisions", "documents", "audit")
_CONSOLE = "/admin/console"


def _ids(site: Site, email: str) -> int:
    with site.installation.database.read() as connection:
        return int(connection.execute(select(User.id).where(User.email == email)).scalar_one())


def _role(site: Site, name: str) -> str:
    with site.installation.database.read() as connection:
        return str(connection.execute(select(Role.id).where(Role.name == name)).scalar_one())


def _user(site: Site, **changes: object) -> dict[str, object]:
    values = {"email": "neu@example.com", "name": "Nora Neu", "active": "y", "roles": _role(site, "administrator")}
    return {**values, "locale": "de", "new_password": PASSWORD, **changes}


def test_every_page_opens_for_administrators_alone(full_site: Site) -> None:
    administrator, stranger = full_site.visitor("administrator"), full_site.visitor("crm_manager")
    for place in ("", *(f"{place}/" for place in _PLACES)):
        page = administrator.get(f"{_CONSOLE}/{place}")
        assert page.status_code == 200, place
        assert '<nav class="rail"' in page.text
        assert stranger.get(f"{_CONSOLE}/{place}").status_code == 403, place
        row = re.search(rf'<a class="open" href="({_CONSOLE}/[^"]+)"', page.text)
        if row is not None:
            assert administrator.get(row[1].replace("&amp;", "&")).status_code == 200, row[1]


@pytest.mark.parametrize("place", _PLACES)
def test_lists_sort_search_and_page(full_site: Site, place: str) -> None:
    visitor = full_site.visitor("administrator")
    for query in ("sort=0", "sort=0&desc=1", "page=1", "search=a", "sort=99", "page=-5", "page=x", "page_size=9999999"):
        assert visitor.get(f"{_CONSOLE}/{place}/?{query}").status_code == 200, query


@pytest.mark.parametrize("place", ["roles", "revisions", "documents", "audit"])
def test_what_is_only_shown_cannot_be_changed(full_site: Site, place: str) -> None:
    visitor = full_site.visitor("administrator")
    for verb in ("new/", "edit/?id=1"):
        response = visitor.post(f"{_CONSOLE}/{place}/{verb}", {"name": "x", "key": "x"})
        assert response.status_code in (302, 404), verb
    assert visitor.post(f"{_CONSOLE}/{place}/delete/", {"id": "1"}).status_code == 404


def test_what_a_field_refuses_is_told_in_the_readers_language(full_site: Site) -> None:
    answer = full_site.visitor("administrator").post(f"{_CONSOLE}/users/new/", _user(full_site, name="x" * 201))
    assert answer.status_code == 422
    assert "Es wurde nichts gespeichert" in answer.text
    assert "Failed" not in answer.text
    assert "aria-invalid" in answer.text


def test_a_user_is_made_signs_in_and_is_deactivated(site: Site) -> None:
    visitor = site.visitor("administrator")
    made = visitor.post(f"{_CONSOLE}/users/new/", _user(site, email="Neu@Example.com "))
    assert made.status_code == 302, made.text
    person = Visitor(site.app.test_client())
    assert person.post("/login", {"email": "neu@example.com", "password": PASSWORD}).status_code == 302
    assert "Nora Neu" in person.get("/").text
    assert person.get(f"{_CONSOLE}/").status_code == 200
    edit = f"{_CONSOLE}/users/edit/?id={_ids(site, 'neu@example.com')}"
    assert 'value="neu@example.com"' in visitor.get(edit).text
    values = _user(site, new_password="", version=1)
    del values["active"]
    assert visitor.post(edit, values).status_code == 302
    assert person.get(f"{_CONSOLE}/").status_code == 303
    with site.installation.database.read() as connection:
        actions = list(connection.execute(select(AuditEntry.action).order_by(AuditEntry.id)).scalars())
    assert actions[-2:] == ["user.create", "user.update"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "keine"}, "keine E-Mail-Adresse"),
        ({"new_password": ""}, "braucht ein Passwort"),
        ({"new_password": "kurz"}, "zwischen 12 und 128 Zeichen"),
        ({"email": email_of("sales")}, "invalid-feedback"),
        ({"name": ""}, "invalid-feedback"),
    ],
)
def test_a_wrong_user_is_refused_with_a_sentence(site: Site, changes: dict[str, object], words: str) -> None:
    response = site.visitor("administrator").post(f"{_CONSOLE}/users/new/", _user(site, **changes))
    assert response.status_code == 422
    assert words in response.text
    assert "Nora Neu" in response.text or "name" in changes


def test_the_slower_of_two_administrators_is_refused_and_sees_the_new_state(site: Site) -> None:
    visitor = site.visitor("administrator")
    for place, row, values in (
        (
            "users",
            _ids(site, email_of("sales")),
            _user(site, email=email_of("sales"), new_password="", roles=_role(site, "sales")),
        ),
        ("teams", 1, {"name": "Team A"}),
    ):
        edit = f"{_CONSOLE}/{place}/edit/?id={row}"
        assert 'name="version" value="1"' in visitor.get(edit).text
        assert visitor.post(edit, {**values, "name": "Schneller", "version": 1}).status_code == 302
        late = visitor.post(edit, {**values, "name": "Langsamer", "version": 1})
        assert late.status_code == 422
        assert "inzwischen geändert" in late.text
        assert 'value="Schneller"' in late.text
        assert "Langsamer" not in late.text
        assert 'name="version" value="2"' in late.text
        assert visitor.post(edit, {**values, "name": "Langsamer", "version": 2}).status_code == 302


def test_nobody_locks_himself_out(site: Site) -> None:
    visitor = site.visitor("administrator")
    edit = f"{_CONSOLE}/users/edit/?id={_ids(site, email_of('administrator'))}"
    mine = {"email": email_of("administrator"), "name": "Ich", "locale": "de", "version": 1}
    without_role = {**mine, "active": "y", "roles": _role(site, "sales")}
    inactive = {**mine, "roles": _role(site, "administrator")}
    for values in (without_role, inactive):
        response = visitor.post(edit, values)
        assert response.status_code == 422
        assert "Sich selbst" in response.text
    assert visitor.get(f"{_CONSOLE}/").status_code == 200


def test_a_form_without_a_token_changes_nothing(site: Site) -> None:
    visitor = site.visitor("administrator")
    assert visitor.client.post(f"{_CONSOLE}/users/new/", data=_user(site)).status_code == 400
    with site.installation.database.read() as connection:
        found = connection.execute(select(User.id).where(User.email == "neu@example.com")).first()
    assert found is None


def test_a_team_is_made_and_renamed(site: Site) -> None:
    visitor = site.visitor("administrator")
    assert visitor.post(f"{_CONSOLE}/teams/new/", {"name": "Nord"}).status_code == 302
    assert visitor.post(f"{_CONSOLE}/teams/new/", {"name": "Nord"}).status_code == 422
    assert "Nord" in visitor.get(f"{_CONSOLE}/teams/").text


@pytest.mark.parametrize("target", ["\t\n", "//evil.example", "https://evil.example", "/\\evil.example", "/x\r\ny"])
def test_the_console_leads_nowhere_else(full_site: Site, target: str) -> None:
    visitor = full_site.visitor("administrator")
    for page in ("users/new/", "roles/new/", "teams/new/"):
        answer = visitor.client.get(f"/admin/console/{page}", query_string={"url": target})
        assert answer.status_code == 400, page

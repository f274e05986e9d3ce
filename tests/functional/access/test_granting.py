"""Who may give which role: every combination of what the giver can and what the role gives; the console obeys."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
from sqlalchemy import select

from app.access.actor import Actor, Grant
from app.access.granting import PERSON, TECHNICAL, is_handed_on, may_admit, may_grant, may_hold
from app.access.rights import capable
from app.language import Label
from app.meta.model import Model
from app.meta.role import ALL_RECORDS, EntityRights, Role
from app.system.tables import Role as RoleRow
from app.system.tables import User
from tests.support.site import Site, make_site
from tests.support.staff import PASSWORD, email_of

_BOTH: Final = "crm_manager+administrator"
_CAPABILITIES: Final = ("administer", "configure", "people", "export")
#: Every set of capabilities, with rights on records and without.
_ROLES: Final = {
    f"r{number}": Role(
        f"r{number}",
        Label.same(f"r{number}"),
        {"*": EntityRights(read=ALL_RECORDS)} if data else {},
        capabilities=frozenset(one for one, has in zip(_CAPABILITIES, flags, strict=True) if has),
    )
    for number, (data, *flags) in enumerate(itertools.product((False, True), repeat=5))
}
_GIVERS: Final = {
    frozenset[str](): "nobody",
    frozenset({"people"}): "manager",
    frozenset({"administer"}): "administrator",
    frozenset({"people", "administer"}): "both",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield a site that nobody changes."""
    made = make_site(f"sqlite:///{tmp_path_factory.mktemp('granting') / 'lotse.sqlite'}")
    yield made
    made.installation.close()


@pytest.fixture(scope="module")
def model(shared: Site) -> Model:
    """Return the shipped model with every possible role in place of its own, and four sorts of givers."""
    givers = {name: Role(name, Label.same(name), {}, capabilities=can) for can, name in _GIVERS.items()}
    return replace(shared.installation.snapshot.model, roles={**_ROLES, **givers})


@pytest.mark.parametrize("key", sorted(_ROLES))
@pytest.mark.parametrize("can", list(_GIVERS), ids=list(_GIVERS.values()))
def test_technology_gives_technical_roles_and_people_give_peoples(model: Model, can: frozenset[str], key: str) -> None:
    role, giver = _ROLES[key], Actor(1, "Giver", frozenset({_GIVERS[can]}))
    needed = {"administer"} & role.capabilities
    if role.entities or role.capabilities & {"configure", "people", "export"} or not needed:
        needed |= {"people"}
    for user_id in (2, None):
        assert (may_grant(model, giver, user_id, key) is None) == (needed <= can)
        assert (may_admit(model, giver, user_id, [key]) is None) == (needed <= can)
    assert may_grant(model, giver, 1, key) is not None
    assert may_admit(model, giver, 1, [key]) is None


@pytest.mark.parametrize("key", sorted(_ROLES))
def test_a_technical_account_holds_no_role_about_data(model: Model, key: str) -> None:
    role = _ROLES[key]
    data = bool(role.entities) or bool(role.capabilities - {"administer"})
    assert (may_hold(model, TECHNICAL, key) is not None) == data
    assert may_hold(model, PERSON, key) is None


def test_a_role_without_a_document_is_given_by_whoever_manages_people(model: Model) -> None:
    manager, administrator = (Actor(1, "x", frozenset({name})) for name in ("manager", "administrator"))
    assert may_grant(model, manager, 2, "not_yet") is None
    assert may_grant(model, administrator, 2, "not_yet") is not None
    assert may_hold(model, TECHNICAL, "not_yet") is not None
    assert may_admit(model, manager, 2, []) is None
    assert may_admit(model, administrator, 2, []) is not None


_TECHNICAL_ROLE: Final = next(key for key, role in _ROLES.items() if role.capabilities == {"administer"})
_DATA_ROLE: Final = next(key for key, role in _ROLES.items() if role.entities and not role.capabilities)


@pytest.mark.parametrize(
    ("before", "after", "handed_on"),
    [
        ([], [], False),
        ([], [_DATA_ROLE], False),
        ([], [_TECHNICAL_ROLE], True),
        ([], [_TECHNICAL_ROLE, _DATA_ROLE], True),
        ([_TECHNICAL_ROLE], [_TECHNICAL_ROLE], False),
        ([_TECHNICAL_ROLE], ["administrator"], False),
        ([_TECHNICAL_ROLE], [], True),
        ([_TECHNICAL_ROLE], [_DATA_ROLE], True),
        ([_TECHNICAL_ROLE], [_TECHNICAL_ROLE, _DATA_ROLE], True),
        ([_TECHNICAL_ROLE], [_TECHNICAL_ROLE, "not_yet"], True),
        ([_TECHNICAL_ROLE, _DATA_ROLE], [_TECHNICAL_ROLE], False),
        ([_DATA_ROLE], [], False),
        ([_DATA_ROLE], [_DATA_ROLE, _TECHNICAL_ROLE], False),
    ],
)
def test_an_account_that_comes_into_others_hands_is_known(
    model: Model, before: list[str], after: list[str], *, handed_on: bool
) -> None:
    assert is_handed_on(model, PERSON, before, after) == handed_on
    assert not is_handed_on(model, TECHNICAL, before, after)


@pytest.mark.parametrize("capability", ["administer", "people", "configure"])
def test_a_lent_role_never_gives_what_cannot_be_lent(model: Model, capability: str) -> None:
    """Also where a publish gave the role the capability after it was lent."""
    key = next(key for key, role in _ROLES.items() if role.capabilities == {capability, "export"})
    own = Actor(1, "x", frozenset({key}), grants=(Grant(key, 1),))
    lent = Actor(1, "x", frozenset({key}), grants=(Grant(key, 2, lent_by="Anna"),))
    assert capable(model, own, capability)
    assert not capable(model, lent, capability)
    assert capable(model, lent, "export")


def _ids(site: Site, who: str) -> tuple[int, dict[str, int]]:
    with site.installation.database.read() as connection:
        user = int(connection.execute(select(User.id).where(User.email == email_of(who))).scalar_one())
        roles = {row.name: int(row.id) for row in connection.execute(select(RoleRow.name, RoleRow.id))}
    return user, roles


def _roles(site: Site, who: str) -> frozenset[str]:
    return site.actor(who).roles


@pytest.mark.parametrize(
    ("actor", "subject", "wanted", "words"),
    [
        ("administrator", "administrator", "administrator crm_manager", "seine eigenen Rollen"),
        (_BOTH, _BOTH, "administrator crm_manager sales", "seine eigenen Rollen"),
        ("administrator", "sales", "sales crm_manager", "Benutzer führt"),
        ("administrator", "sales", "", "Benutzer führt"),
        ("administrator", "sales", "sales administrator", None),
        (_BOTH, "sales", "sales crm_manager administrator", None),
    ],
)
def test_the_console_obeys(database_url: str, actor: str, subject: str, wanted: str, words: str | None) -> None:
    site = make_site(database_url, roles=(_BOTH,))
    user, roles = _ids(site, subject)
    before = _roles(site, subject)
    team = site.actor(subject).team_id
    values = {"email": email_of(subject), "name": "Wer", "active": "y", "locale": "de", "version": 1, "team": team}
    form = {**values, "roles": [str(roles[key]) for key in wanted.split()]}
    answer = site.visitor(actor).post(f"/admin/console/users/edit/?id={user}", form)
    assert answer.status_code == (302 if words is None else 422), answer.text
    assert words is None or words in answer.text
    assert _roles(site, subject) == (frozenset(wanted.split()) if words is None else before)
    site.installation.close()


def test_an_administrator_gets_into_no_account_that_sees_data(database_url: str) -> None:
    site = make_site(database_url)
    user, roles = _ids(site, "sales")
    team = site.actor("sales").team_id
    values = {"email": email_of("sales"), "name": "Wer", "active": "y", "locale": "de", "version": 1, "team": team}
    form = {**values, "roles": str(roles["sales"])}
    for detour in ({"new_password": PASSWORD + "x"}, {"email": "mine@example.com"}):
        answer = site.visitor("administrator").post(f"/admin/console/users/edit/?id={user}", {**form, **detour})
        assert answer.status_code == 422
        assert "Benutzer führt" in answer.text
    assert site.visitor().sign_in("sales").status_code == 302
    site.installation.close()

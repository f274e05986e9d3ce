"""A lost phone: who takes somebody's second factors off, who may not, and what it ends."""

from __future__ import annotations

from sqlalchemy import func, select

from app.system.factors import AUTHENTICATOR, RECOVERY
from app.system.tables import Role, User
from tests.functional.people.world import BOTH, World
from tests.functional.security.test_factors import set_up
from tests.support.site import Visitor
from tests.support.staff import PASSWORD


def _left(world: World) -> int:
    with world.site.installation.database.read() as connection:
        tables = (AUTHENTICATOR, RECOVERY)
        return sum(int(connection.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables)


def test_whoever_manages_a_person_takes_his_factors_off(world: World) -> None:
    seller = world.visitor("sales")
    set_up(seller)
    user = world.user("sales")
    manager, url = world.visitor("crm_manager"), f"/people/{user}/factors/remove"
    assert "Wiederherstellungscodes: 10" in manager.get(f"/people/{user}").text
    world.age()
    assert manager.post(url).status_code == 401
    assert _left(world) == 11
    assert manager.post(url, {"_proof": PASSWORD}).status_code == 303
    assert _left(world) == 0
    assert seller.get("/me").location.startswith("/login")
    assert "factor.take_off" in world.audited()
    again = world.site.visitor()
    assert again.sign_in("sales").status_code == 302
    assert again.get("/me").status_code == 200
    assert manager.get(f"/people/{user}").text.count("/factors/remove") == 0


def test_whoever_cant_give_all_roles_takes_nothing_off(world: World) -> None:
    """Neither hand opens the other's accounts; on the page, in the console, and for oneself."""
    owners = {role: world.visitor(role) for role in (BOTH, "administrator", "sales", "crm_manager")}
    for owner in owners.values():
        set_up(owner)
    before, manager, administrator = _left(world), owners["crm_manager"], owners["administrator"]
    for role in (BOTH, "administrator"):
        assert manager.post(f"/people/{world.user(role)}/factors/remove").status_code == 403, role
        assert "/factors/remove" not in manager.get(f"/people/{world.user(role)}").text
    assert manager.post(f"/people/{world.user('crm_manager')}/factors/remove").status_code == 403
    assert owners["sales"].post(f"/people/{world.user('crm_manager')}/factors/remove").status_code == 403
    assert administrator.post(f"/people/{world.user('sales')}/factors/remove").status_code == 403
    for role in ("sales", "crm_manager", "administrator"):
        assert _in_console(world, administrator, role) == 422, role
    assert _left(world) == before
    assert all(owner.get("/me").status_code == 200 for owner in owners.values())


def test_an_administrator_helps_another_one_in_the_console(world: World) -> None:
    other = world.visitor("administrator")
    set_up(other)
    helper = world.visitor(BOTH)
    assert _in_console(world, helper, "administrator") == 302
    assert _left(world) == 0
    assert other.get("/me").location.startswith("/login")


def _in_console(world: World, visitor: Visitor, role: str) -> int:
    """Save a user as he is, but for his factors; return the answer's status."""
    user = world.user(role)
    with world.site.installation.database.read() as connection:
        row = connection.execute(select(User.__table__).where(User.id == user)).one()
        key = connection.execute(select(Role.id).where(Role.name == role)).scalar_one()
    given = {
        "email": row.email, "name": row.name, "locale": row.locale, "version": row.version, "team": row.team_id,
        "active": "y", "roles": key, "factors_off": "y",
    }  # fmt: skip
    return visitor.post(f"/admin/console/users/edit/?id={user}", given).status_code

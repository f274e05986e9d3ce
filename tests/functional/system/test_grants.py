"""The roles that somebody acts in: his own with area and end, lent ones, each with its teams, in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from app.access.actor import Actor, Grant
from app.storage.database import Database, open_database
from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.install import create_schema
from app.system.people import actor_and_head, create_user, ensure_team
from app.system.tables import Role, Team, User, UserRole, now, table_of

_DAY = timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield a database with the fixed tables."""
    opened = open_database(database_url, create=True)
    create_schema(opened)
    yield opened
    opened.close()


def _actor(connection: Connection, user: int) -> Actor:
    actor, _ = actor_and_head(connection, user)
    assert actor is not None
    return actor


def _role(connection: Connection, key: str) -> int:
    return int(connection.execute(select(Role.id).where(Role.name == key)).scalar_one())


def _give(connection: Connection, user: int, role: str, **values: Any) -> None:
    """Change what is said about a role that somebody has."""
    held = (UserRole.user_id == user) & (UserRole.role_id == _role(connection, role))
    connection.execute(update(table_of(UserRole)).where(held).values(**values))


def _tree(connection: Connection, parents: Mapping[str, str | None]) -> dict[str, int]:
    ids = {name: ensure_team(connection, name) for name in parents}
    for name, parent in parents.items():
        connection.execute(update(Team).where(Team.id == ids[name]).values(parent_id=ids.get(parent or "")))
    return ids


def _lend(connection: Connection, who: int, to: int, *roles: str, starts: datetime, ends: datetime) -> None:
    values = {"from_id": who, "to_id": to, "starts_at": starts, "ends_at": ends, "reason": "", "created_at": now()}
    made = connection.execute(DELEGATION.insert().returning(DELEGATION.c.id), values).scalar_one()
    for role in roles:
        connection.execute(DELEGATION_ROLE.insert(), {"delegation_id": made, "role_id": _role(connection, role)})


def test_a_team_stands_for_itself_and_all_below_it(database: Database) -> None:
    with database.write() as connection:
        teams = _tree(connection, {"Vertrieb": None, "Süd": "Vertrieb", "Ulm": "Süd", "Service": None})
        chief = create_user(connection, "c@example.org", None, "Chefin", ["sales"], "Vertrieb")
        clerk = create_user(connection, "k@example.org", None, "Kim", ["sales"], "Ulm")
        below = tuple(sorted(teams[name] for name in ("Vertrieb", "Süd", "Ulm")))
        assert _actor(connection, chief).grants == (Grant("sales", chief, teams["Vertrieb"], below),)
        assert _actor(connection, clerk).grants == (Grant("sales", clerk, teams["Ulm"], (teams["Ulm"],)),)


def test_teams_that_lie_below_each_other_come_to_an_end(database: Database) -> None:
    with database.write() as connection:
        teams = _tree(connection, {"A": "B", "B": "A"})
        user = create_user(connection, "a@example.org", None, "A", ["sales"], "A")
        assert _actor(connection, user).grants[0].team_ids == tuple(sorted(teams.values()))


def test_an_area_takes_the_place_of_the_team_for_its_role_only(database: Database) -> None:
    with database.write() as connection:
        teams = _tree(connection, {"Service": None, "Werkstatt": "Service", "Vertrieb": None})
        user = create_user(connection, "l@example.org", None, "Lotse", ["key_user", "sales"], "Vertrieb")
        _give(connection, user, "key_user", area_team_id=teams["Service"])
        area, own = _actor(connection, user).grants
        assert (area.role, area.team_id, set(area.team_ids)) == (
            "key_user",
            teams["Service"],
            {teams["Service"], teams["Werkstatt"]},
        )
        assert own == Grant("sales", user, teams["Vertrieb"], (teams["Vertrieb"],))


def test_a_role_with_an_end_ends(database: Database) -> None:
    with database.write() as connection:
        user = create_user(connection, "e@example.org", None, "E", ["sales", "service"])
        _give(connection, user, "sales", until=now() + _DAY)
        assert _actor(connection, user).roles == {"sales", "service"}
        _give(connection, user, "sales", until=now() - _DAY)
        assert _actor(connection, user).roles == {"service"}


def test_a_lent_role_means_its_lender_while_it_lasts(database: Database) -> None:
    with database.write() as connection:
        lender = create_user(connection, "v@example.org", None, "Vera", ["sales", "service"], "Süd")
        borrower = create_user(connection, "b@example.org", None, "Ben", ["sales"], "Nord")
        nord, south = ensure_team(connection, "Nord"), ensure_team(connection, "Süd")
        mine = Grant("sales", borrower, nord, (nord,))
        _lend(connection, lender, borrower, "service", starts=now() - 2 * _DAY, ends=now() - _DAY)
        _lend(connection, lender, borrower, "service", starts=now() + _DAY, ends=now() + 2 * _DAY)
        assert _actor(connection, borrower).grants == (mine,)
        _lend(connection, lender, borrower, "sales", starts=now() - _DAY, ends=now() + _DAY)
        assert _actor(connection, borrower).grants == (mine, Grant("sales", lender, south, (south,), "Vera"))
        assert _actor(connection, lender).roles == {"sales", "service"}


@pytest.mark.parametrize("loss", ["role", "end", "inactive"])
def test_what_a_lender_loses_the_borrower_loses(database: Database, loss: str) -> None:
    with database.write() as connection:
        lender = create_user(connection, "v@example.org", None, "Vera", ["sales"])
        borrower = create_user(connection, "b@example.org", None, "Ben", [])
        _lend(connection, lender, borrower, "sales", starts=now() - _DAY, ends=now() + _DAY)
        assert _actor(connection, borrower).roles == {"sales"}
        if loss == "role":
            connection.execute(table_of(UserRole).delete().where(UserRole.user_id == lender))
        elif loss == "end":
            _give(connection, lender, "sales", until=now() - _DAY)
        else:
            connection.execute(update(User).where(User.id == lender).values(active=False))
        assert _actor(connection, borrower).grants == ()


def test_what_was_lent_cannot_be_lent_on(database: Database) -> None:
    with database.write() as connection:
        first, second, third = (
            create_user(connection, f"{n}@example.org", None, f"P{n}", ["sales"] if n == 1 else []) for n in (1, 2, 3)
        )
        for who, to in ((first, second), (second, third)):
            _lend(connection, who, to, "sales", starts=now() - _DAY, ends=now() + _DAY)
        assert _actor(connection, second).roles == {"sales"}
        assert _actor(connection, third).roles == frozenset()


def test_all_of_it_is_one_statement(database: Database) -> None:
    with database.write() as connection:
        _tree(connection, {"A": None, "B": "A"})
        lender = create_user(connection, "v@example.org", None, "Vera", ["sales", "service"], "A")
        user = create_user(connection, "b@example.org", None, "Ben", ["sales", "boss"], "A")
        _lend(connection, lender, user, "sales", "service", starts=now() - _DAY, ends=now() + _DAY)
    statements: list[str] = []
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        assert len(_actor(connection, user).grants) == 4
    assert len(statements) == 1

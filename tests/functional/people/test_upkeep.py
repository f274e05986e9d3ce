"""What has expired is taken away, piece by piece; what is in use stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from app.cli.serving import UPKEEP_TASKS
from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.password_links import PASSWORD_LINK
from app.system.sessions import IDLE, LONGEST, SESSION
from app.system.tables import now
from app.system.upkeep import run_due
from tests.functional.people.world import World


def _count(world: World, table: Table) -> int:
    with world.site.installation.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (timedelta(0), (2, 1, 1, 1)),
        (IDLE + timedelta(minutes=1), (0, 1, 1, 1)),
        (LONGEST + timedelta(minutes=1), (0, 1, 1, 1)),
        (timedelta(hours=49), (0, 0, 1, 1)),
        (timedelta(days=12), (0, 0, 0, 0)),
    ],
)
def test_what_has_expired_is_taken_away(world: World, later: timedelta, left: tuple[int, ...]) -> None:
    manager, lender = world.visitor("crm_manager"), world.visitor("sales")
    assert manager.post(f"/people/{world.user('service')}/link").status_code == 200
    until = (now() + timedelta(days=9)).date().isoformat()
    loan = {"to": world.user("service"), "roles": "sales", "until": until}
    assert lender.post("/me/delegation", loan).status_code == 303
    done = run_due(world.site.installation.database, UPKEEP_TASKS, now() + later)
    assert set(done) == {task.name for task in UPKEEP_TASKS}
    found = tuple(_count(world, table) for table in (SESSION, PASSWORD_LINK, DELEGATION, DELEGATION_ROLE))
    assert found == left

"""The users of the demo company: one for each role, so that everybody can see the product with other eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from app.language import Label
from app.meta.model import Model
from app.system.people import create_user, ensure_team
from app.system.tables import User
from app.web.passwords import hashed

#: The same for everybody, shown on the sign-in page in demo mode only.
DEMO_PASSWORD: Final = "neckarwerk-demo"  # noqa: S105  no secret: it is shown on the sign-in page


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody of the demo company who can sign in.

    Args:
        email: what he signs in with.
        name: what colleagues call him.
        roles: keys of his roles; one that the configuration lacks is left out.
        team: name of his team.
        label: what he does, for the sign-in page.
        shown: whether the sign-in page offers him; one for each role is enough there.
    """

    email: str
    name: str
    roles: tuple[str, ...]
    team: str
    label: Label
    shown: bool = True


_SALES = Label("Vertrieb", "Sales")
_SERVICE = Label("Service", "Service")

DEMO_USERS: Final[tuple[DemoUser, ...]] = (
    DemoUser("anna.berger@neckarwerk.example", "Anna Berger", ("sales",), "Vertrieb", _SALES),
    DemoUser("tobias.kuehn@neckarwerk.example", "Tobias Kühn", ("sales",), "Vertrieb", _SALES, shown=False),
    DemoUser("elif.demir@neckarwerk.example", "Elif Demir", ("sales",), "Vertrieb", _SALES, shown=False),
    DemoUser(
        "sabine.vogt@neckarwerk.example",
        "Sabine Vogt",
        ("inside_sales",),
        "Innendienst",
        Label("Innendienst", "Inside sales"),
    ),
    DemoUser("uwe.hahn@neckarwerk.example", "Uwe Hahn", ("service",), "Service", _SERVICE),
    DemoUser("piotr.nowak@neckarwerk.example", "Piotr Nowak", ("service",), "Service", _SERVICE, shown=False),
    DemoUser(
        "jana.stein@neckarwerk.example", "Jana Stein", ("marketing",), "Marketing", Label("Marketing", "Marketing")
    ),
    DemoUser(
        "rainer.graf@neckarwerk.example",
        "Rainer Graf",
        ("management", "sponsor"),
        "Geschäftsführung",
        Label("Geschäftsführung", "Management"),
    ),
    DemoUser(
        "katrin.lorenz@neckarwerk.example",
        "Katrin Lorenz",
        ("crm_manager", "project_lead"),
        "Innendienst",
        Label("CRM-Manager und Projektleitung", "CRM manager and project lead"),
    ),
    DemoUser(
        "florian.beck@neckarwerk.example",
        "Florian Beck",
        ("key_user", "service"),
        "Service",
        Label("Lotse im Service", "Key user in service"),
    ),
    DemoUser(
        "monika.sauer@neckarwerk.example",
        "Monika Sauer",
        ("privacy",),
        "Geschäftsführung",
        Label("Datenschutz", "Data protection"),
    ),
    DemoUser(
        "admin@neckarwerk.example",
        "Sven Richter",
        ("administrator",),
        "Technik",
        Label("Administrator (Technik)", "Administrator (technical)"),
    ),
)


def make_people(connection: Connection, model: Model) -> tuple[Mapping[str, Sequence[int]], Mapping[str, int]]:
    """Create the demo users and their teams, as far as they aren't there.

    Args:
        connection: an open transaction.
        model: says which roles there are.

    Returns:
        The users' ids by role, and the teams' ids by name.
    """
    table = User.__table__
    known = {row.email: int(row.id) for row in connection.execute(select(table.c.email, table.c.id))}
    teams = {name: ensure_team(connection, name) for name in dict.fromkeys(user.team for user in DEMO_USERS)}
    password = hashed(DEMO_PASSWORD)
    staff: dict[str, list[int]] = {}
    for user in DEMO_USERS:
        roles = [role for role in user.roles if role in model.roles]
        row_id = known.get(user.email)
        if row_id is None:
            row_id = create_user(connection, user.email, password, user.name, roles, team=user.team)
        for role in roles:
            staff.setdefault(role, []).append(row_id)
    return staff, teams

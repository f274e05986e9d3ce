"""Ways to look at the people of a site."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select, update

from app.access.actor import Actor
from app.system.people import actor_and_head
from app.system.sessions import FRESH, SESSION, open_sessions
from app.system.tables import AuditEntry, Role, Team, User, now
from tests.support.site import Site, Visitor
from tests.support.staff import email_of

BOTH: Final = "crm_manager+administrator"


@dataclass(frozen=True, slots=True)
class World:
    """A site, with short words for what its tests ask."""

    site: Site

    def visitor(self, role: str) -> Visitor:
        """Return somebody signed in."""
        return self.site.visitor(role)

    def user(self, role: str) -> int:
        """Return the id of the person with a role."""
        return self.user_by(email_of(role))

    def user_by(self, email: str) -> int:
        """Return the id of the user with an address."""
        with self.site.installation.database.read() as connection:
            return int(connection.execute(select(User.id).where(User.email == email)).scalar_one())

    def column(self, user_id: int, name: str) -> Any:
        """Return what is stored of a user."""
        with self.site.installation.database.read() as connection:
            return connection.execute(select(getattr(User, name)).where(User.id == user_id)).scalar_one()

    def actor(self, user_id: int) -> Actor:
        """Return a user as an actor."""
        with self.site.installation.database.read() as connection:
            actor, _ = actor_and_head(connection, user_id)
        assert actor is not None
        return actor

    def team(self, name: str) -> int:
        """Return the id of a team."""
        with self.site.installation.database.read() as connection:
            return int(connection.execute(select(Team.id).where(Team.name == name)).scalar_one())

    def sessions(self, user_id: int) -> int:
        """Return how many sessions somebody has open."""
        with self.site.installation.database.read() as connection:
            return len(open_sessions(connection, user_id, now()))

    def audited(self) -> list[str]:
        """Return what was written down."""
        with self.site.installation.database.read() as connection:
            return list(connection.execute(select(AuditEntry.action).order_by(AuditEntry.id)).scalars())

    def console(self, visitor: Visitor, user: int, *roles: str, **changes: object) -> int:
        """Save a user in the console as he is, with these roles and changes; returns the answer's status."""
        with self.site.installation.database.read() as connection:
            known = {row.name: str(row.id) for row in connection.execute(select(Role.name, Role.id))}
            row = connection.execute(select(User.__table__).where(User.id == user)).one()
        stored = {
            "email": row.email, "name": row.name, "locale": row.locale, "version": row.version,
            "team": row.team_id or "__None", **({"active": "y"} if row.active else {}),
        }  # fmt: skip
        form = {**stored, "roles": [known[key] for key in roles], **changes}
        given = {name: value for name, value in form.items() if value is not None}
        return visitor.post(f"/admin/console/users/edit/?id={user}", given).status_code

    def age(self) -> None:
        """Make the proofs of all open sessions too old."""
        with self.site.installation.database.write() as connection:
            connection.execute(update(SESSION).values(fresh_at=now() - FRESH - timedelta(seconds=1)))


def fields(page: str, action: str) -> dict[str, object]:
    """Return what the form with an action would send: its inputs, ticked boxes and chosen options."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, action
    found: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form[1]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = 'type="checkbox"' not in tag or " checked" in tag
        if name is not None and ticked and " disabled" not in tag:
            found[name[1]] = html.unescape(value[1] if value else "")
    for head, body in re.findall(r"<select([^>]*)>(.*?)</select>", form[1], re.DOTALL):
        name = re.search(r'name="([^"]+)"', head)
        chosen = re.search(r'value="([^"]*)"(?: lang="[^"]*")? selected', body)
        if name is not None and " disabled" not in head:
            found[name[1]] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found

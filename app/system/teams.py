"""Teams: a tree of names. "Team tree" in a role means a team and everything below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from app.access.actor import Actor
from app.access.granting import may_hang
from app.errors import DataErrors, FieldError, InvalidData
from app.language import Label
from app.meta.model import Model
from app.system import audit
from app.system.seen import count_up
from app.system.sessions import end_all
from app.system.tables import Team, User, UserRole, table_of

_TEAM: Final = table_of(Team)
_USER: Final = table_of(User)
_USER_ROLE: Final = table_of(UserRole)
_LONGEST: Final = 200

_NO_NAME: Final = Label(
    "Der Name fehlt oder ist länger als {most} Zeichen. Schreiben Sie, wie das Team heißt.",
    "The name is missing or longer than {most} characters. Write what the team is called.",
)
_TAKEN: Final = Label(
    "Ein Team dieses Namens gibt es schon. Wählen Sie einen anderen.",
    "There is a team of this name already. Choose another.",
)
_NO_PARENT: Final = Label(
    "Dieses Team gibt es nicht. Wählen Sie ein anderes.", "There is no such team. Choose another."
)
_CIRCLE: Final = Label(
    "Ein Team kann nicht unter sich selbst liegen. Wählen Sie eines, das nicht zu ihm gehört.",
    "A team can't lie below itself. Choose one that doesn't belong to it.",
)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the tree.

    Args:
        id: its id.
        name: what it is called.
        parent_id: the team that it belongs to, or None.
        version: counted up by every change.
        depth: how many teams are above it.
        members: how many active users it has, without those of the teams below.
    """

    id: int
    name: str
    parent_id: int | None
    version: int
    depth: int = 0
    members: int = 0


def teams(connection: Connection) -> tuple[TeamRow, ...]:
    """Return all teams, each followed by those below it, by name."""
    counted = select(_USER.c.team_id, func.count().label("members")).group_by(_USER.c.team_id)
    counted = counted.where(_USER.c.active.is_(True))
    members = {row.team_id: row.members for row in connection.execute(counted)}
    below: dict[int | None, list[TeamRow]] = {}
    asked = select(_TEAM.c.id, _TEAM.c.name, _TEAM.c.parent_id, _TEAM.c.version).order_by(_TEAM.c.name, _TEAM.c.id)
    for row in connection.execute(asked):
        below.setdefault(row.parent_id, []).append(TeamRow(*row, members=members.get(row.id, 0)))
    found: list[TeamRow] = []
    waiting = [(one, 0) for one in reversed(below.pop(None, []))]
    while waiting:
        team, depth = waiting.pop()
        found.append(TeamRow(team.id, team.name, team.parent_id, team.version, depth, team.members))
        waiting += [(one, depth + 1) for one in reversed(below.pop(team.id, []))]
    # Teams that lie below each other hang on no root; they are shown, so that somebody can set them right.
    found += [one for several in below.values() for one in several]
    return tuple(found)


def create(connection: Connection, actor: Actor, name: str, parent_id: int | None) -> int:
    """Make a team.

    Raises:
        InvalidData: something speaks against it.
    """
    name = _checked(connection, None, name, parent_id)
    made = _TEAM.insert().values(name=name, parent_id=parent_id).returning(_TEAM.c.id)
    try:
        with connection.begin_nested():
            team_id = int(connection.execute(made).scalar_one())
    except IntegrityError as taken:
        raise _wrong("name", "team.taken", _TAKEN) from taken
    audit.append(connection, actor, "team.create", name, {"team": team_id, "parent": parent_id})
    return team_id


def change(
    connection: Connection,
    model: Model,
    actor: Actor,
    stored: TeamRow,
    name: str,
    parent_id: int | None,
    version: int,
) -> None:
    """Rename a team or hang it below another; who sees other records then has to sign in again.

    Raises:
        Conflict: somebody else has changed it since.
        InvalidData: something speaks against it.
    """
    # Two who hang teams below each other at the same time would make a circle that neither could see.
    everyone = connection.execute(select(_TEAM.c.id).order_by(_TEAM.c.id).with_for_update()).scalars().all()
    assert stored.id in everyone
    count_up(connection, _TEAM, stored.id, version)
    name = _checked(connection, stored.id, name, parent_id)
    moved = parent_id != stored.parent_id
    refused = _refusal(connection, model, actor, stored.id, parent_id) if moved else None
    if refused is not None:
        raise _wrong("parent", "team.own", refused)
    concerned = _concerned(connection, stored.id, stored.parent_id, parent_id) if moved else set()
    try:
        with connection.begin_nested():
            connection.execute(update(_TEAM).where(_TEAM.c.id == stored.id).values(name=name, parent_id=parent_id))
    except IntegrityError as taken:
        raise _wrong("name", "team.taken", _TAKEN) from taken
    for user_id in concerned - {actor.id}:
        end_all(connection, user_id)
    audit.append(connection, actor, "team.update", name, {"team": stored.id, "parent": parent_id, "was": stored.name})


def _refusal(connection: Connection, model: Model, actor: Actor, team_id: int, parent_id: int | None) -> Label | None:
    """Return why somebody may not hang a team below another, or None where he may."""
    parents = _parents(connection)
    moved = [team for team in parents if team_id in _upwards(parents, team)]
    return may_hang(model, actor, moved, _upwards(parents, parent_id))


def _concerned(connection: Connection, *team_ids: int | None) -> set[int]:
    """Return the users whose teams, or areas, are these or lie above them."""
    parents = _parents(connection)
    above = {one for team in team_ids if team is not None for one in _upwards(parents, team)}
    users = connection.execute(select(_USER.c.id).where(_USER.c.team_id.in_(above))).scalars()
    areas = connection.execute(select(_USER_ROLE.c.user_id).where(_USER_ROLE.c.area_team_id.in_(above))).scalars()
    return {*users, *areas}


def _parents(connection: Connection) -> dict[int, int | None]:
    return {row.id: row.parent_id for row in connection.execute(select(_TEAM.c.id, _TEAM.c.parent_id))}


def _upwards(parents: dict[int, int | None], team: int | None) -> list[int]:
    """Return a team and those above it, each once."""
    found: list[int] = []
    while team is not None and team not in found:
        found.append(team)
        team = parents.get(team)
    return found


def _checked(connection: Connection, team_id: int | None, name: str, parent_id: int | None) -> str:
    """Return the name as it is stored.

    Raises:
        InvalidData: something speaks against it.
    """
    found: dict[str, tuple[FieldError, ...]] = {}
    name, parents = name.strip(), _parents(connection)
    if not name.isprintable() or not 0 < len(name) <= _LONGEST:
        found["name"] = (FieldError("team.name", _NO_NAME.format(most=_LONGEST)),)
    elif connection.execute(select(_TEAM.c.id).where(_TEAM.c.name == name)).scalar() not in (None, team_id):
        found["name"] = (FieldError("team.taken", _TAKEN),)
    if parent_id is not None and parent_id not in parents:
        found["parent"] = (FieldError("team.parent", _NO_PARENT),)
    elif team_id is not None and team_id in _upwards(parents, parent_id):
        found["parent"] = (FieldError("team.circle", _CIRCLE),)
    if found:
        raise InvalidData(DataErrors(found))
    return name


def _wrong(name: str, code: str, message: Label) -> InvalidData:
    return InvalidData(DataErrors({name: (FieldError(code, message),)}))

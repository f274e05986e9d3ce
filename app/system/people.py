"""The people who work with the product: made, found, and turned into actors."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from app.access.actor import Actor
from app.language import DEFAULT_LOCALE, LOCALES, Locale
from app.system.tables import Head, Role, Team, User, UserRole, now, table_of

_USER: Final = table_of(User)
_ROLE: Final = table_of(Role)
_TEAM: Final = table_of(Team)
_USER_ROLE: Final = table_of(UserRole)
_HEAD: Final = table_of(Head)


def with_head(key: Any, value: Any) -> Select[Any]:
    """Build the one statement that a request starts with: who asks, and which configuration is in force.

    Args:
        key: a column of the user's.
        value: what it has to be.
    """
    roles = (
        select(func.aggregate_strings(_ROLE.c.name, ","))
        .select_from(_USER_ROLE.join(_ROLE, _ROLE.c.id == _USER_ROLE.c.role_id))
        .where(_USER_ROLE.c.user_id == _USER.c.id)
        .scalar_subquery()
    )
    source = _HEAD.outerjoin(_USER, and_(key == value, _USER.c.active.is_(True)))
    user = [_USER.c[name] for name in ("id", "name", "email", "team_id", "locale", "theme", "density")]
    return select(_HEAD.c.revision_id, *user, roles.label("roles")).select_from(source)


_BY_UNIQUIFIER: Final = with_head(_USER.c.fs_uniquifier, bindparam("who"))
_BY_ID: Final = with_head(_USER.c.id, bindparam("who"))


def actor_and_head(connection: Connection, who: str | int | None) -> tuple[Actor | None, int | None]:
    """Return who asks and the id of the revision in force, in one statement.

    Args:
        connection: an open transaction.
        who: the user's `fs_uniquifier` or id; None for nobody.

    Returns:
        The actor, or None where there is no such active user; the head revision, or None before the first publish.
    """
    statement = _BY_ID if isinstance(who, int) else _BY_UNIQUIFIER
    row = connection.execute(statement, {"who": who}).mappings().one()
    return (None if row["id"] is None else actor_of(row)), row["revision_id"]


def actor_of(row: RowMapping) -> Actor:
    """Return whom a row of `with_head` is about."""
    locale: Locale = next((one for one in LOCALES if one == row["locale"]), DEFAULT_LOCALE)
    return Actor(
        id=row["id"],
        name=row["name"],
        roles=frozenset((row["roles"] or "").split(",")) - {""},
        email=row["email"],
        team_id=row["team_id"],
        locale=locale,
        theme=row["theme"],
        density=row["density"],
    )


def create_user(
    connection: Connection,
    email: str,
    password: str | None,
    name: str,
    roles: Iterable[str],
    team: str | None = None,
    locale: Locale = DEFAULT_LOCALE,
) -> int:
    """Make a user.

    Args:
        connection: an open transaction; the caller commits it.
        email: what he signs in with.
        password: already hashed, or None for somebody who can't sign in by password.
        name: what colleagues call him.
        roles: keys of roles; unknown ones are made.
        team: name of his team, made where it is missing.
        locale: the language he reads.

    Returns:
        The user's id.
    """
    values = {
        "email": email.strip().lower(),
        "password": password,
        "name": name,
        "active": True,
        "fs_uniquifier": secrets.token_hex(16),
        "team_id": None if team is None else ensure_team(connection, team),
        "locale": locale,
        "theme": "auto",
        "density": "normal",
        "created_at": now(),
        "updated_at": now(),
    }
    user_id = int(connection.execute(_USER.insert().returning(_USER.c.id), values).scalar_one())
    keys = tuple(dict.fromkeys(roles))
    sync_roles(connection, dict.fromkeys(keys, None))
    ids = connection.execute(select(_ROLE.c.id).where(_ROLE.c.name.in_(keys))).scalars().all()
    if ids:
        connection.execute(_USER_ROLE.insert(), [{"user_id": user_id, "role_id": role_id} for role_id in ids])
    return user_id


def ensure_team(connection: Connection, name: str) -> int:
    """Return the id of a team, made where it is missing."""
    found = connection.execute(select(_TEAM.c.id).where(_TEAM.c.name == name)).scalar_one_or_none()
    if found is not None:
        return int(found)
    return int(connection.execute(_TEAM.insert().returning(_TEAM.c.id), {"name": name}).scalar_one())


def sync_roles(connection: Connection, roles: Mapping[str, str | None]) -> None:
    """Make a row for each role that has none, so that people can be given it; no row is ever taken away.

    Args:
        connection: an open transaction.
        roles: descriptions by the role's key.
    """
    rows = [{"name": name, "description": description} for name, description in sorted(roles.items())]
    if not rows:
        return
    insert = insert_sqlite(_ROLE) if connection.dialect.name == "sqlite" else insert_postgresql(_ROLE)
    connection.execute(insert.on_conflict_do_nothing(index_elements=["name"]), rows)

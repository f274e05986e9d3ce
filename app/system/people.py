"""The people who work with the product: made, found, and turned into actors."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CTE,
    Connection,
    RowMapping,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from app.access.actor import Actor, Grant
from app.language import DEFAULT_LOCALE, LOCALES, Locale
from app.storage.types import TEXT, UtcDateTime
from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.factors import has_one
from app.system.head import HEAD, head_column, is_held, note
from app.system.level import require_level
from app.system.sessions import SESSION, Session, hash_of
from app.system.tables import Installation, Role, Team, User, UserRole, now, table_of

_USER: Final = table_of(User)
_ROLE: Final = table_of(Role)
_TEAM: Final = table_of(Team)
_USER_ROLE: Final = table_of(UserRole)
_NOW: Final = bindparam("now", type_=UtcDateTime)
#: Part of the statement's text: a separator given as a value is written into it anew for every request.
_COMMA: Final[Any] = literal_column("','")
ME: Final = tuple(_USER.c[name] for name in ("id", "name", "email", "team_id", "locale", "theme", "density"))
_SESSION_COLUMNS: Final = tuple(Session.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Asking:
    """The one statement that a request starts with, for requests that only read and for those that may write.

    It gives one row for each grant, and one row without a grant where there is none.
    """

    reading: Select[Any]
    holding: Select[Any]


def asked_by(me: CTE) -> Asking:
    """Build the statement that a request starts with: who asks, in which roles, which configuration is in force.

    Args:
        me: at most one row: the user who asks, and his session.
    """
    return Asking(_asked_by(me, holding=False), _asked_by(me, holding=True))


def _asked_by(me: CTE, *, holding: bool) -> Select[Any]:
    grants = _grants(me)
    tops = select(grants.c.team_id.label("top"), grants.c.team_id.label("team")).where(grants.c.team_id.is_not(None))
    tree = tops.distinct().cte("tree", recursive=True)
    # A union without doubles: should two teams ever lie below each other, it ends all the same.
    tree = tree.union(select(tree.c.top, _TEAM.c.id).where(_TEAM.c.parent_id == tree.c.team))
    below = (
        select(func.aggregate_strings(cast(tree.c.team, Text), _COMMA))
        .where(tree.c.top == grants.c.team_id)
        .scalar_subquery()
    )
    level = select(table_of(Installation).c.schema_version).scalar_subquery().label("level")
    source = HEAD.outerjoin(me, true()).outerjoin(grants, true())
    scope = (grants.c.user_id.label("scope_user"), grants.c.team_id.label("scope_team"), below.label("teams"))
    head = head_column(holding=holding).label("revision_id")
    held = (grants.c.role, grants.c.lent_by, grants.c.until)
    return select(head, level, *me.c, *held, *scope).select_from(source)


def _grants(me: CTE) -> CTE:
    """Build the roles that somebody acts in: his own ones that haven't run out, and those lent to him just now."""
    lender, lent = _USER.alias("lender"), _USER_ROLE.alias("lent")
    valid = or_(_USER_ROLE.c.until.is_(None), _USER_ROLE.c.until > _NOW)
    own = (
        select(
            _ROLE.c.name.label("role"),
            me.c.id.label("user_id"),
            func.coalesce(_USER_ROLE.c.area_team_id, me.c.team_id).label("team_id"),
            cast(null(), TEXT).label("lent_by"),
            _USER_ROLE.c.until,
        )
        .select_from(
            me.join(_USER_ROLE, _USER_ROLE.c.user_id == me.c.id).join(_ROLE, _ROLE.c.id == _USER_ROLE.c.role_id)
        )
        .where(valid)
    )
    ends = case((lent.c.until < DELEGATION.c.ends_at, lent.c.until), else_=DELEGATION.c.ends_at)
    borrowed = (
        select(_ROLE.c.name, lender.c.id, func.coalesce(lent.c.area_team_id, lender.c.team_id), lender.c.name, ends)
        .select_from(
            me.join(DELEGATION, DELEGATION.c.to_id == me.c.id)
            .join(lender, and_(lender.c.id == DELEGATION.c.from_id, lender.c.active.is_(True)))
            .join(DELEGATION_ROLE, DELEGATION_ROLE.c.delegation_id == DELEGATION.c.id)
            .join(lent, and_(lent.c.user_id == lender.c.id, lent.c.role_id == DELEGATION_ROLE.c.role_id))
            .join(_ROLE, _ROLE.c.id == lent.c.role_id)
        )
        .where(DELEGATION.c.starts_at <= _NOW, DELEGATION.c.ends_at > _NOW)
        .where(or_(lent.c.until.is_(None), lent.c.until > _NOW))
    )
    return union_all(own, borrowed).cte("grants")


def _by_session() -> Asking:
    open_one = and_(SESSION.c.token_hash == bindparam("who"), SESSION.c.expires_at > _NOW, SESSION.c.idle_at > _NOW)
    columns = [SESSION.c[name].label(f"session_{name}") for name in _SESSION_COLUMNS]
    source = SESSION.join(_USER, _USER.c.id == SESSION.c.user_id)
    factor = has_one(_USER.c.id).label("has_factor")
    me = select(*ME, *columns, factor).select_from(source).where(open_one, _USER.c.active.is_(True))
    return asked_by(me.cte("me"))


_BY_SESSION: Final = _by_session()
_BY_ID: Final = asked_by(select(*ME).where(_USER.c.id == bindparam("who"), _USER.c.active.is_(True)).cte("me"))


@dataclass(frozen=True, slots=True)
class Asker:
    """What a request learns with its first statement.

    Args:
        actor: who asks, or None where nobody is signed in.
        head: the revision in force, or None before the first publish.
        session: his session, or None.
        has_factor: whether he has set up a second factor.
    """

    actor: Actor | None
    head: int | None
    session: Session | None = None
    has_factor: bool = False


def answers(connection: Connection, asking: Asking, given: Mapping[str, Any]) -> Sequence[RowMapping]:
    """Return the rows of a statement that `asked_by` built; whoever may write keeps the configuration in force.

    Args:
        connection: an open transaction.
        asking: who asks.
        given: its parameters.

    Raises:
        CannotStart: the tables have been brought to another version than this program's since it started.
    """
    holding = is_held(connection)
    rows = connection.execute(asking.holding if holding else asking.reading, given).mappings().all()
    require_level(rows[0]["level"])
    if holding:
        note(connection, rows[0]["revision_id"])
    return rows


def asker(connection: Connection, token: str | None) -> Asker:
    """Return who asks, with his session and the revision in force, in one statement.

    Args:
        connection: an open transaction.
        token: the session's token out of the cookie; None for nobody.
    """
    given = {"who": None if token is None else hash_of(token), "now": now()}
    rows = answers(connection, _BY_SESSION, given)
    if rows[0]["id"] is None:
        return Asker(None, rows[0]["revision_id"])
    session = Session(**{name: rows[0][f"session_{name}"] for name in _SESSION_COLUMNS})
    return Asker(actor_of(rows), rows[0]["revision_id"], session, bool(rows[0]["has_factor"]))


def actor_and_head(connection: Connection, who: int | None) -> tuple[Actor | None, int | None]:
    """Return a user as an actor and the id of the revision in force, in one statement.

    Args:
        connection: an open transaction.
        who: the user's id; None for nobody.

    Returns:
        The actor, or None where there is no such active user; the head revision, or None before the first publish.
    """
    rows = answers(connection, _BY_ID, {"who": who, "now": now()})
    return (None if rows[0]["id"] is None else actor_of(rows)), rows[0]["revision_id"]


def actor_of(rows: Sequence[RowMapping]) -> Actor:
    """Return whom the rows of `asked_by` are about; one row for each of his grants."""
    row = rows[0]
    locale: Locale = next((one for one in LOCALES if one == row["locale"]), DEFAULT_LOCALE)
    grants = _grants_of(rows)
    return Actor(
        id=row["id"],
        name=row["name"],
        roles=frozenset(grant.role for grant in grants),
        email=row["email"],
        team_id=row["team_id"],
        locale=locale,
        theme=row["theme"],
        density=row["density"],
        grants=tuple(sorted(grants, key=lambda grant: (grant.role, grant.lent_by is not None, grant.user_id or 0))),
    )


def _grants_of(rows: Sequence[RowMapping]) -> set[Grant]:
    """Return the grants of somebody, each once: what is lent twice lasts as long as the longer of the two."""
    found: dict[Grant, Grant] = {}
    for grant in (_grant(one) for one in rows if one["role"] is not None):
        known = found.get(grant)
        if known is None or (known.until is not None and (grant.until is None or grant.until > known.until)):
            found[grant] = grant
    return set(found.values())


def _grant(row: RowMapping) -> Grant:
    teams = tuple(sorted(int(team) for team in (row["teams"] or "").split(",") if team))
    return Grant(row["role"], row["scope_user"], row["scope_team"], teams, row["lent_by"], row["until"])


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

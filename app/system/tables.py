"""The fixed tables, mapped to classes: people, teams, roles, revisions, documents, audit.

Flask-Security and Flask-Admin want mapped classes; the product's own statements use the tables beneath them.
Records of the company's entities have no classes: their tables come out of the documents.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.storage.ledger import FIXED, LEDGER
from app.storage.types import ID, JSON_VALUE, TEXT, UtcDateTime


def now() -> datetime:
    """Return the time as it is stored: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """What every mapped class of the product derives from."""

    metadata = FIXED
    type_annotation_map = {str: TEXT, datetime: UtcDateTime}


def table_of(mapped: type[Base]) -> Table:
    """Return the table of a mapped class, for statements that need no objects."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


class Installation(Base):
    """One row: which version of the fixed tables this database has."""

    __tablename__ = "sys_installation"

    id: Mapped[int] = mapped_column(Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False)
    schema_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Team(Base):
    """A group of people that records may belong to."""

    __tablename__ = "sys_team"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_team.id"), index=True)
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1)

    def __str__(self) -> str:
        return self.name


class UserRole(Base):
    """Who has which role, in which area (a team in place of his own) and until when."""

    __tablename__ = "sys_user_role"

    user_id: Mapped[int] = mapped_column(ID, ForeignKey("sys_user.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ID, ForeignKey("sys_role.id", ondelete="CASCADE"), primary_key=True)
    area_team_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_team.id"))
    until: Mapped[datetime | None] = mapped_column()

    __table_args__ = (Index(None, "role_id"),)


class Role(Base, RoleMixin):
    """A role that people can have; its rights stand in the role document whose key is its name."""

    __tablename__ = "sys_role"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None] = mapped_column()
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    users: Mapped[list[User]] = relationship(secondary="sys_user_role", back_populates="roles")

    def __str__(self) -> str:
        return self.name


class User(Base, UserMixin):
    """Somebody who signs in, with what Flask-Security keeps about him."""

    __tablename__ = "sys_user"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column()
    password: Mapped[str | None] = mapped_column()
    active: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(server_default="person", default="person")
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_team.id"), index=True)
    locale: Mapped[str] = mapped_column(default="de")
    theme: Mapped[str] = mapped_column(default="auto")
    density: Mapped[str] = mapped_column(default="normal")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    confirmed_at: Mapped[datetime | None] = mapped_column()
    last_login_at: Mapped[datetime | None] = mapped_column()  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None] = mapped_column()  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column()
    current_login_ip: Mapped[str | None] = mapped_column()
    login_count: Mapped[int | None] = mapped_column(Integer)  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column()
    tf_totp_secret: Mapped[str | None] = mapped_column()
    tf_phone_number: Mapped[str | None] = mapped_column()
    us_totp_secrets: Mapped[str | None] = mapped_column()
    us_phone_number: Mapped[str | None] = mapped_column(unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))

    # Flask-Security's mixin declares lists of mixins, and times and numbers that are never empty.
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary="sys_user_role", back_populates="users"
    )
    team: Mapped[Team | None] = relationship()

    def __str__(self) -> str:
        return self.name


class Document(Base):
    """The text of a document; two revisions with the same text share it."""

    __tablename__ = "sys_document"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column()
    key: Mapped[str] = mapped_column()
    body: Mapped[str] = mapped_column()

    __table_args__ = (Index(None, "kind", "key"),)

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


class Revision(Base):
    """A complete set of documents that was published once; never changed afterwards."""

    __tablename__ = "sys_revision"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_revision.id"))
    fingerprint: Mapped[str] = mapped_column()
    message: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_user.id"))
    program: Mapped[str] = mapped_column()
    #: Digest of the schemas that its documents were held against.
    grammar: Mapped[str | None] = mapped_column()
    #: IANA name of the zone in which its days begin; None where a program before level 6 published it.
    time_zone: Mapped[str | None] = mapped_column()

    def __str__(self) -> str:
        return f"{self.id} {self.message}"


class RevisionDocument(Base):
    """Which text a document has in a revision, and which layer it came from."""

    __tablename__ = "sys_revision_document"

    revision_id: Mapped[int] = mapped_column(ID, ForeignKey("sys_revision.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column()
    sha256: Mapped[str] = mapped_column(ForeignKey("sys_document.sha256"), index=True)


class Head(Base):
    """One row: the revision that is in force."""

    __tablename__ = "sys_head"

    id: Mapped[int] = mapped_column(Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False)
    revision_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_revision.id"))


class AuditEntry(Base):
    """Something that somebody did to the installation; appended, never changed."""

    __tablename__ = "sys_audit"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor_id: Mapped[int | None] = mapped_column(ID, ForeignKey("sys_user.id"))
    actor_name: Mapped[str] = mapped_column()
    action: Mapped[str] = mapped_column()
    subject: Mapped[str] = mapped_column()
    details: Mapped[Any | None] = mapped_column(JSON_VALUE)


class ColumnEntry(Base):
    """How a column of an entity's table was declared; see the storage room."""

    __table__ = LEDGER

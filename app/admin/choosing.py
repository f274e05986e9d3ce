"""Inputs of the console that choose rows of another fixed table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import current_app
from flask_admin.contrib.sqla.fields import QuerySelectField, QuerySelectMultipleField
from sqlalchemy import select
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # its stubs are older
from wtforms.widgets import CheckboxInput, ListWidget, Select

from app.system.tables import Role, Team
from app.web.lifecycle import context

_ACCOUNTS: Final = "sqlalchemy"


def _rows(model: Any) -> list[Any]:
    """Return the rows of a table by name, inside the request's transaction."""
    return list(current_app.extensions[_ACCOUNTS].session.scalars(select(model).order_by(model.name)))


def role_label(role: Role) -> str:
    """Return what a role is called in the reader's language; without a document it grants nothing and has its key."""
    ctx = context()
    known = ctx.snapshot.model.roles.get(role.name)
    return role.name if known is None else known.label.text(ctx.locale)


class RolesField(QuerySelectMultipleField):  # type: ignore[misc]  # Flask-Admin has no types
    """A box to tick for each role."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(query_factory=lambda: _rows(Role), get_label=role_label, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the roles as the WTForms of today wants them."""
        for choice in super().iter_choices():
            yield Choice(*choice)


class TeamField(QuerySelectField):  # type: ignore[misc]  # Flask-Admin has no types
    """One team, or none."""

    widget = Select()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(query_factory=lambda: _rows(Team), get_label="name", blank_text="–", **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the teams as the WTForms of today wants them."""
        for choice in super().iter_choices():
            yield Choice(*choice)

"""The administrator's console: Flask-Admin over the fixed tables, in the product's own frame.

It has a filter, sort and search path of its own, so it never shows business data. Its pages use the product's shell
and templates; none of Flask-Admin's scripts and style sheets is loaded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Flask
from flask_admin import Admin, AdminIndexView, expose
from flask_sqlalchemy import SQLAlchemy

from app.admin import views
from app.admin.frame import framed
from app.system.tables import AuditEntry, Document, Revision, Role, Team, User
from app.web.policy import CLOSED, capability, declare_blueprint

#: Where the console lives.
URL: Final = "/admin/console"
#: What Flask-Admin offers and the console doesn't: deleting, bulk actions, exports, its own scripts.
_UNUSED: Final = ("action_view", "ajax_lookup", "ajax_update", "delete_view", "export", "static")
_POLICY: Final = capability("administer", fresh=True)


class Overview(AdminIndexView):  # type: ignore[misc]  # Flask-Admin has no types
    """The console's first page: what there is to administer."""

    #: What is listed; set when the console is put together.
    parts: tuple[views.Table, ...] = ()

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> str:
        """Show all parts."""
        items = [
            (part.get_url(f"{part.endpoint}.index_view"), part.label(), part.label("help_key")) for part in self.parts
        ]
        return self.render("console/overview.html", items=items)

    def render(self, template: str, **values: Any) -> str:
        """Render in the product's frame."""
        return framed(template, "console.title", self, **values)


def install(app: Flask, accounts: SQLAlchemy) -> None:
    """Register the console; the edge asks for the capability `administer` before any of its pages is reached.

    Args:
        app: the application.
        accounts: the ORM's door to the request's transaction.
    """
    index = Overview(name="console", endpoint="console", url=URL)
    admin = Admin(app, name="Lotse", index_view=index, url=URL, endpoint="console")
    tables = (
        (views.Users, User),
        (views.Roles, Role),
        (views.Teams, Team),
        (views.Revisions, Revision),
        (views.Documents, Document),
        (views.Audit, AuditEntry),
    )
    index.parts = tuple(
        view(model, accounts, endpoint=f"console_{view.place}", url=f"{URL}/{view.place}") for view, model in tables
    )
    for part in index.parts:
        admin.add_view(part)
    unused = dict.fromkeys(_UNUSED, CLOSED)
    declare_blueprint(app, "console", _POLICY, **unused)
    for part in index.parts:
        declare_blueprint(app, part.endpoint, replace(_POLICY, chooses=part.chooses), **unused)

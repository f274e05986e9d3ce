"""The product's frame around a page of the console."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_admin import BaseView

from app.web import shell
from app.web.lifecycle import context
from app.web.texts import text


def framed(template: str, title_key: str, view: BaseView, **values: Any) -> str:
    """Return a console page inside the shell.

    Args:
        template: its template.
        title_key: key of the text that is the window's title.
        view: the Flask-Admin view, for its addresses.
        values: what the template shows.
    """
    ctx = context()
    body = render_template(template, admin_view=view, get_url=view.get_url, **values)
    return shell.answer(ctx, text(title_key, ctx.locale), body)

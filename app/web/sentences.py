"""What a list shows, as a sentence."""

from __future__ import annotations

from app.context import Context
from app.expr.ast import Expr
from app.query.spec import ListSpec
from app.web.texts import text


def condition_words(ctx: Context, entity: str, expr: Expr) -> str:
    """Return a condition in words, by the labels of the entity's fields."""
    return text("list.selection", ctx.locale)


def sentence(ctx: Context, spec: ListSpec) -> str:
    """Return what a list is restricted to beyond the chips, which say the rest."""
    view = spec.view
    if view.help is not None:
        return view.help.text(ctx.locale)
    return "" if view.filter is None else condition_words(ctx, spec.entity, view.filter)

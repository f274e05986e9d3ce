"""Which conditions look at what is gathered from other records, so that they can only be judged after a save."""

from __future__ import annotations

from app.expr.ast import Expr
from app.expr.deps import paths
from app.meta.model import Model
from app.meta.paths import target_of


def names_gathered(model: Model, entity_key: str, expr: Expr | None) -> bool:
    """Return whether an expression names a roll-up, itself or by a formula, here or behind references and lines.

    Args:
        model: the configuration; its computed fields look at each other in no circle.
        entity_key: whose records the expression is about.
        expr: the expression, or None for none.
    """
    return expr is not None and any(_gathered(model, entity_key, keys) for keys in paths(expr))


def _gathered(model: Model, entity_key: str, keys: tuple[str, ...]) -> bool:
    here = entity_key
    for key in keys:
        entity = model.entities.get(here)
        field = None if entity is None else entity.fields.get(key)
        if field is None:
            return False
        if (here, key) in model.computations.gathered:
            return True
        lines = field.type.lines()
        here = (target_of(field.type) or "") if lines is None else lines.entity
    return False

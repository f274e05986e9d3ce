"""Values that depend on the day have no column: whatever names one gets its formula written out in its place."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from app.expr.ast import Aggregate, Expr, Path
from app.expr.deps import paths
from app.meta.model import Field, Model
from app.meta.paths import target_of


def written_out(expr: Expr, model: Model, entity_key: str) -> Expr:
    """Return an expression in which no date-dependent field is named any more.

    Args:
        expr: an expression about the records of an entity.
        model: the configuration.
        entity_key: which entity.
    """
    if not model.computations.volatile:
        return expr
    if not any(_volatile(model, entity_key, keys) for keys in paths(expr)):
        return expr
    return _Writer(model, entity_key, ()).write(expr)


def _volatile(model: Model, entity_key: str, keys: tuple[str, ...]) -> tuple[int, Field] | None:
    """Return the first date-dependent field of a path and its place in it."""
    here = entity_key
    for place, key in enumerate(keys):
        entity = model.entities.get(here)
        field = None if entity is None else entity.fields.get(key)
        if field is None:
            return None
        if field.volatile:
            return place, field
        here = target_of(field.type) or ""
    return None


class _Writer:
    """Writes one expression out; `prefix` leads from the outermost record to the one it is about."""

    def __init__(self, model: Model, entity_key: str, prefix: tuple[str, ...]) -> None:
        self.model = model
        self.entity_key = entity_key
        self.prefix = prefix

    def write(self, expr: Expr) -> Expr:
        """Return the expression, written out and led from the outermost record."""
        if isinstance(expr, Path):
            return self._path(expr)
        if isinstance(expr, Aggregate):
            return Aggregate(expr.function, Path((*self.prefix, *expr.path.keys)))
        changed: dict[str, Any] = {part.name: self._part(getattr(expr, part.name)) for part in fields(expr)}
        return replace(expr, **changed)

    def _part(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._part(one) for one in value)
        return self.write(value) if value is not None and isinstance(value, Expr) else value

    def _path(self, path: Path) -> Expr:
        found = _volatile(self.model, self.entity_key, path.keys)
        formula = None if found is None else found[1].formula
        if found is None or formula is None:
            return Path((*self.prefix, *path.keys))
        place, field = found
        return _Writer(self.model, field.entity, (*self.prefix, *path.keys[:place])).write(formula)

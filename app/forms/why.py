"""Where a computed value comes from, in words: what a mask tells whoever asks "why?"."""

from __future__ import annotations

from typing import Final

from app.expr.to_words import to_words
from app.language import Label
from app.meta.model import Field, Model, Rollup
from app.meta.naming import ModelNames

WHY: Final = Label("Woher kommt der Wert?", "Where does this come from?")
_AGGREGATES: Final = {
    "sum": Label("Summe von {field} über {plural}", "sum of {field} over {plural}"),
    "count": Label("Anzahl: {plural}", "number of: {plural}"),
    "min": Label("kleinster Wert von {field} über {plural}", "smallest value of {field} over {plural}"),
    "max": Label("größter Wert von {field} über {plural}", "largest value of {field} over {plural}"),
    "latest": Label("{field} des neuesten Datensatzes von {plural}", "{field} of the newest record of {plural}"),
}
_WHERE: Final = Label("{what}; es zählt, was erfüllt: {condition}", "{what}; what counts has to fulfil: {condition}")


def why(model: Model, field: Field) -> Label | None:
    """Return where a computed value comes from, or None where it isn't computed or its sources may be secret.

    Whoever reads a field that isn't declassified may read everything that it is computed from, names included.
    """
    if field.declassified:
        return None
    if field.formula is not None:
        return to_words(field.formula, ModelNames(model, field.entity))
    return None if field.rollup is None else _gathered(model, field.rollup)


def _gathered(model: Model, rollup: Rollup) -> Label:
    label = Label.same("") if rollup.path is None else rollup.path.label
    what = _AGGREGATES[rollup.aggregate].format(field=label, plural=model.entities[rollup.entity].plural)
    if rollup.condition is None:
        return what
    return _WHERE.format(what=what, condition=to_words(rollup.condition, ModelNames(model, rollup.entity)))

"""What the names in a condition of a document are called: the labels of fields and options, whoever reads them."""

from __future__ import annotations

from app.expr.types import ValueType
from app.language import Label
from app.meta.model import Model
from app.meta.scope import EntityScope

_BETWEEN = " › "


class ModelNames:
    """Implements `app.expr.to_words.Labels` for the records of an entity.

    Args:
        model: the configuration.
        entity_key: which entity.
    """

    def __init__(self, model: Model, entity_key: str) -> None:
        self._model = model
        self._entity_key = entity_key
        self._scope = EntityScope(model, entity_key)

    def path(self, keys: tuple[str, ...]) -> Label:
        """Return a field's label, behind those of the references or lines that lead to it."""
        path = self._scope.path(keys)
        if path is not None:
            return _joined([*(hop.label for hop in path.hops), path.label])
        entity = self._model.entities.get(self._entity_key)
        field = None if entity is None else entity.fields.get(keys[0])
        rows = None if field is None else field.type.lines()
        if field is None or rows is None or not keys[1:]:
            return Label.same(_BETWEEN.join(keys))
        return _joined([field.label, ModelNames(self._model, rows.entity).path(keys[1:])])

    def value(self, keys: tuple[str, ...], text: str) -> Label | None:
        """Return the label of an option."""
        path = self._scope.path(keys)
        options = () if path is None or path.sub is not None else path.field.type.spec.options
        return next((option.label for option in options if option.key == text), None)

    def parameter(self, name: str) -> Label:
        """Return the name itself."""
        return Label.same(name)

    def type(self, keys: tuple[str, ...]) -> ValueType | None:
        """Return the type of a field's value."""
        info = self._scope.resolve(keys)
        return None if info is None else info.type


def _joined(labels: list[Label]) -> Label:
    return Label(_BETWEEN.join(one.de for one in labels), _BETWEEN.join(one.en for one in labels))

"""Who may read a value that is computed: whoever may read everything that it is computed from.

A formula or a roll-up would otherwise tell what its sources don't: the sum over records that somebody can't see, the
product with a factor that he can't read. A manager can say that a field may be shown all the same (`declassified`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.expr.deps import paths
from app.meta.model import Entity, Field, Model, Rollup
from app.meta.paths import target_of

#: Whether somebody may read all records of an entity, by its key.
SeesAll = Callable[[str], bool]
#: Whether the values of a field, not itself computed, can be read wherever its record can, by entity and key.
Reads = Callable[[str, str], bool]


class Derivation:
    """Answers for one person which computed fields he may read.

    Args:
        model: the configuration.
        sees_all, reads: what the roles say by themselves.
    """

    def __init__(self, model: Model, sees_all: SeesAll, reads: Reads) -> None:
        self._model = model
        self._sees_all = sees_all
        self._reads = reads

    def hidden(self, entity: Entity) -> frozenset[str]:
        """Return the computed fields of an entity whose sources aren't all readable."""
        computed = (field for field in entity.fields.values() if field.formula is not None or field.rollup is not None)
        return frozenset(field.key for field in computed if not self._derivable(entity, field, ()))

    def _derivable(self, entity: Entity, field: Field, above: tuple[Field, ...]) -> bool:
        """Return whether a computed field's sources can be read; `above` are the fields it is asked for."""
        if field.declassified:
            return True
        if field in above:
            return False  # the compiler refuses circles; if one got here, nobody reads it
        below = (*above, field)
        if field.rollup is not None:
            return self._rolled_up(entity, field.rollup, below)
        assert field.formula is not None
        return all(self._path(entity, keys, below) for keys in paths(field.formula))

    def _rolled_up(self, entity: Entity, rollup: Rollup, above: tuple[Field, ...]) -> bool:
        child = self._model.entities[rollup.entity]
        if not self._rows(entity, child, rollup.via):
            return False
        named = [rollup.path.keys] if rollup.path is not None else []
        named += [(rollup.by,)] if rollup.by is not None else []
        named += sorted(paths(rollup.condition)) if rollup.condition is not None else []
        return all(self._path(child, keys, above) for keys in ((rollup.via,), *named))

    def _rows(self, entity: Entity, child: Entity, via: str) -> bool:
        """Return whether all child rows that point by a field to a record that can be read can be read.

        Lines of that record are, if nothing but their own rights stands in the way; but a row that is somebody else's
        line as well, or somebody else's alone and merely points here, can be read only where that one can.
        """
        if self._sees_all(child.key):
            return True
        owners = {(owner, self._via(owner, field)) for owner, field in child.owners}
        if (entity.key, via) not in owners or not self._reads(child.key, ""):
            return False
        return all(self._sees_all(owner) for owner, other in owners if (owner, other) != (entity.key, via))

    def _via(self, owner: str, field: str) -> str:
        lines = self._model.entities[owner].fields[field].type.lines()
        assert lines is not None
        return lines.via

    def _path(self, entity: Entity, keys: tuple[str, ...], above: tuple[Field, ...]) -> bool:
        for here, field in self._steps(entity, keys):
            if here is None or not self._field(here, field, above):
                return False
        return True

    def _steps(self, entity: Entity, keys: tuple[str, ...]) -> Iterator[tuple[Entity | None, Field]]:
        """Yield every field on the way, with its entity; None where its records can't all be read."""
        here: Entity | None = entity
        for position, key in enumerate(keys):
            field = None if here is None else here.fields.get(key)
            if here is None or field is None:
                return
            yield here, field
            lines = field.type.lines()
            if position + 1 == len(keys) and lines is None:
                return
            target = lines.entity if lines is not None else target_of(field.type)
            following = self._model.entities.get(target or "")
            if following is not None:
                seen = self._sees_all(following.key) if lines is None else self._rows(here, following, lines.via)
                if not seen:
                    yield None, field
            here = following

    def _field(self, entity: Entity, field: Field, above: tuple[Field, ...]) -> bool:
        if not self._reads(entity.key, field.key):
            return False
        if field.formula is None and field.rollup is None:
            return True
        return self._derivable(entity, field, above)

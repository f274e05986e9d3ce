"""What an edit macro is told about the one input it draws; the texts of the value come beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from app.access.actor import Shape
from app.access.rights import EntityAccess, access, access_of, readable_entities
from app.context import Context
from app.fields.base import FieldType, Option
from app.fields.formats import Formats, formats_for
from app.forms.pieces import module, trusted
from app.forms.texts import said
from app.language import Locale
from app.meta.model import Model


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for every input of a mask.

    Args:
        model: the configuration.
        locale: the reader's language.
        formats: his ways to write values.
        shape: what decides which rights he has.
        readable: entities of which he may read some records.
        creatable: entities that have a mask for creating in place, where he may create records.
        prefix: stands before the id of every element, so that two masks can be on one page.
    """

    model: Model
    locale: Locale
    formats: Formats
    shape: Shape
    readable: frozenset[str]
    creatable: frozenset[str]
    prefix: str = "f-"

    @classmethod
    def of(cls, ctx: Context, prefix: str = "f-") -> Surroundings:
        """Take them out of a request; nothing of the connection is kept.

        They are worked out once per snapshot: among a thousand entities they would cost more than the mask itself.
        """
        key = ("forms.surroundings", ctx.actor.shape, ctx.locale, prefix)
        return ctx.snapshot.plan(key, lambda: cls._of(ctx, prefix))

    @classmethod
    def _of(cls, ctx: Context, prefix: str) -> Surroundings:
        model = ctx.snapshot.model
        creatable = frozenset(
            mask.entity for mask in model.masks.values() if mask.quick and access(ctx, mask.entity).create
        )
        return cls(
            model=model,
            locale=ctx.locale,
            formats=formats_for(ctx.locale, ctx.snapshot.time_zone),
            shape=ctx.actor.shape,
            readable=readable_entities(model, ctx.actor),
            creatable=creatable,
            prefix=prefix,
        )

    def access(self, entity_key: str) -> EntityAccess:
        """Return what the reader may do with the records of an entity."""
        return access_of(self.model, self.shape, entity_key)

    def may_change(self, entity_key: str) -> bool:
        """Return whether the reader may do something with child rows of an entity beside reading them."""
        granted = self.access(entity_key)
        return bool(granted.create or granted.update or granted.retire)

    def may_read(self, targets: tuple[str, ...]) -> bool:
        """Return whether records of all these entities may be read; everybody knows users and teams by name."""
        return all(target.startswith("@") or target in self.readable for target in targets)


@dataclass(frozen=True, slots=True)
class Control:
    """One input.

    Args:
        name: of its main input; parts are named `<name>__<suffix>`.
        id: of its main element, which the label points to.
        type: the field's type, bound.
        label: what people call the field.
        around: what is the same for all inputs.
        required, invalid: its state.
        described_by: ids of help and error text.
        rows: height of a text of several lines, or None.
        options: what a macro needs beyond it (`compact` inside a table).
    """

    name: str
    id: str
    type: FieldType
    label: str
    around: Surroundings
    required: bool = False
    invalid: bool = False
    described_by: tuple[str, ...] = ()
    rows: int | None = None
    compact: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    def part(self, suffix: str) -> str:
        """Return the name of the input of a part."""
        return f"{self.name}__{suffix}" if suffix else self.name

    def said(self, key: str, **values: object) -> str:
        """Return a text of masks."""
        return said(key, self.around.locale, **values)

    def option(self, option: Option) -> str:
        """Return an option's label."""
        return option.label.text(self.around.locale)

    def entity(self, key: str) -> str:
        """Return what an entity is called."""
        known = self.around.model.entities.get(key)
        return key if known is None else known.label.text(self.around.locale)

    def may_read(self, entity: str) -> bool:
        """Return whether the reader may read the records of an entity."""
        return self.around.may_read((entity,))

    def can_create(self, entity: str) -> bool:
        """Return whether a record of an entity can be created in place."""
        return not self.compact and entity in self.around.creatable

    @property
    def locale(self) -> Locale:
        """Return the reader's language."""
        return self.around.locale

    @property
    def aria(self) -> Markup:
        """Return the attributes that tell a screen reader name and state, with a space before each."""
        return Markup(' aria-label="{}"{}').format(self.label, self.states) if self.compact else self.states

    @property
    def states(self) -> Markup:
        """Return the same without the name, for an input that a macro names itself."""
        parts = []
        if self.required:
            parts.append(Markup(' aria-required="true"'))
        if self.invalid:
            parts.append(Markup(' aria-invalid="true"'))
        if self.described_by:
            parts.append(Markup(' aria-describedby="{}"').format(" ".join(self.described_by)))
        return Markup("").join(parts)

    @property
    def state(self) -> str:
        """Return the class that shows the state."""
        return " is-invalid" if self.invalid else ""

    def when(self, *, required: bool, invalid: bool, help_id: str | None) -> Control:
        """Return the control in a state."""
        ids = ([help_id] if help_id else []) + ([f"{self.id}-error"] if invalid else [])
        return replace(self, required=required, invalid=invalid, described_by=tuple(ids))


def draw(control: Control, values: Mapping[str, Any]) -> Markup:
    """Return the HTML of an input.

    Args:
        control: what it is.
        values: its texts, or place holders for them.
    """
    edit = getattr(module(f"fields/{control.type.widget}.html"), "edit")  # noqa: B009  a macro, not an attribute
    return trusted(str(edit(control, values)).strip())


def trait(field_type: FieldType, name: str) -> bool:
    """Return a constant of a widget's template: `group` (several inputs), `inline` (brings its own label)."""
    return bool(getattr(module(f"fields/{field_type.widget}.html"), name, False))

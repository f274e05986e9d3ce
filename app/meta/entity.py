"""The part of the Model that says what is stored: entities, fields, and the ways to their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.expr.ast import Expr
from app.fields.base import FieldType
from app.language import Label
from app.meta.numbering import Piece


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition that a value or record has to fulfil, with the author's own message.

    Args:
        id: its key within the field or entity.
        check: must be TRUE for the record to be saved.
        message: shown at the field (or on top, for a record rule) when it isn't.
        at: key of the field at which a record rule's message is shown, or None for the top.
    """

    id: str
    check: Expr
    message: Label
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Rollup:
    """A value gathered from the records of another entity that point to this one.

    Args:
        entity: key of the other entity.
        via: key of its field that points here.
        aggregate: sum, count, min, max or latest.
        path: what of each record is gathered; None for count.
        by: for latest: the key of the field that says which record is the newest; else None.
        condition: only records for which it is TRUE count; None for all.
    """

    entity: str
    via: str
    aggregate: str
    path: FieldPath | None = None
    by: str | None = None
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers that the product hands out, one after the other.

    Args:
        pattern: how a number is written, cut into pieces (see `app.meta.numbering`).
        restart: when counting begins anew: `year`, `month` or `never`.
        gapless: whether every hole has to be explained.
        draw_if: a number is drawn when this becomes TRUE; None for at once.
    """

    pattern: tuple[Piece, ...]
    restart: str = "never"
    gapless: bool = False
    draw_if: Expr | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A state in which a record can't be changed any more: judged on the stored record, before what is to be saved.

    Args:
        id: its key within the entity.
        condition: as long as it is TRUE for the stored record, the record is locked.
        exempt: keys of the fields that can be changed all the same; of a lines field, its rows.
        message: why, and what to do.
    """

    id: str
    condition: Expr
    exempt: tuple[str, ...]
    message: Label


#: System fields that people may set; the others are written by the product alone.
ASSIGNABLE: Final = frozenset({"owner", "team"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Args:
        key: its key, also the column's and the API's name.
        type: the field type bound to this field; asks and answers everything about its values.
        required_if, visible_if, readonly_if: conditions, or None for never / always / never.
        readonly: nobody types it in a mask; only the product writes it.
        default: a literal value (already cleaned) or an expression, or None.
        system: one of the fields every record has (owner, team, created_at …), shown and filtered but not in documents.
        formula: computed by this expression, or None.
        rollup: gathered from other records, or None.
        number: drawn from this range, or None.
        frozen_if: while this is TRUE, a computed value stays as it is; None for never.
        declassified: whether whoever may read the field reads its value, whatever it was computed from.
        volatile: whether its value depends on the day or the time: it has no column and is computed when it is read.
    """

    key: str
    entity: str
    label: Label
    type: FieldType
    help: Label | None = None
    required: bool = False
    unique: bool = False
    searchable: bool = False
    personal: bool = False
    readonly: bool = False
    required_if: Expr | None = None
    visible_if: Expr | None = None
    readonly_if: Expr | None = None
    default: Any = None
    default_expr: Expr | None = None
    rules: tuple[Rule, ...] = ()
    system: bool = False
    formula: Expr | None = None
    rollup: Rollup | None = None
    number: NumberRange | None = None
    frozen_if: Expr | None = None
    declassified: bool = False
    volatile: bool = False

    @property
    def computed(self) -> bool:
        """Return whether its value follows from other values."""
        return self.formula is not None or self.rollup is not None

    @property
    def given(self) -> bool:
        """Return whether people give it its value, and not the product."""
        return not (self.readonly or (self.system and self.key not in ASSIGNABLE))


@dataclass(frozen=True, slots=True)
class TitlePart:
    """A piece of a title template: `{name}` or `{, main_address.city}`: text before, a path, text after.

    A piece whose path is empty vanishes together with its text. A piece without a path is plain text.
    """

    before: str
    path: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record.

    Args:
        fields: every live field by key, in the document's order, system fields last.
        retired: keys of fields that are no longer live; their columns and values stay.
        title: how a record is called; computed at write time into the column `title`.
        unique: groups of field keys that together must not repeat (empty values never collide).
        locks: states in which a record can't be changed any more.
        owners: `(entity, field)` pairs of the lines fields whose rows are records of this entity.
        asks_reason: whether nobody changes or archives a record without saying why.
        layer: where it comes from: `base`, `plugin:<name>` or `company`.
    """

    key: str
    label: Label
    plural: Label
    icon: str
    fields: Mapping[str, Field]
    title: tuple[TitlePart, ...]
    retired: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    locks: tuple[Lock, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    asks_reason: bool = False
    layer: str = "base"
    help: Label | None = None


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A resolved path such as `account.industry` or `main_address.city`.

    Args:
        text: the path as it stands in the document.
        hops: the reference fields that are followed, in order; empty for a field of the entity itself.
        field: the field at the end.
        sub: the part of a composite value, or None.
        label: the label to show, by default the end field's.
    """

    text: str
    hops: tuple[Field, ...]
    field: Field
    sub: str | None
    label: Label

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the path as a tuple of keys, as expressions name it."""
        return tuple(self.text.split("."))

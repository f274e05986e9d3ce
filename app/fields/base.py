"""The contract of a field type: one class in one file that knows everything about one kind of value.

An instance is bound to one field with checked parameters. Every other room asks it; none compares its name. The
contract test (`tests/contract/test_field_types.py`) runs every registered type through every facet on both databases.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from markupsafe import Markup, escape

from app.errors import FieldError
from app.expr.types import ValueType
from app.fields.column import ColumnSpec, LinesSpec, LinkSpec
from app.fields.formats import Formats
from app.language import DEFAULT_LOCALE, Label, Locale

#: A value as Python holds it: immutable, hashable where sensible, None when empty.
Value = Any
#: A value as it came in: text or list of texts from a form, any JSON value from the API or an import.
Raw = Any


@dataclass(frozen=True, slots=True)
class Option:
    """One value of an option list.

    Args:
        key: what is stored; never changes.
        label: what is shown.
        colour: name of a meaning colour (`green`, `red`, `yellow`, `blue`, `grey`, `purple`) or None.
        retired: still shown where it is stored, no longer offered.
    """

    key: str
    label: Label
    colour: str | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a document says about one field, checked and linked; the input of a field type's instance.

    Args:
        entity: key of the entity the field belongs to.
        key: the field's key.
        label: what people call it.
        help: a sentence for the person who fills it in, or None.
        keywords: JSON Schema keywords of the property (`maxLength`, `minimum`, `enum`, `pattern`, …).
        parameters: the type's own parameters out of `x-crm`, defaults filled in.
        options: the values of a choice, in order; empty for other types.
        targets: keys of the entities that a reference may point to.
        required, unique, searchable, personal: flags of the document.
    """

    entity: str
    key: str
    label: Label
    help: Label | None = None
    keywords: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    targets: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    searchable: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Sub:
    """A part of a composite value that expressions, filters and columns may name: `amount.currency`, `address.city`.

    Args:
        suffix: the column it is stored in.
        value_type: its type in an expression.
        label: what people call it.
        scale: digits after the point, where it is a number.
        usual: the value that nearly every record has, where the document names one.
    """

    suffix: str
    value_type: ValueType
    label: Label
    scale: int = 0
    usual: str | None = None


class Inputs(StrEnum):
    """What a filter operator asks the reader for."""

    NONE = "none"
    ONE = "one"
    MANY = "many"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to filter by a field: a name for the query string, words for the chip, a tree for the query.

    Args:
        key: name in the query string, for instance `is`, `contains`, `from_to`.
        label: the words between field and value, for instance "ist", "enthält".
        inputs: how many values it takes.
        build: makes the condition out of the field's path and the cleaned values. A plain function.
        widget: macro of the control that asks for the value, when it isn't the field's own.
    """

    key: str
    label: Label
    inputs: Inputs
    build: Any  # Callable[[Expr, tuple[Value, ...]], Expr]; Any, because mypy takes it for a method
    widget: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """One way to group by a field in a report.

    Args:
        key: name in the report document, for instance `month`, `quarter`, `first_letter`, `band`.
        label: what people call it.
        build: makes the grouping expression out of the field's path and the bucket's size (bands only).
        value_type: type of the group's value.
        format: makes the text of one group out of its value, in the reader's locale.
        until: makes the first value after the group, so that a drill-down can say `from <= x < until`; None where a
            group is one value.
    """

    key: str
    label: Label
    build: Any  # Callable[[Expr, Decimal | None], Expr]
    value_type: ValueType
    format: Any  # Callable[[Value, Formats], str]
    until: Any = None  # Callable[[Value, Decimal | None], Value] | None


class Loss(StrEnum):
    """What a conversion between types can cost."""

    NONE = "none"  # every value fits
    CHECK = "check"  # each stored value has to be looked at; those that don't fit are named


@dataclass(frozen=True, slots=True)
class Examples:
    """Raw values for the contract test, the reference and the sandbox.

    Args:
        good: pairs of raw value and the value it becomes.
        bad: raw values that must be refused with a sentence.
    """

    good: tuple[tuple[Raw, Value], ...]
    bad: tuple[Raw, ...]


class FieldType(ABC):
    """One kind of value with all its facets; subclass it in a file of its own and register it."""

    #: The type's name in documents: `money`.
    name: ClassVar[str]
    #: What the studio's palette calls it.
    label: ClassVar[Label]
    #: Name of an icon of the sprite.
    icon: ClassVar[str]
    #: The type of the field's main value in expressions.
    value_type: ClassVar[ValueType]
    #: JSON Schema `(type, format)` pairs that mean this type when `x-crm.type` is absent.
    infers: ClassVar[tuple[tuple[str, str | None], ...]] = ()
    #: JSON Schema properties of the type's own parameters, each with title, description (both languages) and default.
    parameters: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: JSON Schema keywords the type understands.
    keywords: ClassVar[frozenset[str]] = frozenset()
    #: File name in `templates/fields/` with the macro `edit(c, v)`.
    widget: ClassVar[str]
    #: Whether the edit macro may be rendered once with place holders. Where it is False (a growing number of inputs),
    #: the macro gets the real structures of `form_values` for every record.
    prerendered: ClassVar[bool] = True
    #: Aggregates a report may use on it, out of count, distinct, sum, average, min, max.
    aggregates: ClassVar[tuple[str, ...]] = ("count", "distinct")
    #: Types that a stored value of this type can be turned into a value of, with what it may cost.
    converts_from: ClassVar[Mapping[str, Loss]] = {}
    #: Whether a value of it can be the result of an expression: a formula, a roll-up.
    computable: ClassVar[bool] = False
    #: Spec and examples with which the contract test binds and exercises the type.
    sample: ClassVar[FieldSpec]
    examples: ClassVar[Examples]

    def __init__(self, spec: FieldSpec) -> None:
        self.spec = spec

    @classmethod
    def check(cls, spec: FieldSpec) -> tuple[FieldError, ...]:
        """Return what is wrong with a spec beyond the schemas of its parameters; the compiler makes issues of it.

        An instance may only be made of a spec without errors.
        """
        return ()

    # -- storage ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the columns the value is stored in; empty for links and lines."""

    def link(self) -> LinkSpec | None:
        """Return the link table of an m:n field, or None."""
        return None

    def lines(self) -> LinesSpec | None:
        """Return where the child rows live, or None."""
        return None

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Take a value apart: column suffix to stored value. The default is one main column."""
        return {"": value}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Put a value together from its columns, in the order of `columns()`."""
        return stored[0]

    # -- input ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Turn a raw value into a value, or None when it is empty.

        The one parser for mask, import and API: text is read as the reader's locale writes it, a JSON value as JSON.

        Raises:
            InvalidValue: the raw value can't be taken; the message says what to type instead.
        """

    def inputs(self) -> tuple[str, ...]:
        """Return the suffixes of the form inputs; several where one control has parts (`""`, `"currency"`)."""
        return ("",)

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Make the raw value out of the submitted inputs: suffix to the list of texts sent under that name."""
        sent = parts.get("", ())
        return sent[0] if sent else None

    def left_alone(self, raw: Raw, stored: Value) -> bool:
        """Return whether inputs say no more than they did as they were drawn, though what is stored is nothing.

        Args:
            raw: what `raw_from_form` made of them.
            stored: the value that they were drawn for.
        """
        return False

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Make the raw value out of a sheet's cells; what `to_cell` wrote is read back as it was.

        Args:
            parts: the text of the value's own cell under "", those of cells of its parts under their suffixes.
        """
        return parts[""] if "" in parts else self.raw_from_form({name: (text,) for name, text in parts.items()})

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the texts that the edit macro shows, by the names it asks for: `value`, `currency`, `selected:a` …

        A macro prints these texts and nothing else of the value, so that a mask can be rendered once with place
        holders and filled in for every record. A name always exists, whatever the value. A plain str is escaped by
        whoever fills it in; a Markup goes in as it is: that is how a slot such as `selected:a`, which stands inside a
        tag, becomes the constant ` selected` or nothing, and how `extra` adds an option that is no longer offered.
        """
        return {"value": "" if value is None else self.format(value, formats)}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return the same texts for what was typed and refused, so that nothing typed is lost."""
        return {"value": (parts.get("") or ("",))[0]}

    # -- output -----------------------------------------------------------------------------------------------------

    def with_label(self, value: Value, label: Any) -> Value:
        """Return the value together with the label that the query brought along, for `format`, `cell`, `form_values`.

        Only types that point to records make use of it; for the others it is the value itself.

        Args:
            value: the value, or None.
            label: the label of the record it points to; where it points to several, a mapping of id to label.
        """
        return value

    @abstractmethod
    def format(self, value: Value, formats: Formats) -> str:
        """Return the value as text in the reader's locale; never called with None."""

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the value as HTML for a list; never called with None."""
        return escape(self.format(value, formats))

    def show(self, value: Value, formats: Formats) -> Markup:
        """Return the value as HTML for a mask in read mode, where there is more room; never called with None."""
        return self.cell(value, formats)

    def to_json(self, value: Value) -> Any:
        """Return the value as JSON carries it (API, export, history); `clean` reads it back."""
        return value

    def expanded(self, value: Value) -> Any:
        """Return the value as JSON where whoever asks wants to know what it points to: with id and title.

        Types that point to nothing return what `to_json` does. `clean` reads this back, too.

        Args:
            value: what `with_label` returned, or None.
        """
        return self.to_json(value)

    def to_cell(self, value: Value) -> Any:
        """Return the value for a spreadsheet cell: a number, date, boolean or text."""
        return self.to_json(value)

    @abstractmethod
    def value_schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema (2020-12) of `to_json`'s result."""

    # -- expressions, lists, reports --------------------------------------------------------------------------------

    def subs(self) -> Mapping[str, Sub]:
        """Return the parts that may be named after a dot."""
        return {}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return what an expression sees: str, Decimal, bool, date, time, datetime, int (reference), tuple or None."""
        return value

    def from_expression(self, value: Any) -> Value:
        """Return the value that a computed field keeps for the value of an expression.

        Only asked of types that are `computable`. What doesn't fit is empty: a computation refuses nothing.
        """
        return value

    def scale(self) -> int:
        """Return the digits after the point, where the main value is a number."""
        return 0

    def operators(self) -> tuple[Operator, ...]:
        """Return the filter operators, the usual one first."""
        return ()

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Turn one operand of a filter into a value; the default is the field's own parser.

        Raises:
            InvalidValue: see `clean`.
        """
        return self.clean(raw, locale)

    def sort_suffixes(self) -> tuple[str, ...] | None:
        """Return the columns to sort by, in order, or None where sorting makes no sense."""
        return ("",)

    def buckets(self) -> tuple[Bucket, ...]:
        """Return the ways to group by it, beside by its plain value."""
        return ()

    def search_terms(self, value: Value) -> str:
        """Return the text by which a search finds the value; it is folded by the caller."""
        return ""

    # -- comparison -------------------------------------------------------------------------------------------------

    def equal(self, one: Value, other: Value) -> bool:
        """Return whether two values are the same to a person."""
        return bool(one == other)

    def describe_change(self, old: Value, new: Value, formats: Formats) -> Label:
        """Return the change in words, for history and conflicts."""
        was, now = (Label.same(self.format(v, formats)) if v is not None else _EMPTY for v in (old, new))
        return Label("von {was} auf {now}", "from {was} to {now}").format(was=was, now=now)

    def convert(self, value: Value, source: FieldType) -> Value:
        """Turn a value of another type into one of this type.

        Raises:
            InvalidValue: this value doesn't fit; only where `converts_from` says CHECK.
        """
        # Text was typed by people, and most of them in the product's first language; JSON of other types is neutral.
        return self.clean(source.to_json(value), DEFAULT_LOCALE if source.value_type is ValueType.TEXT else "en")


_EMPTY = Label("leer", "empty")

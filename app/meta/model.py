"""The Model: a complete set of documents, compiled, linked and frozen.

This is what every room outside `meta` sees of the metadata. Nothing here is a dict of JSON: defaults are filled in,
keys are resolved to the things they name, expressions are parsed and checked. A Model never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.errors import Issue
from app.expr.ast import Expr
from app.fields.base import Bucket, FieldType, Option
from app.language import Label
from app.meta.computed import Computations
from app.meta.entity import Entity, Field, FieldPath, Lock, NumberRange, Rollup, Rule, TitlePart
from app.meta.role import EntityRights, Role

# -- masks ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldElement:
    """A field on a mask, with what the mask says beyond the field."""

    id: str
    field: Field
    label: Label
    help: Label | None
    span: int = 1
    rows: int | None = None
    visible_if: Expr | None = None
    required_if: Expr | None = None
    readonly_if: Expr | None = None


@dataclass(frozen=True, slots=True)
class TextElement:
    """A note on a mask: Markdown, rendered safely."""

    id: str
    text: Label
    span: int = 2
    visible_if: Expr | None = None


@dataclass(frozen=True, slots=True)
class RelatedElement:
    """A list of the records of another entity that point to this one.

    Args:
        via: the field of the other entity that points here.
        columns: what to show of each.
    """

    id: str
    entity: str
    via: str
    columns: tuple[FieldPath, ...]
    label: Label
    limit: int = 10
    span: int = 2
    visible_if: Expr | None = None


MaskElement = FieldElement | TextElement | RelatedElement


@dataclass(frozen=True, slots=True)
class Section:
    """A group of elements under one heading, in one or two columns."""

    id: str
    label: Label
    help: Label | None
    columns: int
    collapsed: bool
    elements: tuple[MaskElement, ...]
    visible_if: Expr | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a mask."""

    id: str
    label: Label
    sections: tuple[Section, ...]
    visible_if: Expr | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """A form: the same document in read mode and in edit mode.

    Args:
        quick: for creating a referenced record in place; few fields.
        generated: made for an entity without a mask of its own.
    """

    key: str
    entity: str
    label: Label
    tabs: tuple[Tab, ...]
    quick: bool = False
    generated: bool = False


# -- views ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SortKey:
    """One sort criterion."""

    path: FieldPath
    descending: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A saved list: columns, filter, order.

    Args:
        roles: keys of the roles that see it as a tab; empty for all.
        generated: made for an entity without a view of its own.
    """

    key: str
    entity: str
    label: Label
    columns: tuple[FieldPath, ...]
    filter: Expr | None
    sort: tuple[SortKey, ...]
    roles: tuple[str, ...] = ()
    help: Label | None = None
    generated: bool = False


# -- reports ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a report groups by.

    Args:
        bucket: how values are put together, or None for each value by itself.
        size: width of a band.
    """

    id: str
    label: Label
    path: FieldPath
    bucket: Bucket | None = None
    size: Any = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a report computes.

    Args:
        aggregate: count, distinct, sum, average, min, max or share.
        path: what is aggregated; None for count, and for a share of the count.
        condition: only rows for which it is TRUE are counted (for instance won ones); None for all.
        of: for a share: `total` (of everything), `row` or `column` of the pivot, or the id of another measure that it
            is divided by.
        base: for a share: id of the measure that is shared out.
    """

    id: str
    label: Label
    aggregate: str
    path: FieldPath | None = None
    condition: Expr | None = None
    of: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class ReportParameter:
    """A value that the reader chooses before a report runs; named `$id` in its expressions."""

    id: str
    label: Label
    type: FieldType
    default: Any = None
    default_expr: Expr | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class ReportSort:
    """Order by a dimension or measure of the report."""

    by: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """How a report is drawn: bar, stacked_bar, line, area, pie, donut, funnel."""

    kind: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A question with an answer in numbers.

    Args:
        dimensions: grouped by these, in order.
        across: ids of the dimensions that become the pivot's columns.
        having: condition over measure ids, or None.
        show: what is shown first: table, pivot or chart.
    """

    key: str
    entity: str
    label: Label
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    help: Label | None = None
    filter: Expr | None = None
    having: Expr | None = None
    parameters: tuple[ReportParameter, ...] = ()
    sort: tuple[ReportSort, ...] = ()
    limit: int = 500
    across: tuple[str, ...] = ()
    chart: Chart | None = None
    show: str = "table"
    roles: tuple[str, ...] = ()


# -- option lists, menus, dashboards ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OptionList:
    """Values of a choice, shared by fields."""

    key: str
    label: Label
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place to go, or a heading with places under it.

    Args:
        target: `("entity", key)`, `("view", key)`, `("report", key)`, `("dashboard", key)` or None for a heading.
    """

    id: str
    label: Label
    icon: str
    target: tuple[str, str] | None
    roles: tuple[str, ...] = ()
    items: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """A named menu; `main` is the shell's."""

    key: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A report or a view on a dashboard."""

    id: str
    label: Label
    view: str | None = None
    report: str | None = None
    show: str | None = None
    limit: int = 7
    span: int = 1


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A start page made of tiles."""

    key: str
    label: Label
    tiles: tuple[Tile, ...]
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A whole configuration, compiled.

    Args:
        fingerprint: SHA-256 of the canonical documents it was compiled from, hexadecimal.
        issues: warnings found while compiling; a Model never has errors.
        computations: in which order computed fields are computed, and who depends on whom.
    """

    fingerprint: str
    entities: Mapping[str, Entity]
    masks: Mapping[str, Mask]
    views: Mapping[str, View]
    reports: Mapping[str, Report]
    options: Mapping[str, OptionList]
    menus: Mapping[str, Menu]
    roles: Mapping[str, Role]
    dashboards: Mapping[str, Dashboard]
    issues: tuple[Issue, ...] = ()
    masks_of: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    views_of: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    reports_of: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    computations: Computations = field(default_factory=Computations)


__all__ = [
    "Chart",
    "Dashboard",
    "Dimension",
    "Entity",
    "EntityRights",
    "Field",
    "FieldElement",
    "FieldPath",
    "Lock",
    "Mask",
    "MaskElement",
    "Measure",
    "Menu",
    "MenuItem",
    "Model",
    "NumberRange",
    "OptionList",
    "RelatedElement",
    "Report",
    "ReportParameter",
    "ReportSort",
    "Role",
    "Rollup",
    "Rule",
    "Section",
    "SortKey",
    "Tab",
    "TextElement",
    "Tile",
    "TitlePart",
    "View",
]

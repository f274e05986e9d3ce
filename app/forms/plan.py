"""From a mask to a plan: everything about it that no record changes, made once per snapshot, language and mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from markupsafe import Markup

from app.context import Context
from app.errors import NotFound
from app.expr.ast import Expr
from app.fields import markdown
from app.forms.control import Control, Surroundings, draw, trait
from app.forms.lines import LinesPlan, lines_plan, targets_of
from app.forms.parts import (
    BODY,
    CONTROL,
    ERROR,
    OPEN,
    VALUE,
    ConstantPart,
    FieldPart,
    Filling,
    GroupPart,
    Part,
    RelatedPart,
)
from app.forms.pieces import Holders, Pieces, holder, module, trusted
from app.forms.state import Conditions, FieldRules, Follow, MaskRules, environment_of, getter
from app.forms.texts import said
from app.forms.why import WHY, why
from app.meta.model import (
    Entity,
    Field,
    FieldElement,
    Mask,
    MaskElement,
    Model,
    Section,
    Tab,
    TextElement,
)
from app.meta.scope import EntityScope

if TYPE_CHECKING:
    from app.forms.bind import BoundForm

Mode = Literal["read", "edit", "create"]

_TEMPLATE: Final = "mask/parts.html"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MaskPlan:
    """A mask, ready to be filled in.

    Args:
        mask: what the document says.
        mode: read, edit (a record that there is) or create (one that there isn't).
        model, entity: what its records are.
        around: the reader's surroundings.
        rules: what decides about visible, required, read-only.
        tabs: its parts.
        inputs: the part of each field that can be typed, by the field's key.
    """

    mask: Mask
    mode: Mode
    model: Model
    entity: Entity
    around: Surroundings
    rules: MaskRules
    tabs: tuple[GroupPart, ...]
    inputs: Mapping[str, FieldPart]

    @property
    def lines(self) -> Mapping[str, LinesPlan]:
        """Return how child rows are read, by the key of their field."""
        return {key: part.lines for key, part in self.inputs.items() if part.lines is not None}

    @property
    def dynamic(self) -> bool:
        """Return whether a change of some field may change the mask."""
        return bool(self.rules.watched)

    def render(
        self,
        values: Mapping[str, Any],
        labels: Mapping[str, Any],
        *,
        ctx: Context,
        record_id: int | None = None,
        related: Mapping[str, Markup] = _NOTHING,
        bound: BoundForm | None = None,
        follow: Follow | None = None,
        denied: frozenset[str] = frozenset(),
    ) -> Markup:
        """Return the mask's HTML: what stands inside the form, or the record in read mode.

        Args:
            values: the record's values by field key; for a new one see `defaults.initial_values`. Child rows are a
                tuple of records, or of mappings with `id`.
            labels: labels of the records that it points to, by field key; for several a mapping of id to label.
            ctx: the request.
            record_id: the record's id, or None for a new one.
            related: HTML of the related lists by element id; elements without any are left out.
            bound: what was submitted, to be shown again with its errors.
            follow: reads values of other records, for conditions such as `account.industry = "it"`.
            denied: fields that the reader may not write in this record, though he may in others.
        """
        filling = self._filling(values, labels, ctx, record_id, related, bound, follow, denied)
        out: list[str] = []
        seen = [(tab, tab.render(filling, out, hidden=False)) for tab in self.tabs]
        return self._framed("".join(out), [tab for tab, visible in seen if visible], filling)

    def locks_of(
        self, ctx: Context, values: Mapping[str, Any], record_id: int, follow: Follow | None = None
    ) -> tuple[str, ...]:
        """Return the sentences of the locks that hold for a stored record."""
        if not self.rules.locks:
            return ()
        get, environment = (
            getter(self.model, self.entity, values, record_id=record_id, follow=follow),
            environment_of(ctx),
        )
        return tuple(message.text(ctx.locale) for lock, message in self.rules.locks if lock.any(get, environment))

    def _filling(
        self,
        values: Mapping[str, Any],
        labels: Mapping[str, Any],
        ctx: Context,
        record_id: int | None,
        related: Mapping[str, Markup],
        bound: BoundForm | None,
        follow: Follow | None,
        denied: frozenset[str],
    ) -> Filling:
        typing = self.mode != "read"
        if bound is not None:
            errors = bound.errors.fields.items()
            told = {key: " ".join(error.message.text(ctx.locale) for error in several) for key, several in errors}
            return Filling(values, labels, bound.state, typing, bound.answers, bound.lines, told, related)
        get = getter(self.model, self.entity, values, record_id=record_id, follow=follow)
        state = self.rules.judge(get, None if record_id is None else get, environment_of(ctx), denied)
        return Filling(values, labels, state, typing, related=related)

    def _framed(self, body: str, tabs: list[GroupPart], filling: Filling) -> Markup:
        parts, locale = _macros(), self.around.locale
        before = [f'<div class="mask mask-{self.mode}" data-mask-body>']
        if filling.typing:
            before.append(str(parts["enter"]()))
        if len(tabs) > 1:
            items = [
                {"id": tab.element_id, "label": tab.label, "errors": sum(key in filling.errors for key in tab.fields())}
                for tab in tabs
            ]
            before.append(str(parts["tabs"](said("tabs", locale), items)))
        after = ["</div>"]
        if filling.typing and self.dynamic:
            after.insert(0, str(parts["refresh"](said("refresh", locale), said("refresh_why", locale))))
        return trusted("".join((*before, body, *after)))


def mask_plan(ctx: Context, mask_key: str, mode: Mode) -> MaskPlan:
    """Return the plan of a mask for this reader, made when it is first asked for.

    Args:
        ctx: the configuration and the reader.
        mask_key: key of the mask.
        mode: read, edit or create.

    Raises:
        NotFound: there is no such mask, or its entity isn't the reader's.
    """
    mask = ctx.snapshot.model.masks.get(mask_key)
    around = Surroundings.of(ctx)
    if mask is None or mask.entity not in around.readable | around.creatable:
        raise NotFound(mask_key)
    key = ("mask", mask_key, mode, ctx.locale, around.shape)
    return ctx.snapshot.plan(key, lambda: _Builder(mask, mode, around).plan())


def _macros() -> Mapping[str, Any]:
    return module(_TEMPLATE).__dict__


class _Builder:
    """Builds one plan."""

    def __init__(self, mask: Mask, mode: Mode, around: Surroundings) -> None:
        self.mask = mask
        self.mode = mode
        self.around = around
        self.entity = around.model.entities[mask.entity]
        self.scope = EntityScope(around.model, mask.entity, {})
        self.access = around.access(mask.entity)
        self.prefix = "q-" if mask.quick else "f-"
        self.macros = _macros()
        self.level = 2 if len(mask.tabs) < 2 else 3
        self.seen: set[str] = set()
        self.inputs: dict[str, FieldPart] = {}

    def plan(self) -> MaskPlan:
        self.around = Surroundings(
            self.around.model,
            self.around.locale,
            self.around.formats,
            self.around.shape,
            self.around.readable,
            self.around.creatable,
            self.prefix,
        )
        self.rules = self._rules()
        tabs = tuple(self._tab(tab) for tab in self.mask.tabs)
        return MaskPlan(
            mask=self.mask,
            mode=self.mode,
            model=self.around.model,
            entity=self.entity,
            around=self.around,
            rules=self.rules,
            tabs=tabs,
            inputs=MappingProxyType(self.inputs),
        )

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _rules(self) -> MaskRules:
        things: dict[str, Conditions] = {}
        fields: dict[str, FieldRules] = {}
        for tab, section, element in _elements(self.mask):
            of_field = element.field.visible_if if isinstance(element, FieldElement) else None
            things[f"tab:{tab.id}"] = Conditions.of(self.scope, tab.visible_if)
            things[f"section:{tab.id}/{section.id}"] = Conditions.of(self.scope, section.visible_if)
            things[f"element:{element.id}"] = Conditions.of(self.scope, element.visible_if, of_field)
            if isinstance(element, FieldElement) and element.field.key not in fields:
                above = (tab.visible_if, section.visible_if, element.visible_if, of_field)
                fields[element.field.key] = FieldRules(
                    visible=Conditions.of(self.scope, *above),
                    required=Conditions.of(self.scope, element.required_if, element.field.required_if),
                    readonly=Conditions.of(self.scope, element.readonly_if, element.field.readonly_if),
                    locked=Conditions.of(self.scope, element.field.readonly_if, *self._locks_on(element.field.key)),
                    always_required=element.field.required,
                    always_readonly=self._never_typed(element.field),
                    kinds=self.around.readable if "entity" in element.field.type.subs() else None,
                )
        given = {key: conditions for key, conditions in things.items() if conditions}
        locks = tuple((Conditions.of(self.scope, lock.condition), lock.message) for lock in self.entity.locks)
        return MaskRules(MappingProxyType(given), MappingProxyType(fields), locks)

    def _locks_on(self, key: str) -> tuple[Expr, ...]:
        return tuple(lock.condition for lock in self.entity.locks if key not in lock.exempt)

    def _never_typed(self, field: Field) -> bool:
        if not field.given:
            return True
        if not self.access.writing(field.key, "create" if self.mode == "create" else "update"):
            return True
        lines = field.type.lines()
        if lines is not None and not self.around.may_change(lines.entity):
            return True
        if "entity" in field.type.subs():
            return not any(self.around.may_read((target,)) for target in field.type.spec.targets)
        targets = targets_of(field.type) if lines is None else (lines.entity,)
        return not self.around.may_read(targets)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _tab(self, tab: Tab) -> GroupPart:
        element_id, label = f"{self.prefix}tab-{tab.id}", tab.label.text(self.around.locale)
        html = self.macros["panel"](element_id, label, len(self.mask.tabs) > 1, holder(BODY))
        shown = (one for one in tab.sections if self.access.shows_section(f"{self.mask.key}/{one.id}"))
        parts = tuple(self._section(tab, section) for section in shown)
        return GroupPart(element_id, f"tab:{tab.id}", label, Pieces.cut(str(html)), parts)

    def _section(self, tab: Tab, section: Section) -> GroupPart:
        element_id = f"{self.prefix}section-{tab.id}-{section.id}"
        label = section.label.text(self.around.locale)
        help_text = section.help.text(self.around.locale) if section.help is not None else ""
        html = self.macros["section"](
            element_id, label, help_text, section.columns, section.collapsed, holder(OPEN), holder(BODY), self.level
        )
        parts = tuple(part for element in section.elements if (part := self._element(element)) is not None)
        return GroupPart(element_id, f"section:{tab.id}/{section.id}", label, Pieces.cut(str(html)), parts)

    def _element(self, element: MaskElement) -> Part | None:
        element_id, thing = f"{self.prefix}element-{element.id}", f"element:{element.id}"
        locale = self.around.locale
        if isinstance(element, FieldElement):
            return self._field(element, element_id, thing)
        if isinstance(element, TextElement):
            text = markdown.render(element.text.text(locale))
            return ConstantPart(element_id, thing, str(self.macros["note"](element_id, element.span, text)))
        label = element.label.text(locale)
        if element.entity not in self.around.readable or self.mode != "read":
            return None
        html = self.macros["related"](element_id, element.span, label, holder(BODY), self.level + 1)
        return RelatedPart(element.id, thing, Pieces.cut(str(html)))

    def _field(self, element: FieldElement, element_id: str, thing: str) -> FieldPart | None:
        field, label = element.field, element.label.text(self.around.locale)
        if not self.access.reading(field.key) and (self.mode != "create" or self._never_typed(field)):
            return None
        typed = self.mode != "read" and not self._never_typed(field) and field.key not in self.seen
        if self.mode == "create" and not typed:
            return None  # what the product fills in isn't there yet
        self.seen.add(field.key)
        control_id = f"{self.prefix}{field.key}"
        help_label = element.help or field.help
        control = Control(
            name=field.key,
            id=control_id,
            type=field.type,
            label=label,
            around=self.around,
            described_by=(f"{control_id}-help",) if help_label is not None else (),
            rows=element.rows,
        )
        lines = field.type.lines()
        span = element.span if lines is None else 2  # a table in half a page can't be read
        told, locale = why(self.around.model, field), self.around.locale
        reason = ("", "") if told is None else (WHY.text(locale), told.text(locale))
        shown = Pieces.cut(str(self.macros["shown"](element_id, span, label, holder(VALUE), *reason)))
        child = None if lines is None else self.around.model.entities[lines.entity]
        part = FieldPart(
            element_id=element_id,
            thing=thing,
            field=field,
            control=control,
            shown=shown,
            inputs=self._inputs(element, element_id, span, control) if typed else _NO_INPUTS,
            linked=self.around.may_read(targets_of(field.type)),
            lines=None if child is None else lines_plan(field, child, self.around),
        )
        if typed:
            self.inputs[field.key] = part
        return part

    def _inputs(
        self, element: FieldElement, element_id: str, span: int, control: Control
    ) -> Mapping[tuple[bool, bool], Pieces]:
        """Render the field's frame in every state that it can be in."""
        rules = self.rules.fields[element.field.key]
        states = {True} if rules.always_required else {True, False} if rules.required else {False}
        help_label = element.help or element.field.help
        help_text = "" if help_label is None else help_label.text(self.around.locale)
        found = {}
        for required in states:
            for invalid in (False, True):
                here = control.when(required=required, invalid=invalid, help_id=_first(control.described_by))
                drawn = holder(CONTROL)
                if element.field.type.prerendered:
                    drawn = draw(here, Holders(element.field.type.form_values(None, self.around.formats)))
                html = self.macros["field"](
                    here,
                    element_id,
                    span,
                    drawn,
                    help_text,
                    holder(ERROR),
                    trait(element.field.type, "group"),
                    trait(element.field.type, "inline"),
                    element.field.key in self.rules.watched,
                )
                found[required, invalid] = Pieces.cut(str(html))
        return MappingProxyType(found)


_NO_INPUTS: Final[Mapping[tuple[bool, bool], Pieces]] = MappingProxyType({})


def _elements(mask: Mask) -> Iterator[tuple[Tab, Section, MaskElement]]:
    for tab in mask.tabs:
        for section in tab.sections:
            for element in section.elements:
                yield tab, section, element


def _first(ids: tuple[str, ...]) -> str | None:
    return ids[0] if ids else None

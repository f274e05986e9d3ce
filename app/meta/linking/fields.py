"""One field of an entity out of its property: type, parameters, options, targets, default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.errors import InvalidValue
from app.fields.base import FieldSpec, FieldType, Option
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY, infer
from app.language import Label
from app.meta.linking.workshop import At, Desk, under
from app.meta.model import Field, OptionList
from app.meta.structure import Sound, check_structure, field_checker

#: Names of databases may have 63 characters; `l_<entity>__<field>` is the longest that is made of two keys.
_LONGEST_NAME: Final = 63 - len("l___")


#: What makes a value the product's own: nobody types it.
COMPUTED: Final = ("formula", "rollup", "number")


@dataclass(frozen=True, slots=True)
class Built:
    """A field with its types, and what else its `x-crm` says: conditions and rules, to be linked later."""

    field: Field
    x_crm: Mapping[str, Any]


def label_of(texts: Mapping[str, Any] | None, fallback: str = "") -> Label:
    """Return a document's label, or the fallback."""
    return Label.of(texts, fallback)


def optional_label(texts: Mapping[str, Any] | None) -> Label | None:
    """Return a document's label, or None where it has none."""
    return Label.of(texts) if texts else None


def field_type_of(desk: Desk, json: Mapping[str, Any], at: At) -> type[FieldType] | None:
    """Return the type of a property, said outright or by JSON Schema's `type` and `format`."""
    x_crm = json.get("x-crm")
    named = x_crm.get("type") if isinstance(x_crm, dict) else None
    if named is not None:
        found = REGISTRY.get(named) if isinstance(named, str) else None
        if found is None:
            desk.findings.unknown("field.unknown_type", at("x-crm", "type"), str(named), REGISTRY)
        return found
    json_type, form = json.get("type"), json.get("format")
    texts = isinstance(json_type, str | None) and isinstance(form, str | None)
    inferred = infer(json_type, form) if texts else None
    if inferred is None:
        desk.findings.add("field.no_type", at())
        return None
    return REGISTRY[inferred]


def options_of(desk: Desk, parameters: Mapping[str, Any], at: At) -> tuple[Option, ...] | None:
    """Return the values of the option list that a field names; None where it is missing or broken."""
    key = parameters.get("options")
    if key is None:
        return ()
    if desk.document("options", key) is None:
        desk.findings.unknown("field.unknown_options", at("options"), key, desk.keys("options"))
        return None
    found: OptionList | None = desk.ask("options", key)
    return None if found is None else found.options


def targets_of(desk: Desk, parameters: Mapping[str, Any], at: At) -> tuple[str, ...] | None:
    """Return the entities that a field points to; None where one of them doesn't exist."""
    single = parameters.get("target")
    named = [(single, at("target"))] if single is not None else []
    named += [(target, at("targets", i)) for i, target in enumerate(parameters.get("targets") or ())]
    sound = True
    for target, place in named:
        standing = desk.ask("standing", target)
        if standing == "missing":
            desk.findings.unknown("field.unknown_target", place, target, desk.keys("entities"))
        elif standing == "abstract":
            desk.findings.add("field.abstract_target", place, name=target)
        sound = sound and standing == "normal"
    return tuple(target for target, _ in named) if sound else None


def parameters_of(field_type: type[FieldType], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a type's parameters with the defaults filled in."""
    return {
        name: given[name] if name in given else schema["default"]
        for name, schema in field_type.parameters.items()
        if name in given or "default" in schema
    }


def bind(desk: Desk, field_type: type[FieldType], spec: FieldSpec, at: At) -> FieldType | None:
    """Return the type bound to a field, or None where its parameters make no sense."""
    problems = field_type.check(spec)
    for problem in problems:
        desk.findings.value(problem, at())
    return None if problems else field_type(spec)


def default_of(desk: Desk, bound: FieldType, given: Any, at: At) -> Any:
    """Return a literal default, cleaned by the type; None where there is none or it is computed."""
    if given is None or is_computed(given):
        return None
    try:
        value = bound.clean(given, "en")
    except InvalidValue as wrong:
        desk.findings.value(wrong.error, at())
        return None
    if isinstance(value, Unresolved) or bound.lines() is not None:
        desk.findings.add("field.default", at())
        return None
    return value


def is_computed(default: Any) -> bool:
    """Return whether a default is an expression: `{"expr": "today()"}` and nothing else."""
    return isinstance(default, dict) and set(default) == {"expr"} and isinstance(default["expr"], str)


def build_field(
    desk: Desk, entity_key: str, key: str, json: Mapping[str, Any], at: At, *, required: bool, checked: bool
) -> Built | None:
    """Return a field without its conditions and rules, or None where it is too broken for use.

    Args:
        desk: who asks and reports.
        entity_key, key: whose field it is, and its key.
        json: the property as the document says it.
        at: the way to places in the property.
        required: whether the entity's `required` names it.
        checked: whether its form is known to be sound.
    """
    field_type = field_type_of(desk, json, at)
    if field_type is None:
        return None
    sound = Sound(json) if checked else check_structure(field_checker(field_type), json, at, desk.findings)
    if sound is None:
        return None
    x_crm, inside = sound.body["x-crm"], under(at, "x-crm")
    parameters = parameters_of(field_type, x_crm)
    options, targets = options_of(desk, parameters, inside), targets_of(desk, parameters, inside)
    if options is None or targets is None:
        return None
    label, help_text = label_of(x_crm["label"], key), optional_label(x_crm.get("help"))
    spec = FieldSpec(
        entity=entity_key,
        key=key,
        label=label,
        help=help_text,
        keywords={name: sound.body[name] for name in field_type.keywords if name in sound.body},
        parameters=parameters,
        options=options,
        targets=targets,
        required=required,
        unique=x_crm.get("unique", False),
        searchable=x_crm.get("search", False),
        personal=x_crm.get("personal", False),
    )
    bound = bind(desk, field_type, spec, inside)
    if bound is None:
        return None
    _check_storage(desk, bound, inside)
    field = Field(
        key=key,
        entity=entity_key,
        label=label,
        type=bound,
        help=help_text,
        required=required,
        unique=spec.unique,
        searchable=spec.searchable,
        personal=spec.personal,
        readonly=x_crm.get("readonly", False) or any(kind in x_crm for kind in COMPUTED),
        default=default_of(desk, bound, x_crm.get("default"), under(inside, "default")),
    )
    return Built(field, x_crm)


def _check_storage(desk: Desk, bound: FieldType, at: At) -> None:
    spec = bound.spec
    if bound.link() is not None and len(spec.entity) + len(spec.key) > _LONGEST_NAME:
        desk.findings.add("field.name_too_long", at(), name=f"{spec.entity}.{spec.key}")
    if spec.unique and not bound.columns():
        desk.findings.add("field.unique_unusable", at("unique"))

"""Differences of entities, fields and option lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from app.fields.base import FieldType, Option
from app.fields.column import ColumnSpec
from app.language import Label
from app.meta.compare.change import Change, Weight, signature
from app.meta.model import Entity, Field, OptionList

_ENTITY_ADDED: Final = Label("Objektart „{name}“ ist neu.", "Entity “{name}” is new.")
_ENTITY_REMOVED: Final = Label(
    "Objektart „{name}“ fällt weg; ihre Datensätze bleiben gespeichert.",
    "Entity “{name}” is taken away; its records stay stored.",
)
_ENTITY_CHANGED: Final = Label("Objektart „{name}“: {what}.", "Entity “{name}”: {what}.")
_FIELD: Final = Label("„{entity}“: Feld „{field}“ {what}.", "“{entity}”: field “{field}” {what}.")
_NEW: Final = Label("ist neu ({type})", "is new ({type})")
_NEW_REQUIRED: Final = Label("ist neu ({type}) und Pflicht", "is new ({type}) and required")
_BACK: Final = Label("kommt mit seinen Werten zurück", "comes back with its values")
_GONE: Final = Label("wird stillgelegt; die Werte bleiben gespeichert", "is retired; its values stay stored")
_TYPE: Final = Label("wird von {was} zu {now}", "becomes {now} instead of {was}")
_STORAGE: Final = Label(
    "wird von {was} zu {now} und müsste dafür anders gespeichert werden",
    "becomes {now} instead of {was} and would have to be stored in another way",
)
_TARGET: Final = Label("verweist auf etwas anderes als bisher", "points to something else than before")
#: What of an entity is said, beside its fields.
_ENTITY_PARTS: Final[Mapping[str, tuple[Label, Weight]]] = {
    "label": (Label("heißt jetzt „{now}“ statt „{was}“", "is now called “{now}” instead of “{was}”"), Weight.SAFE),
    "plural": (Label("die Mehrzahl heißt jetzt „{now}“", "the plural is now “{now}”"), Weight.SAFE),
    "icon": (Label("hat ein anderes Symbol", "has another icon"), Weight.SAFE),
    "help": (Label("hat eine andere Hilfe", "has another help text"), Weight.SAFE),
    "title": (
        Label(
            "der Titel wird anders gebildet, auch für das, was schon da ist",
            "titles are made otherwise, also of what is there",
        ),
        Weight.ATTENTION,
    ),
    "unique": (Label("andere Felder sind eindeutig", "other fields are unique"), Weight.ATTENTION),
    "rules": (Label("die Regeln sind anders", "the rules are different"), Weight.ATTENTION),
    "locks": (
        Label("Datensätze sind unter anderen Bedingungen gesperrt", "records are locked under other conditions"),
        Weight.ATTENTION,
    ),
    "asks_reason": (
        Label(
            "ob nach dem Grund einer Änderung gefragt wird, ist anders",
            "whether the reason of a change is asked for is different",
        ),
        Weight.ATTENTION,
    ),
    "owners": (Label("gehört als Zeile zu anderen Objektarten", "is a line of other entities"), Weight.SAFE),
}
#: What of a field is said, beside its type; a pair of words where it is switched on or off.
_FIELD_PARTS: Final[Mapping[str, tuple[Label, Weight]]] = {
    "label": (Label("heißt jetzt „{now}“ statt „{was}“", "is now called “{now}” instead of “{was}”"), Weight.SAFE),
    "help": (Label("hat eine andere Hilfe", "has another help text"), Weight.SAFE),
    "required_if": (
        Label("ist unter anderen Bedingungen Pflicht", "is required under other conditions"),
        Weight.ATTENTION,
    ),
    "visible_if": (Label("ist unter anderen Bedingungen zu sehen", "is seen under other conditions"), Weight.SAFE),
    "readonly_if": (Label("ist unter anderen Bedingungen gesperrt", "is locked under other conditions"), Weight.SAFE),
    "default": (Label("hat einen anderen Vorgabewert", "has another default value"), Weight.SAFE),
    "default_expr": (Label("hat einen anderen Vorgabewert", "has another default value"), Weight.SAFE),
    "rules": (Label("hat andere Regeln", "has other rules"), Weight.ATTENTION),
    "formula": (
        Label("wird anders berechnet, auch was schon da ist", "is computed otherwise, also what is there"),
        Weight.ATTENTION,
    ),
    "rollup": (
        Label("wird anders gesammelt, auch was schon da ist", "is gathered otherwise, also what is there"),
        Weight.ATTENTION,
    ),
    "number": (Label("hat einen anderen Nummernkreis", "has another range of numbers"), Weight.ATTENTION),
    "frozen_if": (Label("bleibt in anderen Zuständen stehen", "stays as it is in other states"), Weight.ATTENTION),
}
_SWITCHES: Final[Mapping[str, tuple[Label, Weight, Label, Weight]]] = {
    "required": (
        Label("wird Pflicht", "becomes required"),
        Weight.ATTENTION,
        Label("ist keine Pflicht mehr", "is no longer required"),
        Weight.SAFE,
    ),
    "unique": (
        Label("wird eindeutig", "becomes unique"),
        Weight.ATTENTION,
        Label("muss nicht mehr eindeutig sein", "needn't be unique any more"),
        Weight.SAFE,
    ),
    "searchable": (
        Label("wird bei der Suche gefunden", "is found by the search"),
        Weight.SAFE,
        Label("wird bei der Suche nicht mehr gefunden", "is no longer found by the search"),
        Weight.ATTENTION,
    ),
    "personal": (
        Label("gilt als personenbezogen", "counts as personal data"),
        Weight.SAFE,
        Label("gilt nicht mehr als personenbezogen", "no longer counts as personal data"),
        Weight.ATTENTION,
    ),
    "declassified": (
        Label("ist für alle sichtbar, die das Feld lesen dürfen", "is seen by everybody who may read the field"),
        Weight.ATTENTION,
        Label(
            "ist nur noch sichtbar, wo alles lesbar ist, woraus es berechnet wird",
            "is only seen where everything can be read that it is computed from",
        ),
        Weight.SAFE,
    ),
    "volatile": (
        Label("hängt jetzt vom Tag ab, ungespeichert", "depends on the day now and isn't stored any more"),
        Weight.ATTENTION,
        Label("wird jetzt gespeichert", "is stored now"),
        Weight.SAFE,
    ),
    "readonly": (
        Label("kann niemand mehr eingeben", "can't be typed by anybody any more"),
        Weight.ATTENTION,
        Label("kann jetzt eingegeben werden", "can now be typed"),
        Weight.SAFE,
    ),
}
_SETTINGS: Final = Label("hat andere Einstellungen: {names}", "has other settings: {names}")


def entity_changes(old: Mapping[str, Entity], new: Mapping[str, Entity]) -> Iterator[Change]:
    """Yield what differs between two sets of entities."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before is None and after is not None:
            yield Change("entity.added", f"entity/{key}", Weight.SAFE, _ENTITY_ADDED.format(name=after.label))
        elif before is not None and after is None:
            words = _ENTITY_REMOVED.format(name=before.label)
            yield Change("entity.removed", f"entity/{key}", Weight.ATTENTION, words)
        elif before is not None and after is not None and before is not after:
            yield from _entity_parts(before, after)
            yield from _field_changes(before, after)


def _entity_parts(old: Entity, new: Entity) -> Iterator[Change]:
    for part, (what, weight) in _ENTITY_PARTS.items():
        was, now = getattr(old, part), getattr(new, part)
        if signature(was) != signature(now):
            said = what.format(was=was, now=now)
            words = _ENTITY_CHANGED.format(name=new.label, what=said)
            yield Change(f"entity.{part}", f"entity/{new.key}", weight, words)


def _field_changes(old: Entity, new: Entity) -> Iterator[Change]:
    for key in dict.fromkeys((*new.fields, *old.fields)):
        before, after = old.fields.get(key), new.fields.get(key)
        before = None if before is not None and before.system else before
        after = None if after is not None and after.system else after
        if after is not None and before is None:
            yield _added(old, new, after)
        elif before is not None and after is None:
            yield _field_change("removed", new, before, Weight.ATTENTION, _GONE)
        elif before is not None and after is not None and before is not after:
            yield from _one_field(new, before, after)


def _field_change(kind: str, entity: Entity, field: Field, weight: Weight, what: Label) -> Change:
    words = _FIELD.format(entity=entity.label, field=field.label, what=what)
    return Change(f"field.{kind}", f"field/{entity.key}.{field.key}", weight, words)


def _added(old: Entity, new: Entity, field: Field) -> Change:
    if field.key in old.retired:
        return _field_change("returned", new, field, Weight.SAFE, _BACK)
    needs_work = field.required and field.default is None and field.default_expr is None
    what = (_NEW_REQUIRED if field.required else _NEW).format(type=field.type.label)
    return _field_change("added", new, field, Weight.ATTENTION if needs_work else Weight.SAFE, what)


def _one_field(entity: Entity, old: Field, new: Field) -> Iterator[Change]:
    yield from _type_changes(entity, old, new)
    for part, (what, weight) in _FIELD_PARTS.items():
        was, now = getattr(old, part), getattr(new, part)
        if signature(was) != signature(now):
            yield _field_change(part, entity, new, weight, what.format(was=was, now=now))
    for part, (on, on_weight, off, off_weight) in _SWITCHES.items():
        if getattr(old, part) != getattr(new, part):
            switched_on = getattr(new, part)
            yield _field_change(part, entity, new, on_weight if switched_on else off_weight, on if switched_on else off)


def _columns(field_type: FieldType) -> Mapping[str, ColumnSpec]:
    return {column.suffix: column for column in field_type.columns()}


def stored_alike(old: FieldType, new: FieldType) -> bool:
    """Return whether values that are stored for one type can be read by the other where they are."""
    was, now = _columns(old), _columns(new)
    if bool(was) != bool(now) or old.link() != new.link() or old.lines() != new.lines():
        return False
    return all(
        (was[s].kind, was[s].scale, was[s].references) == (now[s].kind, now[s].scale, now[s].references)
        for s in was.keys() & now.keys()
    )


def _type_changes(entity: Entity, old: Field, new: Field) -> Iterator[Change]:
    before, after = old.type, new.type
    if before is after:
        return
    alike = stored_alike(before, after)
    if before.name != after.name:
        what = (_TYPE if alike else _STORAGE).format(was=before.label, now=after.label)
        yield _field_change("type", entity, new, Weight.ATTENTION if alike else Weight.REFUSED, what)
        return
    if before.spec.targets != after.spec.targets:
        yield _field_change("target", entity, new, Weight.ATTENTION if alike else Weight.REFUSED, _TARGET)
        return
    changed = {
        *_differing(before.spec.keywords, after.spec.keywords),
        *_differing(before.spec.parameters, after.spec.parameters),
    }
    if changed:
        what = _SETTINGS.format(names=", ".join(sorted(changed)))
        yield _field_change("settings", entity, new, Weight.ATTENTION if alike else Weight.REFUSED, what)


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    return (key for key in {*old, *new} if signature(old.get(key)) != signature(new.get(key)))


# -- option lists ------------------------------------------------------------------------------------------------------

_LIST: Final = Label("Auswahlliste „{name}“ {what}.", "Option list “{name}” {what}.")
_VALUE: Final = Label("Auswahlliste „{name}“: „{value}“ {what}.", "Option list “{name}”: “{value}” {what}.")
_IS_NEW: Final = Label("ist neu", "is new")
_FALLS_AWAY: Final = Label("fällt weg", "is taken away")
_NOT_OFFERED: Final = Label("wird nicht mehr angeboten", "is no longer offered")
_OFFERED: Final = Label("wird wieder angeboten", "is offered again")
_LOOKS: Final = Label("heißt oder sieht jetzt anders aus", "is now called otherwise or has another colour")
_ORDER: Final = Label("ist anders geordnet", "is in another order")
_CALLED: Final = Label("heißt jetzt anders (vorher „{was}“)", "is now called otherwise (was “{was}”)")


def option_changes(old: Mapping[str, OptionList], new: Mapping[str, OptionList]) -> Iterator[Change]:
    """Yield what differs between two sets of option lists."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        given = after or before
        if given is None or before == after:
            continue
        if before is None or after is None:
            kind, weight, what = (
                ("added", Weight.SAFE, _IS_NEW) if before is None else ("removed", Weight.ATTENTION, _FALLS_AWAY)
            )
            yield Change(f"options.{kind}", f"options/{key}", weight, _LIST.format(name=given.label, what=what))
            continue
        yield from _list_parts(before, after)


def _list_parts(old: OptionList, new: OptionList) -> Iterator[Change]:
    subject = f"options/{new.key}"
    if old.label != new.label:
        what = _CALLED.format(was=old.label)
        yield Change("options.label", subject, Weight.SAFE, _LIST.format(name=new.label, what=what))
    before, after = {o.key: o for o in old.options}, {o.key: o for o in new.options}
    for key in dict.fromkeys((*after, *before)):
        found = _value_change(before.get(key), after.get(key))
        option = after.get(key) or before[key]
        if found is not None:
            kind, weight, what = found
            words = _VALUE.format(name=new.label, value=option.label, what=what)
            yield Change(f"option.{kind}", f"option/{new.key}.{key}", weight, words)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Change("options.order", subject, Weight.SAFE, _LIST.format(name=new.label, what=_ORDER))


def _value_change(old: Option | None, new: Option | None) -> tuple[str, Weight, Label] | None:
    if old is None:
        return ("added", Weight.SAFE, _IS_NEW)
    if new is None:
        return ("removed", Weight.ATTENTION, _FALLS_AWAY)
    if old.retired != new.retired:
        return ("retired", Weight.ATTENTION, _NOT_OFFERED) if new.retired else ("returned", Weight.SAFE, _OFFERED)
    return None if old == new else ("label", Weight.SAFE, _LOOKS)

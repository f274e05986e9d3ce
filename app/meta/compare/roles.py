"""Differences of roles: every right that is won, lost or reaches other records, said in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.language import Label
from app.meta.compare.change import Change, Weight
from app.meta.compare.screens import named, parts, together
from app.meta.model import Model
from app.meta.role import POWERS, VERBS, EntityRights, FieldLevel, Role
from app.meta.role_words import LEVEL_WORDS, VERB_WORDS, scope_words

_MAY: Final = Label("Rolle „{name}“ darf in „{entity}“ jetzt {verbs}.", "Role “{name}” may now {verbs} in “{entity}”.")
_MAY_NOT: Final = Label(
    "Rolle „{name}“ darf in „{entity}“ nicht mehr {verbs}.", "Role “{name}” may no longer {verbs} in “{entity}”."
)
_OTHERS: Final = Label(
    "Rolle „{name}“ darf in „{entity}“ andere Datensätze {verb}: {now} (bisher {was}).",
    "Role “{name}” may {verb} other records in “{entity}”: {now} (so far {was}).",
)
_FIELD: Final = Label(
    "Rolle „{name}“ darf „{field}“ in „{entity}“ jetzt {now} (bisher {was}).",
    "Role “{name}” may now {now} “{field}” in “{entity}” (so far {was}).",
)
_EVERY_FIELD: Final = Label("alle übrigen Felder", "all other fields")
_SECTIONS: Final = Label(
    "Rolle „{name}“ sieht in „{entity}“ andere Abschnitte der Masken.",
    "Role “{name}” sees other sections of the masks of “{entity}”.",
)
_EVERYTHING_ELSE: Final = Label("allem anderen", "everything else")
_GAINS: Final = Label("Rolle „{name}“ bekommt das Recht {what}.", "Role “{name}” gains the right {what}.")
_LOSES: Final = Label("Rolle „{name}“ verliert das Recht {what}.", "Role “{name}” loses the right {what}.")
_DEMANDS: Final = Label("verlangt einen zweiten Faktor", "demands a second factor")
_DEMANDS_NOT: Final = Label("verlangt keinen zweiten Faktor mehr", "no longer demands a second factor")
_NONE: Final = EntityRights()


def role_changes(old: Model, new: Model) -> Iterator[Change]:
    """Yield what differs in roles."""
    yield from named("role", Label("Rolle", "Role"), old.roles, new.roles, _role_words)
    for key in sorted(old.roles.keys() & new.roles.keys()):
        before, after = old.roles[key], new.roles[key]
        if before is not after:
            for entity in sorted({*before.entities, *after.entities}):
                yield from _EntityChanges(new, before, after, entity).changes()
            yield from _capability_changes(before, after)


def _role_words(old: Role, new: Role) -> Label | None:
    home = None if old.home == new.home else Label("andere Startseite", "another start page")
    factor = None if old.second_factor is new.second_factor else _DEMANDS if new.second_factor else _DEMANDS_NOT
    return together(parts(old, new), home, factor)


class _EntityChanges:
    """What differs in a role's rights on one entity."""

    def __init__(self, model: Model, old: Role, new: Role, entity: str) -> None:
        self.model = model
        self.role = new
        self.entity = entity
        self.was = old.entities.get(entity, _NONE)
        self.now = new.entities.get(entity, _NONE)
        label = model.entities[entity].plural if entity in model.entities else Label.same(entity)
        self.shown = _EVERYTHING_ELSE if entity == "*" else label

    def changes(self) -> Iterator[Change]:
        won, lost = self._won(self.was, self.now), self._won(self.now, self.was)
        for sentence, kind, verbs in ((_MAY, "granted", won), (_MAY_NOT, "revoked", lost)):
            if verbs:
                said = Label(", ".join(v.de for v in verbs), ", ".join(v.en for v in verbs))
                yield self._change(kind, sentence.format(name=self.role.label, entity=self.shown, verbs=said))
        yield from self._scopes()
        yield from self._fields()
        if self.was.hidden_sections != self.now.hidden_sections:
            yield self._change("changed", _SECTIONS.format(name=self.role.label, entity=self.shown))

    def _won(self, was: EntityRights, now: EntityRights) -> list[Label]:
        verbs = [VERB_WORDS[verb] for verb in VERBS if now.scope(verb) and not was.scope(verb)]
        return verbs + [VERB_WORDS[power] for power in POWERS if power in now.powers - was.powers]

    def _scopes(self) -> Iterator[Change]:
        for verb in VERBS:
            was, now = self.was.scope(verb), self.now.scope(verb)
            if was and now and was != now:
                words = _OTHERS.format(
                    name=self.role.label,
                    entity=self.shown,
                    verb=VERB_WORDS[verb],
                    now=scope_words(now),
                    was=scope_words(was),
                )
                yield self._change("scope", words)

    def _fields(self) -> Iterator[Change]:
        if self.was.others is not self.now.others:
            yield self._field(_EVERY_FIELD, self.was.others, self.now.others)
        fields = self.model.entities[self.entity].fields if self.entity in self.model.entities else {}
        for key in sorted({*self.was.fields, *self.now.fields}):
            was, now = self.was.level(key), self.now.level(key)
            if was is not now:
                yield self._field(fields[key].label if key in fields else Label.same(key), was, now)

    def _field(self, label: Label, was: FieldLevel, now: FieldLevel) -> Change:
        words = _FIELD.format(
            name=self.role.label, field=label, entity=self.shown, now=LEVEL_WORDS[now], was=LEVEL_WORDS[was]
        )
        return self._change("granted" if now > was else "revoked", words)

    def _change(self, kind: str, words: Label) -> Change:
        return Change(f"role.{kind}", f"role/{self.role.key}.{self.entity}", Weight.ATTENTION, words)


def _capability_changes(old: Role, new: Role) -> Iterator[Change]:
    for sentence, kind, found in (
        (_GAINS, "granted", new.capabilities - old.capabilities),
        (_LOSES, "revoked", old.capabilities - new.capabilities),
    ):
        for capability in sorted(found):
            words = sentence.format(name=new.label, what=capability)
            yield Change(f"role.{kind}", f"role/{new.key}.{capability}", Weight.ATTENTION, words)

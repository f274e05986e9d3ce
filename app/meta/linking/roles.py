"""Roles: every right resolved, every condition checked where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from app.expr.deps import paths
from app.meta.findings import Place
from app.meta.linking.expressions import Expressions, Lookup
from app.meta.linking.fields import label_of, optional_label
from app.meta.linking.workshop import At, Desk, Source, under
from app.meta.role import POWERS, VERBS, EntityRights, FieldLevel, Power, Reach, Role, Scope

#: Stands for every entity, or every field, that isn't named.
EVERY: Final = "*"
_EXPORT: Final = "export"
#: References that the condition of a right may follow; a right is asked for at every table of a statement.
_MOST_HOPS: Final = 2


def _check_home(desk: Desk, key: str, home: str, place: Place) -> None:
    """Warn of a start page that is only for others."""
    source = desk.sound("dashboards", home)
    meant = () if source is None else source.body.get("roles", ())
    if meant and key not in meant:
        desk.findings.add("role.home_hidden", place, name=home)


def _home(desk: Desk, key: str, source: Source) -> str | None:
    home: str | None = source.body.get("home")
    if home is not None and desk.document("dashboards", home) is None:
        desk.findings.unknown("role.unknown_home", source.at("home"), home, desk.keys("dashboards"))
    elif home is not None:
        _check_home(desk, key, home, source.at("home"))
    return home


class _Rights:
    """Makes a role's rights on one entity."""

    def __init__(self, desk: Desk, name: str, given: Mapping[str, Any], at: At, *, exports: bool) -> None:
        self.desk = desk
        self.name = name
        self.given = given
        self.at = at
        self.exports = exports

    def rights(self) -> EntityRights:
        scopes = {verb: self._scope(verb) for verb in VERBS if verb in self.given}
        if "retire" in scopes:
            scopes.setdefault("restore", scopes["retire"])
        if not scopes.get("read") and (scopes.get("update") or scopes.get("retire")):
            self.desk.findings.add("role.write_blind", self.at(), name=self.name)
        levels = {key: FieldLevel[level.upper()] for key, level in self.given.get("fields", {}).items()}
        others = levels.pop(EVERY, FieldLevel.WRITE)
        self._check_fields(levels)
        sections = self.given.get("sections", {})
        self._check_sections(sections)
        return EntityRights(
            **scopes,
            powers=frozenset(self._powers()),
            fields=MappingProxyType(levels),
            others=others,
            hidden_sections=frozenset(name for name, shown in sections.items() if not shown),
        )

    def _powers(self) -> Iterator[Power]:
        for power in POWERS:
            if self.given.get(power, self.exports if power == _EXPORT else False):
                yield power

    def _scope(self, verb: str) -> Scope:
        given = self.given[verb]
        if isinstance(given, bool):
            return Scope(Reach.ALL if given else Reach.NONE)
        if isinstance(given, str):
            return Scope(Reach(given))
        place = self.at(verb, "where")
        if self.name == EVERY:
            self.desk.findings.add("role.where_everywhere", place)
            return Scope()
        expressions = Expressions(self.desk, Lookup(self.desk), self.name, query=True)
        where = expressions.condition(given["where"], lambda: place)
        if where is not None and any(len(keys) > _MOST_HOPS + 1 for keys in paths(where)):
            self.desk.findings.add("role.where_far", place, limit=_MOST_HOPS)
        return Scope() if where is None else Scope(Reach.WHERE, where)

    def _check_fields(self, levels: Mapping[str, FieldLevel]) -> None:
        if self.name == EVERY:
            for key in levels:
                self.desk.findings.add("role.field_everywhere", self.at("fields", key), name=key)
            return
        entity = Lookup(self.desk).get(self.name)
        shape = Lookup(self.desk).shape(self.name)
        if entity is None or shape is None:
            return
        for key in levels:
            if key not in entity.fields and key not in shape.broken and key not in entity.retired:
                self.desk.findings.unknown(
                    "role.unknown_field", self.at("fields", key), key, tuple(entity.fields), entity=self.name
                )

    def _check_sections(self, sections: Mapping[str, bool]) -> None:
        for name in sections:
            mask, _, section = name.partition("/")
            found = self.desk.ask("mask", mask) if self.desk.document("forms", mask) is not None else None
            known = () if found is None else tuple(f"{mask}/{one.id}" for tab in found.tabs for one in tab.sections)
            if found is None or found.entity != self.name or not section or name not in known:
                self.desk.findings.unknown("role.unknown_section", self.at("sections", name), name, known)


def make_role(desk: Desk, key: str) -> Role | None:
    """Return a role, or None where its document is too broken for use."""
    source = desk.sound("roles", key)
    if source is None:
        return None
    body = source.body
    capabilities = frozenset(body.get("capabilities", ()))
    entities: dict[str, EntityRights] = {}
    for name, given in body["entities"].items():
        if name != EVERY and desk.document("entities", name) is None:
            desk.findings.unknown("role.unknown_entity", source.at("entities", name), name, desk.keys("entities"))
            continue
        at = under(source.at, "entities", name)
        entities[name] = _Rights(desk, name, given, at, exports=_EXPORT in capabilities).rights()
    return Role(
        key=key,
        label=label_of(body["label"], key),
        entities=MappingProxyType(entities),
        home=_home(desk, key, source),
        capabilities=capabilities,
        help=optional_label(body.get("help")),
    )

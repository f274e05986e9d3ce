"""The headings of a file: how an export writes them, and what they mean to whoever reads the file again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.access.rights import access
from app.context import Context
from app.expr.fold import fold
from app.language import LOCALES, Label, Locale
from app.meta.model import Field, FieldPath
from app.meta.paths import target_of
from app.query.gate import readable_fields
from app.query.paths import resolve

#: Headings of the number of a record, and of the version in which it was seen.
ID: Final = "id"
VERSION: Final = "version"
#: The version of an entity that has a field of that name.
_OWN_VERSION: Final = "_version"
#: What stands between the labels of a heading that names a way.
_APART: Final = " › "
#: A heading with the name of what it means behind it, because its words alone could mean something else.
_NAMED: Final = re.compile(r".* \(([a-z][a-z0-9_.]*)\)", re.DOTALL)
_WITH_NAME: Final = "{words} ({name})"


class Use(Enum):
    """What a column is good for."""

    ID = "id"
    VERSION = "version"
    VALUE = "value"
    #: Something of another record, which is shown with this one.
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading can mean.

    Args:
        use: what the column is good for.
        name: the heading that means nothing else.
        field: the field whose values it has, for `VALUE`.
        part: the part of these values, "" for all of them.
    """

    use: Use
    name: str
    field: Field | None = None
    part: str = ""


class Headings:
    """Everything that columns of an entity's records can be called: keys, labels, what its views call them.

    Args:
        ctx: whose rights count; a field that he may neither read nor give a value doesn't exist for him.
        entity_key: which entity.
    """

    def __init__(self, ctx: Context, entity_key: str) -> None:
        self._ctx = ctx
        self._key = entity_key
        self._meanings: dict[str, dict[str, Meaning]] = {}
        granted = access(ctx, entity_key)
        fields = ctx.snapshot.model.entities[entity_key].fields
        for key, field in fields.items():
            if granted.reading(key) or granted.writing(key, "create"):
                self._add_field(key, field)
        own = fields.get(VERSION)
        self._add(Meaning(Use.ID, ID), ID)
        hidden = own is not None and not own.system
        self._add(Meaning(Use.VERSION, _OWN_VERSION if hidden else VERSION), *(() if hidden else (VERSION,)))
        self._add_views()

    def meanings(self, heading: str) -> tuple[Meaning, ...]:
        """Return what a heading can mean; nothing where it is unknown."""
        found = self._meanings.get(fold(heading.strip()))
        if found is not None:
            return tuple(found.values())
        named = _NAMED.fullmatch(heading.strip())
        name = heading.strip() if named is None else named[1]
        if named is not None and (found := self._meanings.get(name)) is not None:
            return tuple(one for one in found.values() if one.name == name) or tuple(found.values())
        return (Meaning(Use.ELSEWHERE, name),) if self._leads_away(name) else ()

    def heading_of(self, path: FieldPath, locale: Locale) -> str:
        """Return the heading of a column: its label; where that could mean something else, with its name behind it."""
        words, mine = _words(path).text(locale), self._meaning(path)
        if {one.name for one in self.meanings(words)} <= {mine.name}:
            return words
        return _WITH_NAME.format(words=words, name=mine.name)

    def _meaning(self, path: FieldPath) -> Meaning:
        name = f"{self._key}.{path.text}"
        if path.hops or (path.sub is not None and path.sub not in path.field.type.inputs()):
            return Meaning(Use.ELSEWHERE, path.text)
        if path.field.system and path.field.key in (ID, VERSION):
            return Meaning(Use.ID if path.field.key == ID else Use.VERSION, path.field.key)
        return Meaning(Use.VALUE, name, path.field, path.sub or "")

    def _leads_away(self, name: str) -> bool:
        """Return whether a heading is the way to a field of another record, which a reader can put into a list."""
        first, apart, _ = name.partition(_APART.strip())
        if apart:
            found: Mapping[str, Meaning] = self._meanings.get(fold(first.strip()), {})
            return any(one.field is not None and target_of(one.field.type) for one in found.values())
        path = resolve(self._ctx, self._key, name)
        return path is not None and bool(path.hops or path.sub)

    def _add(self, meaning: Meaning, *words: str) -> None:
        for one in (meaning.name, *words):
            self._meanings.setdefault(fold(one.strip()), {}).setdefault(meaning.name, meaning)

    def _add_field(self, key: str, field: Field) -> None:
        path = FieldPath(key, (), field, None, field.label)
        own = self._meaning(path)
        self._add(own, *_texts(field.label), *(() if own.use is not Use.VALUE else (key,)))
        for part, sub in field.type.subs().items():
            if part in field.type.inputs():
                way = FieldPath(f"{key}.{part}", (), field, part, sub.label)
                self._add(self._meaning(way), way.text, *_texts(_words(way)))

    def _add_views(self) -> None:
        """Add what the entity's views call their columns."""
        model, seen = self._ctx.snapshot.model, readable_fields(self._ctx, self._key)
        for key in model.views_of.get(self._key, ()):
            for path in model.views[key].columns:
                first = path.hops[0] if path.hops else path.field
                if seen.get(first.key) is not None:
                    self._add(self._meaning(path), *_texts(_words(path)))


def _words(path: FieldPath) -> Label:
    """Return the label of a column; where that is the label of another record's field, by which way.

    A view's own words stay as they are.
    """
    usual = path.field.label if path.sub is None else path.field.type.subs()[path.sub].label
    if path.label != usual:
        return path.label
    way = [*(hop.label for hop in path.hops), *(() if path.sub is None else (path.field.label,)), usual]
    return Label(*(_APART.join(label.text(locale) for label in way) for locale in LOCALES))


def _texts(label: Label) -> tuple[str, ...]:
    return tuple(label.text(locale) for locale in LOCALES)

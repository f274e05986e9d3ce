"""What roles say, in words: verbs, which records, what may be done with a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.expr.parse import to_text
from app.language import Label
from app.meta.role import FieldLevel, Reach, Scope

#: What can be done, in words.
VERB_WORDS: Final[Mapping[str, Label]] = {
    "create": Label("anlegen", "create"),
    "read": Label("lesen", "read"),
    "update": Label("ändern", "change"),
    "retire": Label("archivieren", "archive"),
    "restore": Label("wiederherstellen", "restore"),
    "export": Label("exportieren", "export"),
    "import": Label("importieren", "import"),
    "bulk": Label("in einem Zug ändern", "change in one go"),
    "erase": Label("aus dem Verlauf löschen", "erase from the history"),
}
_REACH_WORDS: Final[Mapping[Reach, Label]] = {
    Reach.NONE: Label("keine", "none"),
    Reach.OWN: Label("eigene", "own ones"),
    Reach.TEAM: Label("die des Teams", "the team's"),
    Reach.TEAM_TREE: Label("die des Teams und der Teams darunter", "those of the team and the teams below it"),
    Reach.ALL: Label("alle", "all"),
}
THOSE_WITH: Final = Label("die mit {condition}", "those with {condition}")
LEVEL_WORDS: Final[Mapping[FieldLevel, Label]] = {
    FieldLevel.NONE: Label("nicht sehen", "not see"),
    FieldLevel.READ: Label("nur lesen", "only read"),
    FieldLevel.WRITE: Label("lesen und schreiben", "read and write"),
}


def scope_words(scope: Scope) -> Label:
    """Say which records a right is about."""
    if scope.where is not None:
        return THOSE_WITH.format(condition=to_text(scope.where))
    return _REACH_WORDS[scope.reach]

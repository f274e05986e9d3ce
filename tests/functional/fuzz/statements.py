"""What reaches the database while it is asked hostile things: values only beside a statement, never within it."""

from __future__ import annotations

from typing import Final

#: Pieces of hostile values that no statement of the product's own holds.
MARKS: Final = (
    "drop table", "alert(", "passwd", "evil", "7*7", "1=1", "__class__", "Set-Cookie", "javascript", "\U0001f600", "🎄",
    "1e999", "xxxxxxxx", "ääääääää", "((((((((((", "not not not", "a.b.c", "10000-01-01", "Infinity",
)  # fmt: skip
#: With what a statement of a page begins; nothing that makes or drops a table.
VERBS: Final = frozenset("SELECT WITH INSERT UPDATE DELETE BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE PRAGMA SET".split())


class Statements:
    """Counts statements and keeps those that should never have been sent."""

    def __init__(self) -> None:
        self.seen = 0
        self.wrong: set[str] = set()
        self._known: set[int] = set()

    def look(self, statement: str) -> None:
        """Look at one statement that is about to be executed."""
        self.seen += 1
        if hash(statement) in self._known:
            return
        self._known.add(hash(statement))
        verb = statement.lstrip("( \n").split(maxsplit=1)[0].upper()
        if verb not in VERBS or any(mark in statement for mark in MARKS):
            self.wrong.add(statement)

"""Child rows of a record's history as tables: as they were, and which came, went and were changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.context import Context
from app.expr.types import ValueType
from app.meta.model import Field
from app.query.past_values import LineChange, LinesDifference, PastValue
from app.web.history_words import HistoryWords
from app.web.texts import text

#: Most rows that one table shows.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class LineHead:
    """The head of a column."""

    label: str
    number: bool


@dataclass(frozen=True, slots=True)
class LineCell:
    """A value, or the one before and the one afterwards where it was changed; all empty where it wasn't."""

    said: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class LinesTable:
    """Rows of one field.

    Args:
        label: what the field is called.
        heads: the columns, without the first one, which says which row it is.
        rows: which row, and its cells.
        notes: sentences below: what isn't shown, and that the order is another.
    """

    label: str
    heads: tuple[LineHead, ...]
    rows: tuple[tuple[str, tuple[LineCell, ...]], ...]
    notes: tuple[str, ...]


class LineTables:
    """Makes the tables of a page; what records are called is asked once for each kind of lines.

    Args:
        ctx: the reader.
        shown: every difference that will be shown, with its field.
    """

    def __init__(self, ctx: Context, shown: Iterable[tuple[Field, LinesDifference]]) -> None:
        self.ctx = ctx
        values: dict[str, list[PastValue]] = {}
        for field, found in shown:
            of_kind = values.setdefault(_kind(field), [])
            for change in found.changes[:MOST]:
                for side in (change.before, change.after):
                    of_kind += [] if side is None else side.values()
        self._words = {
            entity: HistoryWords(ctx, entity, [(one.field, one.value) for one in several if one.known])
            for entity, several in values.items()
        }

    def table(self, field: Field, found: LinesDifference, *, plain: bool = False) -> LinesTable:
        """Return a table.

        Args:
            field: the field with the lines.
            found: what it shows.
            plain: whether these are the rows of one moment, and not what happened to them.
        """
        changes = found.changes[:MOST]
        columns = self._columns(field, changes)
        words = self._words[_kind(field)]
        rows = tuple(
            (self._row(change, plain=plain), tuple(self._cell(change, one.key, words) for one in columns))
            for change in changes
        )
        heads = (LineHead(self._label(one), one.type.value_type is ValueType.NUMBER) for one in columns)
        return LinesTable(self._label(field), tuple(heads), rows, tuple(self._notes(found)))

    def _columns(self, field: Field, changes: Iterable[LineChange]) -> list[Field]:
        """Return the columns in which some row has something to say, in the order of the fields."""
        said = {key for change in changes for side in (change.before, change.after) for key in side or ()}
        return [one for key, one in self.ctx.snapshot.model.entities[_kind(field)].fields.items() if key in said]

    def _notes(self, found: LinesDifference) -> Iterable[str]:
        if len(found.changes) > MOST:
            yield text("history.lines_more", self.ctx.locale, number=len(found.changes) - MOST)
        if found.reordered:
            yield text("history.lines_reordered", self.ctx.locale)

    def _row(self, change: LineChange, *, plain: bool) -> str:
        if plain:
            kind = "line"
        elif change.before is None:
            kind = "line_added"
        else:
            kind = "line_removed" if change.after is None else "line_changed"
        return text(f"history.{kind}", self.ctx.locale, number=change.number)

    def _cell(self, change: LineChange, key: str, words: HistoryWords) -> LineCell:
        before, after = change.before, change.after
        if before is not None and after is not None:
            if key not in after:
                return LineCell()
            return LineCell(before=words.past(before[key]), after=words.past(after[key]))
        there: Mapping[str, PastValue] = before or after or {}
        return LineCell(words.past(there.get(key)))

    def _label(self, field: Field) -> str:
        return field.label.text(self.ctx.locale)


def _kind(field: Field) -> str:
    lines = field.type.lines()
    assert lines is not None
    return lines.entity

"""From a file's lines to what the write path takes: which record each is about, and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.errors import FieldError
from app.exchange import texts
from app.exchange.columns import Column, by_field
from app.exchange.report import Refusal
from app.exchange.sheet import Line, Sheet
from app.fields.base import Raw
from app.language import Label
from app.query.headings import Use

_DIGITS: Final = 18
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says.

    Args:
        line: its number in the file.
        raw: values by field key.
        empty: keys of fields whose cells are empty.
        id: the record that is changed; None for a new one.
        version: the version in which it was seen; 0 for a new one.
    """

    line: int
    raw: Mapping[str, Raw]
    empty: frozenset[str]
    id: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's lines, read.

    Args:
        new: those of new records.
        stored: those of stored ones.
        refusals: what is wrong with the others.
    """

    new: list[Row] = field(default_factory=list)
    stored: list[Row] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class Reading:
    """Reads the lines of a file.

    Args:
        sheet: the file.
        columns: what its columns mean.
    """

    def __init__(self, sheet: Sheet, columns: Sequence[Column]) -> None:
        self._sheet = sheet
        self._width = len(sheet.headings)
        self._id = next((one for one in columns if one.use is Use.ID), None)
        self._version = next((one for one in columns if one.use is Use.VERSION), None)
        self._fields = by_field(columns)
        self._untitled = [at for at, heading in enumerate(sheet.headings) if not heading]
        self._lines: dict[int, int] = {}
        self._rows = Rows()

    def read(self) -> Rows:
        """Return what the lines say; nothing of it has been looked up yet."""
        for line in self._sheet.lines:
            if self._fits(line):
                self._read(line)
        if self._rows.stored:
            self._refuse_parts()
        return self._rows

    def _refuse(self, line: Line, column: Column | None, code: str, message: Label) -> None:
        heading = "" if column is None else column.heading
        self._rows.refusals.append(Refusal(line.number, heading, FieldError(code, message)))

    def _fits(self, line: Line) -> bool:
        """Return whether a line has as many cells as the heading; empty ones behind it are a spreadsheet's doing."""
        cells = line.cells
        if len(cells) < self._width or any(cell.strip() for cell in cells[self._width :]):
            self._refuse(line, None, "import.ragged", texts.RAGGED.format(n=len(cells), wanted=self._width))
            return False
        filled = next((at for at in self._untitled if cells[at].strip()), None)
        if filled is not None:
            self._refuse(line, None, "import.untitled", texts.UNTITLED.format(n=filled + 1))
        return filled is None

    def _read(self, line: Line) -> None:
        empty = frozenset(key for key, parts in self._fields.items() if _is_empty(parts, line))
        raw = {key: None if key in empty else _raw(parts, line) for key, parts in self._fields.items()}
        record_id, version = self._number(line, self._id), self._number(line, self._version)
        if record_id is None or version is None:
            return
        if not record_id:
            if version:
                self._refuse(line, self._version, "import.lone_version", texts.LONE_VERSION)
            else:
                self._rows.new.append(Row(line.number, raw, empty))
        elif not version:
            self._refuse(line, self._version, "import.no_version", texts.NO_VERSION)
        elif record_id in self._lines:
            message = texts.SAME_RECORD.format(id=record_id, line=self._lines[record_id])
            self._refuse(line, self._id, "import.same_record", message)
        else:
            self._lines[record_id] = line.number
            self._rows.stored.append(Row(line.number, raw, empty, record_id, version))

    def _number(self, line: Line, column: Column | None) -> int | None:
        """Return the number in a cell, 0 where there is none, or None where it is refused."""
        text = "" if column is None else line.cells[column.index].strip().removeprefix("#")
        if not text:
            return 0
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text):
            return int(text)
        self._refuse(line, column, "import.number", texts.BAD_ID.format(text=text[:_SHOWN]))
        return None

    def _refuse_parts(self) -> None:
        """Refuse to change values of which only parts are there: the others would be lost."""
        for parts in self._fields.values():
            some = next(iter(parts.values()))
            assert some.field is not None
            wanted = some.field.type.inputs()
            if "" not in parts and any(name not in parts for name in wanted):
                known = ", ".join(f"{some.field.key}.{name}" if name else some.field.key for name in wanted)
                message = texts.PARTS.format(field=some.field.label, known=known)
                self._rows.refusals.append(Refusal(1, some.heading, FieldError("import.parts", message)))


def _raw(parts: Mapping[str, Column], line: Line) -> Raw:
    some = next(iter(parts.values()))
    assert some.field is not None
    return some.field.type.raw_from_cells({name: line.cells[column.index] for name, column in parts.items()})


def _is_empty(parts: Mapping[str, Column], line: Line) -> bool:
    return not any(line.cells[column.index].strip() for column in parts.values())

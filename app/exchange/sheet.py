"""A file's bytes as lines of cells: CSV (RFC 4180), as Lotse exports it and as spreadsheets write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.exchange import texts
from app.exchange.report import Refused, refused
from app.query.sheet import unguarded

#: Bytes of a file; one that is chosen anew travels with the one that was refused.
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 200
#: Characters of a cell; the longest value that the product keeps is shorter.
MOST_CHARACTERS: Final = 100_000
#: What may stand between cells; the first one wins where nothing else decides.
SEPARATORS: Final = (",", ";", "\t")
_MEGABYTE: Final = 1024 * 1024
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: Control characters beside tab and line ends; of the rest the fields say themselves what they take.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a file.

    Args:
        number: of the line in which it begins, as an editor counts.
        cells: its texts.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read.

    Args:
        headings: the first line.
        lines: the others; blank ones are left out.
        separator: what stands between cells.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    separator: str


def decoded(content: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its encoding.

    Raises:
        Refused: it is too large, empty, or no text.
    """
    if len(content) > MOST_BYTES:
        raise refused("import.too_large", texts.TOO_LARGE.format(most=MOST_BYTES // _MEGABYTE))
    if content.startswith(_WORKBOOK):
        raise refused("import.workbook", texts.WORKBOOK)
    for encoding, name in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            text = content.decode(encoding).removeprefix(_BOM)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise refused("import.empty", texts.EMPTY)
        return text, name
    raise refused("import.encoding", texts.ENCODING)


def read_sheet(text: str, known: Callable[[str], bool]) -> Sheet:
    """Take a text apart.

    Args:
        text: the file's.
        known: whether a heading is one of a field; the separator is the one that makes most of them.

    Raises:
        Refused: it can't be taken apart.
    """
    _look_through(text)
    separator = _separator(text, known)
    rows = _rows(text, separator)
    first = next(rows, None)
    if first is None:
        raise refused("import.empty", texts.EMPTY)
    headings = _without_tail(first.cells)
    if len(headings) > MOST_COLUMNS:
        raise refused("import.columns", texts.MANY_COLUMNS.format(most=MOST_COLUMNS), first.number)
    lines: list[Line] = []
    for row in rows:
        if len(lines) == MOST_ROWS:
            raise refused("import.rows", texts.MANY_ROWS.format(most=MOST_ROWS))
        lines.append(row)
    if not lines:
        raise refused("import.no_rows", texts.NO_ROWS)
    return Sheet(headings, tuple(lines), separator)


def _look_through(text: str) -> None:
    found = _CONTROL.search(text)
    if found is not None:
        line = len(re.findall(r"\r\n|\r|\n", text[: found.start()])) + 1
        raise refused("import.character", texts.CHARACTER.format(number=ord(found[0])), line)


def _separator(text: str, known: Callable[[str], bool]) -> str:
    def worth(separator: str) -> tuple[int, int]:
        try:
            first = next(_rows(text, separator), None)
        except Refused:  # a quotation mark that is none with this separator; what is wrong is told of the one taken
            return (0, 0)
        cells = () if first is None else first.cells
        return sum(known(cell) for cell in cells), len(cells)

    return max(SEPARATORS, key=worth)


def _rows(text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            raise _unreadable(wrong, number) from wrong
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            raise refused("import.cell", texts.HUGE_CELL.format(most=MOST_CHARACTERS), number)
        if any(cell.strip() for cell in cells):
            yield Line(number, tuple(unguarded(cell) for cell in cells))


def _unreadable(wrong: csv.Error, line: int) -> Refused:
    if "field limit" in str(wrong):
        return refused("import.cell", texts.HUGE_CELL.format(most=MOST_CHARACTERS), line)
    return refused("import.quotes", texts.QUOTES, line)


def _without_tail(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the headings without the empty ones at their end, which spreadsheets like to add."""
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return tuple(cell.strip() for cell in kept)

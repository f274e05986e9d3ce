"""Rows of values as files: CSV (RFC 4180) and XLSX.

A text that a spreadsheet would take for a formula is made harmless: in CSV by an apostrophe before it, in XLSX by being
written as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from app.fields.formats import DEFAULT_ZONE
from app.lazily import lazily

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Sixteen megabytes for every worker, and only for whoever exports.
_XLSX: Final = lazily("xlsxwriter")
#: What a formula begins with in one spreadsheet or another.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BATCH: Final = 200
_LONGEST_CELL: Final = 32_000
_LONGEST_SHEET_NAME: Final = 31
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_BOM: Final = "\ufeff"


def csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = True) -> Iterator[bytes]:
    """Write rows as CSV in UTF-8, some rows at a time.

    Args:
        headers: the first row.
        rows: values: numbers, days, booleans, texts, None.
        bom: whether it begins with a byte order mark, by which Excel knows UTF-8.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(_BOM if bom else "")
    writer.writerow([guarded(header) for header in headers])
    for number, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(value) for value in row])
        if number % _BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; `unguarded` reads it back."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else guarded(str(value))


def _instant(value: datetime) -> str:
    """Write an instant, to the minute where that says all; where the clock shows an hour twice, which one it is."""
    if value.fold and value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
    return value.isoformat(" ", "auto" if value.second or value.microsecond else "minutes")


def xlsx_bytes(name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows as a workbook with one sheet; a row is forgotten as soon as it is written.

    Args:
        name: of the sheet; what a sheet's name mustn't contain is left out.
        headers: the first row, which stays in sight.
        rows: values: numbers, days, booleans, texts, None.
    """
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with _XLSX.Workbook(target, options) as book:
        sheet = book.add_worksheet(name.translate(_NOT_IN_NAMES).strip()[:_LONGEST_SHEET_NAME] or "1")
        formats = {
            date: book.add_format({"num_format": "dd.mm.yyyy"}),
            datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        sheet.set_column(0, max(len(headers) - 1, 0), 18)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, formats)
    return target.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: Any, formats: dict[type, Format]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, float(value))
    elif isinstance(value, date | time) and _in_calendar(value):
        moment = value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        sheet.write_datetime(row, column, moment, formats[type(value)])
    else:
        text = value.isoformat() if isinstance(value, date | time) else str(value)
        sheet.write_string(row, column, text[:_LONGEST_CELL])


def _in_calendar(value: date | time) -> bool:
    """Return whether a spreadsheet knows the day; its calendar begins in 1900."""
    return isinstance(value, time) or value.year >= 1900

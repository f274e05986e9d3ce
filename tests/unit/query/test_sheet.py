"""Files: RFC 4180, no formula, in pieces."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from app.expr.parse import parse, to_text
from app.query.report_drill import substituted
from app.query.sheet import csv_chunks, guarded


@pytest.mark.parametrize("text", ["=1+1", "+49 711", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_what_looks_like_a_formula_is_made_a_text(text: str) -> None:
    """Numbers keep their sign."""
    assert guarded(text) == f"'{text}"
    assert b"".join(csv_chunks(["a"], [[Decimal("-1.50")], [-3]], bom=False)) == b"a\r\n-1.50\r\n-3\r\n"


def test_values_are_written_neutrally_and_read_back() -> None:
    """Quotes, commas and line breaks survive; the mark for Excel stands at the beginning alone."""
    row = ['a "b", c\nd', None, True, date(2026, 1, 31), datetime(2026, 1, 31, 14, 5), time(8, 30), Decimal("1E+3")]
    chunks = list(csv_chunks(["ä", "b"], [row] * 450))
    text = b"".join(chunks).decode("utf-8")
    assert len(chunks) == 3
    assert (text[0], text.count("\ufeff")) == ("\ufeff", 1)
    lines = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert lines[0] == ["ä", "b"]
    assert lines[-1] == ['a "b", c\nd', "", "true", "2026-01-31", "2026-01-31 14:05", "08:30:00", "1000"]


def test_parameters_become_values_in_the_list_behind_a_cell() -> None:
    """Wherever they stand in the expression; a missing one is empty."""
    expr = parse('(a >= $since or b in ($kind, "x")) and not (c = $gone) and add_days($since, 1) > d')
    found = to_text(substituted(expr, {"since": date(2026, 1, 2), "kind": "y"}))
    assert found == (
        '(a >= date("2026-01-02") or b in ("y", "x")) and not c = empty and add_days(date("2026-01-02"), 1) > d'
    )

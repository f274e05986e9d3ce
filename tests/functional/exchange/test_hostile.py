"""Files that are no files of records: each is refused with its own sentence, and none with an error of ours."""

from __future__ import annotations

import random
import string

import pytest

from app.exchange.sheet import MOST_BYTES, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS
from tests.functional.exchange.desk import Desk, figures, hidden, told, written

_FILES: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "", "leer"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "", "leer"),
    "headings alone": (b"name,size\n", "", "kein Datensatz"),
    "workbook": (b"PK\x03\x04" + b"x" * 99, "", "Arbeitsmappe"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 99, "", "Arbeitsmappe"),
    "utf-16": ("name\nA\n".encode("utf-16"), "1", "Steuerzeichen"),
    "no encoding": (b"name\n\x81\x8d\xff\n", "", "CSV UTF-8"),
    "NUL": (b"name\nA\nB\x00\n", "3", "Steuerzeichen"),
    "escape": (b"name\r\nA\r\n\x1b[31m\r\n", "3", "Steuerzeichen"),
    "direction": ("name\nA\u202eB\n".encode(), "2", ""),
    "open quote": (b'name\nA\n"B\n', "3", "Anf\u00fchrungszeichen"),
    "stray quote": (b'name\n"A"B\n', "2", "Anf\u00fchrungszeichen"),
    "huge cell": (b"name\n" + b"A" * (MOST_CHARACTERS + 1) + b"\n", "2", "mehr als 100000 Zeichen"),
    "huge quoted cell": (b'name\n"' + b"A" * 200_000 + b'"\n', "2", "Zeichen"),
    "long title": (b"name\n" + b"A" * 90_000 + b"\n", "2", ""),
    "large": (b"name\n" + b"A\n" * (MOST_BYTES // 2), "", "MB"),
    "many rows": (b"name\n" + b"A\n" * (MOST_ROWS + 1), "", f"mehr als {MOST_ROWS} Datens\u00e4tze"),
    "many columns": (b"name" + b",name" * MOST_COLUMNS + b"\nA\n", "1", f"mehr als {MOST_COLUMNS} Spalten"),
    "twice": (b"name,Name\nA,B\n", "1", "dasselbe Feld"),
    "unknown": (b"name,<script>\nA,B\n", "1", "gibt es in"),
    "unknown path": (b"name,person.nothing.name\nA,B\n", "1", "gibt es in"),
    "only the number": (b"id,version\n1,1\n", "1", "keine Spalte"),
    "few cells": (b"name,size\nA\n", "2", "hat 1 Zellen"),
    "more cells": (b"name,size\nA,1,x\n", "2", "hat 3 Zellen"),
    "no heading": (b"name,,size\nA,x,1\n", "2", "keine \u00dcberschrift"),
    "long number": (b"id,version,name\n" + b"9" * 40 + b",1,A\n", "2", "keine Nummer"),
    "foreign digits": ("id,version,name\n\u0663,1,A\n".encode(), "2", "keine Nummer"),
    "largest number": (b"id,version,name\n999999999999999999,999999999999999999,A\n", "2", "gibt es hier nicht"),
    "huge reference": (b"name,person\nA,9999999999999999999\n", "2", ""),
    "huge exponent": (b"name,size\nA,1e999999999\n", "2", ""),
}


@pytest.mark.parametrize("name", _FILES)
def test_it_is_refused_with_a_sentence(desk: Desk, name: str) -> None:
    content, line, words = _FILES[name]
    refused = desk.check("account", content)
    assert refused.status_code == 422
    first = told(refused)[0]
    assert first[0] == line, first
    assert words in first[2], first
    assert "<script>" not in refused.text.partition("<main")[2]


def test_a_form_without_a_file_and_forged_ones_are_refused(desk: Desk) -> None:
    for form in ({}, {"_staged": "x"}, {"_staged": ""}, {"file": "text"}, {"spelling": "xx"}):
        assert desk.visitor.post("/e/account/-/import", form).status_code == 422
        assert desk.visitor.post("/e/account/-/import/run", form).status_code == 422


def test_only_some_refusals_are_shown_and_all_are_counted(desk: Desk) -> None:
    refused = desk.check("account", b"name,size\n" + b"A,x\n" * 450)
    assert len(told(refused)) == 200
    assert "450 Stellen" in refused.text
    assert "Gezeigt sind die ersten 200." in refused.text


def test_a_large_file_that_can_wait_is_imported_and_a_larger_one_is_refused_at_once(desk: Desk) -> None:
    """What makes these files large stands in a column that isn't imported, so that they are judged quickly."""
    chance = random.Random(7)
    dense = ["".join(chance.choices(string.ascii_letters + string.digits, k=40_000)) for _ in range(50)]
    header, most = ["name", "size", "created_at"], 45
    refused = desk.check("account", written([header, *(["A", "1", text] for text in dense)]))
    assert refused.status_code == 422
    assert "teilen Sie sie in mehrere auf" in told(refused)[0][2]
    refused = desk.check("account", written([header, *(["A", "x", text] for text in dense[:most])]))
    found = len(told(refused))
    assert found == most
    right = written([header, *(["A", "1", text] for text in dense[:most])])
    checked = desk.check("account", right, _staged=hidden(refused)["_staged"])
    assert (checked.status_code, figures(checked)) == (200, (most, 0, 0)), "both files fit into one form"
    assert desk.run("account", checked).status_code == 303

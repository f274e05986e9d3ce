"""An entity with 300 fields, as every grown CRM has one: its document, its mask, its records.

Both applications show the same fields in the same order; kinds take turns.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from bench.data import SEGMENTS

FIELDS: Final = 300
COLUMNS: Final = 3
#: What kind a field is, by its number; half of them are text, as in real masks.
_KINDS: Final = ("text", "text", "number", "text", "date", "choice", "text", "number", "text", "boolean")
_EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class WideField:
    """One of the fields."""

    key: str
    label: str
    kind: str


def wide_fields() -> tuple[WideField, ...]:
    """Return the fields in their order."""
    return tuple(
        WideField(f"field_{number:03d}", f"Feld {number}", _KINDS[number % len(_KINDS)])
        for number in range(1, FIELDS + 1)
    )


def wide_documents() -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the documents of the entity and its mask, by kind and key."""
    fields = wide_fields()
    both = {"de": "Breiter Satz", "en": "Wide record"}
    sections = [
        {
            "id": f"part_{start // 50 + 1}",
            "label": {"de": f"Teil {start // 50 + 1}", "en": f"Part {start // 50 + 1}"},
            "columns": COLUMNS,
            "elements": [{"id": field.key, "field": field.key} for field in fields[start : start + 50]],
        }
        for start in range(0, FIELDS, 50)
    ]
    return {
        ("entities", "wide"): {
            "type": "object",
            "x-crm": {
                "label": both,
                "plural": {"de": "Breite Sätze", "en": "Wide records"},
                "icon": "table",
                "title": "{field_001}",
            },
            "properties": {field.key: _property(field) for field in fields},
        },
        ("forms", "wide.main"): {
            "entity": "wide",
            "label": both,
            "tabs": [{"id": "main", "label": {"de": "Felder", "en": "Fields"}, "sections": sections}],
        },
        ("views", "wide.all"): {"entity": "wide", "label": both, "columns": [field.key for field in fields[:8]]},
    }


def _property(field: WideField) -> Mapping[str, Any]:
    label = {"label": {"de": field.label, "en": field.label.replace("Feld", "Field")}}
    if field.kind == "text":
        return {"type": "string", "maxLength": 200, "x-crm": label}
    if field.kind == "number":
        return {"type": "number", "x-crm": label}
    if field.kind == "date":
        return {"type": "string", "format": "date", "x-crm": label}
    if field.kind == "boolean":
        return {"type": "boolean", "x-crm": label}
    return {"x-crm": {"type": "choice", "options": "bench_segment", **label}}


def wide_rows(seed: int, rows: int) -> Iterator[dict[str, Any]]:
    """Yield the records: values by field key, and the id."""
    chance = random.Random(f"{seed}-wide")
    fields = wide_fields()
    for number in range(1, rows + 1):
        yield {"id": number, **{field.key: _value(field.kind, chance) for field in fields}}


def _value(kind: str, chance: random.Random) -> Any:
    if kind == "text":
        return f"Wert {chance.randrange(1_000_000)}"
    if kind == "number":
        return Decimal(chance.randrange(10_000_000)).scaleb(-2)
    if kind == "date":
        return _EARLIEST + timedelta(days=chance.randrange(9_000))
    if kind == "boolean":
        return chance.random() < 0.5
    return chance.choice(SEGMENTS)

"""What the mask of a record was made from, so that its save can be compared with what others have saved since.

That is the record's version, and of each lines field the rows that its writer has seen, in their versions: rows change
by themselves, too, and whoever has typed into one of them has said nothing about the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from flask import request

from app.errors import Meanwhile
from app.forms.plan import MaskPlan
from app.query.record import Record
from app.web.pages.records import version_sent

_BASES: Final = "_base"
_VERSION: Final = "version"
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Basis:
    """What a mask was made from.

    Args:
        version: of the record.
        lines: of each lines field whose rows have versions, its rows as the mask sends them.
    """

    version: int
    lines: Mapping[str, str]

    @classmethod
    def of(cls, plan: MaskPlan, record: Record) -> Self:
        """Return that of a mask that shows a record as it is; a lines field without rows is named, too."""
        found = {}
        for key, lines in plan.lines.items():
            spec = lines.field.type.lines()
            counted = None if spec is None else plan.model.entities[spec.entity].fields.get(_VERSION)
            if counted is not None and counted.system:
                rows: Any = record.values.get(key) or ()
                found[key] = _spelt({row["id"]: row[_VERSION] for row in rows})
        return cls(record.version, found)

    @classmethod
    def sent(cls) -> Self:
        """Return that of the mask that was sent: what was typed was made from it, whatever is stored by now."""
        parts = (sent.partition(":") for sent in request.form.getlist(_BASES))
        return cls(version_sent(), {key: rows for key, _, rows in parts})

    def after(self, plan: MaskPlan, record: Record, meanwhile: Meanwhile) -> Basis:
        """Return that of a mask that was sent and is shown again because somebody else was faster.

        It shows what was typed, and of some fields what is stored. A row that shows what was typed was made from what
        its writer had seen, unless he is asked about it: then from what it was compared with. Whoever has saved even
        later is met by the next save, not passed over.

        Args:
            plan: the mask.
            record: as it is stored now.
            meanwhile: what it was compared with.
        """
        asked = {clash.key: _spelt(clash.theirs) for clash in meanwhile.clashes if clash.key in plan.lines}
        typed, stored = {**self.lines, **asked}, Basis.of(plan, record).lines
        shown = {key: rows if key in meanwhile.theirs else typed.get(key, rows) for key, rows in stored.items()}
        return Basis(meanwhile.version, shown)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Return the hidden inputs that say which rows a mask was made from."""
        return tuple((_BASES, f"{key}:{rows}") for key, rows in self.lines.items())

    @property
    def rows(self) -> dict[str, dict[int, int]]:
        """Return the versions of the rows by their ids, for each lines field; what can't be read is left out."""
        found: dict[str, dict[int, int]] = {}
        for key, rows in self.lines.items():
            pairs = [row.partition(".")[::2] for row in rows.split(",") if row]
            if all(_number(one) and _number(version) for one, version in pairs):
                found[key] = {int(one): int(version) for one, version in pairs}
        return found


def _spelt(rows: Mapping[int, int]) -> str:
    return ",".join(f"{one}.{version}" for one, version in rows.items())


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS

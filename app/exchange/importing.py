"""Importing a file: checked as a whole and taken back, or carried out as a whole; both go the one write path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.access.rights import access, require_power
from app.context import Context
from app.errors import Conflict, FieldError, Forbidden, InvalidData
from app.exchange.columns import Column, by_field, columns_of, skipped
from app.exchange.report import Manner, Refusal, Refused, Report
from app.exchange.rows import Reading, Row, Rows
from app.exchange.sheet import read_sheet
from app.fields.base import Raw
from app.language import Locale
from app.query.headings import Headings
from app.records import bulk, savepoints
from app.records.chosen import look_at

#: The history's word for this door, and the power that it takes.
ORIGIN: Final = "import"


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody wants to import.

    Args:
        text: what stands in it.
        encoding: how it was written.
        spelling: the language whose spelling its numbers have; None for what its separator says.
    """

    text: str
    encoding: str
    spelling: Locale | None = None


class _TakenBack(Exception):
    """Thrown into a check, so that what it wrote is taken back.

    Args:
        report: what it found out.
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def may_import(ctx: Context, entity_key: str) -> bool:
    """Return whether somebody may import records of an entity, be it new ones or changes."""
    granted = access(ctx, entity_key)
    return ORIGIN in granted.powers and bool(granted.read) and bool(granted.create or granted.update)


def require_import(ctx: Context, entity_key: str) -> None:
    """Make sure that somebody may import records of an entity.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require_power`.
    """
    require_power(ctx, entity_key, ORIGIN)


def check(ctx: Context, entity_key: str, file: File) -> Report:
    """Return what a file would do; everything is written as an import writes it, and taken back.

    Args:
        ctx: who wants to import it, over an open transaction.
        entity_key: what kind of records.
        file: the file.

    Raises:
        NotFound, Forbidden: he may not import records of this entity.
        Refused: something speaks against it.
    """
    try:
        with savepoints.act(ctx.connection):
            raise _TakenBack(carry_out(ctx, entity_key, file))
    except _TakenBack as done:
        return done.report


def carry_out(ctx: Context, entity_key: str, file: File) -> Report:
    """Import a file, all of it or nothing; whoever opened the transaction ends it, and rolls it back where it fails.

    Args, Raises: see `check`.
    """
    require_import(ctx, entity_key)
    headings = Headings(ctx, entity_key)
    sheet = read_sheet(file.text, lambda heading: bool(headings.meanings(heading)))
    columns = columns_of(ctx, ctx.snapshot.model.entities[entity_key], headings, sheet.headings)
    rows = Reading(sheet, columns).read()
    spelling = file.spelling or ("en" if sheet.separator == "," else ctx.locale)
    manner = Manner(sheet.separator, file.encoding, spelling)
    report = Report(manner, skipped=skipped(columns))
    writer = replace(ctx, locale=spelling, origin=ORIGIN)
    return _Writing(writer, entity_key, _headings(ctx, entity_key, columns), rows).write(report)


def _headings(ctx: Context, entity_key: str, columns: Sequence[Column]) -> Mapping[str, str]:
    """Return what fields are called towards the reader: as in the file, else by their labels."""
    fields = ctx.snapshot.model.entities[entity_key].fields
    inside = {key: next(iter(parts.values())).heading for key, parts in by_field(columns).items()}
    return {key: inside.get(key, field.label.text(ctx.locale)) for key, field in fields.items()}


class _Writing:
    """One import under way.

    Args:
        ctx: the writer, in whose language numbers are read as the file spells them.
        entity_key: what kind of records.
        headings: what its fields are called.
        rows: the file's.
    """

    def __init__(self, ctx: Context, entity_key: str, headings: Mapping[str, str], rows: Rows) -> None:
        self._ctx = ctx
        self._key = entity_key
        self._rows = rows
        self._headings = headings
        self._refusals = list(rows.refusals)

    def write(self, report: Report) -> Report:
        """Write everything, or tell everything that is wrong.

        Raises:
            Refused: something is.
        """
        stored = self._changeable()
        changed = self._in_batches(stored, self._change)
        created = self._in_batches(self._rows.new, self._create)
        if self._refusals:
            raise Refused(tuple(sorted(self._refusals, key=lambda one: one.line or 0)))
        return replace(report, created=created, changed=changed, unchanged=len(stored) - changed)

    def _changeable(self) -> list[Row]:
        """Return the lines whose records can be changed, without the cells that the writer can't have seen."""
        rows = self._rows.stored
        if not rows:
            return []
        versions = {row.id: row.version for row in rows if row.id is not None}
        try:
            chosen = look_at(self._ctx, self._key, versions)
        except Forbidden as forbidden:
            self._refuse(None, FieldError("record.forbidden", forbidden.message))
            return []
        found: list[Row] = []
        for row in rows:
            assert row.id is not None
            if (error := chosen.refused.get(row.id)) is not None:
                self._refuse(row, error)
                continue
            unseen = {key for key in row.empty if not chosen.permits[row.id].reads(key)}
            found.append(replace(row, raw={key: raw for key, raw in row.raw.items() if key not in unseen}))
        return found

    def _in_batches(self, rows: Sequence[Row], write: Callable[[Sequence[Row]], int]) -> int:
        """Write lines some at a time; what is refused in one batch doesn't keep the others from being looked at."""
        done = 0
        for start in range(0, len(rows), bulk.BATCH):
            some = rows[start : start + bulk.BATCH]
            try:
                done += write(some)
            except Refused:
                raise
            except InvalidData as invalid:
                self._note(some, invalid)
            except Conflict as conflict:
                self._refuse(None, FieldError("record.changed", conflict.message))
            except Forbidden as forbidden:
                self._refuse(None, FieldError("record.forbidden", forbidden.message))
                break
        return done

    def _create(self, rows: Sequence[Row]) -> int:
        return len(bulk.create_many(self._ctx, self._key, [row.raw for row in rows], ORIGIN))

    def _change(self, rows: Sequence[Row]) -> int:
        changes: dict[int, Mapping[str, Raw]] = {row.id: row.raw for row in rows if row.id is not None}
        versions = {row.id: row.version for row in rows if row.id is not None}
        return len(bulk.update_many(self._ctx, self._key, changes, versions, ORIGIN))

    def _note(self, rows: Sequence[Row], invalid: InvalidData) -> None:
        """Note what the write path says, at the lines that it says it about: `[3].name` is the fourth's name."""
        for name, errors in invalid.errors.fields.items():
            number, _, key = name.removeprefix("[").partition("]")
            row = rows[int(number)] if number.isdigit() and int(number) < len(rows) else None
            for error in errors:
                self._refuse(row, error, key.removeprefix("."))
        for error in invalid.errors.record:
            self._refuse(None, error)

    def _refuse(self, row: Row | None, error: FieldError, key: str = "") -> None:
        line = None if row is None else row.line
        self._refusals.append(Refusal(line, self._headings.get(key, ""), error))

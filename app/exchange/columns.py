"""What a file's headings mean: keys and labels of fields in either language, as people and exports write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.context import Context
from app.errors import FieldError
from app.exchange import texts
from app.exchange.report import Refusal, Refused, Skipped
from app.language import Label
from app.meta.model import Entity, Field
from app.query.headings import Headings, Use
from app.records.writable import writable_fields

_HEADING_LINE: Final = 1
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Args:
        index: its place among the cells.
        heading: what stands over it.
        use: what it is good for.
        field: the field whose values stand in it, or None.
        part: the part of the values that it holds, "" for all of them.
        why: why it is left out.
    """

    index: int
    heading: str
    use: Use
    field: Field | None = None
    part: str = ""
    why: Label | None = None


def columns_of(ctx: Context, entity: Entity, headings: Headings, written: Sequence[str]) -> tuple[Column, ...]:
    """Return what the columns of a file are.

    Args:
        ctx: who wants to import it.
        entity: what kind of records.
        headings: what headings can mean.
        written: the file's headings; what has none is no column.

    Raises:
        Refused: with everything that is wrong with its headings.
    """
    refusals: list[Refusal] = []
    writable = writable_fields(ctx, entity.key)
    found = [_column(entity, headings, writable, at, one, refusals) for at, one in enumerate(written) if one]
    columns = [column for column in found if column is not None]
    _refuse_twice(columns, refusals)
    if not refusals and not any(column.use is Use.VALUE for column in columns):
        refusals.append(_refusal("", "import.no_columns", texts.NO_COLUMNS))
    if refusals:
        raise Refused(tuple(refusals))
    return _without_parts(columns)


def _column(
    entity: Entity,
    headings: Headings,
    writable: Mapping[str, Field],
    index: int,
    heading: str,
    refusals: list[Refusal],
) -> Column | None:
    shown, meanings = heading[:_SHOWN], headings.meanings(heading)
    if not meanings:
        message = texts.UNKNOWN.format(heading=shown, entity=entity.plural)
        refusals.append(_refusal(shown, "import.unknown", message))
        return None
    if len(meanings) > 1:
        known = ", ".join(meaning.name for meaning in meanings if meaning.use is not Use.ELSEWHERE)
        refusals.append(_refusal(shown, "import.several", texts.SEVERAL.format(heading=shown, known=known)))
        return None
    meaning = meanings[0]
    column = Column(index, shown, meaning.use, meaning.field, meaning.part)
    if meaning.use is Use.ELSEWHERE:
        return _skipped(column, texts.IS_LOOKED_UP)
    field = meaning.field
    if field is None or (field.key in writable and field.type.lines() is None):
        return column
    if field.type.lines() is not None:
        return _skipped(column, texts.IS_LINES)
    if field.system or field.computed or field.number is not None or field.readonly:
        return _skipped(column, texts.IS_COMPUTED)
    refusals.append(_refusal(shown, "import.forbidden", texts.FORBIDDEN.format(field=field.label)))
    return None


def _refusal(heading: str, code: str, message: Label) -> Refusal:
    return Refusal(_HEADING_LINE, heading, FieldError(code, message))


def _skipped(column: Column, why: Label) -> Column:
    return Column(column.index, column.heading, Use.ELSEWHERE, column.field, column.part, why)


def _refuse_twice(columns: Sequence[Column], refusals: list[Refusal]) -> None:
    seen: dict[object, Column] = {}
    for column in columns:
        if column.use is Use.ELSEWHERE:
            continue
        what = (column.use, None if column.field is None else column.field.key, column.part)
        other = seen.setdefault(what, column)
        if other is not column:
            message = texts.TWICE.format(heading=column.heading, other=other.heading)
            refusals.append(_refusal(column.heading, "import.twice", message))


def _without_parts(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns, parts left out whose whole value stands in another one and needs no help."""
    whole = {column.field.key: column for column in columns if column.field is not None and not column.part}
    return tuple(_unless_in(whole, column) for column in columns)


def _unless_in(whole: Mapping[str, Column], column: Column) -> Column:
    field = column.field
    if field is None or not column.part or field.key not in whole or "" in field.type.inputs():
        return column
    return _skipped(column, texts.IS_PART.format(other=whole[field.key].heading))


def skipped(columns: Sequence[Column]) -> tuple[Skipped, ...]:
    """Return what is told about the columns that are left out."""
    return tuple(Skipped(one.heading, one.why) for one in columns if one.use is Use.ELSEWHERE and one.why is not None)


def by_field(columns: Sequence[Column]) -> Mapping[str, Mapping[str, Column]]:
    """Return the columns of values by field and part."""
    found: dict[str, dict[str, Column]] = {}
    for column in columns:
        if column.use is Use.VALUE and column.field is not None:
            found.setdefault(column.field.key, {})[column.part] = column
    return found

"""A whole list as a file: the same rows in the same order, read in batches by position.

What a column shows of another record belongs to that record: it leaves the product where both entities may be exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from app.access.rights import access, require_power
from app.context import Context
from app.errors import FieldError, InvalidQuery
from app.language import Label
from app.meta.model import FieldPath
from app.query.columns import Shown
from app.query.headings import ID, VERSION, Headings
from app.query.lists import cursor_of, list_plan, read_after
from app.query.paths import readable_path, resolve
from app.query.search import searching
from app.query.sheet import csv_chunks, xlsx_bytes
from app.query.shown import extras_of, readers
from app.query.spec import ListSpec

#: Rows of a file; a longer list is cut there.
MAX_ROWS: Final = 100_000
_BATCH: Final = 1_000
#: Name of the file that has number and version of each record, so that it can be changed elsewhere and imported again.
FOR_CHANGING: Final = "changing"
_STANDING: Final = (ID, VERSION)
_WITHHELD: Final = Label(
    "„{name}“ gehört zu „{plural}“, und davon dürfen Sie nichts exportieren. Nehmen Sie die Spalte heraus, oder fragen "
    "Sie Ihren CRM-Manager.",
    "“{name}” belongs to “{plural}”, of which you may export nothing. Remove the column, or ask your CRM manager.",
)


def may_export(ctx: Context, entity_key: str) -> bool:
    """Return whether the reader may take data of an entity out of the product."""
    return "export" in access(ctx, entity_key).powers


def require_export(ctx: Context, entity_key: str) -> None:
    """Make sure that the reader may take data of an entity out of the product.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require_power`.
    """
    require_power(ctx, entity_key, "export")


def exports_path(ctx: Context, path: FieldPath) -> bool:
    """Return whether the reader may take what a path shows out of the product: the field at its end decides.

    What the records on the way are called isn't shown; the title in a column of a reference is that field's own value.
    """
    return may_export(ctx, path.field.entity)


def withheld(ctx: Context, spec: ListSpec) -> tuple[FieldPath, ...]:
    """Return the columns of a list that the reader sees and may not export."""
    return tuple(path for path in spec.columns if not exports_path(ctx, path))


def for_export(ctx: Context, spec: ListSpec) -> ListSpec:
    """Return a list with the columns that the reader may export.

    As with columns that can't be read: what a view shows by itself is left out, what somebody names is refused.

    Raises:
        Forbidden: the reader may not export the list's records.
        InvalidQuery: he names a column that he may not export, or the view has no other.
    """
    require_export(ctx, spec.entity)
    kept_back = withheld(ctx, spec)
    kept = tuple(path for path in spec.columns if path not in kept_back)
    own = tuple(path for path in spec.view.columns if readable_path(ctx, path))
    if kept_back and (not kept or spec.columns != own):
        raise InvalidQuery(tuple(_refusal(ctx, path) for path in kept_back))
    return replace(spec, columns=kept)


def _refusal(ctx: Context, path: FieldPath) -> FieldError:
    plural = ctx.snapshot.model.entities[path.field.entity].plural
    return FieldError("query.unexportable", _WITHHELD.format(name=path.label, plural=plural))


def headers(ctx: Context, spec: ListSpec) -> tuple[str, ...]:
    """Return the headings of a list's columns in the reader's language."""
    headings = Headings(ctx, spec.entity)
    return tuple(headings.heading_of(path, ctx.locale) for path in spec.columns)


def export_rows(ctx: Context, spec: ListSpec, most: int = MAX_ROWS) -> Iterator[tuple[Any, ...]]:
    """Read a list's rows as values for spreadsheet cells, from its beginning.

    Raises:
        Forbidden, InvalidQuery: see `for_export`.
    """
    return _rows(ctx, for_export(ctx, spec), most)


def _rows(ctx: Context, spec: ListSpec, most: int) -> Iterator[tuple[Any, ...]]:
    search = searching(ctx, spec.entity, spec.search)
    plan = list_plan(ctx, spec, search)
    cells = tuple(_cell(shown) for shown in plan.shown)
    reads = readers(plan.shown)
    after: tuple[Any, ...] | None = None
    left = most
    while left > 0:
        size = min(_BATCH, left)
        rows = read_after(ctx, spec, plan, search, after, size)
        extras = extras_of(ctx, plan.shown, rows)
        for row in rows:
            yield tuple(cell(read(row, extras)) for cell, read in zip(cells, reads, strict=True))
        if len(rows) < size:
            return
        after = cursor_of(plan, rows[-1])
        left -= len(rows)


def _cell(shown: Shown) -> Callable[[Any], Any]:
    if shown.path.sub is not None:
        return lambda value: value
    to_cell = shown.type.to_cell
    return lambda value: None if value is None else to_cell(value)


def for_changing(ctx: Context, spec: ListSpec) -> ListSpec:
    """Return a list with number and version of each record before its columns, as an import wants them.

    A field of its own that is called so takes the name, and stays where it is. Where a list shows a part of a value (an
    address's city), its other parts follow: a value is changed as a whole.

    Raises:
        Forbidden, InvalidQuery: see `for_export`.
    """
    spec = for_export(ctx, spec)
    keys = [resolve(ctx, spec.entity, name) for name in _STANDING]
    first = [replace(path, label=Label.same(path.text)) for path in keys if path is not None and path.field.system]
    others = [path for path in spec.columns if path.text not in _STANDING or not path.field.system]
    return replace(spec, columns=(*first, *_with_whole_values(ctx, spec.entity, others)))


def _with_whole_values(ctx: Context, entity_key: str, paths: Sequence[FieldPath]) -> Iterator[FieldPath]:
    there = {path.text for path in paths}
    for path in paths:
        yield path
        if path.hops or path.sub not in path.field.type.inputs() or path.field.key in there:
            continue
        key = path.field.key
        for text in (f"{key}.{part}" if part else key for part in path.field.type.inputs()):
            other = None if text in there else resolve(ctx, entity_key, text)
            if other is not None:
                there.add(text)
                yield other


def export_csv(ctx: Context, spec: ListSpec, *, bom: bool = True) -> Iterator[bytes]:
    """Write a list as CSV, some rows at a time.

    Raises:
        Forbidden, InvalidQuery: see `for_export`.
    """
    spec = for_export(ctx, spec)
    return csv_chunks(headers(ctx, spec), _rows(ctx, spec, MAX_ROWS), bom=bom)


def export_xlsx(ctx: Context, spec: ListSpec) -> bytes:
    """Write a list as a workbook.

    Raises:
        Forbidden, InvalidQuery: see `for_export`.
    """
    spec = for_export(ctx, spec)
    return xlsx_bytes(spec.view.label.text(ctx.locale), headers(ctx, spec), _rows(ctx, spec, MAX_ROWS))

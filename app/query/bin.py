"""The bin: what a list shows of archived records, the newest first, with when each was archived and by whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.context import Context
from app.language import Label
from app.meta.model import FieldPath, SortKey, View
from app.query.paths import resolve

_WHEN: Final = "archived_at"
#: Nobody can change an archived record, so its last change is that it was archived.
_WHO: Final = "updated_by"
_LABELS: Final = {
    _WHEN: Label("Archiviert am", "Archived at"),
    _WHO: Label("Archiviert von", "Archived by"),
}


def bin_view(ctx: Context, view: View) -> View:
    """Return a view as the bin shows it: when and by whom stand behind its first column, as far as the reader may know.

    Args:
        ctx: whose rights count.
        view: the view of the live records.
    """
    told = tuple(path for key in _LABELS if (path := _own(ctx, view.entity, key)) is not None)
    rest = tuple(path for path in view.columns if path.text not in _LABELS)
    sort = tuple(SortKey(path, descending=True) for path in told if path.text == _WHEN)
    return replace(view, columns=(*rest[:1], *told, *rest[1:]), sort=sort or view.sort)


def _own(ctx: Context, entity_key: str, key: str) -> FieldPath | None:
    """Return the path to a system field; a field that hides it under the same name is something else."""
    path = resolve(ctx, entity_key, key)
    return replace(path, label=_LABELS[key]) if path is not None and path.field.system else None

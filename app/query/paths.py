"""Names that a reader or a document uses for values: `close_date`, `account.industry`, `amount.currency`.

A name that doesn't exist and a name that the reader may not read are the same: there is no such path.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from app.context import Context
from app.errors import FieldError
from app.language import Label
from app.meta.model import FieldPath
from app.meta.paths import MAX_HOPS, NoPath, find_path
from app.query.gate import readable_entities, readable_fields

#: Control characters and lone surrogates.
UNUSABLE: Final = frozenset({"Cc", "Cs"})
#: Characters of a wrong name that are repeated to the reader.
_SHOWN: Final = 60
_UNKNOWN_NAME: Final = Label(
    "Das Feld „{name}“ gibt es hier nicht. Prüfen Sie die Schreibweise.",
    "There is no field “{name}” here. Check the spelling.",
)


def short(text: str) -> str:
    """Return as much of a stranger's text as may be repeated to him."""
    clean = "".join(char for char in text if unicodedata.category(char) not in UNUSABLE)
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


def unknown_field(name: str) -> FieldError:
    """Return what somebody is told who names a field that doesn't exist, or not for him."""
    return FieldError("query.unknown_field", _UNKNOWN_NAME.format(name=short(name)))


def resolve(ctx: Context, entity_key: str, text: str) -> FieldPath | None:
    """Resolve a dotted path for this reader.

    Args:
        ctx: whose rights count.
        entity_key: where the path begins.
        text: keys separated by dots.

    Returns:
        The path, or None when some name in it doesn't exist, isn't readable or can't be followed.
    """
    found = find_path(readable_entities(ctx), entity_key, text, MAX_HOPS)
    return None if isinstance(found, NoPath) else found


def readable_path(ctx: Context, path: FieldPath) -> bool:
    """Return whether the reader may read every field that a path of a document names."""
    fields = (*path.hops, path.field)
    return all(readable_fields(ctx, field.entity).get(field.key) is field for field in fields)

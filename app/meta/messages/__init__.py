"""Everything that can be wrong with documents, in German and English: a stable code, a sentence, what to do next."""

from __future__ import annotations

from typing import Final

from app.meta.messages import entities, files, screens
from app.meta.messages.entry import Message

#: Every issue by its code. Problems of expressions (`expression.…`) and of field types (`field.<type>.…`) have their
#: sentences in the expression language and in the field types.
MESSAGES: Final[dict[str, Message]] = {
    **files.FILES,
    **files.LAYERS,
    **files.STRUCTURE,
    **entities.ENTITIES,
    **entities.FIELDS,
    **entities.EXPRESSIONS,
    **entities.PATHS,
    **entities.COMPUTED,
    **screens.MASKS,
    **screens.VIEWS,
    **screens.REPORTS,
    **screens.PEOPLE,
}

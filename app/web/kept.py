"""What somebody typed, shown again with a refusal that no mask can tell: an ended session, a busy database.

Such a page takes the mask's place, and no browser has to bring it back: private pages aren't stored. So it carries what
was sent, to be read and copied, and where sending it again can help, to be sent again with one click.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from app.context import Context
from app.query.gate import readable_fields
from app.web.headers import OWN
from app.web.policy import policy_of
from app.web.render import csrf, here

#: Where sending the same again is of no use: what isn't allowed, or isn't there.
_FINAL: Final = frozenset({403, 404, 405})
_TOKEN: Final = "csrf_token"  # noqa: S105  a name
#: Inputs of a mask that nobody types in begin like this, or are one of these.
_HIDDEN: Final = "_"
_UNTYPED: Final = frozenset({_TOKEN, "version"})
#: What stands between a field's key and a part of it in the name of an input, and the part in which a name is typed.
_PART: Final = "__"
_TYPED_NAME: Final = "__text"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was sent.

    Args:
        action: the address that it was sent to.
        fields: names and values of all inputs, without the token.
        typed: what people see of it: what each field is called, and its value.
        csrf: this session's token, or blank where it may not be sent again from this page.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    typed: tuple[tuple[str, str], ...]
    csrf: str


def kept(ctx: Context | None, status: int) -> Kept | None:
    """Return what was sent to a page that keeps it, or None.

    Args:
        ctx: who sent it, as far as that is known: fields that he may read have their labels.
        status: with which status it is refused.
    """
    granted = policy_of(current_app, request.endpoint) if request.endpoint else None
    if granted is None or not granted.keeps or request.method != "POST":
        return None
    try:
        sent = request.form.items(multi=True)
        # A part without a name, which no browser sends, is one of the things that are refused.
        fields = tuple((name, value) for name, value in sent if name not in (None, _TOKEN))
    except HTTPException:  # too large to be read at all
        return None
    # A page of another site could have had it sent; a button that makes up for the missing token would help that one.
    own = request.headers.get("Sec-Fetch-Site") in OWN
    again = own and status not in _FINAL
    return Kept(here(), fields, tuple(_typed(ctx, fields)), csrf() if again else "")


def _typed(ctx: Context | None, fields: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    entity = (request.view_args or {}).get("entity")
    known = readable_fields(ctx, entity) if ctx is not None and isinstance(entity, str) else {}
    named = {name.removesuffix(_TYPED_NAME) for name, _ in fields if name.endswith(_TYPED_NAME)}
    for name, value in fields:
        key, _, part = name.partition(_PART)
        # A reference has three inputs: its id, what it was called, what stands in the box. People know the last one.
        behind = key in named and f"{_PART}{part}" != _TYPED_NAME
        if not value.strip() or name.startswith(_HIDDEN) or name in _UNTYPED or behind:
            continue
        field = known.get(key)
        if field is None or ctx is None:
            yield name.removesuffix(_TYPED_NAME), value
            continue
        sub = field.type.subs().get(part)
        label = field.label.text(ctx.locale)
        yield label if sub is None else f"{label}: {sub.label.text(ctx.locale)}", value

"""A file between its check and its import: it goes to the browser and comes back with the form, signed.

So nothing of it is kept on the server, what is imported is exactly what was checked, and it is worth nothing to anybody
else, in another session, or an hour later.
"""

from __future__ import annotations

from typing import Final

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from app.context import Context
from app.exchange.importing import File
from app.language import LOCALES
from app.web.lifecycle import current

#: Characters of a file that waits; a form's longest field is a little longer.
LONGEST: Final = 1_900_000
_SECONDS: Final = 3600
_SALT: Final = "lotse.import"


def staged(ctx: Context, entity: str, file: File) -> str | None:
    """Return a checked file as a form can carry it, or None where it is too large for that.

    Args:
        ctx: whose file it is.
        entity: what it is to be imported as.
        file: the file.
    """
    content = [*_whose(ctx, entity), file.spelling, file.encoding, file.text]
    text = str(_serializer().dumps(content))
    return text if len(text) <= LONGEST else None


def taken_up(ctx: Context, entity: str, sent: str | None) -> File | None:
    """Return the file that a form has brought back, or None where it isn't one of this reader's, or is too old."""
    if not sent:
        return None
    try:
        user, session, kind, spelling, encoding, text = _serializer().loads(sent, max_age=_SECONDS)
    except (BadData, ValueError):
        return None
    if [user, session, kind] != _whose(ctx, entity):
        return None
    return File(text, encoding, next((locale for locale in LOCALES if locale == spelling), None))


def _whose(ctx: Context, entity: str) -> list[int | str | None]:
    call = current()
    session = None if call is None or call.session is None else call.session.id
    return [ctx.actor.id, session, entity]


def _serializer() -> URLSafeTimedSerializer:
    secret = current_app.secret_key
    assert secret
    return URLSafeTimedSerializer(secret, salt=_SALT)

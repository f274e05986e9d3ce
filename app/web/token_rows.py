"""What pages show of API tokens; their secrets nobody can show."""

from __future__ import annotations

from app.context import Context
from app.fields.formats import formats_for
from app.system.tokens import SCOPES, tokens_of
from app.web.texts import text


def token_rows(ctx: Context, user_id: int) -> list[dict[str, object]]:
    """Return what a page shows of somebody's tokens, the newest first.

    Args:
        ctx: who reads it.
        user_id: as whom the programs act.
    """
    locale, entities = ctx.locale, ctx.snapshot.model.entities
    formats = formats_for(locale, ctx.snapshot.time_zone)

    def kind(key: str) -> str:
        return entities[key].plural.text(locale) if key in entities else key

    return [
        {
            "id": token.id,
            "name": token.name,
            "scopes": ", ".join(text(f"api.scope_{scope}", locale) for scope in SCOPES if scope in token.scopes),
            "entities": ", ".join(kind(key) for key in token.entities or ()),
            "until": formats.datetime(token.expires_at),
            "used": formats.date(token.last_used_on) if token.last_used_on else text("api.never", locale),
            "state": text(f"api.state_{token.state(ctx.now)}", locale),
            "good": token.state(ctx.now) == "good",
        }
        for token in tokens_of(ctx.connection, user_id)
    ]

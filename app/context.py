"""The one thing that is passed down a request: which configuration, who asks, over which connection, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.language import DEFAULT_LOCALE, Locale

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.access.actor import Actor
    from app.runtime.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Context:
    """What every verb of the product needs to know.

    Args:
        snapshot: the configuration that this request started with; it keeps it to its end.
        actor: who asks, with the roles he has.
        connection: an open transaction; whoever opened it commits it, once, at the edge.
        now: the request's one idea of the time, UTC.
        locale: the reader's language.
        parameters: values of the parameters of a report or view, by name.
        origin: through which door what is written came: `mask`, `api`, `import`, `bulk`, `product` …
        reason: why, in the words of whoever does it, or None.
        request: the number by which the request is found in the log, or None.
    """

    snapshot: Snapshot
    actor: Actor
    connection: Connection
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    locale: Locale = DEFAULT_LOCALE
    parameters: Mapping[str, object] = field(default_factory=dict)
    origin: str = "product"
    reason: str | None = None
    request: str | None = None

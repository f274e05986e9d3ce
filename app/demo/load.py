"""Loads the demo company into an empty installation, in one transaction, through the product's own write path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from random import Random
from typing import Final

from app.access.actor import PRODUCT
from app.context import Context
from app.demo.accounts import make_accounts
from app.demo.activities import make_activities
from app.demo.basics import make_basics
from app.demo.contacts import make_contacts
from app.demo.introduction import make_introduction
from app.demo.marketing import make_consents, make_documents, make_insights, make_requests
from app.demo.people import make_people
from app.demo.sales import make_leads, make_opportunities
from app.demo.world import Progress, World
from app.errors import LotseError
from app.language import Label
from app.query.gate import readable
from app.records.plan import plan_of
from app.records.stored import any_record
from app.runtime.store import Store
from app.storage.database import Database

#: With the same seed and the same day, the same records come out.
SEED: Final = 20260101
_MAX_SCALE: Final = 1000
_NOT_EMPTY: Final = Label(
    "Hier gibt es schon Datensätze („{entity}“). Die Demo-Firma wird nur in eine leere Datenbank geladen; nehmen Sie "
    "dafür eine neue, zum Beispiel LOTSE_DATABASE_URL=sqlite:///demo.sqlite.",
    "There are records here already (“{entity}”). The demo company is only loaded into an empty database; take a new "
    "one for it, for instance LOTSE_DATABASE_URL=sqlite:///demo.sqlite.",
)
_BAD_SCALE: Final = Label("Der Faktor muss zwischen 1 und {most} liegen.", "The scale must be between 1 and {most}.")
#: What is made, in this order, and the entities that it needs.
_STEPS: Final[tuple[tuple[Callable[[World], None], tuple[str, ...]], ...]] = (
    (make_basics, ()),
    (make_accounts, ("account",)),
    (make_contacts, ("account", "person", "employment")),
    (make_leads, ("account", "lead")),
    (make_opportunities, ("account", "person", "product", "opportunity")),
    (make_activities, ("account", "person", "activity")),
    (make_insights, ("account", "person", "insight")),
    (make_consents, ("person", "consent")),
    (make_requests, ("person", "privacy_request")),
    (make_documents, ("account", "document")),
    (make_introduction, ()),
)


class DemoRefused(LotseError):
    """The demo company can't be loaded here.

    Args:
        message: one sentence that says why, and what to do.
    """

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message


def _silent(what: Label, count: int) -> None:
    """Tell nobody."""


def load_demo(
    database: Database,
    store: Store,
    *,
    scale: int = 1,
    today: date | None = None,
    seed: int = SEED,
    progress: Progress = _silent,
) -> Mapping[str, int]:
    """Load the demo company.

    Args:
        database: an installation with a published revision and no records.
        store: its snapshots.
        scale: how many times the usual number of records.
        today: the day that all dates are told from; the same day and seed give the same records.
        seed: where chance begins.
        progress: told what was made and how many, after each kind of record.

    Returns:
        The number of records by entity.

    Raises:
        DemoRefused: there are records already, or the scale makes no sense.
        CannotStart: nothing is published yet.
    """
    if not 1 <= scale <= _MAX_SCALE:
        raise DemoRefused(_BAD_SCALE.format(most=_MAX_SCALE))
    day = today or datetime.now(UTC).date()
    now = datetime.combine(day, time(8), tzinfo=UTC)
    with database.write() as connection:
        ctx = Context(store.snapshot(connection), PRODUCT, connection, now)
        _must_be_empty(ctx)
        staff, teams = make_people(connection, ctx.snapshot.model)
        world = World(ctx, Random(seed), day, scale, progress, staff, teams)
        for make, needed in _STEPS:
            if all(world.has(entity) for entity in needed):
                make(world)
    return world.counts


def _must_be_empty(ctx: Context) -> None:
    for key in sorted(readable(ctx)):
        plan = plan_of(ctx, key)
        if any_record(ctx, plan):
            raise DemoRefused(_NOT_EMPTY.format(entity=plan.entity.plural))

"""Why may somebody see a report or a dashboard, or why not: whom it is for, what it shows, what of it he can't read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from app.access.actor import Actor
from app.access.rights import access, meant_for
from app.context import Context
from app.errors import NotFound
from app.expr.deps import paths
from app.language import Label
from app.meta.model import Dashboard, Mask, Model, Report, Tile
from app.meta.naming import ModelNames
from app.meta.role_words import scope_words
from app.query.explain import roles_of
from app.query.gate import always_reads, readable, readable_fields, sees_all
from app.query.knowing import Keys, knows_rules, steps
from app.query.report_reader import is_offered, shows_tile

PlaceKind = Literal["report", "dashboard"]

_MEANT: Final = Label("für sie bestimmt", "meant for it")
_NOT_MEANT: Final = Label("nicht für sie bestimmt", "not meant for it")
_FOR_ALL: Final = Label("für alle bestimmt", "meant for everybody")
_READS: Final = Label("„{plural}“ lesen: {records}", "read “{plural}”: {records}")
_TILE_OF_NONE: Final = Label(
    "Die Kachel „{tile}“ fehlt: „{what}“ darf diese Person nicht sehen.",
    "The tile “{tile}” is missing: this person may not see “{what}”.",
)
_WITHHELD: Final = Label(
    "Der Bericht gliedert nach etwas, das diese Person nicht sehen kann, oder rechnet nur damit.",
    "The report groups by something that this person can't see, or counts nothing else.",
)


@dataclass(frozen=True, slots=True)
class PlaceReason:
    """What one role says: whether a report or dashboard is for its people, and which of its records they read."""

    role: Label
    lent_by: str | None
    until: datetime | None
    says: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """May he see it or not, and why.

    Args:
        label: what it is called.
        allowed: whether he may.
        reasons: what each of his roles says.
        hidden: what it names that he can read nowhere; empty where the asker may not know the names.
        partly: what it names that he can read in some records only; likewise.
        some_hidden: whether there is anything hidden, or hidden in some records.
        missing: sentences about tiles that he doesn't see, and about a report that isn't there for what it shows.
    """

    label: Label
    allowed: bool
    reasons: tuple[PlaceReason, ...]
    hidden: tuple[Label, ...] = ()
    partly: tuple[Label, ...] = ()
    some_hidden: bool = False
    missing: tuple[Label, ...] = ()


def known_places(ctx: Context) -> Mapping[tuple[PlaceKind, str], Report | Dashboard]:
    """Return the reports and dashboards about which somebody may ask: all, or those that are there for him."""
    model, whole = ctx.snapshot.model, knows_rules(ctx)
    found: dict[tuple[PlaceKind, str], Report | Dashboard] = {}
    for report in model.reports.values():
        if whole or is_offered(ctx, report):
            found["report", report.key] = report
    for board in model.dashboards.values():
        if whole or meant_for(ctx.actor, board.roles):
            found["dashboard", board.key] = board
    return found


def explain_place(ctx: Context, actor: Actor, kind: str, key: str) -> PlaceAnswer:
    """Explain whether somebody may see a report or dashboard.

    Args:
        ctx: who asks.
        actor: whose rights are explained.
        kind: `report` or `dashboard`.
        key: its key.

    Raises:
        NotFound: it doesn't exist, or not for the asker.
    """
    place = next((one for at, one in known_places(ctx).items() if at == (kind, key)), None)
    if place is None:
        raise NotFound(key)
    subject = replace(ctx, actor=actor)
    return _report(ctx, subject, place) if isinstance(place, Report) else _board(ctx, subject, place)


def _meant(roles: tuple[str, ...], role: str) -> Label:
    return _FOR_ALL if not roles else _MEANT if role in roles else _NOT_MEANT


def _report(ctx: Context, subject: Context, report: Report) -> PlaceAnswer:
    model = ctx.snapshot.model
    plural = model.entities[report.entity].plural
    reasons = tuple(
        PlaceReason(
            model.roles[grant.role].label,
            grant.lent_by,
            grant.until,
            (
                _meant(report.roles, grant.role),
                _READS.format(plural=plural, records=_reach(ctx, grant.role, report.entity)),
            ),
        )
        for grant in roles_of(ctx, subject.actor)
    )
    named = {keys: ModelNames(model, report.entity).path(keys) for keys in sorted(_named(report))}
    hidden = tuple(label for keys, label in named.items() if _is_hidden(subject, report.entity, keys))
    partly = tuple(label for keys, label in named.items() if _is_partly(subject, report.entity, keys))
    names, offered = knows_rules(ctx), is_offered(subject, report)
    runs = meant_for(subject.actor, report.roles) and report.entity in readable(subject)
    return PlaceAnswer(
        report.label,
        offered,
        reasons,
        hidden if names else (),
        partly if names else (),
        bool(hidden or partly),
        (_WITHHELD,) if runs and not offered else (),
    )


def _reach(ctx: Context, role: str, entity_key: str) -> Label:
    """Say which records a role reads; a condition's wording is told on the page of the records."""
    scope = ctx.snapshot.model.roles[role].on(entity_key).read
    return scope_words(scope) if scope.where is None else Label("manche", "some")


def _named(report: Report) -> frozenset[Keys]:
    """Return everything that a report names: what it groups by, what it counts, and what its conditions look at."""
    shown = [one.path.keys for one in report.dimensions]
    shown += [one.path.keys for one in report.measures if one.path is not None]
    conditions = [report.filter, *(one.condition for one in report.measures)]
    return frozenset(shown).union(*(paths(one) for one in conditions if one is not None))


def _is_hidden(subject: Context, entity_key: str, keys: Keys) -> bool:
    model = subject.snapshot.model
    return any(field.key not in readable_fields(subject, field.entity) for field in steps(model, entity_key, keys))


def _is_partly(subject: Context, entity_key: str, keys: Keys) -> bool:
    if _is_hidden(subject, entity_key, keys):
        return False
    fields = tuple(steps(subject.snapshot.model, entity_key, keys))
    far = (field.entity for field in fields[1:])
    return not all(always_reads(subject, field) for field in fields) or not all(sees_all(subject, one) for one in far)


def _board(ctx: Context, subject: Context, board: Dashboard) -> PlaceAnswer:
    model = ctx.snapshot.model
    reasons = tuple(
        PlaceReason(model.roles[grant.role].label, grant.lent_by, grant.until, (_meant(board.roles, grant.role),))
        for grant in roles_of(ctx, subject.actor)
    )
    missing = tuple(tile for tile in board.tiles if not shows_tile(subject, tile))
    sentences = tuple(_TILE_OF_NONE.format(tile=tile.label, what=_shown(model, tile)) for tile in missing)
    return PlaceAnswer(
        board.label,
        meant_for(subject.actor, board.roles),
        reasons,
        some_hidden=bool(missing),
        missing=sentences if knows_rules(ctx) else (),
    )


def _shown(model: Model, tile: Tile) -> Label:
    report, view = model.reports.get(tile.report or ""), model.views.get(tile.view or "")
    return report.label if report is not None else view.label if view is not None else tile.label


# -- sections of masks ------------------------------------------------------------------------------------------------


def missing_sections(ctx: Context, actor: Actor, entity_key: str) -> tuple[Label, ...]:
    """Return the sections of an entity's masks that none of somebody's roles has a use for.

    They are taken away for the sake of calm, not of secrecy; so whoever may ask about the entity may know them.
    """
    subject = replace(ctx, actor=actor)
    granted = access(subject, entity_key)
    if entity_key not in readable(subject) and not granted.create:
        return ()
    masks = (mask for mask in ctx.snapshot.model.masks.values() if mask.entity == entity_key)
    return tuple(dict.fromkeys(label for mask in masks for label in _missing(mask, granted.shows_section)))


def _missing(mask: Mask, shows: Callable[[str], bool]) -> Iterator[Label]:
    for tab in mask.tabs:
        for section in tab.sections:
            if not shows(f"{mask.key}/{section.id}"):
                yield section.label

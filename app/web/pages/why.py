"""Why may somebody do something, or why not: his roles in words, for records and their fields, reports, dashboards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, request

from app.context import Context
from app.expr.fold import fold
from app.forms.plan import mask_plan
from app.meta.model import Entity
from app.query.explain import Answer, Reason, explain
from app.query.explain_places import PlaceAnswer, PlaceReason, explain_place, known_places, missing_sections
from app.query.knowing import known_entity, known_field, known_fields, knows_rules
from app.query.labels import named_records
from app.query.record import load_record
from app.records.standing import ON_RECORDS, Standing, standings
from app.records.texts import record_closed
from app.web import shell
from app.web.lifecycle import context
from app.web.masks import follower, main_mask
from app.web.places import listed_entities, standalone
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.subjects import DIGITS, Choice, Subject, is_number, role_words, subject
from app.web.texts import text

why_pages: Final = Blueprint("why_pages", __name__)

RECORDS_URL: Final = "/why"
PLACES_URL: Final = "/why/places"


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the two questions: about records, about reports and dashboards."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What the page says about one verb.

    Args:
        verb: what is done.
        answer: `yes`, `no`, `some` or `untold`.
        reasons: one sentence for each role, and what else there is to say.
    """

    verb: str
    answer: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyScreen:
    """What the template shows.

    Args:
        title: the heading.
        action: where the form leads.
        tabs: the two questions.
        users: whom one may ask about.
        entities, fields, record: what is asked about records.
        places: the reports and dashboards, by their heading.
        about: what is explained below.
        rows: the answers.
        notes: sentences below the answers.
        missing: whether a record was asked for that isn't there.
        warning: a sentence above everything else, or empty.
    """

    title: str
    action: str
    tabs: tuple[Tab, ...]
    users: tuple[Choice, ...]
    entities: tuple[Choice, ...] = ()
    fields: tuple[Choice, ...] = ()
    record: str = ""
    places: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    about: str = ""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    missing: bool = False
    warning: str = ""


@why_pages.get(RECORDS_URL)
@policy(SIGNED_IN)
def why() -> Response:
    """Explain the rights on records; whoever manages people may ask for others."""
    ctx = context()
    asked = subject(ctx)
    entities = _entities(ctx)
    key = request.args.get("entity") or (entities[0].key if entities else "")
    empty = _bare(ctx, asked, RECORDS_URL)
    return _answer(ctx, _about_records(ctx, asked, known_entity(ctx, key), entities, empty) if key else empty)


@why_pages.get(PLACES_URL)
@policy(SIGNED_IN)
def places() -> Response:
    """Explain who sees a report or dashboard; whoever manages people may ask for others."""
    ctx = context()
    asked = subject(ctx)
    return _answer(ctx, _about_place(ctx, asked, _bare(ctx, asked, PLACES_URL)))


def _answer(ctx: Context, screen: WhyScreen) -> Response:
    return respond(shell.answer(ctx, screen.title, render("pages/why.html", ctx.locale, page=screen)))


def _bare(ctx: Context, asked: Subject, here: str) -> WhyScreen:
    locale, name = ctx.locale, asked.actor.name
    kinds = ((RECORDS_URL, "why.records"), (PLACES_URL, "why.places"))
    return WhyScreen(
        title=text("why.title", locale) if asked.own else text("why.title_of", locale, name=name),
        action=here,
        tabs=tuple(Tab(text(label, locale), asked.url(url), url == here) for url, label in kinds),
        users=asked.users,
        warning="" if asked.active else text("why.deactivated", locale, name=name),
    )


# -- records ----------------------------------------------------------------------------------------------------------


def _entities(ctx: Context) -> tuple[Entity, ...]:
    """Return the entities that are offered: those with a list that the asker knows."""
    if not knows_rules(ctx):
        return listed_entities(ctx)
    model = ctx.snapshot.model
    return _sorted(ctx, (model.entities[key] for key in standalone(model)))


def _sorted(ctx: Context, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda one: fold(one.plural.text(ctx.locale))))


def _about_records(
    ctx: Context, asked: Subject, entity: Entity, entities: tuple[Entity, ...], empty: WhyScreen
) -> WhyScreen:
    record, locale = request.args.get("record", "").strip()[:DIGITS], ctx.locale
    given = request.args.get("field", "")
    field = known_field(ctx, entity.key, given) if given else None
    name = named_records(ctx, entity.key, [int(record)]).get(int(record)) if is_number(record) else None
    record_id = int(record) if name is not None else None
    answers = explain(ctx, asked.actor, entity.key, record_id, None if field is None else field.key)
    above = _above(ctx, asked, entity, record_id)
    offered = entities if entity in entities else _sorted(ctx, (*entities, entity))
    known = sorted(known_fields(ctx, entity.key).values(), key=lambda one: fold(one.label.text(locale)))
    return replace(
        empty,
        entities=tuple(Choice(one.key, one.plural.text(locale), one is entity) for one in offered),
        fields=tuple(Choice(one.key, one.label.text(locale), one is field) for one in known),
        record=record,
        about=_about(ctx, entity, name),
        missing=bool(record) and name is None,
        rows=tuple(_row(ctx, answer, above) for answer in answers),
        notes=(*_locks(ctx, asked, entity, record_id), *_sections(ctx, asked, entity), text("why.tokens", locale)),
    )


def _about(ctx: Context, entity: Entity, name: str | None) -> str:
    """Return what is explained: a record by its name, else the entity."""
    if name is None:
        return entity.plural.text(ctx.locale)
    return text("why.about", ctx.locale, entity=entity.label.text(ctx.locale), title=name)


def _above(ctx: Context, asked: Subject, entity: Entity, record_id: int | None) -> Standing | None:
    """Return what the record says about a line of it, as it tells whoever asks for himself; None for anybody else.

    What a record says to others hangs on what they may do with it, and that on values that the asker may not read.
    """
    if record_id is None or not entity.owners or not asked.own:
        return None
    return standings(ctx, entity.key, [record_id]).get(record_id)


def _locks(ctx: Context, asked: Subject, entity: Entity, record_id: int | None) -> Iterator[str]:
    """Say what locks a record beside all rights, in the words that its own page has for the asker."""
    if record_id is None:
        return
    record = load_record(ctx, entity.key, record_id)
    plan = mask_plan(ctx, main_mask(ctx, entity.key), "read")
    locked = list(plan.locks_of(ctx, record.values, record.id, follower(ctx)))
    if entity.owners and not asked.own:
        found = standings(ctx, entity.key, [record_id]).get(record_id)
        # That the record it belongs to is closed to the asker himself says nothing of anybody else.
        locked += [] if found is None else [e.message.text(ctx.locale) for e in found.why if e != record_closed()]
    for sentence in locked:
        yield text("why.locked", ctx.locale, sentence=sentence)


def _sections(ctx: Context, asked: Subject, entity: Entity) -> Iterator[str]:
    labels = missing_sections(ctx, asked.actor, entity.key)
    if labels:
        yield text("why.sections", ctx.locale, names=", ".join(one.text(ctx.locale) for one in labels))


def _row(ctx: Context, answer: Answer, above: Standing | None) -> Row:
    locale = ctx.locale
    if above is not None and above.why and answer.verb in ON_RECORDS:
        return Row(answer.words.text(locale), "no", tuple(error.message.text(locale) for error in above.why))
    partly = answer.allowed and answer.only_some
    said = "untold" if answer.allowed is None else "some" if partly else "yes" if answer.allowed else "no"
    reasons = tuple(_reason(ctx, reason) for reason in answer.reasons) or (text("why.no_roles", locale),)
    return Row(answer.words.text(locale), said, (*reasons, *(one.text(locale) for one in answer.besides)))


def _reason(ctx: Context, reason: Reason) -> str:
    locale = ctx.locale
    role = role_words(ctx, reason.role, reason.lent_by, reason.until)
    parts = [text("why.says", locale, role=role, what=reason.records.text(locale))]
    if reason.met is not None:
        parts.append(text(f"why.{reason.met}", locale))
    if reason.field is not None:
        parts.append(text("why.field_says", locale, level=reason.field.text(locale)))
    return "; ".join(parts) + "."


# -- reports and dashboards -------------------------------------------------------------------------------------------


def _about_place(ctx: Context, asked: Subject, empty: WhyScreen) -> WhyScreen:
    known = known_places(ctx)
    chosen = request.args.get("place") or next((f"{kind}:{key}" for kind, key in known), "")
    groups: dict[str, list[Choice]] = {}
    for (sort, key), place in known.items():
        label = place.label.text(ctx.locale)
        groups.setdefault(sort, []).append(Choice(f"{sort}:{key}", label, f"{sort}:{key}" == chosen))
    offered = replace(
        empty,
        places=tuple(
            (text(f"why.{sort}s", ctx.locale), tuple(sorted(several, key=lambda one: fold(one.label))))
            for sort, several in groups.items()
        ),
    )
    if not chosen:
        return offered
    kind, _, key = chosen.partition(":")
    answer = explain_place(ctx, asked.actor, kind, key)
    reasons = tuple(_place_reason(ctx, one) for one in answer.reasons) or (text("why.no_roles", ctx.locale),)
    return replace(
        offered,
        about=answer.label.text(ctx.locale),
        rows=(Row(text("why.see", ctx.locale), "yes" if answer.allowed else "no", reasons),),
        notes=tuple(_place_notes(ctx, answer, kind)),
    )


def _place_reason(ctx: Context, reason: PlaceReason) -> str:
    role = role_words(ctx, reason.role, reason.lent_by, reason.until)
    what = "; ".join(one.text(ctx.locale) for one in reason.says)
    return text("why.says", ctx.locale, role=role, what=what) + "."


def _place_notes(ctx: Context, answer: PlaceAnswer, kind: str) -> Iterator[str]:
    locale = ctx.locale
    for which, labels in (("hidden_fields", answer.hidden), ("partly_fields", answer.partly)):
        if labels:
            yield text(f"why.{which}", locale, names=", ".join(one.text(locale) for one in labels))
    yield from (sentence.text(locale) for sentence in answer.missing)
    if answer.some_hidden and not (answer.hidden or answer.partly or answer.missing):
        yield text(f"why.unnamed_{kind}", locale)

"""Why may somebody do something, or why not: his roles in words, for an entity, a record or a field of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, request

from app.access.actor import Actor
from app.access.rights import capable
from app.context import Context
from app.errors import Forbidden, NotFound
from app.expr.fold import fold
from app.meta.model import Entity
from app.query.explain import Answer, Reason, explain
from app.query.gate import readable_fields, required
from app.query.labels import named_records
from app.records.standing import ON_RECORDS, Standing, standings
from app.system.people import actor_and_head
from app.web import shell
from app.web.lifecycle import context
from app.web.people import people
from app.web.places import listed_entities
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.texts import TEXTS, text

why_pages: Final = Blueprint("why_pages", __name__)

#: An id has fewer digits than this.
_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What the page says about one verb.

    Args:
        verb: what is done.
        answer: `yes`, `no` or `some`.
        reasons: one sentence for each role.
    """

    verb: str
    answer: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyScreen:
    """What the template shows."""

    title: str
    users: tuple[Choice, ...]
    entities: tuple[Choice, ...]
    fields: tuple[Choice, ...]
    record: str
    about: str
    missing: bool
    rows: tuple[Row, ...]


@why_pages.get("/why")
@policy(SIGNED_IN)
def why() -> Response:
    """Explain the rights of the reader; whoever manages people may ask for others."""
    ctx = context()
    subject = _subject(ctx)
    entities = listed_entities(ctx)
    asked = request.args.get("entity") or (entities[0].key if entities else "")
    if asked:
        screen = _screen(ctx, subject, required(ctx, asked), entities)
    else:
        screen = WhyScreen(text("why.title", ctx.locale), (), (), (), "", "", missing=False, rows=())
    return respond(shell.answer(ctx, screen.title, render("pages/why.html", ctx.locale, page=screen)))


def _manages(ctx: Context) -> bool:
    return capable(ctx.snapshot.model, ctx.actor, "people")


def _subject(ctx: Context) -> Actor:
    """Return whose rights are asked for.

    Raises:
        Forbidden: somebody else's, by somebody who doesn't manage people.
        NotFound: there is no such user.
    """
    given = request.args.get("user", "")
    if given in ("", str(ctx.actor.id)):
        return ctx.actor
    if not _manages(ctx):
        raise Forbidden(TEXTS["problem.m403"])
    actor, _ = actor_and_head(ctx.connection, int(given)) if _is_number(given) else (None, None)
    if actor is None:
        raise NotFound(given)
    return actor


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) < _DIGITS


def _screen(ctx: Context, subject: Actor, entity: Entity, entities: tuple[Entity, ...]) -> WhyScreen:
    record, locale = request.args.get("record", "").strip()[:_DIGITS], ctx.locale
    fields = readable_fields(ctx, entity.key)
    field = request.args.get("field", "")
    field_key = field if field in fields else None
    name = named_records(ctx, entity.key, [int(record)]).get(int(record)) if _is_number(record) else None
    record_id = int(record) if name is not None else None
    answers = explain(ctx, subject, entity.key, record_id, field_key)
    above = _above(ctx, subject, entity, record_id)
    own = subject.id == ctx.actor.id
    return WhyScreen(
        title=text("why.title", locale) if own else text("why.title_of", locale, name=subject.name),
        users=_users(ctx, subject) if _manages(ctx) else (),
        entities=tuple(Choice(one.key, one.plural.text(locale), one.key == entity.key) for one in entities),
        fields=tuple(
            Choice(key, one.label.text(locale), key == field_key)
            for key, one in sorted(fields.items(), key=lambda item: fold(item[1].label.text(locale)))
        ),
        record=record,
        about="" if name is None else text("why.about", locale, entity=entity.label.text(locale), title=name),
        missing=bool(record) and name is None,
        rows=tuple(_row(ctx, answer, above) for answer in answers),
    )


def _users(ctx: Context, subject: Actor) -> tuple[Choice, ...]:
    return tuple(Choice(str(id_), name, id_ == subject.id) for id_, name in people(ctx, "@user"))


def _above(ctx: Context, subject: Actor, entity: Entity, record_id: int | None) -> Standing | None:
    """Return what the record says about a line of it; None where it isn't a line, or none that he can see."""
    if record_id is None or not entity.owners:
        return None
    return standings(replace(ctx, actor=subject), entity.key, [record_id]).get(record_id)


def _row(ctx: Context, answer: Answer, above: Standing | None) -> Row:
    if above is not None and above.why and answer.verb in ON_RECORDS:
        return Row(answer.words.text(ctx.locale), "no", tuple(error.message.text(ctx.locale) for error in above.why))
    partly = answer.allowed and answer.only_some and all(reason.met is None for reason in answer.reasons)
    said = "some" if partly else "yes" if answer.allowed else "no"
    reasons = tuple(_reason(ctx, reason) for reason in answer.reasons)
    return Row(answer.words.text(ctx.locale), said, reasons or (text("why.no_roles", ctx.locale),))


def _reason(ctx: Context, reason: Reason) -> str:
    locale = ctx.locale
    role, records = reason.role.text(locale), reason.records.text(locale)
    if reason.lent_by is None:
        parts = [text("why.role", locale, role=role, records=records)]
    else:
        parts = [text("why.lent", locale, role=role, records=records, name=reason.lent_by)]
    if reason.met is not None:
        parts.append(text("why.met" if reason.met else "why.unmet", locale))
    if reason.field is not None:
        parts.append(text("why.field_says", locale, level=reason.field.text(locale)))
    return "; ".join(parts) + "."

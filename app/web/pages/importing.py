"""Importing a file: chosen, checked, then imported as it was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import access
from app.context import Context
from app.errors import Conflict, FieldError, InvalidData
from app.exchange import importing
from app.exchange.importing import File, require_import
from app.exchange.report import Refusal, Refused, Report, refused
from app.exchange.sheet import MOST_BYTES, MOST_ROWS, decoded
from app.exchange.texts import SEPARATORS
from app.fields.formats import formats_for
from app.language import LOCALES, Locale
from app.meta.model import Field
from app.query.export import FOR_CHANGING, may_export
from app.query.spec import all_records
from app.records.once import once
from app.records.reasons import asks_for_reason, with_reason
from app.records.writable import writable_fields
from app.web import shell, staging, toasts
from app.web.lifecycle import context
from app.web.once import asked, key_sent, new_key
from app.web.pages.records import REASON
from app.web.places import import_url, list_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import TEXTS, text
from app.web.toasts import Toast

import_pages: Final = Blueprint("import_pages", __name__)

#: Refusals that a page shows; whoever has more corrects these first.
MOST_SHOWN: Final = 200
_FILE: Final = "file"
_STAGED: Final = "_staged"
_SPELLING: Final = "spelling"
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """One thing that speaks against the file, as the page tells it."""

    line: str
    column: str
    told: str


@dataclass(frozen=True, slots=True)
class ImportScreen:
    """What the template shows."""

    title: str
    plural: str
    list_url: str
    action: str
    spelling: str
    reason: str | None
    headings: tuple[tuple[str, str], ...]
    file_hint: str
    export_url: str | None = None
    refusals: tuple[RefusalLine, ...] = ()
    number: int = 0
    figures: tuple[tuple[str, str], ...] = ()
    manner: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    staged: str | None = None
    checked: bool = False
    once: str = field(default_factory=new_key)


@import_pages.get("/e/<entity>/-/import")
@policy(SIGNED_IN)
def ask(entity: str) -> Response:
    """Ask for a file."""
    ctx = context()
    require_import(ctx, entity)
    return _page(ctx, entity)


@import_pages.post("/e/<entity>/-/import")
@policy(SIGNED_IN)
def check(entity: str) -> Response:
    """Say what the file would do, or what is wrong with it (422); nothing is written."""
    ctx = context()
    require_import(ctx, entity)
    file: File | None = None
    try:
        writer = with_reason(ctx, request.form.get(REASON))
        file = _sent(ctx, entity)
        kept = staging.staged(ctx, entity, file)
        if kept is None:
            raise refused("import.dense", TEXTS["import.dense"])
        return _page(ctx, entity, file=file, report=importing.check(writer, entity, file))
    except InvalidData as wrong:
        return _page(ctx, entity, file=file, refusals=_refusals(wrong))


@import_pages.post("/e/<entity>/-/import/run")
@policy(SIGNED_IN)
def run(entity: str) -> BaseResponse:
    """Import the file that was checked, once; what speaks against it by now is told as the check tells it."""
    ctx = context()
    require_import(ctx, entity)
    file = staging.taken_up(ctx, entity, request.form.get(_STAGED))
    try:
        if file is None:
            raise refused("import.expired", TEXTS["import.expired"])
        done = once(ctx, key_sent(), asked(), lambda: _carried_out(ctx, entity, file))
    except Conflict as conflict:
        overtaken = Refusal(None, "", FieldError("record.changed", conflict.message))
        return _page(ctx, entity, file=file, refusals=(overtaken,))
    except InvalidData as wrong:
        return _page(ctx, entity, file=file, refusals=_refusals(wrong))
    toasts.leave(Toast(text("import.done", ctx.locale, **done.answer)))
    return go(list_url(entity))


def _carried_out(ctx: Context, entity: str, file: File) -> dict[str, int]:
    report = importing.carry_out(with_reason(ctx, request.form.get(REASON)), entity, file)
    return {"created": report.created, "changed": report.changed}


def _sent(ctx: Context, entity: str) -> File:
    """Return the file that was chosen, or the one that is checked again.

    Raises:
        Refused: there is none, or it is no text.
    """
    chosen = request.files.get(_FILE)
    if chosen is None or not chosen.filename:
        kept = staging.taken_up(ctx, entity, request.form.get(_STAGED))
        if kept is not None:
            return replace(kept, spelling=_spelling())
        expired = bool(request.form.get(_STAGED))
        raise refused("import.no_file", TEXTS["import.expired" if expired else "import.no_file"])
    chosen.stream.seek(0)  # a request that a publish overtakes is carried out once more
    content, encoding = decoded(chosen.stream.read(MOST_BYTES + 1))
    return File(content, encoding, _spelling())


def _spelling() -> Locale | None:
    return next((locale for locale in LOCALES if locale == request.form.get(_SPELLING)), None)


def _refusals(wrong: InvalidData) -> tuple[Refusal, ...]:
    if isinstance(wrong, Refused):
        return wrong.refusals
    found = [*wrong.errors.record, *(one for several in wrong.errors.fields.values() for one in several)]
    return tuple(Refusal(None, "", error) for error in found)


def _page(
    ctx: Context,
    entity: str,
    *,
    file: File | None = None,
    report: Report | None = None,
    refusals: Sequence[Refusal] = (),
) -> Response:
    kind, locale = ctx.snapshot.model.entities[entity], ctx.locale
    formats = formats_for(locale, ctx.snapshot.time_zone)
    screen = ImportScreen(
        title=text("import.title", locale, plural=kind.plural.text(locale)),
        plural=kind.plural.text(locale),
        list_url=list_url(entity),
        action=import_url(entity),
        spelling=request.form.get(_SPELLING, "") if file is None else file.spelling or "",
        reason=_reason(ctx, entity),
        headings=tuple((one.label.text(locale), key) for key, one in _importable(ctx, entity)),
        file_hint=text(
            "import.file_hint", locale, rows=formats.integer(MOST_ROWS), size=formats.integer(MOST_BYTES // _MEGABYTE)
        ),
        export_url=_export_url(ctx, entity),
        refusals=tuple(_told(ctx, one) for one in refusals[:MOST_SHOWN]),
        number=len(refusals),
        figures=() if report is None else _figures(ctx, report),
        manner="" if report is None else _manner(ctx, report),
        skipped=() if report is None else tuple((one.heading, one.why.text(locale)) for one in report.skipped),
        staged=None if file is None or _changes_nothing(report) else staging.staged(ctx, entity, file),
        checked=report is not None,
    )
    html = render("pages/import.html", locale, page=screen, csrf=csrf(), most=MOST_SHOWN)
    return respond(shell.answer(ctx, screen.title, html), 422 if refusals else 200)


def _changes_nothing(report: Report | None) -> bool:
    return report is not None and not report.created and not report.changed


def _importable(ctx: Context, entity: str) -> list[tuple[str, Field]]:
    return [(key, one) for key, one in writable_fields(ctx, entity).items() if one.type.lines() is None]


def _reason(ctx: Context, entity: str) -> str | None:
    """Return the reason that was typed; None where none is asked for."""
    if not access(ctx, entity).update or not asks_for_reason(ctx, entity, "update"):
        return None
    return request.form.get(REASON, "")


def _export_url(ctx: Context, entity: str) -> str | None:
    if not may_export(ctx, entity) or not access(ctx, entity).update:
        return None
    return f"{list_url(entity, all_records(ctx, entity))}/export/{FOR_CHANGING}"


def _told(ctx: Context, one: Refusal) -> RefusalLine:
    line = "" if one.line is None else str(one.line)
    return RefusalLine(line, one.column, one.error.message.text(ctx.locale))


def _figures(ctx: Context, report: Report) -> tuple[tuple[str, str], ...]:
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return tuple(
        (text(f"import.{name}", ctx.locale), formats.integer(getattr(report, name)))
        for name in ("created", "changed", "unchanged")
    )


def _manner(ctx: Context, report: Report) -> str:
    manner = report.manner
    return text(
        "import.manner",
        ctx.locale,
        encoding=manner.encoding,
        separator=SEPARATORS[manner.separator].text(ctx.locale),
        spelling=text(f"import.number_{manner.spelling}", ctx.locale),
    )

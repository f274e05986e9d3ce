"""Lists: tabs, chips, sorting, paging, counting; the same address gives the page and, to htmx, the list alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import access, meant_for
from app.context import Context
from app.errors import NotFound
from app.exchange.importing import may_import
from app.fields.formats import formats_for
from app.meta.model import FieldPath, SortKey, View
from app.query.export import FOR_CHANGING, headers, may_export, withheld
from app.query.gate import readable_fields, required
from app.query.lists import ListColumn, ListPage, count, list_page
from app.query.spec import ALL_RECORDS, ListSpec, all_records, to_args, without
from app.query.words import condition_words, filter_words, sentence
from app.records.reasons import asks_for_reason
from app.records.standing import standings
from app.web import rows, shell
from app.web.filters import Asking, Offered, asking, offered
from app.web.lifecycle import context
from app.web.places import import_url, list_url, views_for
from app.web.policy import SIGNED_IN, policy
from app.web.render import base, csrf, render
from app.web.respond import htmx, respond
from app.web.texts import text

list_pages: Final = Blueprint("list_pages", __name__)

#: Arguments of the filter form and the column chooser; the rest belongs to the list.
_OWN: Final = frozenset({"ask", "op", "at", "find", "value", "until", "add", "choose", "column", "locale"})
_LIMIT_OF_ARGS: Final = 60

Args = Mapping[str, Sequence[str]]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on."""

    text: str
    change: str
    without: str


@dataclass(frozen=True, slots=True)
class Bin:
    """The way into the bin or out of it; how many are in it is told to those who may bring them back."""

    link: Link
    count_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListScreen:
    """What the list template shows; addresses are complete."""

    title: str
    plural: str
    icon: str
    help: str
    path: str
    table: Markup | None
    views: tuple[Link, ...]
    chips: tuple[Chip, ...]
    filterable: tuple[Link, ...]
    asking: Asking | None
    choosing: tuple[tuple[str, str, bool], ...]
    choose_url: str
    hidden: Pairs
    filter_hidden: Pairs
    column_hidden: Pairs
    q: str
    told: str
    filtered: bool
    reset_url: str | None
    cancel_url: str
    count_url: str | None
    first_url: str | None
    new_url: str | None
    bin: Bin
    exports: tuple[Link, ...]
    withheld: str
    import_url: str | None


@list_pages.get("/e/<entity>")
@list_pages.get("/e/<entity>/<name>")
@policy(SIGNED_IN)
def show(entity: str, name: str | None = None) -> BaseResponse:
    """Show a list."""
    ctx = context()
    view = view_named(ctx, entity, name)
    own, args = split_args()
    spec = ListSpec.parse(ctx, entity, view.key, args)
    path = list_url(entity, view)
    changed = _changed(spec, own)
    if changed is not None:
        return redirect(url_of(path, ListSpec.parse(ctx, entity, view.key, changed)), 303)
    page = list_page(ctx, spec)
    more = url_of(path, replace(spec, after=page.next)) if page.next else None
    restoring = _restoring(ctx, page, path) if spec.archived else None
    if htmx.partial and htmx.target == "more":
        return respond(rows.body(page, ctx.locale, more, restoring))
    table = None
    if page.rows:
        icon = base(ctx.locale)["icon"]
        table = rows.table(page, ctx.locale, icon, lambda column: _sorted(path, spec, column), more, restoring)
    screen = _screen(ctx, spec, view, path, table, own)
    main = render("pages/_list.html", ctx.locale, page=screen)
    return respond(shell.answer(ctx, screen.title, main))


@list_pages.get("/e/<entity>/<name>/count")
@policy(SIGNED_IN)
def number(entity: str, name: str) -> Response:
    """Count a list, as far as anybody wants to know."""
    ctx = context()
    view = view_named(ctx, entity, name)
    found = count(ctx, ListSpec.parse(ctx, entity, view.key, split_args()[1]))
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    words = "list.counted_many" if found.capped else "list.counted"
    return respond(text(words, ctx.locale, n=formats.integer(found.number)))


def view_named(ctx: Context, entity: str, name: str | None) -> View:
    """Return the view that an address names; without a name, the first one that is meant for the reader.

    Raises:
        NotFound: there is no such entity or view.
    """
    views = ctx.snapshot.model.views
    required(ctx, entity)
    if name == ALL_RECORDS:
        return all_records(ctx, entity)
    if name is None:
        return next(iter(views_for(ctx, entity)), None) or _first(ctx, entity)
    view = views.get(f"{entity}.{name}")
    if view is None or view.entity != entity or not meant_for(ctx.actor, view.roles):
        raise NotFound(f"{entity}.{name}")
    return view


def _first(ctx: Context, entity: str) -> View:
    if not ctx.snapshot.model.views_of.get(entity):
        raise NotFound(entity)
    return all_records(ctx, entity)  # all views of it are meant for others


def url_of(path: str, spec: ListSpec) -> str:
    """Return the address of a list."""
    query = urlencode(to_args(spec), doseq=True)
    return f"{path}?{query}" if query else path


def split_args() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Split the query string into the page's own arguments and those of the list."""
    given = {name: values[:_LIMIT_OF_ARGS] for name, values in request.args.lists()}
    own = {name: values for name, values in given.items() if name in _OWN}
    return own, {name: values for name, values in given.items() if name not in _OWN}


def _changed(spec: ListSpec, own: Args) -> dict[str, list[str]] | None:
    """Return the arguments after a submitted filter or a choice of columns, or None where nothing was submitted."""
    if "add" in own and "op" in own:
        at = own.get("at", [""])[0]
        if at.isascii() and at.isdigit() and len(at) < 4:
            spec = without(spec, int(at))
        args = to_args(replace(spec, after=None))
        given = [*own.get("value", ()), *own.get("until", ())] or [""]
        name = f"f.{own['add'][0]}.{own['op'][0]}"
        args[name] = [*args.get(name, []), *given]
        return args
    if "column" in own:
        return {**to_args(replace(spec, after=None)), "columns": [",".join(own["column"])]}
    return None


def _restoring(ctx: Context, page: ListPage, path: str) -> rows.Restoring | None:
    """Return what the buttons of the bin need; None where nothing can be brought back, or not without a reason."""
    if not access(ctx, page.spec.entity).restore or asks_for_reason(ctx, page.spec.entity, "restore"):
        return None
    found = standings(ctx, page.spec.entity, [row.id for row in page.rows])
    ids = frozenset(one for one, standing in found.items() if "restore" in standing.may)
    return rows.Restoring(ids, url_of(path, replace(page.spec, after=None)), csrf())


def _bin(ctx: Context, spec: ListSpec) -> Bin:
    """Return the way into the bin, which holds every archived record whatever the view, or out of it again."""
    if spec.archived:
        return Bin(Link(text("list.bin_off", ctx.locale), list_url(spec.entity), current=True))
    whole = list_url(spec.entity, all_records(ctx, spec.entity))
    link = Link(text("list.bin", ctx.locale), f"{whole}?archived=1")
    return Bin(link, f"{whole}/count?archived=1" if access(ctx, spec.entity).restore else None)


def _sorted(path: str, spec: ListSpec, column: ListColumn) -> str:
    """Return the address of the list sorted by a column; once more turns the order round."""
    key = SortKey(column.path, descending=column.sorted == "ascending")
    return url_of(path, replace(spec, sort=(key,), after=None))


def _screen(ctx: Context, spec: ListSpec, view: View, path: str, table: Markup | None, own: Args) -> ListScreen:
    model, locale = ctx.snapshot.model, ctx.locale
    entity = model.entities[spec.entity]
    whole = replace(spec, after=None)
    here = url_of(path, whole)
    filtered = bool(spec.filters or spec.where or spec.search)
    rights_ = access(ctx, spec.entity)
    choices = offered(ctx, spec.entity, spec.columns)
    kept_back = withheld(ctx, spec) if may_export(ctx, spec.entity) else ()
    return ListScreen(
        title=text("list.bin_of", locale, plural=entity.plural.text(locale))
        if spec.archived
        else entity.plural.text(locale),
        plural=entity.plural.text(locale),
        icon=entity.icon or "list-ul",
        help=entity.help.text(locale) if entity.help else "",
        path=path,
        table=table,
        views=() if spec.archived else _tabs(ctx, spec.entity, view),
        chips=_chips(ctx, spec, path),
        filterable=tuple(Link(choice.label, _asks(here, choice)) for choice in choices),
        asking=asking(ctx, spec.entity, own, spec.filters) if "ask" in own else None,
        choosing=_columns(ctx, spec) if "choose" in own else (),
        choose_url=_with(here, "choose", "1"),
        hidden=_pairs(replace(whole, search="")),
        filter_hidden=_pairs(whole),
        column_hidden=_pairs(replace(whole, columns=spec.view.columns)),
        q=spec.search,
        told=sentence(ctx, spec, locale),
        filtered=filtered,
        reset_url=(f"{path}?archived=1" if spec.archived else path) if filtered else None,
        cancel_url=here,
        count_url=_count_url(spec.entity, view, whole) if table is not None else None,
        first_url=here if spec.after is not None else None,
        new_url=f"/r/{spec.entity}/new" if rights_.create and not spec.archived else None,
        bin=_bin(ctx, spec),
        exports=_exports(ctx, spec.entity, view, _without_columns(whole, kept_back)),
        withheld=withheld_words(ctx, headers(ctx, replace(spec, columns=kept_back))),
        import_url=import_url(spec.entity) if may_import(ctx, spec.entity) and not spec.archived else None,
    )


def _tabs(ctx: Context, entity: str, current: View) -> tuple[Link, ...]:
    views = list(views_for(ctx, entity))
    if current not in views:
        views.append(current)
    return tuple(Link(view.label.text(ctx.locale), list_url(entity, view), view is current) for view in views)


def _chips(ctx: Context, spec: ListSpec, path: str) -> tuple[Chip, ...]:
    here = url_of(path, replace(spec, after=None))
    chips = [
        Chip(
            filter_words(ctx, chosen).text(ctx.locale),
            _with(here, "ask", chosen.path.text, ("at", str(index))),
            url_of(path, without(spec, index)),
        )
        for index, chosen in enumerate(spec.filters)
    ]
    for index, where in enumerate(spec.where):
        others = spec.where[:index] + spec.where[index + 1 :]
        words = condition_words(ctx, spec.entity, where.expr).text(ctx.locale)
        chips.append(Chip(words, "", url_of(path, replace(spec, where=others, after=None))))
    return tuple(chips)


def _asks(here: str, choice: Offered) -> str:
    return _with(here, "ask", choice.path)


def _with(url: str, name: str, value: str, *more: tuple[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode([(name, value), *more])}"


def _pairs(spec: ListSpec) -> Pairs:
    return tuple((name, value) for name, values in to_args(spec).items() for value in values)


def _columns(ctx: Context, spec: ListSpec) -> tuple[tuple[str, str, bool], ...]:
    """Return what the list can show, what it shows first: path, label, whether it is shown."""
    shown = {path.text: path.label.text(ctx.locale) for path in spec.columns}
    fields = readable_fields(ctx, spec.entity)
    others = {key: field.label.text(ctx.locale) for key, field in fields.items() if key not in shown}
    return tuple((name, label, True) for name, label in shown.items()) + tuple(
        (name, label, False) for name, label in others.items()
    )


def _count_url(entity: str, view: View, spec: ListSpec) -> str:
    return url_of(f"{list_url(entity, view)}/count", spec)


def withheld_words(ctx: Context, names: Sequence[str]) -> str:
    """Say what a file won't have because its reader may not export it; "" for nothing."""
    return text("list.withheld", ctx.locale, names=", ".join(names)) if names else ""


def _without_columns(spec: ListSpec, left_out: Sequence[FieldPath]) -> ListSpec:
    return replace(spec, columns=tuple(path for path in spec.columns if path not in left_out))


def _exports(ctx: Context, entity: str, view: View, spec: ListSpec) -> tuple[Link, ...]:
    if not may_export(ctx, entity) or not spec.columns:
        return ()
    return tuple(
        Link(text(f"list.{kind}", ctx.locale), url_of(f"{list_url(entity, view)}/export/{kind}", spec))
        for kind in ("csv", "xlsx", *((FOR_CHANGING,) if may_import(ctx, entity) else ()))
    )

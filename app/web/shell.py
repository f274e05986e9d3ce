"""The frame around every page of a signed-in reader: rendered once per snapshot, roles and language, then filled."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Set

from markupsafe import Markup, escape

from app.access.actor import Actor
from app.access.rights import capable
from app.context import Context
from app.web import markup, toasts
from app.web.places import MOST_MORE, REPORTS_URL, Place, creatable, menu_for
from app.web.render import csrf, here, render
from app.web.respond import htmx
from app.web.texts import text

#: Two characters of the private use area mark a slot, with a secret between them that no document can know.
_OPEN, _CLOSE = "\ue000", "\ue001"

#: The frame in pieces: constant HTML at even places, names of slots at odd ones.
Pieces = tuple[str, ...]


def page(ctx: Context, title: str, main: str, *, q: str = "") -> str:
    """Return a whole page.

    Args:
        ctx: whose menu and settings.
        title: the window's title, plain text.
        main: the page's content, HTML.
        q: what stands in the search box.
    """
    actor = ctx.actor
    # What can't be lent isn't in a shape: two people with the same one may differ in it.
    held = tuple(capable(ctx.snapshot.model, actor, name) for name in ("people", "administer"))
    pieces = ctx.snapshot.plan(("web.shell", actor.shape, held, ctx.locale), lambda: _frame(ctx))
    path = here()
    fixed: Mapping[str, Callable[[], object]] = {
        "preferences": lambda: preferences(actor),
        "title": lambda: title,
        "csrf": csrf,
        "q": lambda: q,
        "initials": lambda: initials(actor.name),
        "name": lambda: actor.name,
        "email": lambda: actor.email,
        "acting": lambda: _acting(ctx),
        "here": lambda: path,
        "main": lambda: markup.trusted(main),
        "toasts": lambda: toasts.take(ctx.locale),
    }
    return _filled(pieces, fixed, actor, path)


def answer(ctx: Context, title: str, main: str, *, q: str = "") -> str:
    """Return the region alone for htmx, and the page around it for everybody else."""
    return main if htmx.partial else page(ctx, title, main, q=q)


def _filled(pieces: Pieces, fixed: Mapping[str, Callable[[], object]], actor: Actor, path: str) -> str:
    filled = list(pieces)
    entries = {name[3:] for name in pieces[1::2] if name.startswith("at:")}
    here_, near = _places(path, entries)
    for index in range(1, len(filled), 2):
        name = filled[index]
        kind, _, value = name.partition(":")
        if name in fixed:
            filled[index] = str(escape(fixed[name]()))
        elif kind == "at":
            state = "page" if value == here_ else "true" if value == near else ""
            filled[index] = f' aria-current="{state}"' if state else ""
        else:
            filled[index] = "true" if getattr(actor, kind) == value else "false"
    return "".join(filled)


def _places(path: str, entries: Set[str]) -> tuple[str, str]:
    """Return the menu's entry that is this page, and else the one that it belongs to; either may be empty."""
    current = path.partition("?")[0]
    for candidate in (path, current):
        if candidate in entries:
            return candidate, ""
    kind, _, rest = current.strip("/").partition("/")
    near = {"report": REPORTS_URL, "e": f"/e/{rest.split('/')[0]}", "r": f"/e/{rest.split('/')[0]}"}.get(kind, "")
    return "", near


def _frame(ctx: Context) -> Pieces:
    """Render the shell with places held for what changes from request to request."""
    locale, mark = ctx.locale, _OPEN + secrets.token_hex(8)
    html = render(
        "shell.html",
        locale,
        slot=lambda name: markup.trusted(f"{mark}{name}{_CLOSE}"),
        menu=[_entry(place, ctx) for place in menu_for(ctx)],
        home={"url": "/", "label": text("shell.home", locale), "icon": "house"},
        creatable=[
            {"url": f"/r/{entity.key}/new", "label": entity.label.text(locale), "icon": entity.icon or "plus-lg"}
            for entity in creatable(ctx)[:MOST_MORE]
        ],
        manages=capable(ctx.snapshot.model, ctx.actor, "people"),
        administers=capable(ctx.snapshot.model, ctx.actor, "administer"),
    )
    return tuple(re.split(f"{mark}([^{_CLOSE}]*){_CLOSE}", str(html)))


def _acting(ctx: Context) -> Markup:
    """Return for whom the reader acts beside himself, or nothing."""
    names = sorted({grant.lent_by for grant in ctx.actor.acting_in() if grant.lent_by is not None})
    return render("parts/acting.html", ctx.locale, names=names) if names else Markup()


def _entry(place: Place, ctx: Context) -> dict[str, object]:
    return {
        "id": place.id,
        "label": place.label.text(ctx.locale),
        "icon": place.icon,
        "url": place.url,
        "below": [_entry(below, ctx) for below in place.items],
    }


def preferences(actor: Actor) -> Markup:
    """Return the attributes of the root element that a reader's settings decide."""
    theme = {"data-bs-theme": actor.theme} if actor.theme in ("light", "dark") else {"data-theme": "auto"}
    return markup.trusted(markup.attributes({**theme, "data-density": actor.density}).strip())


def initials(name: str) -> str:
    """Return up to two letters that stand for a person."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

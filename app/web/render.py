"""Templates without Flask's detours: what every template may name is put together once per language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask, current_app, g, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.language import LOCALES, Locale
from app.web import markup, static
from app.web.lifecycle import locale as reader_locale
from app.web.texts import text

_EXTENSION: Final = "lotse.render"
_TOKEN: Final = "csrf_token"  # noqa: S105  a name
#: Languages in their own words.
LANGUAGES: Final[tuple[tuple[Locale, str], ...]] = (("de", "Deutsch"), ("en", "English"))
#: Third-party style sheets, in order; each one is left out where set-up hasn't fetched it.
_SHEETS: Final = ("@fontsource-variable/inter/index.css", "@tabler/core/dist/css/tabler.min.css")
#: Our own that have to come first; the others follow by name.
_FIRST: Final = ("css/tokens.css", "css/lotse.css")
_SPRITE: Final = "bootstrap-icons/bootstrap-icons.svg"


def install(app: Flask, assets: static.Assets) -> None:
    """Prepare the values and let Flask's own rendering (sign-in, console) see them too."""
    static.keep(app.extensions, assets)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions[_EXTENSION] = {locale: _values(assets, locale) for locale in LOCALES}
    app.context_processor(lambda: {**base(reader_locale()), "csrf": csrf(), "preferences": preferences()})


def _values(assets: static.Assets, locale: Locale) -> dict[str, Any]:
    sheets = [assets.vendor_url(name) for name in _SHEETS if name in assets.vendor]
    own = sorted(name for name in assets.files if name.startswith("css/") and name not in _FIRST)
    sprite = assets.vendor_url(_SPRITE)
    return {
        "t": _translator(locale),
        "locale": locale,
        "languages": LANGUAGES,
        "asset": assets.url,
        "vendor": assets.vendor_url,
        "sprite": sprite,
        "icon": lambda name: markup.icon(sprite, name),
        "stylesheets": [*sheets, *(assets.url(name) for name in (*_FIRST, *own))],
        "modules": [assets.url(name) for name in ("js/app.js", "js/mask.js") if name in assets.files],
    }


def _translator(locale: Locale) -> Callable[..., str]:
    def translate(key: str, **values: object) -> str:
        return text(key, locale, **values)

    return translate


def base(locale: Locale) -> Mapping[str, Any]:
    """Return what every template may name, in one language."""
    values: Mapping[str, Any] = current_app.extensions[_EXTENSION][locale]
    return values


def csrf() -> str:
    """Return this session's token for forms; the same for the whole request."""
    # A page has several forms, and Flask-WTF looks through its settings each time before it finds what it keeps here.
    token: str = g.get(_TOKEN) or generate_csrf()
    return token


def preferences() -> Markup:
    """Return the attributes of the root element for a page without a reader: the browser decides."""
    return Markup('data-theme="auto"')


def render(name: str, locale: Locale, **values: object) -> Markup:
    """Render one of the product's own templates.

    Args:
        name: its path below `templates/`.
        locale: the reader's language.
        values: what it shows.
    """
    template = current_app.jinja_env.get_template(name)
    return markup.trusted(template.render({**base(locale), **values}))


def here() -> str:
    """Return the address of this request below the host, as a place to come back to."""
    return request.full_path if request.query_string else request.path

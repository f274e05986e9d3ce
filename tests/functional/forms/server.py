"""A page with one mask on it, served on loopback under the strictest content security policy."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.context import Context
from app.fields.base import Raw
from app.forms.bind import bind
from app.forms.plan import mask_plan

ROOT: Final = Path(__file__).resolve().parents[3]
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
_SHEETS: Final = (
    "/node_modules/@tabler/core/dist/css/tabler.min.css",
    "/app/static/css/tokens.css",
    "/app/static/css/lotse.css",
    "/app/static/css/mask.css",
)
_PAGE: Final = Markup(
    """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Maske</title>
<meta name="viewport" content="width=device-width"><meta name="htmx-config" content='{{"includeIndicatorCSS": false}}'>
{sheets}<script src="/node_modules/htmx.org/dist/htmx.min.js" defer></script>
<script type="module" src="/app/static/js/mask.js"></script></head><body><main class="main"><h1>Maske</h1>
<form id="mask-form" class="record-body" method="post" action="/save" novalidate data-mask hx-post="/refresh"
 hx-trigger="mask:refresh" hx-target="#mask-body" hx-swap="innerMorph" hx-sync="this:replace">{errors}
<div id="mask-body">{mask}</div><div class="savebar"><button class="btn btn-primary" data-save>Speichern</button>
<a class="btn" href="/" data-cancel>Abbrechen</a></div></form></main>
<dialog class="sheet-dialog" id="dialog" aria-label="Neu"></dialog></body></html>"""
)
_HITS: Final = Markup(
    '<li role="option" id="{0}-1" data-value="11" data-label="Meier GmbH">Meier GmbH</li>'
    '<li role="option" id="{0}-2" data-value="12" data-label="Müller AG">Müller AG</li>'
)


@dataclass
class Served:
    """What the server shows and what was sent to it.

    Args:
        ctx, mask: which mask.
        values, labels: of the record.
        saved: the raw values of every save that was accepted.
        asked: the addresses that were asked for.
    """

    ctx: Context
    mask: str
    values: dict[str, Any]
    labels: dict[str, Any] = field(default_factory=dict)
    id: int = 5
    saved: list[dict[str, Raw]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def show(self, sent: MultiDict[str, str] | None = None, *, whole: bool = True) -> tuple[int, str]:
        """Return status and HTML of the page, or of the mask alone."""
        plan = mask_plan(self.ctx, self.mask, "edit")
        bound = None if sent is None else bind(self.ctx, plan, sent, record=self)
        if bound is not None and whole and not bound.action and not bound.refused():
            self.saved.append(dict(bound.raw))
        html = plan.render(self.values, self.labels, ctx=self.ctx, record_id=self.id, bound=bound)
        if not whole:
            return 200, html
        lines = bound.summary() if bound is not None else ()
        item = Markup('<li><a href="#{}">{}</a></li>')
        items = Markup("").join(item.format(line.anchor or "", line.text) for line in lines)
        errors = Markup('<div class="notice notice-bad" role="alert" id="errors" tabindex="-1"><ul>{}</ul></div>')
        sheet = Markup('<link rel="stylesheet" href="{}">')
        sheets = Markup("").join(sheet.format(name) for name in _SHEETS)
        shown = errors.format(items) if lines else ""
        return (422 if lines else 200), _PAGE.format(lang=self.ctx.locale, sheets=sheets, mask=html, errors=shown)


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            served.asked.append(self.path)
            if url.path.startswith("/pick/"):
                self.answer(200, _HITS.format(parse_qs(url.query)["prefix"][0]))
            elif url.path.startswith("/quick/"):
                self.answer(200, "<p>Neu anlegen</p>")
            elif url.path.startswith(("/app/static/", "/node_modules/")):
                path = ROOT / url.path.removeprefix("/")
                self.answer(200, path.read_bytes(), mimetypes.guess_type(path.name)[0] or "text/plain")
            else:
                self.answer(*served.show())

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = MultiDict(parse_qsl(text, keep_blank_values=True))
            if self.path == "/refresh":
                sent.setdefault("_action", "refresh")
            self.answer(*served.show(sent, whole=self.path != "/refresh"))

        def answer(self, status: int, body: str | bytes, kind: str = "text/html; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", CSP)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    """Serve for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Documents are hostile too: what stands in them is shown as text, and nothing of it is executed or breaks a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from app.meta.compile import compile_model
from app.meta.documents import load_directory
from app.meta.layers import merge
from tests.support.install import write_documents
from tests.support.site import make_site

_NASTY: Final = (
    '"><img src=x onerror=alert(1)>',
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>{0.__class__}%s%(x)s{name}",
    "'; drop table sys_user; --",
    "\ue000main\ue001\ue000x:y\ue001\ue000at:/\ue001",
    "\x02name.value\x03a\x02zz\x03",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![y](x onerror=alert(1)) <svg/onload=alert(1)> &lt;b&gt;",
)
#: What a browser would run: a handler on an element, a script of somebody else, an address that is a program.
_RUNS: Final = re.compile(
    r"""<\w+(\s+[\w:-]+(="[^"]*")?)*\s+on\w+=|<script>|(href|src|action)="\s*javascript:""", re.IGNORECASE
)


def _label(text: str) -> dict[str, str]:
    return {"de": text, "en": text}


def _documents(text: str) -> dict[tuple[str, str], dict[str, Any]]:
    label = _label(text)
    fields = {
        "name": {"type": "string", "maxLength": 200, "x-crm": {"label": label, "help": label, "search": True}},
        "kind": {"x-crm": {"type": "choice", "options": "kinds", "label": label, "help": label}},
        "body": {"x-crm": {"type": "long_text", "label": label}},
        "site": {"type": "string", "format": "uri", "x-crm": {"label": label}},
        "owned_by": {"x-crm": {"type": "reference", "target": "thing", "label": label}},
    }
    about: dict[str, Any] = {"label": label, "plural": label, "help": label, "title": "{name}"}
    about["rules"] = [{"id": "no", "check": 'name != "verboten"', "at": "name", "message": label}]
    element = {"id": "note", "text": label}
    section = {"id": "head", "label": label, "elements": [{"id": "name", "field": "name", "help": label}, element,
               *({"id": key, "field": key} for key in ("kind", "body", "site", "owned_by"))]}  # fmt: skip
    return {
        ("entities", "thing"): {"type": "object", "x-crm": about, "properties": fields, "required": ["name"]},
        ("options", "kinds"): {"label": label, "values": [{"id": "a", "label": label, "colour": "red"}]},
        ("forms", "thing.main"): {"entity": "thing", "label": label, "tabs": [
            {"id": "main", "label": label, "sections": [section]}]},
        ("views", "thing.all"): {"entity": "thing", "label": label, "columns": ["name", "kind", "body", "site"]},
        ("reports", "things"): {"entity": "thing", "label": label, "help": label,
            "dimensions": [{"id": "kind", "field": "kind"}], "measures": [{"id": "n", "aggregate": "count"}],
            "chart": {"kind": "bar", "measures": ["n"]}, "show": "chart"},
        ("menus", "main"): {"items": [{"id": "g", "label": label, "items": [
            {"id": "things", "entity": "thing"}, {"id": "r", "label": label, "report": "things"}]}]},
        ("dashboards", "home"): {"label": label, "tiles": [
            {"id": "list", "label": label, "view": "thing.all"}, {"id": "chart", "label": label, "report": "things"}]},
        ("roles", "crm_manager"): {"label": label, "home": "home", "entities": {"*": dict.fromkeys(
            ("create", "read", "update", "retire"), True)}, "capabilities": ["configure", "export", "administer"]},
    }  # fmt: skip


_PAGES: Final = (
    "/", "/e/thing", "/e/thing?ask=kind", "/e/thing?f.kind.one_of=a", "/e/thing?sort=-name&columns=name,kind",
    "/r/thing/new", "/r/thing/1", "/r/thing/1/edit", "/report/things", "/report/things?show=table", "/reports",
    "/tile/home/list", "/tile/home/chart", "/palette?q=", "/search?q=a", "/entities", "/quick/thing",
    "/pick/thing", "/e/thing/all/count",
    "/admin/console/", "/admin/console/users/", "/admin/console/users/new/", "/admin/console/documents/", "/me",
    "/e/thing/all/export/csv", "/report/things/export/json", "/report/things/export/xlsx", "/e/nothing",
)  # fmt: skip


def test_no_document_becomes_markup_or_breaks_a_page(tmp_path: Path) -> None:
    for number, nasty in enumerate(_NASTY):
        folder = write_documents(tmp_path / f"documents{number}", _documents(nasty))
        site = make_site(f"sqlite:///{tmp_path / f'{number}.sqlite'}", folder)
        visitor = site.visitor("crm_manager")
        typed = nasty.replace("\x02", "").replace("\x03", "")  # no value may hold them
        data = {"name": typed, "kind": "a", "body": typed, "site": "https://example.com/" + "x", "owned_by": ""}
        assert visitor.post("/r/thing/new", data).status_code == 303, nasty
        refused = visitor.post("/r/thing/new", {"name": "verboten", "site": "javascript:alert(1)"})
        assert refused.status_code == 422
        pages = [refused.text]
        for page in _PAGES:
            response = visitor.get(page)
            assert response.status_code in (200, 404), (nasty, page)
            if response.mimetype == "text/html":
                pages.append(response.text)
        for html in pages:
            found = _RUNS.search(html)
            assert found is None, (nasty, found)
        site.installation.close()


def test_no_key_of_a_document_becomes_a_name_in_sql(tmp_path: Path) -> None:
    """A key is a short word; anything else is a mistake of the document, told with where it stands."""
    keys = ("x; drop table sys_user", 'x"y', "x'y", "X", "é", "x-y", "x" * 60, "id", "a__b", "", "x\0")
    for number, key in enumerate(keys):
        bodies = _documents("x")
        bodies["entities", "thing"]["properties"][key] = {"type": "string", "x-crm": {"label": _label("x")}}
        folder = write_documents(tmp_path / str(number), bodies)
        documents, issues = load_directory(folder, "base")
        effective, more = merge(documents)
        compiled = compile_model(effective)
        found = [*issues, *more, *compiled.issues]
        assert found, key
        assert any(issue.pointer.startswith("/properties") for issue in found), (key, found)

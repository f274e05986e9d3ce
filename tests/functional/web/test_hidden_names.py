"""What somebody may not read isn't named to him either: in the choice of columns, and in views that are for others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.site import make_site

_VIEW: Final = {"entity": "thing", "label": label("Nur für den Chef"), "columns": ["name"], "roles": ["boss"]}


def test_columns_that_cannot_be_read_and_views_for_others_are_not_there(sqlite_url: str, tmp_path: Path) -> None:
    thing = entity("Dinge", {"name": of("text", label="Name"), "secret": of("text", label="Geheim")})
    read = {"read": True, "create": True, "update": True}
    documents = {
        ("entities", "thing"): thing,
        ("views", "thing.boss"): _VIEW,
        ("roles", "boss"): {"label": label("Chef"), "entities": {"*": read}},
        ("roles", "clerk"): {"label": label("Büro"), "entities": {"thing": {**read, "fields": {"secret": "none"}}}},
    }
    site = make_site(sqlite_url, write_documents(tmp_path / "documents", documents))
    boss, clerk = site.visitor("boss"), site.visitor("clerk")
    assert "Geheim" in boss.get("/e/thing/-?choose=1").text
    page = clerk.get("/e/thing/-?choose=1")
    assert page.status_code == 200
    assert "Geheim" not in page.text
    assert "secret" not in page.text
    assert boss.get("/e/thing/boss").status_code == 200
    assert clerk.get("/e/thing/boss").status_code == 404
    assert clerk.get("/e/thing").status_code in (200, 303)
    assert "Nur für den Chef" not in clerk.get("/e/thing").text
    site.installation.close()

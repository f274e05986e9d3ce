"""A mask shows what is computed without an input, and says where it comes from."""

from __future__ import annotations

from pathlib import Path

from app.records import actions
from tests.functional.computed.world import DOCUMENTS, label
from tests.support.install import write_documents
from tests.support.site import make_site

_ROLE = {"label": label("Sales"), "entities": {"*": {"read": True, "create": True, "update": True}}}


def test_a_mask_tells_where_a_value_comes_from(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_documents(tmp_path / "docs", {**DOCUMENTS, ("roles", "sales"): _ROLE}))
    with site.installation.ctx() as ctx:
        firm = actions.create(ctx, "firm", {"name": "F"})
    visitor = site.visitor("sales")
    page = visitor.get(f"/r/firm/{firm}").text
    assert "Woher kommt der Wert?" in page
    assert "Summe von" in page
    edited = visitor.get(f"/r/firm/{firm}/edit").text
    assert 'name="name"' in edited
    assert 'name="revenue"' not in edited
    site.installation.close()

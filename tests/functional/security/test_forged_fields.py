"""Nobody sets by a form what the mask doesn't let him set: system fields, unknown ones, foreign lines, old versions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.support.site import Site, make_site

_FORGED = {
    "id": "4711", "version": "99", "title": "Gefälscht", "search_text": "gefälscht", "archived_at": "2020-01-01T00:00",
    "created_by": "1", "created_by_id": "1", "created_at": "2020-01-01T00:00", "updated_by": "1", "owner_id": "1",
    "owner": "1", "team": "1", "team_id": "1", "position": "7", "name__folded": "gefälscht", "__class__": "x",
    "nothing": "x", "entity": "person", "_sent": "created_by",
}  # fmt: skip


def _stored(site: Site, entity: str) -> dict[str, Any]:
    table = site.installation.snapshot.tables[entity]
    with site.installation.database.read() as connection:
        return dict(connection.execute(select(table)).mappings().one())


def test_system_fields_are_not_taken_from_a_form(database_url: str) -> None:
    site = make_site(database_url)
    visitor, me = site.visitor("sales"), site.actor("sales").id
    made = visitor.post("/r/account/new", {**_FORGED, "name": "Echt", "roles": "kunde"})
    assert made.status_code == 303
    first = _stored(site, "account")
    assert first["created_by"] == first["updated_by"] == me
    assert (first["version"], first["archived_at"]) == (1, None)
    assert first["id"] != int(_FORGED["id"])
    assert "Gef" not in first["title"]
    assert first["created_at"].year > 2020
    url = made.headers["Location"]
    changed = visitor.post(f"{url}/edit", {**_FORGED, "version": "1", "name": "Neu", "roles": "kunde"})
    assert changed.status_code == 303
    second = _stored(site, "account")
    for name in ("id", "created_by", "created_at", "archived_at"):
        assert second[name] == first[name], name
    assert second["version"] == 2
    for version, status in (("1", 409), ("99", 409), ("-1", 400), ("x", 400), ("", 400)):
        refused = visitor.post(f"{url}/edit", {"version": version, "name": "Überschrieben", "roles": "kunde"})
        assert refused.status_code == status, version
    assert _stored(site, "account") == second
    site.installation.close()

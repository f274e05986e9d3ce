"""A person's values are erased from the history by whoever may; the chain stays provable, and the page says so."""

from __future__ import annotations

from datetime import timedelta

import orjson
from sqlalchemy import select

from app.records import actions
from app.records.unrecorded import unrecorded
from app.system.history import HISTORY, VALUE
from app.system.sessions import SESSION
from app.system.tables import AuditEntry, now
from app.system.verify import Walked, flaws
from tests.support.site import Site


def _kept(site: Site, entity: str, record_id: int) -> str:
    same = (VALUE.c.token == HISTORY.c.token) & (VALUE.c.number == HISTORY.c.number)
    with site.installation.database.read() as connection:
        bodies = select(VALUE.c.body).select_from(HISTORY.join(VALUE, same))
        found = bodies.where(HISTORY.c.entity == entity, HISTORY.c.record_id == record_id)
        return " ".join(connection.execute(found).scalars())


def test_a_persons_values_vanish_from_the_history_and_nothing_else(site: Site) -> None:
    with site.installation.ctx() as ctx:
        person = actions.create(ctx, "person", {"first_name": "Erika", "last_name": "Musterfrau"})
    with site.installation.ctx() as ctx:
        actions.update(ctx, "person", person, {"last_name": "Beispiel"}, 1)
        fields = ctx.snapshot.model.entities["person"].fields
        assert fields["last_name"].personal
    url = f"/r/person/{person}/history"
    sales, privacy = site.visitor("sales"), site.visitor("privacy")
    assert "/erase" not in sales.get(url).text
    assert sales.get(f"{url}/erase").status_code == 403
    assert sales.post(f"{url}/erase", {"field": "last_name", "_reason": "R"}).status_code == 403
    assert f"{url}/erase" in privacy.get(url).text
    asked = privacy.get(f"{url}/erase").text
    assert 'value="last_name" checked' in asked
    for sent in ({"field": "last_name"}, {"_reason": "Antrag"}, {"field": "secret", "_reason": "Antrag"}):
        assert privacy.post(f"{url}/erase", sent).status_code == 422
    assert "Musterfrau" in _kept(site, "person", person)
    done = privacy.post(f"{url}/erase", {"field": "last_name", "_reason": "Antrag vom 1. März"})
    assert done.status_code == 303
    kept = _kept(site, "person", person)
    assert "Musterfrau" not in kept
    assert "Beispiel" not in kept
    assert "Erika" in kept
    page = privacy.get(url).text
    assert page.count("Die Werte wurden gelöscht.") == 3
    assert "Werte gelöscht am" in page
    assert "Grund: Antrag vom 1. März" in page
    assert "Musterfrau" not in page
    created = page.rpartition("?at=")[2].partition("&")[0]
    then = privacy.get(f"{url}?at={created}").text
    assert "Die Werte wurden gelöscht.</dd>" in then
    assert "Erika</dd>" in then
    assert "Beispiel" in privacy.get(f"/r/person/{person}").text
    with site.installation.database.read() as connection:
        assert list(flaws(connection, site.installation.database.seal, Walked())) == []
        assert list(unrecorded(connection, site.installation.snapshot)) == []
        entry = connection.execute(
            select(AuditEntry.subject, AuditEntry.details).order_by(AuditEntry.id.desc())
        ).first()
    assert entry is not None
    assert entry.subject == f"person/{person}"
    assert orjson.loads(orjson.dumps(entry.details))["fields"] == ["last_name"]


def test_an_erasure_asks_for_a_recent_proof(site: Site) -> None:
    with site.installation.ctx() as ctx:
        person = actions.create(ctx, "person", {"first_name": "A", "last_name": "B"})
    privacy = site.visitor("privacy")
    with site.installation.database.write() as connection:
        connection.execute(SESSION.update().values(fresh_at=now() - timedelta(hours=1)))
    answer = privacy.post(f"/r/person/{person}/history/erase", {"field": "last_name", "_reason": "R"})
    assert 'type="password"' in answer.text
    assert '"B"' in _kept(site, "person", person)

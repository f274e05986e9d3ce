"""A check that a publish overtakes is carried out once more, with the file that was sent."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.records import actions
from tests.functional.exchange.conftest import IMPORTER
from tests.functional.exchange.desk import Desk, figures, told, written
from tests.support.install import read_documents
from tests.support.site import Site, make_site

#: Long enough for what needn't wait to be done, on a slow machine too.
_MOMENT: Final = 0.5
_LONG: Final = 30


def _waits(under_way: Future[Any]) -> bool:
    try:
        under_way.result(_MOMENT)
    except NotYet:
        return True
    return False


def _publish(site: Site, documents: Path) -> None:
    path = documents / "entities" / "account.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    body["properties"]["size"]["x-crm"]["label"] = {"de": "Umfang", "en": "Extent"}
    path.write_text(json.dumps(body), encoding="utf-8")
    publish(site.installation.database, site.installation.store, read_documents(documents), PRODUCT, "Later")


def test_a_check_that_a_publish_overtakes_is_made_under_what_it_put_in_force(
    postgres_url: str, documents: Path
) -> None:
    site = make_site(postgres_url, documents)
    desk = Desk(site.visitor(IMPORTER))
    with site.installation.ctx() as ctx:
        account = actions.create(ctx, "account", {"name": "A", "size": 1})
    table = site.installation.snapshot.tables["account"]
    file = written([["id", "version", "name", "size"], [account, "1", "B", "2"], *(["", "", "C" * 80, ""],) * 400])
    with ThreadPoolExecutor(2) as beside:
        with site.installation.database.engine.begin() as blocking:
            blocking.execute(select(table.c.id).where(table.c.id == account).with_for_update())
            checking = beside.submit(desk.check, "account", file)
            assert _waits(checking)
            publishing = beside.submit(_publish, site, documents)
            assert _waits(publishing)
        checked = checking.result(_LONG)
        publishing.result(_LONG)
    assert (checked.status_code, figures(checked)) == (200, (400, 1, 0)), told(checked)
    assert "Umfang" in desk.visitor.get("/e/account/-/import").text
    site.installation.close()

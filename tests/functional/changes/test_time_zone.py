"""Another time zone is put in force by a publish, like everything else that stored values depend on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.access.actor import PRODUCT
from app.changes.plan import plan
from app.changes.publish import publish
from app.records.miscomputed import miscomputed
from app.runtime.store import Store
from app.system.tables import Revision, table_of
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, install, read_documents, write_documents

_FAR = "Pacific/Auckland"


def _documents() -> Bodies:
    fields = {"name": of("text"), "at": of("datetime"), "day": of("date", formula="date_of(at)")}
    following = of("date", formula="add_days(call.day, 7)")
    follow = {"name": of("text"), "call": of("reference", target="call"), "week": following}
    return {
        ("entities", "call"): entity("Anrufe", fields, title="{name}{ at}"),
        ("entities", "follow"): entity("Folgen", follow, title="Folge{ call}"),
    }


def test_days_begin_where_the_publish_says_and_nowhere_else(database_url: str, tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "documents", _documents())
    installed = install(database_url, folder)
    database, here = installed.database, Desk(installed.database, installed.store)
    here.create("call", name="Rückruf", at="2026-03-02T20:30:00Z")
    here.create("follow", name="F", call=1)
    far = Store(database, _FAR)
    with database.read() as connection:
        assert far.snapshot(connection).time_zone == "Europe/Berlin"
        made = plan(connection, far, read_documents(folder))
    assert made.changes[0].words.en.startswith("The time zone is Pacific/Auckland instead of Europe/Berlin:")
    assert here.row("call", 1)["day"] == date(2026, 3, 2)
    publish(database, far, read_documents(folder), PRODUCT, "Far")
    assert (here.row("call", 1)["day"], here.row("follow", 1)["week"]) == (date(2026, 3, 3), date(2026, 3, 10))
    assert here.row("follow", 1)["title"] == "Folge Rückruf 03.03.2026, 09:30"
    here.create("call", name="Neu", at="2026-03-02T20:30:00Z")  # a process that was started with the former zone
    assert here.row("call", 2)["day"] == date(2026, 3, 3)
    with database.read() as connection:
        assert list(miscomputed(connection, far.snapshot(connection))) == []
        assert plan(connection, far, read_documents(folder)).empty
    installed.close()


def test_a_revision_of_an_older_program_has_the_zone_of_the_setting(database_url: str, tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "documents", _documents())
    installed = install(database_url, folder)
    with installed.database.write() as connection:
        connection.execute(table_of(Revision).update().values(time_zone=None))
    far = Store(installed.database, _FAR)
    with installed.database.read() as connection:
        assert far.snapshot(connection).time_zone == _FAR
        assert plan(connection, far, read_documents(folder)).empty
    installed.close()

"""What only grows, on the command line: the doctor's look at chain, triggers and numbers; gaps listed and explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.backup.restore import restore
from app.backup.take import take
from app.cli.console import Exit
from app.context import Context
from app.records import actions
from app.records.bulk import create_many
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.system.history import HISTORY
from app.system.protection import protect, unprotected
from app.system.tables import Installation as Installed
from app.system.tables import table_of
from tests.functional.cli.conftest import Lotse, tax_rate, write_document, writing


def _findings(lotse: Lotse) -> dict[str, Any]:
    return {one["name"]: one["fine"] for one in json.loads(lotse("doctor", "--json").stdout)}


def _untriggered(connection: Connection, *tables: str) -> None:
    for table in tables:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {table}__no_{deed}")


@pytest.fixture
def numbered(lotse: Lotse, documents: Path, sqlite_url: str) -> str:
    """Return a database with six numbered records, of which two are deleted past the product."""
    number = {"pattern": "T-{YYYY}-{###}", "restart": "year", "gapless": True}
    no = {"x-crm": {"type": "text", "label": {"de": "Nummer", "en": "Number"}, "number": number}}
    write_document(documents, "entities", "tax", tax_rate(no=no))
    assert lotse("publish").exit_code == Exit.OK
    with writing(sqlite_url) as ctx:
        create_many(ctx, "tax", [{"name": f"{n}"} for n in range(6)])
    return sqlite_url


def test_gaps_are_listed_and_explained_for_good(lotse: Lotse, numbered: str) -> None:
    assert lotse("numbers").exit_code == Exit.OK
    assert _findings(lotse)["numbers"] is True
    with writing(numbered) as ctx:
        table = ctx.snapshot.tables["tax"]
        ctx.connection.execute(table.delete().where(table.c.id.in_([3, 4])))
        period = f"{ctx.now.year}"
    listed = lotse("numbers")
    assert listed.exit_code == Exit.REFUSED
    assert f"tax.no {period} 3-4" in listed.stdout
    assert json.loads(lotse("numbers", "--json").stdout) == [
        {"range": "tax.no", "period": period, "first": 3, "last": 4}
    ]
    assert _findings(lotse)["numbers"] is False
    for wrong in (("2", "4"), ("4", "3"), ("7", "7")):
        refused = lotse("numbers", "explain", "tax.no", period, *wrong, "--reason", "x")
        assert refused.exit_code == Exit.REFUSED, wrong
        assert "aren't missing" in refused.stderr
    assert lotse("numbers", "explain", "tax.no", period, "3", "3", "--reason", " ").exit_code == Exit.REFUSED
    assert lotse("numbers", "explain", "tax.no", period, "3", "3").exit_code == Exit.USAGE
    assert lotse("numbers", "explain", "tax.no", period, "3", "3", "--reason", "Test").exit_code == Exit.OK
    assert f"tax.no {period} 4" in lotse("numbers").stdout
    assert lotse("numbers", "explain", "tax.no", period, "4", "4", "--reason", "Test").exit_code == Exit.OK
    assert lotse("numbers").exit_code == Exit.OK
    assert _findings(lotse)["numbers"] is True
    verified = json.loads(lotse("verify", "--json").stdout)
    assert [one["record"] for one in verified["unrecorded"]] == [3, 4]
    assert verified["flaws"] == []


def test_a_range_goes_on_after_the_numbers_of_another_program(lotse: Lotse, numbered: str) -> None:
    """What is left out is explained for good; it never goes back, and nothing is moved that isn't there."""
    with writing(numbered) as ctx:
        period = f"{ctx.now.year}"
    moving = ("--reason", "Earlier program")
    assert "next number is 1043" in lotse("numbers", "move", "tax.no", period, "1042", *moving).stdout
    with writing(numbered) as ctx:
        (made,) = create_many(ctx, "tax", [{"name": "first"}])
        table = ctx.snapshot.tables["tax"]
        assert ctx.connection.execute(select(table.c.no).where(table.c.id == made)).scalar_one() == f"T-{period}-1043"
    assert lotse("numbers").exit_code == Exit.OK
    assert f"tax.no {period} 7-1042: Earlier program" in lotse("numbers", "log").stdout
    for wrong, words in (
        (("tax.no", period, "1042"), "only be moved forward"),
        (("tax.name", period, "5000"), "no range of numbers “tax.name”"),
        (("tax.no", "2026-03", "5000"), "no period in which this range counts"),
        (("tax.no", "", "5000"), "no period in which this range counts"),
        (("tax.no", "20x6", "5000"), "no period in which this range counts"),
    ):
        refused = lotse("numbers", "move", *wrong, *moving)
        assert refused.exit_code == Exit.REFUSED, wrong
        assert words in refused.stderr
    assert lotse("numbers", "move", "tax.no", period, "5000", "--reason", " ").exit_code == Exit.REFUSED
    assert lotse("numbers", "move", "tax.no", period, "0", *moving).exit_code == Exit.USAGE
    assert json.loads(lotse("verify", "--json").stdout)["flaws"] == []


def test_another_pattern_is_no_gap_and_the_log_says_so(lotse: Lotse, documents: Path, numbered: str) -> None:
    assert "Nothing has been explained" in lotse("numbers", "log").stdout
    number = {"pattern": "T{YY}-{####}", "restart": "year", "gapless": True}
    no = {"x-crm": {"type": "text", "label": {"de": "Nummer", "en": "Number"}, "number": number}}
    write_document(documents, "entities", "tax", tax_rate(no=no))
    assert "the next one is T" in lotse("plan").stdout
    assert lotse("publish").exit_code == Exit.OK
    assert lotse("numbers").exit_code == Exit.OK
    assert _findings(lotse)["numbers"] is True
    with writing(numbered) as ctx:
        year = ctx.now.year
    assert f"tax.no {year} 1-6: " in lotse("numbers", "log").stdout
    (told,) = json.loads(lotse("numbers", "log", "--json").stdout)
    assert "Drawn by the earlier pattern T-{YYYY}-{###} (“restart”: year)." in told.pop("reason")
    assert told.pop("at")
    assert told == {"range": "tax.no", "period": f"{year}", "first": 1, "last": 6}


def test_the_doctor_looks_at_the_chain_and_publish_makes_triggers_again(lotse: Lotse, numbered: str) -> None:
    assert (_findings(lotse)["chain"], _findings(lotse)["triggers"]) == (True, True)
    with writing(numbered) as ctx:
        _untriggered(ctx.connection, "sys_history", "sys_number_log")
    assert (_findings(lotse)["chain"], _findings(lotse)["triggers"]) == (True, False)
    with writing(numbered) as ctx:
        newest = select(HISTORY.c.id).order_by(HISTORY.c.id.desc()).limit(1).scalar_subquery()
        ctx.connection.execute(HISTORY.update().where(HISTORY.c.id == newest).values(actor_name="Somebody else"))
    assert (_findings(lotse)["chain"], _findings(lotse)["triggers"]) == (False, False)
    assert lotse("doctor").exit_code == Exit.CANNOT_START
    assert lotse("publish").exit_code == Exit.OK
    assert (_findings(lotse)["chain"], _findings(lotse)["triggers"]) == (False, True)
    with writing(numbered) as ctx:  # a database from before the log of numbers was kept from changes
        _untriggered(ctx.connection, "sys_number_log")
        ctx.connection.execute(table_of(Installed).update().values(schema_version=2))
    assert lotse("publish").exit_code == Exit.OK
    assert _findings(lotse)["triggers"] is True


def test_verify_names_a_value_that_was_changed_in_the_database(lotse: Lotse, numbered: str) -> None:
    assert lotse("verify").exit_code == Exit.OK
    with writing(numbered) as ctx:
        actions.update(ctx, "tax", 2, {"name": "B"}, 1)
        ctx.connection.execute(ctx.snapshot.tables["tax"].update().values(name="C").where(_second(ctx)))
    found = lotse("verify")
    assert found.exit_code == Exit.REFUSED
    assert "tax/2.name  [value.altered]" in found.stdout
    told = json.loads(lotse("verify", "--json").stdout)
    assert (told["intact"], told["flaws"], told["unrecorded"]) == (False, [], [])
    assert told["altered"] == [{"entity": "tax", "record": 2, "field": "name"}]


def test_verify_computes_once_more_what_a_publish_has_filled(lotse: Lotse, documents: Path, numbered: str) -> None:
    """Of such values the history knows nothing, so that they can't be compared with it."""
    label = {"de": "Länge", "en": "Length"}
    size = {"x-crm": {"type": "integer", "label": label, "formula": "length(name)"}}
    write_document(documents, "entities", "tax", tax_rate(size=size))
    assert lotse("publish").exit_code == Exit.OK
    assert lotse("verify").exit_code == Exit.OK
    with writing(numbered) as ctx:
        ctx.connection.execute(ctx.snapshot.tables["tax"].update().values(size=77).where(_second(ctx)))
    found = lotse("verify")
    assert found.exit_code == Exit.REFUSED
    assert "tax/2.size  [value.miscomputed]" in found.stdout
    told = json.loads(lotse("verify", "--json").stdout)
    assert (told["intact"], told["altered"]) == (False, [])
    assert told["miscomputed"] == [{"entity": "tax", "record": 2, "field": "size"}]


def _second(ctx: Context) -> Any:
    return ctx.snapshot.tables["tax"].c.id == 2


def _opened(url: str) -> Database:
    return open_database(url, create=True)


def test_a_restored_database_is_kept_from_changes_too(
    lotse: Lotse, numbered: str, tmp_path: Path, postgres_url: str
) -> None:
    """On both kinds of database; the triggers are those of an installation that was never restored."""
    archive = tmp_path / "a.lotse"
    source = open_database(numbered)
    take(source, Store(source), archive)
    source.close()
    for url in (f"sqlite:///{tmp_path / 'again.sqlite'}", postgres_url):
        database = _opened(url)
        restore(database, Store(database), archive)
        with database.read() as connection:
            assert unprotected(connection) == ()
        with database.write() as connection:
            protect(connection)  # again, without harm
        database.close()

"""Importing on the page: what a check says and leaves alone, what an import writes, what is refused and where."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.records import actions
from app.system.history import HISTORY
from tests.functional.exchange.desk import Desk, figures, hidden, told, written
from tests.support.site import Site


def _accounts(site: Site) -> list[tuple[int, str, Any, int]]:
    with site.installation.database.read() as connection:
        table = site.installation.snapshot.tables["account"]
        columns = (table.c.id, table.c.name, table.c.size, table.c.version)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(table.c.id))]


def _made(site: Site, entity: str, *values: dict[str, Any]) -> list[int]:
    with site.installation.ctx(locale="en") as ctx:
        return [actions.create(ctx, entity, one) for one in values]


def _counted(site: Site) -> int:
    with site.installation.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(HISTORY)).scalar_one())


def test_a_check_writes_nothing_and_the_import_writes_what_was_checked_once(site: Site, desk: Desk) -> None:
    one, two = _made(site, "account", {"name": "A", "size": 1}, {"name": "B", "size": 2})
    before, noted = _accounts(site), _counted(site)
    rows = [["id", "version", "NAME", "Size"], [f"#{one}", "1", "Aa", "1"], [two, "1", "B", "2"], ["", "", "C", "3"]]
    checked = desk.check("account", written(rows))
    assert (checked.status_code, figures(checked)) == (200, (1, 1, 1))
    assert (_accounts(site), _counted(site)) == (before, noted)
    form = hidden(checked)
    for _ in range(3):
        done = desk.visitor.post("/e/account/-/import/run", form)
        assert (done.status_code, done.headers["Location"]) == (303, "/e/account")
    assert "Importiert: 1 neu, 1 geändert." in desk.visitor.get("/e/account").text
    assert [row[1:] for row in _accounts(site)] == [("Aa", 1, 2), ("B", 2, 1), ("C", 3, 1)]
    with site.installation.database.read() as connection:
        found = connection.execute(select(HISTORY.c.verb, HISTORY.c.origin).where(HISTORY.c.origin == "import"))
        assert sorted(tuple(row) for row in found) == [("create", "import"), ("update", "import")]


def test_everything_that_is_wrong_is_told_at_once_with_line_and_column(site: Site, desk: Desk) -> None:
    one, two, gone = _made(site, "account", {"name": "A"}, {"name": "B"}, {"name": "D"})
    with site.installation.ctx() as ctx:
        actions.retire(ctx, "account", gone, 1)
        actions.update(ctx, "account", two, {"name": "Bb"}, 1)
    before = _accounts(site)
    rows = [
        ["id", "version", "Name", "size", "person"],
        [one, "1", "", "", ""],
        [two, "1", "B", "", ""],
        [gone, "2", "D", "", ""],
        ["999", "1", "E", "", ""],
        [one, "1", "again", "", ""],
        [two, "", "no version", "", ""],
        ["x", "", "bad", "", ""],
        ["", "3", "lone", "", ""],
        ["", "", "F", "viel", "Niemand"],
        ["", "", "multi\nline", "1", "77"],
        ["", "", "G", "1"],
    ]
    refused = desk.check("account", written(rows))
    assert refused.status_code == 422
    found = told(refused)
    assert sorted((int(line), column) for line, column, _ in found) == [
        (2, "Name"), (3, ""), (4, ""), (5, ""), (6, "id"), (7, "version"), (8, "id"), (9, "version"),
        (10, "person"), (10, "size"), (11, "person"), (13, ""),
    ]  # fmt: skip
    sentences = " ".join(what for _, _, what in found)
    for words in ("fehlt noch", "inzwischen geändert", "archiviert", "Nr. 999", "Zeile 2", "Version", "keine Nummer"):
        assert words in sentences, words
    assert _accounts(site) == before
    assert 'id="import-run"' not in refused.text


def test_a_reference_is_named_by_number_or_by_a_title_that_one_record_has(site: Site, desk: Desk) -> None:
    people = _made(site, "person", {"name": "Anna"}, {"name": "Zwei"}, {"name": "Zwei"}, {"name": "Alt"})
    with site.installation.ctx() as ctx:
        actions.retire(ctx, "person", people[3], 1)
    rows = [["Name", "Person"], ["A", "anna"], ["B", f"#{people[1]}"], ["C", str(people[2])], ["D", ""]]
    assert desk.imported("account", written(rows, ";")) == (4, 0, 0)
    with site.installation.database.read() as connection:
        table = site.installation.snapshot.tables["account"]
        found = connection.execute(select(table.c.person).order_by(table.c.id)).scalars().all()
    assert found == [*people[:3], None]
    refused = desk.check("account", written([["Name", "Person"], ["E", "Zwei"], ["F", "Nie"], ["G", "999"]]))
    assert [(line, column) for line, column, _ in told(refused)] == [("2", "Person"), ("3", "Person"), ("4", "Person")]


def test_a_record_that_points_to_one_of_two_namesakes_goes_on_pointing_to_it(site: Site, desk: Desk) -> None:
    twins = _made(site, "person", {"name": "Zwei"}, {"name": "Zwei"})
    account = _made(site, "account", {"name": "A", "person": twins[1]})[0]
    with site.installation.ctx() as ctx:
        actions.retire(ctx, "person", twins[1], 1)
    rows = desk.exported("account", "?columns=name,person")
    assert rows[1] == [str(account), "1", "A", "Zwei"]
    assert desk.imported("account", written(rows)) == (0, 0, 1)
    rows[1][2] = "Aa"
    assert desk.imported("account", written(rows)) == (0, 1, 0)
    with site.installation.database.read() as connection:
        table = site.installation.snapshot.tables["account"]
        assert connection.execute(select(table.c.person)).scalar_one() == twins[1]


def test_numbers_are_read_as_the_file_spells_them(site: Site, desk: Desk) -> None:
    german = [["Name", "Size"], ["A", "1.234,5"], ["B", "1.234"]]
    english = [["Name", "Size"], ["C", "1,234.5"], ["D", "1.23"]]
    assert desk.imported("account", written(german, ";")) == (2, 0, 0)
    assert desk.imported("account", written(english)) == (2, 0, 0)
    assert desk.imported("account", written([["Name", "Size"], ["E", "2.5"]], "\t"), spelling="en") == (1, 0, 0)
    assert [str(row[2]) for row in _accounts(site)] == ["1234.50", "1234.00", "1234.50", "1.23", "2.50"]
    assert told(desk.check("account", written(english, ";")))[0][:2] == ("2", "Size")


def test_what_windows_and_excel_write_is_read(site: Site, desk: Desk) -> None:
    assert desk.imported("account", "Name;Size;\r\nMüller € “x”;1,5;\r\n;;\r\n\r\n".encode("cp1252")) == (1, 0, 0)
    assert desk.imported("account", "\ufeffname\tsize\nÄ\t2\n".encode()) == (1, 0, 0)
    assert [row[1] for row in _accounts(site)] == ["Müller € “x”", "Ä"]


def test_a_part_of_a_value_can_have_a_column(site: Site, desk: Desk) -> None:
    rows = [["f_address.city", "Address › PLZ", "f_money", "f_money.currency"], ["Köln", "50667", "5", "CHF"]]
    assert desk.imported("sample", written(rows)) == (1, 0, 0)
    exported = desk.exported("sample", "?columns=f_address,f_money")
    assert exported[1][2:] == ["50667 Köln", "5.00 CHF"]
    parts = [["id", "version", "f_address.city"], [exported[1][0], "1", "Bonn"]]
    assert "alle davon als Spalten" in told(desk.check("sample", written(parts)))[0][2]


def test_what_one_may_not_do_is_refused_and_hidden_fields_do_not_exist(site: Site, desk: Desk) -> None:
    exporter, adder, own = (Desk(site.visitor(role)) for role in ("exporter", "adder", "own"))
    theirs = _made(site, "account", {"name": "A"})[0]
    assert "/e/account/-/import" not in exporter.visitor.get("/e/account").text
    assert "/e/account/-/import" in desk.visitor.get("/e/account").text
    for answer in (exporter.visitor.get("/e/account/-/import"), exporter.check("account", b"name\nA\n")):
        assert answer.status_code == 403
    staged = hidden(desk.check("account", b"name\nA\n"))
    assert exporter.visitor.post("/e/account/-/import/run", staged).status_code == 403
    assert exporter.visitor.get("/e/nothing/-/import").status_code == 404
    stolen = adder.visitor.post("/e/account/-/import/run", staged)
    assert (stolen.status_code, told(stolen)[0][0]) == (422, "")
    change = written([["id", "version", "name"], [theirs, "1", "B"]])
    assert [line for line, _, _ in told(adder.check("account", change))] == [""]
    assert "Nr. 1 gibt es hier nicht" in told(own.check("account", change))[0][2]
    there, absent = (told(own.check("account", f"name,{key}\nA,1\n".encode())) for key in ("size", "nonsense"))
    assert there[0][2].replace("size", "nonsense") == absent[0][2]
    assert own.imported("account", b"name\nMine\n") == (1, 0, 0)


def test_a_file_that_waits_is_good_for_its_owner_its_entity_and_its_session(site: Site, desk: Desk) -> None:
    form = hidden(desk.check("account", b"name\nA\n"))
    for entity, changed in (("person", form), ("account", {**form, "_staged": form["_staged"][:-2] + "xx"})):
        assert desk.visitor.post(f"/e/{entity}/-/import/run", changed).status_code == 422
    other = Desk(site.visitor("importer"))
    assert other.visitor.post("/e/account/-/import/run", form).status_code == 422
    assert _accounts(site) == []
    assert desk.visitor.post("/e/account/-/import/run", form).status_code == 303


def test_who_was_overtaken_after_the_check_is_told_and_can_check_again(site: Site, desk: Desk) -> None:
    one = _made(site, "account", {"name": "A"})[0]
    checked = desk.check("account", written([["id", "version", "name"], [one, "1", "B"], ["", "", "C"]]))
    with site.installation.ctx() as ctx:
        actions.update(ctx, "account", one, {"name": "Theirs"}, 1)
    refused = desk.run("account", checked)
    assert refused.status_code == 422
    assert [line for line, _, _ in told(refused)] == ["2"]
    assert [row[1] for row in _accounts(site)] == ["Theirs"]
    again = desk.visitor.post("/e/account/-/import", {"_staged": hidden(refused)["_staged"]})
    assert [line for line, _, _ in told(again)] == ["2"]


def test_computed_and_system_columns_are_left_out_and_that_is_said(desk: Desk) -> None:
    file = written([["name", "Version", "created_at", "updated_by", "person.name"], ["A", "", "x", "y", "z"]])
    checked = desk.check("account", file)
    assert checked.status_code == 200
    for heading in ("created_at", "updated_by", "person.name"):
        assert f"<li>{heading}: " in checked.text
    assert "füllt das Programm selbst" in checked.text
    assert "gehört zu einem anderen Datensatz" in checked.text

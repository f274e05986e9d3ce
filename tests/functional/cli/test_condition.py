"""What the doctor says of a database's condition, and commands on PostgreSQL; the anchor that tells a cut-off chain."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from sqlalchemy import create_engine, func, make_url, select

from app.cli.console import Exit
from app.records import actions
from app.runtime.start import ready
from app.storage.database import open_database
from app.storage.tables import TRIGRAM
from tests.functional.cli.conftest import Lotse, tax_rate, write_document, writing
from tests.support import postgres

_MEBIBYTE: Final = 1024 * 1024


class _Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


def _findings(lotse: Lotse) -> Mapping[str, tuple[str, str]]:
    """Return what the doctor says by name: how grave it is, and its words."""
    said = json.loads(lotse("doctor", "--json").stdout)
    return {one["name"]: (one["gravity"], one["words"]["en"]) for one in said}


@contextmanager
def _past_the_product(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as file, file:
        yield file


# -- on PostgreSQL ----------------------------------------------------------------------------------------------------


def test_the_doctor_knows_postgresql(lotse: Lotse, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server doesn't wait for the disk, and its user may do anything: both are told."""
    monkeypatch.setenv("LOTSE_DATABASE_URL", postgres_url)
    assert lotse("publish").exit_code == Exit.OK
    said = [one["words"]["en"] for one in json.loads(lotse("doctor", "--json").stdout)]
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        told = f"On the PostgreSQL server “{name}” is off; a power cut would lose what was saved. Switch it on."
        assert (told in said) is (_server_says(postgres_url, name) == "off")
    assert any("fsync" in one for one in said)
    found = _findings(lotse)
    assert found["engine"][1].startswith("postgresql 1")
    assert found["connection"][0] == "warning"
    assert "may do anything on the server" in found["connection"][1]
    assert [found[one][0] for one in ("revision", "chain", "triggers", "numbers")] == ["fine"] * 4


def _server_says(url: str, name: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        said = str(connection.execute(select(func.current_setting(name))).scalar_one())
    engine.dispose()
    return said


def test_backup_restore_and_verify_on_postgresql(
    lotse: Lotse, postgres_url: str, postgres_server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATABASE_URL", postgres_url)
    assert lotse("publish").exit_code == Exit.OK
    path = tmp_path / "backup.zip"
    taken = json.loads(lotse("backup", str(path), "--json").stdout)
    assert lotse("verify-backup", str(path)).exit_code == Exit.OK
    assert lotse("restore", str(path)).exit_code == Exit.REFUSED  # it isn't empty
    other = postgres_server.create(f"other_{os.getpid()}_{tmp_path.name.replace('-', '_')}")
    monkeypatch.setenv("LOTSE_DATABASE_URL", other)
    assert "Restored:" in lotse("restore", str(path)).stdout
    assert lotse("verify").exit_code == Exit.OK
    assert json.loads(lotse("backup", str(tmp_path / "again.zip"), "--json").stdout)["rows"] >= taken["rows"]
    assert _findings(lotse)["chain"][0] == "fine"


# -- disk, journal, backup, drift -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "gravity", "words"),
    [(499, "error", "Only 499 MiB free"), (600, "fine", "600 MiB free")],
)
def test_little_room_is_told(
    lotse: Lotse, monkeypatch: pytest.MonkeyPatch, free: int, gravity: str, words: str
) -> None:
    assert lotse("publish").exit_code == Exit.OK
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(10**12, 0, free * _MEBIBYTE))
    found = _findings(lotse)["disk"]
    assert found[0] == gravity
    assert words in found[1]


def test_no_room_for_a_backup_is_told(lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lotse("publish").exit_code == Exit.OK
    with (tmp_path / "lotse.sqlite").open("r+b") as file:
        file.truncate(700 * _MEBIBYTE)  # a long file without content behind its end
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(10**12, 0, 600 * _MEBIBYTE))
    assert _findings(lotse)["disk"] == (
        "warning",
        "600 MiB free, less than the database is long (700 MiB). Free some space for backups.",
    )


def test_a_long_journal_is_told(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish").exit_code == Exit.OK
    with (tmp_path / "lotse.sqlite-wal").open("ab") as file:
        file.truncate(300 * _MEBIBYTE)
    assert _findings(lotse)["journal"][0] == "warning"


def test_an_old_backup_is_told(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish").exit_code == Exit.OK
    assert lotse("backup", str(tmp_path / "backup.zip")).exit_code == Exit.OK
    assert _findings(lotse)["backup"][0] == "fine"
    with _past_the_product(tmp_path / "lotse.sqlite") as file:
        file.execute("UPDATE sys_backup SET taken_at = datetime(taken_at, '-60 hours')")
    gravity, words = _findings(lotse)["backup"]
    assert gravity == "warning"
    assert "60 hours old" in words


def test_drift_is_told_and_mended_by_a_publish(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish").exit_code == Exit.OK
    assert "drift" not in _findings(lotse)
    with _past_the_product(tmp_path / "lotse.sqlite") as file:
        file.execute("ALTER TABLE e_tax RENAME COLUMN name TO lost")
    gravity, words = _findings(lotse)["drift"]
    assert gravity == "error"
    assert "is missing or different" in words
    assert lotse("publish").exit_code == Exit.OK
    assert "drift" not in _findings(lotse)


# -- indexes and what else hangs on tables ----------------------------------------------------------------------------

#: What is done to a database past the product, on which kinds, and what the doctor then says: how grave, and a part
#: of its words.
_LOSSES: Final = (
    ("DROP INDEX {unique}", "error", "“{unique}” is missing on “e_tax”; without it data can get wrong", "both"),
    ("DROP INDEX {plain}", "warning", "The index “{plain}” on “e_tax” is missing, which makes reading slow", "both"),
    ("DROP INDEX ix_sys_history__entity_record_id_id", "warning", "“ix_sys_history__entity_record_id_id”", "both"),
    ("DROP TRIGGER f_tax__ai", "error", "“f_tax__ai” is missing on “e_tax”", "sqlite"),
    ("ALTER TABLE e_tax DROP CONSTRAINT {key}", "error", "“{key}” is missing on “e_tax”", "postgresql"),
    ("CREATE UNIQUE INDEX ux_left ON e_tax (version)", "error", "“ux_left” on “e_tax” refuses values", "both"),
)
#: The same of what a publish can't make again by itself.
_BEYOND: Final = (
    ("ALTER TABLE sys_team DROP CONSTRAINT uq_sys_team__name", "Take a backup and restore it", "postgresql"),
    ("ALTER TABLE sys_head DROP CONSTRAINT fk_sys_head__revision_id", "Take a backup and restore it", "postgresql"),
    ("DROP INDEX {unique}; CREATE INDEX {unique} ON e_tax (code)", "isn't what it should be", "both"),
    ("DROP INDEX {unique}; CREATE UNIQUE INDEX {unique} ON e_tax (code)", "isn't what it should be", "both"),
    ("DROP INDEX {plain}; CREATE INDEX {plain} ON e_tax (version)", "isn't what it should be", "both"),
)


def _with_code(lotse: Lotse, documents: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Publish an entity that is searched and has a unique field; return the names of what hangs on its table."""
    monkeypatch.setenv("LOTSE_DATABASE_URL", url)
    words = {"de": "Kürzel", "en": "Code"}
    code = {"type": "string", "maxLength": 9, "x-crm": {"label": words, "unique": True, "search": True}}
    write_document(documents, "entities", "tax", tax_rate(code=code))
    assert lotse("publish").exit_code == Exit.OK
    with writing(url) as ctx:
        table = ctx.snapshot.tables["tax"]
    return {
        "unique": next(str(one.name) for one in table.indexes if one.unique),
        "plain": min(str(one.name) for one in table.indexes if not one.unique and TRIGRAM not in one.info),
        "key": min(str(one.name) for one in table.foreign_key_constraints),
    }


def _done_past(url: str, statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements.split("; "):
            connection.exec_driver_sql(statement)
    engine.dispose()


def _of_indexes(lotse: Lotse) -> list[tuple[str, str]]:
    said = json.loads(lotse("doctor", "--json").stdout)
    return [(one["gravity"], one["words"]["en"]) for one in said if one["name"] == "indexes"]


def test_what_got_lost_of_a_table_is_told_and_mended_by_a_publish(
    lotse: Lotse, documents: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of each sort: a missing guard is an error, a missing plain index a warning; the product starts with both."""
    names = _with_code(lotse, documents, database_url, monkeypatch)
    kind = make_url(database_url).get_backend_name()
    assert _of_indexes(lotse) == []
    tried = [one for one in _LOSSES if one[3] in ("both", kind)]
    for statement, gravity, words, _ in tried:
        _done_past(database_url, statement.format(**names))
        found = _of_indexes(lotse)
        assert [one[0] for one in found] == [gravity], (statement, found)
        assert words.format(**names) in found[0][1]
        assert "lotse publish" in found[0][1]
        database = open_database(database_url)
        ready(database)
        database.close()
        assert lotse("publish").exit_code == Exit.OK
        assert _of_indexes(lotse) == [], statement
    assert len(tried) == 5


def test_what_a_publish_does_not_mend_is_told_with_what_does(
    lotse: Lotse, documents: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _with_code(lotse, documents, database_url, monkeypatch)
    kind = make_url(database_url).get_backend_name()
    tried = [one for one in _BEYOND if one[2] in ("both", kind)]
    for statement, words, _ in tried:
        _done_past(database_url, statement.format(**names))
        said = [one[1] for one in _of_indexes(lotse)]
        assert any(words in one for one in said), (statement, said)
    assert len(tried) >= 3
    for name in ("unique", "plain"):
        _done_past(database_url, f"DROP INDEX {names[name]}")
    assert lotse("publish").exit_code == Exit.OK
    assert len(_of_indexes(lotse)) == (2 if kind == "postgresql" else 0)


def test_doubles_that_got_in_meanwhile_are_named_when_the_index_is_made_again(
    lotse: Lotse, documents: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the publish changes nothing else, or the very entity."""
    names = _with_code(lotse, documents, database_url, monkeypatch)
    with writing(database_url) as ctx:
        for code in ("a", "b"):
            actions.create(ctx, "tax", {"name": code, "code": code})
    _done_past(database_url, f"DROP INDEX {names['unique']}; UPDATE e_tax SET code = 'a'")
    refused = lotse("publish")
    assert refused.exit_code == Exit.REFUSED
    assert "several records have “a” there" in refused.stdout + refused.stderr
    body = json.loads((documents / "entities" / "tax.json").read_text())
    body["properties"]["more"] = {"type": "integer", "x-crm": {"label": {"de": "Mehr", "en": "More"}}}
    write_document(documents, "entities", "tax", body)
    assert lotse("publish").exit_code == Exit.REFUSED
    _done_past(database_url, "UPDATE e_tax SET code = name")
    assert lotse("publish").exit_code == Exit.OK
    assert _of_indexes(lotse) == []


# -- the anchor -------------------------------------------------------------------------------------------------------


def test_the_anchor_finds_a_chain_that_was_cut_off(lotse: Lotse, sqlite_url: str, tmp_path: Path) -> None:
    """Rows, links and records taken back together look sound; only who knew the head before sees that it is gone."""
    anchor, path, earlier = tmp_path / "elsewhere.anchor", tmp_path / "lotse.sqlite", tmp_path / "earlier.sqlite"
    assert lotse("publish").exit_code == Exit.OK
    with writing(sqlite_url) as ctx:
        actions.create(ctx, "tax", {"name": "first"})
    with _past_the_product(path) as file:
        file.execute(f"VACUUM INTO '{earlier}'")
    assert lotse("verify", "--anchor", str(anchor)).exit_code == Exit.OK
    first = json.loads(anchor.read_bytes())
    with writing(sqlite_url) as ctx:
        actions.create(ctx, "tax", {"name": "second"})
    assert lotse("verify", "--anchor", str(anchor)).exit_code == Exit.OK
    second = json.loads(anchor.read_bytes())
    assert second["seq"] > first["seq"]
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)
    shutil.copy(earlier, path)
    assert lotse("verify").exit_code == Exit.OK  # by itself it is sound
    ended = lotse("verify", "--anchor", str(anchor), "--json")
    assert ended.exit_code == Exit.REFUSED
    assert [flaw["code"] for flaw in json.loads(ended.stdout)["flaws"]] == ["anchor.lost"]
    assert json.loads(anchor.read_bytes()) == second  # what is wrong isn't taken for the new truth


def test_an_anchor_that_is_none_is_refused(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish").exit_code == Exit.OK
    for content in ("", "[]", '{"seq": 1}', "no json"):
        anchor = tmp_path / "anchor"
        anchor.write_text(content)
        ended = lotse("verify", "--anchor", str(anchor))
        assert ended.exit_code == Exit.CANNOT_START
        assert str(anchor) in ended.stderr
        assert anchor.read_text() == content

"""A backup is whole or refused: flipped bits, cut files, other files, full databases; nothing is left out of it."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError

from app.backup import archive as archives
from app.backup.archive import MANIFEST, check, writing
from app.backup.restore import restore
from app.backup.take import take
from app.errors import BackupRefused, CannotStart
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.storage.ledger import FIXED
from app.storage.logical import logical_hash
from app.storage.rows import row_shape
from tests.support.install import Installation, install, write_documents
from tests.support.postgres import Server
from tests.support.proof import SEED, Tally, size

_LABEL: Final = {"de": "Ding", "en": "Thing"}


def _entity(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "x-crm": {"label": _LABEL, "plural": _LABEL, "title": "{name}"},
        "properties": {"name": {"type": "string", "maxLength": 80, "x-crm": {"label": _LABEL}}, **properties},
        "required": ["name"],
    }


def _money(**more: Any) -> dict[str, Any]:
    return {"x-crm": {"type": "money", "currency": "EUR", "label": _LABEL, **more}}


def _reference(target: str) -> dict[str, Any]:
    return {"x-crm": {"type": "reference", "target": target, "label": _LABEL}}


def _references(target: str) -> dict[str, Any]:
    return {"x-crm": {"type": "references", "target": target, "label": _LABEL}}


@pytest.fixture
def shrunk(database_url: str, tmp_path: Path) -> Installation:
    """Return an installation of which fields, a link and an entity were taken out after they had been filled."""
    return _shrunk(database_url, tmp_path / "documents")


def _shrunk(database_url: str, folder: Path) -> Installation:
    rich = {
        ("entities", "part"): _entity(),
        ("entities", "machine"): _entity(price=_money(), main=_reference("part"), parts=_references("part")),
    }
    made = install(database_url, write_documents(folder, rich))
    with made.database.write() as connection:
        for statement in (
            "INSERT INTO e_part (id, title, name, created_at, updated_at) VALUES (7, 'P', 'P', '{t}', '{t}')",
            "INSERT INTO e_machine (id, title, name, price, main, created_at, updated_at) VALUES "  # noqa: ISC004
            "(9, 'M', 'M', 123456, 7, '{t}', '{t}')",
            "INSERT INTO l_machine__parts (record_id, target_id, position) VALUES (9, 7, 0)",
        ):
            connection.execute(text(statement.format(t="2026-11-25 10:00:00.000000")))
    made.publish(write_documents(folder, {("entities", "machine"): _entity()}))
    return made


@pytest.fixture
def target_urls(tmp_path: Path, postgres_server: Server) -> Iterator[tuple[str, ...]]:
    """Return the URLs of two empty databases to restore into, one of each kind."""
    name = f"target_{os.getpid()}"
    yield f"sqlite:///{tmp_path / 'restored.sqlite'}", postgres_server.create(name)
    postgres_server.drop(name)


def _restored(path: Path, url: str) -> Database:
    database = open_database(url, create=True)
    restore(database, Store(database), path)
    return database


def test_what_no_document_names_any_more_comes_along(
    shrunk: Installation, tmp_path: Path, target_urls: tuple[str, ...]
) -> None:
    """Retired fields, links and entities keep their values; when they come back after a restore, so do the values."""
    path = tmp_path / "backup.zip"
    taken = take(shrunk.database, shrunk.store, path)
    assert {"price", "main"} <= set(taken.tables["e_machine"].columns)
    assert taken.tables["l_machine__parts"].rows == taken.tables["e_part"].rows == 1
    for url in target_urls:
        database = _restored(path, url)
        with database.read() as connection:
            found = connection.execute(text("SELECT price, main FROM e_machine")).one()
            assert (found.price, found.main) == (123456, 7)
            assert connection.execute(text("SELECT target_id FROM l_machine__parts")).scalar_one() == 7
            keys = {key["referred_table"] for key in inspect(connection).get_foreign_keys("e_machine")}
        assert {"sys_user", "e_part"} <= keys
        database.close()
    shrunk.close()


def test_every_fixed_table_can_be_written_as_lines() -> None:
    """Whoever adds a fixed table adds one that a backup understands."""
    assert len(FIXED.tables) > 10
    for table in FIXED.tables.values():
        assert len(row_shape(table).kinds) == len(table.c)


def test_a_column_that_nobody_knows_stops_the_backup(shrunk: Installation, tmp_path: Path) -> None:
    """Rather than leaving out what somebody added by hand, it says so; and no file is left."""
    with shrunk.database.write() as connection:
        connection.execute(text("ALTER TABLE e_machine ADD COLUMN by_hand INTEGER"))
    with pytest.raises(CannotStart, match="by_hand"):
        take(shrunk.database, shrunk.store, tmp_path / "backup.zip")
    assert list(tmp_path.glob("*backup.zip*")) == []
    shrunk.close()


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a small backup."""
    folder = tmp_path_factory.mktemp("packed")
    made = _shrunk(f"sqlite:///{folder / 'lotse.sqlite'}", folder / "documents")
    take(made.database, made.store, folder / "backup.zip")
    made.close()
    return (folder / "backup.zip").read_bytes()


@pytest.fixture
def backup(packed: bytes, tmp_path: Path) -> Path:
    """Return a small backup of its own."""
    path = tmp_path / "backup.zip"
    path.write_bytes(packed)
    return path


def test_every_flipped_bit_is_found(backup: Path, tmp_path: Path) -> None:
    good, chance = backup.read_bytes(), random.Random(SEED)
    check(backup)
    places = [chance.randrange(len(good)) for _ in range(size("flipped bits", 200, 10_000))]
    places += [0, 3, len(good) - 1, len(good) - 64, len(good) - 65, len(good) - 70]
    tally = Tally("flipped bits of a backup")
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        backup.write_bytes(bad)
        with pytest.raises(BackupRefused):
            check(backup)
        tally.add("found")
    tally.report(found=len(places))


def test_without_the_seal_some_flipped_bits_would_pass(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a zip has bits that no reader looks at, and the seal is what covers them."""
    monkeypatch.setattr(archives, "_require_seal", lambda path, stream: None)
    good, chance, passed = backup.read_bytes(), random.Random(SEED), 0
    for place in (*range(10, 14), *(chance.randrange(len(good)) for _ in range(60))):  # the first member's time
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        backup.write_bytes(bad)
        try:
            check(backup)
            passed += 1
        except (BackupRefused, ValueError, OverflowError, UnicodeDecodeError, NotImplementedError):
            pass
    assert passed >= 4


def test_members_are_looked_at_one_by_one(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody packed anew with another row has a good seal and is refused all the same."""
    _pack_anew(backup, {"tables/e_machine.jsonl": lambda text: text.replace(b'"M"', b'"N"')})
    with pytest.raises(BackupRefused, match="e_machine"):
        check(backup)


def _pack_anew(path: Path, changes: Any) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"0" * 64
        for name, text_of_it in members.items():
            archive.writestr(name, text_of_it)
    with path.open("r+b") as stream:
        archives._seal(stream)


@pytest.mark.parametrize("left", [0, 1, 63, 64, 100, -65, -64, -1])
def test_a_cut_file_is_no_backup(backup: Path, left: int) -> None:
    backup.write_bytes(backup.read_bytes()[:left])
    with pytest.raises(BackupRefused):
        check(backup)


def test_other_files_are_no_backups(tmp_path: Path) -> None:
    other = tmp_path / "other"
    with pytest.raises(BackupRefused, match="no backup"):
        check(other)
    for content in (b"", b"SQLite format 3\0" * 100, b"PK" + b"\0" * 500):
        other.write_bytes(content)
        with pytest.raises(BackupRefused):
            check(other)


def _manifest(change: Any) -> Any:
    def changed(written: bytes) -> bytes:
        told = orjson.loads(written)
        change(told)
        return orjson.dumps(told)

    return changed


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda told: told.update(schema_version=999), "newer version"),
        (lambda told: told.update(format=2), "no complete backup"),
        (lambda told: told["tables"]["sys_user"]["columns"].append(["new", "text"]), "sys_user.new"),
        (lambda told: told["tables"]["sys_user"]["columns"][0].__setitem__(1, "json"), "sys_user.active"),
        (lambda told: told["tables"]["sys_audit"].update(logical="0" * 64), "sys_audit"),
    ],
)
def test_what_this_program_cannot_bring_back_is_refused(backup: Path, tmp_path: Path, change: Any, word: str) -> None:
    """And the database is as empty as before."""
    _pack_anew(backup, {MANIFEST: _manifest(change)})
    database = open_database(f"sqlite:///{tmp_path / 'restored.sqlite'}", create=True)
    with pytest.raises(BackupRefused, match=word):
        restore(database, Store(database), backup)
    with database.read() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_a_database_that_holds_something_is_never_touched(backup: Path, target_urls: tuple[str, ...]) -> None:
    for url in target_urls:
        full = install(url)
        before = _hash(full)
        with pytest.raises(BackupRefused, match="isn't empty"):
            restore(full.database, full.store, backup)
        assert _hash(full) == before
        full.close()


def _hash(made: Installation) -> str:
    with made.database.read() as connection:
        return logical_hash(connection, made.snapshot.tables).root


def test_a_backup_that_fails_leaves_the_good_one(shrunk: Installation, tmp_path: Path) -> None:
    """Whatever goes wrong in the middle, the earlier file is byte for byte the same and no other is left."""
    path = tmp_path / "backup.zip"
    take(shrunk.database, shrunk.store, path)
    good = path.read_bytes()

    def fail(*about: Any) -> None:
        if "e_machine" in str(about[2]) and "ORDER BY" in str(about[2]):
            raise OSError(28, "No space left on device")

    event.listen(shrunk.database.engine, "before_cursor_execute", fail)
    with pytest.raises(BackupRefused, match="No space left"):
        take(shrunk.database, shrunk.store, path)
    event.remove(shrunk.database.engine, "before_cursor_execute", fail)
    assert path.read_bytes() == good
    assert [found.name for found in tmp_path.glob("*.part")] == []
    with pytest.raises(BackupRefused, match="can't be written"), writing(tmp_path / "nowhere" / "backup.zip"):
        pass
    assert path.stat().st_mode & 0o077 == 0
    shrunk.close()


def test_a_restore_that_fails_leaves_nothing(backup: Path, target_urls: tuple[str, ...]) -> None:
    for url in target_urls:
        database = open_database(url, create=True)

        def fail(*about: Any) -> None:
            if "sys_audit" in str(about[2]) and "INSERT" in str(about[2]):
                raise RuntimeError("pulled the plug")

        event.listen(database.engine, "before_cursor_execute", fail)
        with pytest.raises((RuntimeError, DBAPIError)):
            restore(database, Store(database), backup)
        event.remove(database.engine, "before_cursor_execute", fail)
        with database.read() as connection:
            assert inspect(connection).get_table_names() == []
        restore(database, Store(database), backup)
        database.close()

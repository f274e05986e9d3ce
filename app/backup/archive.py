"""The file of a backup: a zip of lines, a manifest that says what must be in it, and a seal over every bit.

* `tables/<name>.jsonl`: a table's rows, one a line (`app/storage/rows.py`).
* `manifest.json`: what wrote it and when, and of each table its columns, its number of rows, the SHA-256 of its member
  and the logical hash of its rows.
* The zip's comment, its last 64 bytes: the SHA-256 of everything before it. A zip has bits that no reader looks at;
  the seal covers them, too.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import orjson

from app.backup import texts
from app.errors import BackupRefused

#: Version of this format; raised when an older program couldn't read what is written.
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_KIND: Final = "lotse-backup"
_SEAL: Final = 64
_CHUNK: Final = 1024 * 1024
#: Longest line that is read; a record is far shorter, a hostile file isn't.
_LONGEST_LINE: Final = 64 * 1024 * 1024
_LONGEST_MANIFEST: Final = 64 * 1024 * 1024
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table in a backup.

    Args:
        columns: the kind of each column by its name, in the order of a row's entries.
        rows: how many.
        sha256: of the member as it is unpacked.
        logical: the logical hash of the rows.
        last_id: the highest number that the table's sequence had given out, where the database counts them.
    """

    columns: Mapping[str, str]
    rows: int
    sha256: str
    logical: str
    last_id: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself.

    Args:
        program: the version of Lotse that took it.
        schema_version: of the fixed tables.
        revision: in force when it was taken, or None where nothing was published.
        taken_at: the moment whose state it holds, UTC, ISO 8601.
        dialect: the kind of database that it came from.
        logical: the logical hash over all tables.
        tables: every table by its name.
    """

    program: str
    schema_version: int
    revision: int | None
    taken_at: str
    dialect: str
    logical: str
    tables: Mapping[str, TablePart]

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(part.rows for part in self.tables.values())

    def written(self) -> bytes:
        """Return it as it stands in the file."""
        tables = {
            name: {
                "columns": list(part.columns.items()),
                "rows": part.rows,
                "sha256": part.sha256,
                "logical": part.logical,
                "last_id": part.last_id,
            }
            for name, part in self.tables.items()
        }
        named = {name: getattr(self, name) for name in _SAID}
        return orjson.dumps({"kind": _KIND, "format": FORMAT, **named, "tables": tables}, option=orjson.OPT_INDENT_2)


_SAID: Final = ("program", "schema_version", "revision", "taken_at", "dialect", "logical")


def _manifest(text: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ValueError, KeyError, TypeError: it isn't one.
    """
    told: Any = orjson.loads(text)
    if told["kind"] != _KIND or told["format"] != FORMAT:
        raise ValueError(told["format"])
    tables = {
        str(name): TablePart(dict(part["columns"]), part["rows"], part["sha256"], part["logical"], part["last_id"])
        for name, part in told["tables"].items()
    }
    return Manifest(**{name: told[name] for name in _SAID}, tables=tables)


def member_name(table: str) -> str:
    """Return the name of a table's member."""
    return f"tables/{table}.jsonl"


# -- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """Writes members of a backup, one after the other.

    Args:
        archive: the zip.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def member(self, name: str) -> Iterator[MemberWriter]:
        """Open a member for as long as the block lasts."""
        about = zipfile.ZipInfo(name, _FIRST_DAY)
        about.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(about, "w", force_zip64=True) as stream:
            writer = MemberWriter(stream)
            yield writer
            writer.flush()


class MemberWriter:
    """Writes the lines of one member and hashes them.

    Args:
        stream: where to.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._sha = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._length = 0

    def line(self, text: bytes) -> None:
        """Write a line."""
        self._waiting += (text, b"\n")
        self._length += len(text)
        if self._length >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        block = b"".join(self._waiting)
        self._waiting.clear()
        self._length = 0
        self._sha.update(block)
        self._stream.write(block)

    def sha256(self) -> str:
        """Return the hash of what was written; to be asked after the block."""
        return self._sha.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a backup beside its place, and put it there when it is complete and safe on the disk.

    Raises:
        BackupRefused: the folder or the disk don't allow it; whatever was at the place is as it was.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)  # customers' data are nobody else's
        try:
            with os.fdopen(handle, "w+b") as stream:
                with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
                    archive.comment = b"0" * _SEAL
                    yield Writer(archive)
                _seal(stream)
            check(part)
            part.replace(path)
            _sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as failure:
        raise BackupRefused(texts.CANT_WRITE.format(path=path, reason=failure.strerror or failure)) from failure


def _seal(stream: IO[bytes]) -> None:
    """Replace the place holder at the file's end with the hash of everything before it."""
    stream.flush()
    length = stream.seek(0, os.SEEK_END) - _SEAL
    seal = _hash_of(stream, length)
    stream.seek(length)
    stream.write(seal)
    stream.flush()
    os.fsync(stream.fileno())


def _hash_of(stream: IO[bytes], length: int) -> bytes:
    stream.seek(0)
    sha = hashlib.sha256()
    while length > 0:
        block = stream.read(min(_CHUNK, length))
        if not block:
            break
        sha.update(block)
        length -= len(block)
    return sha.hexdigest().encode()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was opened and is sealed.

    Args:
        path: where it is.
        manifest: what it says about itself.
    """

    path: Path
    manifest: Manifest
    _archive: zipfile.ZipFile

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the lines of a table.

        Raises:
            BackupRefused: they aren't what the manifest says.
        """
        part, name = self.manifest.tables[table], member_name(table)
        sha, rows = hashlib.sha256(), 0
        try:
            with self._archive.open(name) as stream:
                while line := stream.readline(_LONGEST_LINE):
                    sha.update(line)
                    rows += 1
                    yield line
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as broken:
            raise BackupRefused(texts.DAMAGED.format(path=self.path, where=name)) from broken
        if sha.hexdigest() != part.sha256 or rows != part.rows:
            raise BackupRefused(texts.DAMAGED.format(path=self.path, where=name))


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """Open a backup for as long as the block lasts; its seal is looked at first.

    Raises:
        BackupRefused: it isn't there, isn't a backup, or isn't as it was written.
    """
    if not path.is_file():
        raise BackupRefused(texts.NO_FILE.format(path=path))
    try:
        with path.open("rb") as stream:
            _require_seal(path, stream)
            stream.seek(0)
            with zipfile.ZipFile(stream) as archive:
                yield Archive(path, _read_manifest(path, archive), archive)
    except zipfile.BadZipFile as broken:
        raise BackupRefused(texts.NO_BACKUP.format(path=path)) from broken
    except OSError as failure:
        raise BackupRefused(texts.UNREADABLE.format(path=path, reason=failure.strerror or failure)) from failure


def _require_seal(path: Path, stream: IO[bytes]) -> None:
    start = stream.read(4)
    length = stream.seek(0, os.SEEK_END) - _SEAL
    if length <= 0 or start[:2] != b"PK":
        raise BackupRefused(texts.NO_BACKUP.format(path=path))
    stream.seek(length)
    seal = stream.read(_SEAL)
    if _hash_of(stream, length) != seal:
        raise BackupRefused(texts.DAMAGED.format(path=path, where=texts.NOT_WHOLE))


def _read_manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open(MANIFEST) as stream:
            return _manifest(stream.read(_LONGEST_MANIFEST))
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, AttributeError) as broken:
        raise BackupRefused(texts.NO_BACKUP.format(path=path)) from broken


def check(path: Path) -> Manifest:
    """Read a backup from its first bit to its last, and return what it says about itself.

    Raises:
        BackupRefused: something in it isn't as it was written.
    """
    with reading(path) as archive:
        members = {MANIFEST, *map(member_name, archive.manifest.tables)}
        if sorted(archive._archive.namelist()) != sorted(members):  # noqa: SLF001  its own module's
            raise BackupRefused(texts.NO_BACKUP.format(path=path))
        for table in archive.manifest.tables:
            for _ in archive.lines(table):
                pass
        return archive.manifest

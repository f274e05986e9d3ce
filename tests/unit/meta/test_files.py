"""Files are hostile input: each gives an issue, none an exception, and the good ones beside it are still read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.meta.documents import MAX_BYTES, load_all, load_directory
from tests.unit.meta.shipped import ROOT, documents, spots

GOOD = b'{"format": 1, "key": "good", "label": {"de": "Gut"}, "values": [{"id": "a", "label": {"de": "A"}}]}'

#: Name of a file below `metadata/`, its bytes, the code, the pointer, and a word of the message.
FILES: list[tuple[str, bytes, str, str, str]] = [
    ("options/x.json", b'{"key": "x",\n "label": }', "document.json", "", "line 2, column 11"),
    ("options/x.json", b"", "document.json", "", "line 1, column 1"),
    ("options/x.json", b"[1, 2]", "document.no_object", "", "object"),
    ("options/x.json", b'{"key": "x", "key": "x"}', "document.duplicate_key", "", "key"),
    ("options/x.json", b'{"key": "x", "a": NaN}', "document.number", "", "NaN"),
    ("options/x.json", b'{"key": "x", "a": -Infinity}', "document.number", "", "-Infinity"),
    ("options/x.json", b'{"key": "x", "a": 1e999}', "document.number", "", "1e999"),
    ("options/x.json", b'{"key": "x", "a": ' + b"9" * 5000 + b"}", "document.number", "", "99999"),
    ("options/x.json", b'{"key": "x", "a": "\xff"}', "document.encoding", "", "byte 20"),
    ("options/x.json", b'{"key": "x", "a": ' + b"[" * 60 + b"]" * 60 + b"}", "document.too_deep", "", "40"),
    ("options/x.json", b"[" * 200_000, "document.too_deep", "", "40"),
    ("options/x.json", b" " * (MAX_BYTES + 1), "document.too_large", "", "1 MB"),
    ("options/y.json", b'{"key": "x"}', "document.key_differs", "/key", "y.json"),
    ("options/Größe.json", '{"key": "Größe"}'.encode(), "document.file_name", "", "Größe"),
    ("options/x.txt", b"", "document.stray_file", "", "x.txt"),
    ("readme.md", b"", "document.stray_file", "", "readme.md"),
    ("option/x.json", b"{}", "document.unknown_kind", "", "option"),
]


def _write(root: Path, name: str, data: bytes) -> None:
    path = root / "metadata" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.mark.parametrize(("name", "data", "code", "pointer", "word"), FILES)
def test_a_file_that_cant_be_taken(tmp_path: Path, name: str, data: bytes, code: str, pointer: str, word: str) -> None:
    _write(tmp_path, "options/good.json", GOOD)
    _write(tmp_path, name, data)
    found, issues = load_directory(tmp_path / "metadata")
    assert [document.key for document in found] == ["good"]
    place = "metadata/option" if code == "document.unknown_kind" else f"metadata/{name}"
    assert spots(issues) == {(code, place, pointer)}
    assert word in issues[0].message.en


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "options/good.json", GOOD)
    secret = tmp_path / "outside.json"
    secret.write_bytes(GOOD)
    (tmp_path / "metadata" / "options" / "x.json").symlink_to(secret)
    (tmp_path / "metadata" / "options" / "y.json").symlink_to(tmp_path / "nowhere.json")
    (tmp_path / "metadata" / "options" / "z.json").symlink_to(tmp_path / "metadata" / "options" / "z.json")
    found, issues = load_directory(tmp_path / "metadata", root=tmp_path / "metadata")
    assert [document.key for document in found] == ["good"]
    assert {issue.code for issue in issues} <= {"document.outside", "document.unreadable"}
    assert len(issues) == 3


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    _write(tmp_path, "options/good.json", b"\xef\xbb\xbf" + GOOD)
    found, issues = load_directory(tmp_path / "metadata")
    assert (len(found), issues) == (1, ())


def test_a_folder_that_isnt_there(tmp_path: Path) -> None:
    found, issues = load_directory(tmp_path / "nothing")
    assert found == ()
    assert spots(issues) == {("document.no_folder", "nothing", "")}


def _broken_manifest(root: Path) -> None:
    (root / "plugins" / "einfuehrung" / "plugin.json").write_text("{", encoding="utf-8")


def _no_manifest(root: Path) -> None:
    (root / "plugins" / "einfuehrung" / "plugin.json").unlink()


@pytest.mark.parametrize(
    ("change", "code"), [(_broken_manifest, "document.json"), (_no_manifest, "document.unreadable")]
)
def test_a_plugin_without_a_readable_manifest(tmp_path: Path, change: Callable[[Path], None], code: str) -> None:
    folder = tmp_path / "plugins" / "einfuehrung"
    folder.mkdir(parents=True)
    (folder / "plugin.json").write_bytes((ROOT / "plugins" / "einfuehrung" / "plugin.json").read_bytes())
    change(tmp_path)
    _, issues = load_all(ROOT / "metadata", tmp_path / "plugins")
    assert spots(issues) == {(code, "plugins/einfuehrung/plugin.json", "")}


def test_the_shipped_files_are_read_in_full() -> None:
    files = [*(ROOT / "metadata").rglob("*.json"), *(ROOT / "plugins").glob("*/metadata/*/*.json")]
    manifests = list((ROOT / "plugins").glob("*/plugin.json"))
    assert len(documents()) == len(files) + len(manifests)
    assert {document.layer for document in documents()} == {"base", "plugin:einfuehrung"}

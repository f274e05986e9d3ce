"""Documents as they stand in files: found, read and refused without ever raising.

A file is hostile input. It is read with limits, and everything that is wrong with it becomes an Issue, so that the
other files are still looked at.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from app.errors import Issue
from app.meta.findings import Findings, Place
from app.meta.grammar.published import KINDS, PLUGIN

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_FILES: Final = 20_000
BASE: Final = "base"
COMPANY: Final = "company"

_LARGEST: Final = 2**63 - 1
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of one layer, as it was written.

    Args:
        kind: the folder's name: `entities`, `forms`, `views` …
        key: its key, the file's name without `.json`.
        layer: `base`, `plugin:<name>` or `company`.
        source: the file's path relative to the folder that was read, or where else it comes from; shown in issues.
        body: what it says: JSON.
    """

    kind: str
    key: str
    layer: str
    source: str
    body: Mapping[str, Any] = field(hash=False)


class _Refused(Exception):
    """A file that can't be taken, with the code of the reason."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


# -- text to JSON ------------------------------------------------------------------------------------------------------


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Refused("document.duplicate_key", name=next(key for key in keys if keys.count(key) > 1))
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Refused("document.number", number=name)


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused("document.number", number=text[:40])
    return number


def _read_int(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > _LARGEST:
        raise _Refused("document.number", number=text[:40])
    return int(text)


def _depth(value: Any) -> int:
    """Return how deep a JSON value is nested, without recursion, stopping once it is too deep."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def parse_json(data: bytes) -> Any:
    """Read JSON strictly: no key twice, no NaN, no number beyond 64 bits, no depth beyond the limit.

    Raises:
        _Refused: with the code of an issue.
    """
    if len(data) > MAX_BYTES:
        raise _Refused("document.too_large", limit=MAX_BYTES // 1_000_000)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _Refused("document.encoding", position=wrong.start + 1) from wrong
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique_pairs,
            parse_constant=_no_constant,
            parse_float=_read_float,
            parse_int=_read_int,
        )
    except json.JSONDecodeError as wrong:
        raise _Refused("document.json", line=wrong.lineno, column=wrong.colno) from wrong
    except RecursionError as wrong:
        raise _Refused("document.too_deep", limit=MAX_DEPTH) from wrong
    if _depth(value) > MAX_DEPTH:
        raise _Refused("document.too_deep", limit=MAX_DEPTH)
    return value


# -- files -------------------------------------------------------------------------------------------------------------


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _read_file(path: Path, root: Path) -> Any:
    if not _inside(path, root):
        raise _Refused("document.outside")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise _Refused("document.unreadable", reason=wrong.strerror or type(wrong).__name__) from wrong
    return parse_json(data)


def _file_problem(body: Any, kind: str, key: str) -> _Refused | None:
    """Return what is wrong with a file as a whole: not an object, or named unlike its key."""
    if not isinstance(body, dict):
        return _Refused("document.no_object")
    if _KEY.fullmatch(key) is None:
        return _Refused("document.file_name", name=f"{key[:60]}.json")
    if body.get("key") != key:
        return _Refused("document.key_differs", key=str(body.get("key"))[:60], name=f"{key}.json")
    return None


def _load_file(path: Path, root: Path, kind: str, layer: str, findings: Findings) -> Document | None:
    source = path.relative_to(root).as_posix()
    key = path.name.removesuffix(".json")
    try:
        body = _read_file(path, root)
        problem = _file_problem(body, kind, key)
        if problem is not None:
            raise problem
    except _Refused as refused:
        pointer = ("key",) if refused.code == "document.key_differs" else ()
        findings.add(refused.code, Place(source, pointer), **refused.values)
        return None
    return Document(kind, key, layer, source, body)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError:
        return []


def _files(folder: Path, root: Path, findings: Findings) -> Iterator[tuple[str, Path]]:
    """Yield every document's file with its kind; what isn't one becomes an issue, what is hidden is left alone."""
    for entry in _entries(folder):
        if entry.name.startswith("."):
            continue
        place = Place(entry.relative_to(root).as_posix(), ())
        if not entry.is_dir():
            findings.add("document.stray_file", place, name=entry.name)
        elif entry.name not in KINDS:
            findings.unknown("document.unknown_kind", place, entry.name, KINDS)
        else:
            yield from ((entry.name, path) for path in _entries(entry) if not path.name.startswith("."))


def load_directory(
    path: Path, layer: str = BASE, root: Path | None = None
) -> tuple[tuple[Document, ...], tuple[Issue, ...]]:
    """Read every document of a folder such as `metadata/`.

    Args:
        path: the folder that holds one folder a kind.
        layer: `base`, `plugin:<name>` or `company`.
        root: what the paths in issues are relative to; the folder's parent when it isn't given.

    Returns:
        The documents, by kind and key, and everything that is wrong with the files.
    """
    root = root or path.parent
    findings = Findings()
    documents: list[Document] = []
    if not path.is_dir():
        findings.add("document.no_folder", Place(path.name, ()), name=path.name)
        return (), findings.issues()
    for count, (kind, file) in enumerate(_files(path, root, findings)):
        if count >= MAX_FILES:
            findings.add("document.too_many", Place(path.name, ()), limit=MAX_FILES)
            break
        if not file.name.endswith(".json") or file.is_dir():
            findings.add("document.stray_file", Place(file.relative_to(root).as_posix(), ()), name=file.name)
            continue
        document = _load_file(file, root, kind, layer, findings)
        if document is not None:
            documents.append(document)
    return tuple(documents), findings.issues()


def _load_plugin(folder: Path, root: Path, findings: Findings) -> tuple[Document | None, tuple[Document, ...]]:
    source = f"{folder.relative_to(root).as_posix()}/plugin.json"
    manifest: Document | None = None
    try:
        body = _read_file(folder / "plugin.json", root)
        if not isinstance(body, dict):
            raise _Refused("document.no_object")
        manifest = Document(PLUGIN, folder.name, f"plugin:{folder.name}", source, body)
    except _Refused as refused:
        findings.add(refused.code, Place(source, ()), **refused.values)
    if not (folder / "metadata").is_dir():
        return manifest, ()
    documents, issues = load_directory(folder / "metadata", f"plugin:{folder.name}", root)
    findings.take(issues)
    return manifest, documents


def load_all(metadata: Path, plugins: Path | None = None) -> tuple[tuple[Document, ...], tuple[Issue, ...]]:
    """Read the base documents and those of every plugin, manifests among them (kind `plugin`).

    Args:
        metadata: folder of the base documents.
        plugins: folder of the plugins; None or a folder that isn't there for none.
    """
    found, issues = load_directory(metadata, BASE)
    documents, findings = list(found), Findings()
    findings.take(issues)
    if plugins is not None and plugins.is_dir():
        for folder in _entries(plugins):
            if folder.is_dir() and not folder.name.startswith((".", "_")):
                manifest, own = _load_plugin(folder, plugins.parent, findings)
                documents.extend(([manifest] if manifest else []) + list(own))
    return tuple(documents), findings.issues()

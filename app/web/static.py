"""The product's own and third-party files, under addresses that change when any of them changes.

All files hang below one folder named by the hash of them all (`/static/3f9c…/css/lotse.css`), so that they can be kept
for a year, and style sheets and modules may name each other relatively.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from flask import Blueprint, Response, abort, current_app, request

from app.web.policy import PUBLIC, policy

ROOT: Final = Path(__file__).resolve().parent.parent / "static"
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".json", ".txt", ".map"})
_TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
_YEAR: Final = "public, max-age=31536000, immutable"
_EXTENSION: Final = "lotse.static"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Args:
        path: where it lies.
        mimetype: what it is.
        packed: path of its gzip twin made at set-up, or None.
        small: its gzip form in memory, for our own small files, or None.
    """

    path: Path
    mimetype: str
    packed: Path | None = None
    small: bytes | None = None


@dataclass(frozen=True, slots=True)
class Assets:
    """All files, by the path below the version.

    Args:
        version: hash of them all.
        files: by path, `css/lotse.css`, `vendor/htmx.org/4.0.1/htmx.min.js`.
        vendor: path of each third-party file, by the name it has in its package (`htmx.org/dist/htmx.min.js`).
    """

    version: str
    files: Mapping[str, Asset]
    vendor: Mapping[str, str]

    def url(self, path: str) -> str:
        """Return the address of one of our own files."""
        return f"/static/{self.version}/{path}"

    def vendor_url(self, name: str) -> str:
        """Return the address of a third-party file; without it the page still works, plainer."""
        return self.url(f"vendor/{self.vendor.get(name, name)}")


def _mimetype(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _manifest(root: Path) -> tuple[bytes, dict[str, str]]:
    path = root / "vendor" / "manifest.json"
    if not path.is_file():
        return b"", {}
    raw = path.read_bytes()
    return raw, {name: str(entry["path"]) for name, entry in orjson.loads(raw).items() if isinstance(entry, dict)}


def _own(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.relative_to(root).parts[0] != "vendor" and not path.name.startswith("."):
            yield path


def collect(root: Path = ROOT) -> Assets:
    """Read what there is to serve: our own files wholly, third-party files by the manifest that set-up wrote."""
    raw, vendor = _manifest(root)
    digest = hashlib.sha256(raw)
    files: dict[str, Asset] = {}
    for path in _own(root):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(name.encode() + b"\0" + content)
        small = gzip.compress(content, 6, mtime=0) if path.suffix in _COMPRESSED else None
        files[name] = Asset(path, _mimetype(path), small=small)
    for below in vendor.values():
        path = root / "vendor" / below
        twin = path.with_name(path.name + ".gz")
        files[f"vendor/{below}"] = Asset(path, _mimetype(path), packed=twin if twin.is_file() else None)
    return Assets(digest.hexdigest()[:12], files, vendor)


def assets() -> Assets:
    """Return the files of the running application."""
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, Assets)
    return found


def keep(extensions: dict[str, object], found: Assets) -> None:
    """Hand the files to an application."""
    extensions[_EXTENSION] = found


static_pages = Blueprint("static_pages", __name__)


@static_pages.get("/static/<version>/<path:path>")
@policy(PUBLIC)
def file(version: str, path: str) -> Response:
    """Send one file, compressed where the browser takes it. An old version gets today's file, not kept long."""
    asset = assets().files.get(path)
    if asset is None or not asset.path.is_file():
        abort(404)
    body, encoding = _body(asset)
    response = Response(body, mimetype=asset.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _YEAR if version == assets().version else "public, max-age=60"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _body(asset: Asset) -> tuple[bytes, str | None]:
    if request.accept_encodings.quality("gzip") > 0:
        if asset.small is not None:
            return asset.small, "gzip"
        if asset.packed is not None:
            return asset.packed.read_bytes(), "gzip"
    return asset.path.read_bytes(), None

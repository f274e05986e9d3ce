"""Copies the third-party files that a browser gets from `node_modules` to `app/static/vendor`.

Beside each text file lies its gzip twin, and `manifest.json` says where each file went and what its hash is
(`app/web/static.py` reads it). A licence goes along with everything that is copied.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

#: What is served, by package; a pattern stands for several files.
SERVED: dict[str, tuple[str, ...]] = {
    "htmx.org": ("dist/htmx.min.js",),
    "@tabler/core": ("dist/css/tabler.min.css",),
    "echarts": ("dist/echarts.min.js",),
    "@fontsource-variable/inter": ("index.css", "files/inter-*-wght-normal.woff2"),
    "bootstrap-icons": ("bootstrap-icons.svg",),
}
_LICENCES = ("LICENSE*", "NOTICE*")
#: Packages that say in their `package.json` that they are under the MIT licence, and leave its text out.
_MIT = {"@tabler/core": "Copyright (c) 2018-2026 The Tabler Authors"}
_PACKED = frozenset({".css", ".js", ".svg"})


def _files(package: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        found = sorted(package.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{package.name} has no file {pattern}")
        yield from found


def _licences(root: Path, package: Path, name: str) -> Iterator[tuple[str, bytes]]:
    found = [path for pattern in _LICENCES for path in sorted(package.glob(pattern)) if path.is_file()]
    for path in found:
        yield path.name, path.read_bytes()
    if not found:
        text = (root / "tools" / "licences" / "MIT.txt").read_text(encoding="utf-8")
        yield "LICENSE", text.replace("{copyright}", _MIT[name]).encode()


def copy(root: Path) -> int:
    """Copy all files and write the manifest; return how many are served.

    Args:
        root: the checkout.

    Raises:
        FileNotFoundError: a package doesn't have a file that it should.
    """
    vendor = root / "app" / "static" / "vendor"
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    manifest: dict[str, dict[str, str]] = {}
    for name, patterns in SERVED.items():
        package = root / "node_modules" / name
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        below = Path(name) / version
        for path in _files(package, patterns):
            target = fresh / below / path.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            target.write_bytes(content)
            if path.suffix in _PACKED:
                target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
            manifest[f"{name}/{path.relative_to(package).as_posix()}"] = {
                "path": target.relative_to(fresh).as_posix(),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        for file, content in _licences(root, package, name):
            (fresh / below / file).write_bytes(content)
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
    return len(manifest)

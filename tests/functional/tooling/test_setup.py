"""Set-up without a network: what it remembers, what it says when it can't go on, what it copies."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import lock, setup

VENDOR = setup.ROOT / "app" / "static" / "vendor"


def _copy_of_tools(folder: Path) -> Path:
    shutil.copytree(setup.ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_without_venv_module_one_line_says_what_to_install(tmp_path: Path) -> None:
    told = _without_ensurepip(tmp_path)
    assert told.stderr.strip() == (
        "Python's venv module is missing. Install it once: sudo apt-get install python3-venv"
    )
    assert told.returncode == 1
    assert not (tmp_path / ".venv").exists()


def _without_ensurepip(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run set-up in this process' Python, told that it lacks the module; only the user is an ordinary one."""
    code = (
        "import sys, os; sys.modules['ensurepip'] = None; os.getuid = lambda: 1000;"
        "from tools.setup import main; sys.exit(main(['run']))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=_copy_of_tools(folder), capture_output=True, text=True, check=False
    )


def test_a_step_is_left_out_until_what_it_depends_on_changes(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"

    def step(done_with: str, also: str = "tests") -> setup.Step:
        return setup.Step("packages", stamp, done_with, also, lambda: None)

    assert not step("one").is_done()
    stamp.write_text("one")
    assert step("one").is_done()
    assert not step("two").is_done()
    stamp.write_text("tests")
    assert step("two").is_done(), "what is set up for tests is set up for running"


def test_installer_comes_with_its_hash_and_nothing_else() -> None:
    only = setup._locked(setup.LOCKS["run"], "uv")
    assert re.match(r"uv==[\d.]+ \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+", only)
    assert only.count("==") == 1
    with pytest.raises(setup.CannotSetUp, match="make lock"):
        setup._locked(setup.LOCKS["run"], "not-a-package")


def test_npm_lock_keeps_hashes_and_drops_addresses() -> None:
    entry = {"version": "1.0.0", "resolved": "somewhere", "integrity": "sha512-x", "funding": [{"url": "x"}]}
    assert lock.without_addresses({"packages": {"node_modules/a": entry}}) == {
        "packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}}
    }


def test_every_copied_file_is_what_the_manifest_says_and_has_a_licence() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    assert manifest
    for name, entry in manifest.items():
        path = VENDOR / entry["path"]
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        twin = path.with_name(path.name + ".gz")
        assert twin.is_file() == (path.suffix in {".js", ".css", ".svg"}), name
        if twin.is_file():
            assert gzip.decompress(twin.read_bytes()) == content
        package = VENDOR / Path(*Path(entry["path"]).parts[: 3 if name.startswith("@") else 2])
        assert (package / "LICENSE").stat().st_size > 500, name


def test_every_file_that_a_style_sheet_names_is_there() -> None:
    missing = []
    for sheet in VENDOR.rglob("*.css"):
        for named in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            target = named.strip("\"'")
            if not target.startswith(("data:", "#")) and not (sheet.parent / target).is_file():
                missing.append(f"{sheet.name}: {target}")
    assert missing == []

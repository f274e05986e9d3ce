"""Writes the lock files: every package with its version and the hashes of its files, no address of where they lie.

`python -m tools.lock [--upgrade]`; without `--upgrade`, versions stay where they can.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tools.setup import LOCKS, OLDEST, ROOT, VENV

#: An address of a file, as opposed to a package's name.
ADDRESS: Final = re.compile(r"[a-z+]+://", re.IGNORECASE)
_HEADER: Final = "# Written by `make lock` out of {source}. Hashes are those of the public index's own files.\n"


def _resolve(kind: str, arguments: Iterable[str]) -> None:
    """Resolve one list of packages for every Python and system that Lotse runs on."""
    lock = LOCKS[kind]
    source = lock.with_suffix(".in")
    # What comes on top keeps to the versions of the product itself.
    bounds = [] if kind == "run" else ["-c", LOCKS["run"].name]
    command = ["pip", "compile", "--quiet", "--universal", "--python-version", OLDEST, "--generate-hashes"]
    hidden = ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    # A local folder of wheels would bring hashes that nobody else's files have.
    environment = {name: value for name, value in os.environ.items() if name != "UV_FIND_LINKS"}
    subprocess.run(
        [VENV / "bin" / "uv", *command, *hidden, *bounds, *arguments, source.name, "-o", lock.name],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    lock.write_text(_HEADER.format(source=source.name) + lock.read_text(encoding="utf-8"), encoding="utf-8")


def without_addresses(value: Any) -> Any:
    """Return a part of npm's lock without the pages on which packages ask for money."""
    if isinstance(value, dict):
        return {name: without_addresses(inner) for name, inner in value.items() if name not in {"funding", "resolved"}}
    return [without_addresses(inner) for inner in value] if isinstance(value, list) else value


def _resolve_npm(arguments: Iterable[str]) -> None:
    verb = "update" if "--upgrade" in arguments else "install"
    npm = str(VENV / "bin" / "npm")
    subprocess.run([npm, verb, "--package-lock-only", "--ignore-scripts"], cwd=ROOT, check=True)
    lock = ROOT / "package-lock.json"
    content = without_addresses(json.loads(lock.read_text(encoding="utf-8")))
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write all lock files; return 1 if one names an address."""
    for kind in LOCKS:
        _resolve(kind, arguments)
    _resolve_npm(arguments)
    wrong = [path for path in (*LOCKS.values(), ROOT / "package-lock.json") if names_address(path)]
    for path in wrong:
        print(f"{path.name} names a download address. Look at your registry settings.", file=sys.stderr)
    return 1 if wrong else 0


def names_address(path: Path) -> bool:
    """Return whether a lock file says where something is downloaded from."""
    return ADDRESS.search(path.read_text(encoding="utf-8")) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

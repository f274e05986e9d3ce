"""`make proof`: runs the proofs with their large sizes and writes what they showed into `docs/proof.md`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "proof.md"
_HEAD: Final = """# What is proved, and how often

Written by `make proof`, which runs `tests/proof` with large sizes; CI runs the same tests with small ones. Whatever is
random begins with a seed that is printed (`LOTSE_SEED=… make proof` tries another one). What a proof exercised is
counted and held to floors: a kill of an idle process and a request that reached no handler prove nothing.

Last run: {day}, {outcome}.

| proof | sizes in CI | sizes here | what was exercised |
|---|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """Run the proofs, write the page, and return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()
        environment = {**os.environ, "LOTSE_PROOF": "1", "LOTSE_PROOF_LOG": str(log)}
        command = [sys.executable, "-m", "pytest", "tests/proof", "-q", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    outcome = "all of it held" if code == 0 else "**not all of it held**"
    PAGE.write_text(_HEAD.format(day=date.today().isoformat(), outcome=outcome) + table(entries), encoding="utf-8")
    return code


def table(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows of the page, out of what the proofs noted."""
    sizes: dict[str, list[list[int]]] = {}
    rows = []
    for entry in entries:
        if "size" in entry:
            sizes.setdefault(entry["module"], []).append(entry["size"])
    for entry in entries:
        if "proof" not in entry:
            continue
        known = sizes.get(entry["module"], [])
        small, large = (", ".join(f"{one[at]:,}" for one in known) for at in (0, 1))
        figures = ", ".join(f"{what} {many:,}" for what, many in entry["figures"].items())
        rows.append(f"| {entry['proof']} (seed {entry['seed']}) | {small} | {large} | {figures} |\n")
    return "".join(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

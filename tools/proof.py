"""`make proof`: runs the proofs with their large sizes and writes what they showed into `docs/proof.md`."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "proof.md"
_TAKES_SIZES: Final = re.compile(r"^from tests\.support\.proof import .*\bsize\b", re.MULTILINE)
_HEAD: Final = """# What is proved, and how often

Written by `make proof`, which runs every test that has a large size besides the small one of CI; `make proof
ARGS="--percent 5"` runs a part of the large size, and `ARGS="tests/proof/test_kill.py"` one file. A proof that wasn't
run stays here as it was, with its day. Whatever is random begins with a seed (`LOTSE_SEED=… make proof` tries another
one). What a proof exercised is counted and held to floors: a kill of an idle process and a request that reached no
handler prove nothing.

Two promises have no row, because every run of the whole suite keeps them at full size: a refused request leaves the
database as it was (`tests/support/refused.py` looks after each 4xx of every test; a run has to have judged 10,000 of
them, the proofs below judge theirs, too), and schemathesis finds nothing (`tests/functional/api/test_description.py`).

Sizes are those of CI, of the whole proof, and of this run.

| proof | held | day | seed | sizes: CI, whole, here | what was exercised |
|---|---|---|---|---|---|
"""


def main(arguments: Sequence[str]) -> int:
    """Run the proofs, write the page, and return pytest's exit code.

    Args:
        arguments: `--percent` of the large sizes; whatever else there is goes to pytest.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.proof", description=__doc__)
    parser.add_argument("--percent", type=float, default=100, help="do only a part of the large sizes")
    given, rest = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "log"
        log.touch()
        environment = {**os.environ, "LOTSE_PROOF": str(given.percent), "LOTSE_PROOF_LOG": str(log)}
        chosen = rest if any(one.startswith("tests") for one in rest) else [*proofs(), *rest]
        many = ["-n", "auto", "--maxprocesses=4", "--dist", "worksteal"]
        command = [sys.executable, "-m", "pytest", "-q", *many, *chosen]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    known = _known(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    found = known | dict(rows(entries, date.today()))
    PAGE.write_text(_HEAD + "".join(found[key] for key in sorted(found)), encoding="utf-8")
    return code


def proofs() -> list[str]:
    """Return the test files that have a large size."""
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    return [
        path.relative_to(ROOT).as_posix()
        for path in files
        if _TAKES_SIZES.search(path.read_text(encoding="utf-8")) is not None
    ]


def rows(entries: Sequence[Mapping[str, Any]], day: date) -> Iterator[tuple[str, str]]:
    """Yield the rows of the page by the proof's name, out of what the proofs noted.

    Args:
        entries: sizes, figures, and the tests that passed (`tests/support/proof.py`).
        day: on which they ran.
    """
    held = {entry["passed"] for entry in entries if "passed" in entry}
    sizes: dict[str, dict[str, str]] = {}
    for entry in entries:
        if "size" in entry:
            many = ", ".join(f"{one:,}" for one in entry["many"])
            sizes.setdefault(entry["module"], {})[entry["size"]] = many
    for entry in entries:
        if "proof" in entry:
            module = entry["test"].partition("::")[0].removesuffix(".py").replace("/", ".")
            size = "; ".join(f"{what} {many}" for what, many in sizes.get(module, {}).items())
            figures = ", ".join(f"{what} {many:,}" for what, many in entry["figures"].items())
            answer = "yes" if entry["test"] in held else "**no**"
            row = f"| {entry['proof']} | {answer} | {day} | {entry['seed']} | {size} | {figures} |\n"
            yield entry["proof"], row


def _known(page: str) -> dict[str, str]:
    _, _, table = page.partition("|---|---|---|---|---|---|\n")
    return {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines(keepends=True)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""All checks of the code base, in the order in which they fail fastest: `python -m tools.check`.

`make check` runs them all and says how each ended; `tests/architecture/test_static_checks.py` runs the same list, so
that `make test`, and with it CI, can't pass without them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
_BIN: Final = Path(sys.executable).parent


class Check(NamedTuple):
    """One check.

    Args:
        name: what it is called.
        command: program of the environment and its arguments.
        when: a path without which there is nothing to check yet.
    """

    name: str
    command: tuple[str, ...]
    when: str = "app"


CHECKS: Final = (
    Check("ruff", ("ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Check("mypy", ("mypy", "--no-error-summary")),
    Check("layers", ("lint-imports", "--no-logo")),
    Check("documents", ("lotse", "check"), when="app/cli/main.py"),
    Check("generated pages", ("python", "-m", "tools.docs", "--check"), when="docs/reference/settings.md"),
)
#: What `make check` runs beside these; in `make test` they are tests among others.
ARCHITECTURE: Final = Check(
    "architecture",
    ("pytest", "-q", "tests/architecture", "--deselect", "tests/architecture/test_static_checks.py", "--no-header"),
)


def applicable() -> tuple[Check, ...]:
    """Return the checks for which there is something to check."""
    return tuple(check for check in CHECKS if (ROOT / check.when).exists())


def run(check: Check) -> subprocess.CompletedProcess[str]:
    """Run a check and keep what it says."""
    program, *arguments = check.command
    return subprocess.run(
        [_BIN / program, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def main() -> int:
    """Run all checks, also after one has failed; return 1 if any has."""
    failed = []
    for check in (*applicable(), ARCHITECTURE):
        print(f"{check.name} …", end=" ", flush=True)
        started = time.monotonic()
        ended = run(check)
        good = ended.returncode == 0
        print(f"{'ok' if good else 'FAILED'}, {time.monotonic() - started:.1f} s", flush=True)
        if not good:
            failed.append(check.name)
            print(ended.stdout.rstrip(), flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

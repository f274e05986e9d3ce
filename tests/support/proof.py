"""How much a test tries: enough for every change in CI, or as much as a proof takes (`LOTSE_PROOF=1`, `make proof`)."""

from __future__ import annotations

import os


def size(ci: int, full: int) -> int:
    """Return how many cases a test tries.

    Args:
        ci: so many that a defect is found, and that the suite stays quick.
        full: so many that the result can be printed in the release notes.
    """
    return full if os.environ.get("LOTSE_PROOF") == "1" else ci

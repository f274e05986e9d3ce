"""How large a proof is: small enough for every run of the tests, or as large as it takes to be believed."""

from __future__ import annotations

import os


def size(ci: int, full: int) -> int:
    """Return the number of cases: `full` where `LOTSE_PROOF` is set, `ci` otherwise."""
    return full if os.environ.get("LOTSE_PROOF") else ci

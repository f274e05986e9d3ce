"""How large a proof is: small in CI, large with LOTSE_PROOF=1."""

from __future__ import annotations

import os


def size(ci: int, full: int) -> int:
    """Return how many times a proof tries: `ci` by default, `full` where the environment says LOTSE_PROOF=1."""
    return full if os.environ.get("LOTSE_PROOF") == "1" else ci

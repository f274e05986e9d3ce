"""Sizes, seeds and figures of the proofs: small in CI, large with `make proof`; the tests are the same.

Where `$LOTSE_PROOF_LOG` names a file, every size and every figure is noted there, one JSON object a line;
`tools/proof.py` makes `docs/proof.md` out of it.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

#: Whether this is `make proof`, with the large sizes.
FULL: Final = os.environ.get("LOTSE_PROOF") == "1"
#: What every random choice begins with; `$LOTSE_SEED` tries another one.
SEED: Final = int(os.environ.get("LOTSE_SEED", "20261125"))
_LOG: Final = os.environ.get("LOTSE_PROOF_LOG", "")


def _note(entry: dict[str, Any]) -> None:
    if _LOG:
        with Path(_LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")


def size(ci: int, full: int) -> int:
    """Return how many of something a proof does.

    Args:
        ci: in CI.
        full: with `make proof`.
    """
    _note({"size": [ci, full], "module": sys._getframe(1).f_globals["__name__"]})
    return full if FULL else ci


class Tally:
    """Counts what a proof really did, says it, and holds it to floors: what exercised nothing proves nothing.

    Args:
        name: what is proved, in a few words.
        seed: what its random choices began with.
    """

    def __init__(self, name: str, seed: int = SEED) -> None:
        self.name = name
        self.seed = seed
        self.counts: Counter[str] = Counter()

    def add(self, what: str, many: int = 1) -> None:
        """Count something."""
        self.counts[what] += many

    def report(self, **floors: int) -> None:
        """Print and note the figures, then hold them to their floors.

        Args:
            floors: the least of each figure, its name with underscores instead of blanks.
        """
        figures = dict(sorted(self.counts.items()))
        print(f"{self.name} (seed {self.seed}): " + ", ".join(f"{what} {many:,}" for what, many in figures.items()))
        _note(
            {
                "proof": self.name,
                "seed": self.seed,
                "figures": figures,
                "module": sys._getframe(1).f_globals["__name__"],
            }
        )
        for name, least in floors.items():
            what = name.replace("_", " ")
            assert self.counts[what] >= least, f"{self.name}: {what} {self.counts[what]} < {least}"

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

#: How much of the whole size is done, in percent: 0 in CI, 100 with `make proof`.
PERCENT: Final = float(os.environ.get("LOTSE_PROOF", "0"))
#: What every random choice begins with; `$LOTSE_SEED` tries another one.
SEED: Final = int(os.environ.get("LOTSE_SEED", "20261125"))
_LOG: Final = os.environ.get("LOTSE_PROOF_LOG", "")


def _note(entry: dict[str, Any]) -> None:
    if _LOG:
        with Path(_LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")


def size(what: str, ci: int, whole: int) -> int:
    """Return how many of something a proof does; with a part of the whole size at least as many as in CI.

    Args:
        what: its name, in the plural.
        ci: in CI.
        whole: with `make proof`.
    """
    here = max(ci, round(whole * PERCENT / 100))
    _note({"size": what, "many": [ci, whole, here], "module": sys._getframe(1).f_globals["__name__"]})
    return here


def note_passed(test: str) -> None:
    """Note that a test held, for the page.

    Args:
        test: its node id.
    """
    _note({"passed": test})


class Tally:
    """Counts what a proof really did, says it, and holds it to floors: what exercised nothing proves nothing.

    Args:
        name: what is proved, in a few words; each name once.
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
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        _note({"proof": self.name, "seed": self.seed, "figures": figures, "test": test.rpartition(" (")[0]})
        for name, least in floors.items():
            what = name.replace("_", " ")
            assert self.counts[what] >= least, f"{self.name}: {what} {self.counts[what]} < {least}"

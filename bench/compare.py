"""Two applications in turn, request by request, so that a machine that slows down slows down both."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.client import Client
from bench.pages import Case

#: Requests before the first one that counts: templates are loaded, statements compiled, pages of the disk read.
WARM_UP: Final = 15


@dataclass(frozen=True, slots=True)
class Times:
    """How long one thing took each of two applications, in milliseconds."""

    case: Case
    one: float
    other: float

    @property
    def ratio(self) -> float:
        """Return how many times longer the other one took."""
        return self.other / self.one


def compare(one: Client, other: Client, cases: Sequence[Case]) -> tuple[Times, ...]:
    """Measure cases on two applications, asked in turn; medians."""
    return tuple(_compare(one, other, case) for case in cases)


def _compare(one: Client, other: Client, case: Case) -> Times:
    asks = case.begin(one), case.begin(other)
    for number in range(min(WARM_UP, case.times)):
        for ask in asks:
            ask(number)
    seconds: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for number in range(case.times):
            # Whoever comes second finds the machine warm; so they take turns in that, too.
            for which in (0, 1) if number % 2 else (1, 0):
                seconds[which].append(asks[which](WARM_UP + number).seconds)
    finally:
        gc.enable()
    return Times(case, *(statistics.median(found) * 1000 for found in seconds))

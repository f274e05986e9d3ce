"""Two applications in turn, request by request, so that a machine that slows down slows down both.

Two processes of the very same program differ by up to a tenth for as long as they live: how their memory is laid out is
drawn at their start. So both are started several times, and the medians are those of all starts together (Mytkowicz et
al., "Producing wrong data without doing anything obviously wrong!", ASPLOS 2009; Kalibera and Jones, "Rigorous
benchmarking in reasonable time", ISMM 2013).
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from bench.client import Client
from bench.pages import Case

#: Requests of each start before the first one that counts: templates are loaded, statements compiled, pages of the disk
#: read.
WARM_UP: Final = 15

#: Visitors of the two applications.
Pair = tuple[Client, Client]
#: Starts both applications; they end with the block.
Start = Callable[[], AbstractContextManager[Pair]]


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


@dataclass(frozen=True, slots=True)
class _Samples:
    """What one case took each of the two, in seconds, in all starts so far."""

    case: Case
    seconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def times(self) -> Times:
        return Times(self.case, *(statistics.median(found) * 1000 for found in self.seconds))

    def take(self, pair: Pair, share: int) -> None:
        """Ask both `share` times; the numbers of the requests go on where the start before ended."""
        asks = tuple(self.case.begin(client) for client in pair)
        first = len(self.seconds[0])
        for number in range(min(WARM_UP, share)):
            for ask in asks:
                ask(first + number)
        gc.collect()
        gc.disable()
        try:
            for number in range(first, first + share):
                # Whoever comes second finds the machine warm; so they take turns in that, too.
                for which in (0, 1) if number % 2 else (1, 0):
                    self.seconds[which].append(asks[which](WARM_UP + number).seconds)
        finally:
            gc.enable()


def compare(start: Start, cases: Sequence[Case], starts: int) -> tuple[Times, ...]:
    """Measure cases on two applications, asked in turn; medians over several starts of both.

    Args:
        start: starts both.
        cases: what is measured.
        starts: how often; each start asks its share of a case's requests.
    """
    samples = [_Samples(case) for case in cases]
    for _ in range(starts if cases else 0):
        with start() as pair:
            for one in samples:
                one.take(pair, -(-one.case.times // starts))
    return tuple(one.times() for one in samples)

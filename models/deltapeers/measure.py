"""Times functions in turn, so that other load on the machine affects all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one peer: the least, the median and the 95th percentile."""

    least: float
    median: float
    p95: float


def in_turn(
    calls: Mapping[str, Call], rounds: int, clock: Call = time.perf_counter
) -> dict[str, Times]:
    """Runs every function once, then `rounds` times in turn; returns the times by name."""
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}, want 1 or more")
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            start = clock()
            call()
            spent[name].append(1000 * (clock() - start))
    return {
        name: Times(*np.percentile(values, (0, 50, 95)).round(2).tolist())
        for name, values in spent.items()
    }

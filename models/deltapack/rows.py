"""Rows of a plane, for graphs that compute large planes strip by strip.

A 3 x 3 convolution of a strip needs one more row of its input at either end, unless the
plane ends there, and the inverse Haar transform half as many rows as it gives.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Rows:
    """Rows `start` to `stop` (exclusive) of a square plane of side `side`."""

    start: int
    stop: int
    side: int

    @classmethod
    def all(cls, side: int) -> Rows:
        """Returns all rows of the plane."""
        return cls(0, side, side)

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    @property
    def whole(self) -> bool:
        """True when these are all rows of the plane."""
        return self.count == self.side

    @property
    def pads(self) -> list[int]:
        """Pads of a 3 x 3 convolution that makes these rows of `wider(1)`."""
        return [int(self.start == 0), 1, int(self.stop == self.side), 1]

    def wider(self, by: int) -> Rows:
        """Returns the rows with `by` more at either end, within the plane."""
        return Rows(max(self.start - by, 0), min(self.stop + by, self.side), self.side)

    def halved(self) -> Rows:
        """Returns the rows of half the side that these are made of; ends must be even."""
        if self.start % 2 or self.stop % 2:
            raise ValueError(f"rows {self.start} to {self.stop} end within a pair")
        return Rows(self.start // 2, self.stop // 2, self.side // 2)


def strips(side: int, count: int) -> list[Rows]:
    """Returns `count` strips of a plane, of nearly equal heights.

    They end two rows before a multiple of four (where the plane goes on), so that a block's
    strips (`Rows.wider` by two, then `halved`) are strips that another block can give.
    """
    height = side // count
    if height % 4 or height * count != side:
        raise ValueError(f"{count} strips of {side} rows: want heights that 4 divides")
    ends = [0, *(height * k - 2 for k in range(1, count)), side]
    return [Rows(a, b, side) for a, b in itertools.pairwise(ends)]

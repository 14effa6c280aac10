"""The coordinates of the shared space, and the unit vectors that stand for them.

Pictures and texts have coordinates: the axes of deltatrain.data.axes, a residual on the
image side (deltatrain.train.space), and on the text side how far a text lies outside
what the space knows. A fixed orthonormal map and a constant coordinate lead from them
to a unit vector: the constant makes the sphere nearly flat where faces are, so that
differences of unit vectors are differences of coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from deltatrain.data.axes import AXES

DIMENSIONS = 128
RESIDUALS = 48
"""Coordinates of the image side beside the axes."""
RESIDUAL_SCALE = 0.45
"""Deviation of each residual coordinate."""
FLATNESS = 1.5
"""Constant coordinate over the deviation of all others together."""
OUTSIDE = 3.0
"""Where texts of unknown meaning lie on their own coordinate."""
CHART_SEED = 3
"""Seed of the rows that coordinates are mapped by: encoders of one seed speak one language."""

Floats = NDArray[np.float32]


@dataclass
class Chart:
    """How coordinates become vectors: x (N, K) -> normalise(x rows + constant row)."""

    axes: torch.Tensor
    """(len(AXES), D), orthonormal rows; row k is the direction of axis k."""
    outside: torch.Tensor
    """(1, D)."""
    residual: torch.Tensor
    """(RESIDUALS, D)."""
    constant: torch.Tensor
    """(D,), of the length that FLATNESS asks for."""

    @staticmethod
    def draw(spread: float, seed: int) -> Chart:
        """Draw the orthonormal rows; spread is the deviation of all coordinates together."""
        rng = np.random.default_rng(seed)
        rows = np.linalg.qr(rng.standard_normal((DIMENSIONS, DIMENSIONS)))[0]
        rows = torch.from_numpy(rows.astype(np.float32))
        a, b = len(AXES), len(AXES) + 1
        c = b + RESIDUALS
        return Chart(rows[:a], rows[a:b], rows[b:c], rows[c] * FLATNESS * spread)

    def text(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of text coordinates (N, len(AXES) + 1)."""
        rows = torch.cat([self.axes, self.outside])
        return functional.normalize(coordinates @ rows + self.constant, dim=-1)

    def toward(self, steps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (unit Δ (N, D), lengths (N,)) from the neutral place by steps (N, len(AXES))."""
        moved = functional.normalize(steps @ self.axes + self.constant, dim=-1)
        delta = moved - functional.normalize(self.constant, dim=0)
        return functional.normalize(delta, dim=1), delta.norm(dim=1)

    @staticmethod
    def load(table: Mapping[str, Floats]) -> Chart:
        """Return the chart of what this module wrote into space.npz."""
        names = ("axes", "outside", "residual", "constant")
        return Chart(*(torch.from_numpy(table[name]) for name in names))

"""What holds of a face: the concepts' scores and which of them are true."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deltatrain.data.axes import AXES
from deltatrain.text.concepts import CONCEPTS

Floats = NDArray[np.float32]


def columns(axes: Floats) -> dict[str, Floats]:
    """Return the axes (N, len(AXES)) by name."""
    return {name: axes[:, k] for k, name in enumerate(AXES)}


def scores(axes: Floats) -> Floats:
    """Return the concepts' scores (N, C), each standardised over the faces.

    axes (N, len(AXES)) must be finite.
    """
    c = columns(axes)
    raw = np.stack([concept.score(c) for concept in CONCEPTS], 1)
    return ((raw - raw.mean(0)) / (raw.std(0) + 1e-6)).astype(np.float32)


def holds(score: Floats) -> NDArray[np.bool_]:
    """Return which concepts clearly hold (N, C): the highest share of each."""
    bars = [np.quantile(score[:, k], 1 - c.share) for k, c in enumerate(CONCEPTS)]
    return score > np.array(bars)

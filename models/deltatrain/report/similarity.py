"""Multi-scale structural similarity (MS-SSIM) of pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, from Wang, Simoncelli and Bovik, "Multiscale
structural similarity for image quality assessment" (2003)."""
WINDOW, SIGMA = 11, 1.5
RANGE = 2.0


def blur(x: Floats) -> Floats:
    """Return (C, H, W) under a Gaussian window, where it fits whole."""
    at = np.arange(WINDOW) - WINDOW // 2
    taps = np.exp(-(at**2) / (2 * SIGMA**2))
    taps /= taps.sum()
    for axis in (1, 2):
        size = x.shape[axis] - WINDOW + 1
        parts = [t * x.take(range(k, k + size), axis) for k, t in enumerate(taps)]
        x = np.sum(parts, axis=0)
    return x


def similarity(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return SSIM and its part without luminance, the mean of each channel (C,)."""
    c1, c2 = (0.01 * RANGE) ** 2, (0.03 * RANGE) ** 2
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    contrast = (2 * both + c2) / (var_a + var_b + c2)
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return (light * contrast).mean((1, 2)), contrast.mean((1, 2))


def ms_ssim(a: Floats, b: Floats) -> float:
    """Return the multi-scale structural similarity of (C, H, W) on [-1, 1], at most 1.

    Means over the channels. Sides must be at least 161 pixels, or the window
    does not fit into the last scale.
    """
    least = (WINDOW - 1) * 2 ** (len(WEIGHTS) - 1) + 1
    if min(a.shape[1:]) < least or a.shape != b.shape:
        raise ValueError(f"pictures {a.shape} and {b.shape}: want the same, at least {least}")
    value = np.ones(a.shape[0])
    for scale, weight in enumerate(WEIGHTS):
        whole, contrast = similarity(a, b)
        part = whole if scale + 1 == len(WEIGHTS) else contrast
        value = value * np.maximum(part, 0) ** weight
        c, h, w = a.shape
        a, b = (
            x[:, : h // 2 * 2, : w // 2 * 2].reshape(c, h // 2, 2, w // 2, 2).mean((2, 4))
            for x in (a, b)
        )
    return float(value.mean())

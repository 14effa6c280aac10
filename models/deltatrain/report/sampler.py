"""The program's sampler in Python: between a picture and the noise that stands for it.

The same arithmetic as engine/diffusion: the probability-flow equation dx/dσ = (x − D)/σ
over the grid of Karras et al. 2022 (arXiv 2206.00364, equation 5), solved by
DPM-Solver++(2M) (arXiv 2211.01095) in λ = −ln σ, as many network runs a way as steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Denoise = Callable[[Floats, float], Floats]
"""(picture with noise, σ) -> the picture without, of the same shape."""


def grid(steps: int, low: float, high: float, rho: float) -> list[float]:
    """Return the steps + 1 noise levels from high down to low."""
    ends = high ** (1 / rho), low ** (1 / rho)
    levels = np.linspace(*ends, steps + 1) ** rho
    return [high, *levels[1:-1].tolist(), low]


def walk(x: Floats, levels: Sequence[float], denoise: Denoise) -> Floats:
    """Return where x, which has the noise of the first level, comes to at the last.

    Downward levels make a picture of noise, upward ones noise of a picture.
    """
    x, before, last = x.astype(np.float32), 0.0, None
    for at, to in itertools.pairwise(levels):
        now, h = denoise(x, at), np.log(at / to)
        middle = now if last is None else now + (now - last) * h / (2 * before)
        x = (to / at * x + (1 - to / at) * middle).astype(np.float32)
        last, before = now, h
    return x


class Network:
    """An exported denoiser and the grid that it is to be used on."""

    def __init__(self, path: Path, params: dict[str, float], threads: int = 1) -> None:
        """Open diffusion.onnx; params are the component's of the pack's manifest."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session: Any = onnxruntime.InferenceSession(path, options)
        self._ends = params["sigma_min"], params["sigma_max"], params["rho"]

    def _under(self, style: Floats, condition: Floats) -> Denoise:
        def denoise(x: Floats, sigma: float) -> Floats:
            feeds = {"picture": x, "sigma": np.array([sigma], np.float32)}
            return self._session.run(None, feeds | {"condition": condition, "style": style})[0]

        return denoise

    def encode(self, picture: Floats, style: Floats, condition: Floats, steps: int) -> Floats:
        """Return the noise (1, 3, H, W) of a picture under a style code (1, 6752).

        The condition (1, 3, H, W) is what the generator draws of the code.
        """
        levels = grid(steps, *self._ends)[::-1]
        return walk(picture, levels, self._under(style, condition))

    def decode(self, noise: Floats, style: Floats, condition: Floats, steps: int) -> Floats:
        """Return the picture (1, 3, H, W) that noise of encode stands for under a code."""
        return walk(noise, grid(steps, *self._ends), self._under(style, condition))

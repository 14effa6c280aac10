"""The generator for training data: the pack's own ONNX graphs under OpenVINO.

OpenVINO runs the graphs that the pack builder writes about a third faster on a
CPU than ONNX Runtime does, and training data is mostly synthesis.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

STYLE_LAYERS = 23
STYLE_SIZES = (512, *(512, 128, 512) * 4, 512, 128, 256, 256, 64, 128, 128, 32, 64, 64)
"""Channels of each style layer, in the order that the network uses them."""

STYLE_CHANNELS = sum(STYLE_SIZES)
GROUPS = (4, 10, 23)
"""Ends of the coarse (4², 8²), medium (16², 32²) and fine (64² up) layers."""

FEATURES = (1, 512, 64, 64)

Floats = NDArray[np.float32]


def group_channels() -> tuple[slice, slice, slice]:
    """Return the style channels of the coarse, medium and fine groups."""
    ends = [sum(STYLE_SIZES[:layer]) for layer in GROUPS]
    return slice(0, ends[0]), slice(ends[0], ends[1]), slice(ends[1], ends[2])


class Synth:
    """Compiled graphs of one process; not safe for concurrent use."""

    def __init__(self, pack: Path, threads: int = 0) -> None:
        """Compile the graphs in pack; threads 0 means all cores."""
        core = ov.Core()
        config: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,
        }

        def compiled(name: str) -> Any:
            return core.compile_model(pack / f"{name}.onnx", "CPU", config)

        self._mapping = compiled("mapping")
        self._affine = compiled("affine")
        self._trunk = compiled("generator_trunk")
        self._top = compiled("generator_top")
        self._none = np.zeros(FEATURES, np.float32)

    def map(self, z: Floats, truncation: float = 1.0) -> Floats:
        """Return w (512,) for a normal z (512,), pulled to the mean by truncation."""
        psi = np.array([truncation], np.float32)
        return np.array(self._mapping({"z": z[None], "truncation": psi})[0][0])

    def style(self, w_plus: Floats) -> Floats:
        """Return the style code S (6752,) of a W+ (23, 512)."""
        return np.array(self._affine({"w_plus": w_plus[None]})[0][0])

    def _feeds(self, style: Floats, reference: Floats | None = None) -> dict[str, Floats]:
        before = self._none if reference is None else reference[None]
        return {"style": style[None], "offset": self._none, "reference": before}

    def features(self, style: Floats, reference: Floats | None = None) -> Floats:
        """Return the features (512, 64, 64) at the seam between trunk and top.

        reference are the features before an edit, None for no edit.
        """
        return np.array(self._trunk(self._feeds(style, reference))["features"][0])

    def preview(self, style: Floats) -> Floats:
        """Return the preview head's picture (3, 256, 256) in [-1, 1]."""
        return self._trunk(self._feeds(style))["preview"][0]

    def image(self, style: Floats, reference: Floats | None = None) -> Floats:
        """Return the picture (3, 1024, 1024) in [-1, 1]; see features for the reference."""
        features = self.features(style, reference)
        return self._top({"style": style[None], "features": features[None]})[0][0]


def shrink(image: Floats, factor: int = 4) -> Floats:
    """Return a planar picture averaged over factor × factor pixels."""
    c, h, w = image.shape
    rows = image.reshape(c, h // factor, factor, w).sum(2)
    return rows.reshape(c, h // factor, w // factor, factor).sum(-1) / (factor * factor)

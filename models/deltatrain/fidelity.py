"""Measure how faithful reconstructions are to aligned photographs.

    python -m deltatrain.fidelity --dlib DLIB WANTED.png=MADE.png ...

prints, for each pair of square pictures (any sizes, multiples of 256), the mean
squared error on [-1, 1] and MS-SSIM at 256², and the distance of dlib's face
descriptors (0.6 and more is another person).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]

SIDE = 256
"""Pictures are averaged to this side first."""
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, from Wang, Simoncelli and Bovik, "Multiscale
structural similarity for image quality assessment" (2003)."""
WINDOW, SIGMA = 11, 1.5
RANGE = 2.0


def read(path: Path) -> Floats:
    """Return a square picture as (3, 256, 256) in [-1, 1], averaged from its own size."""
    picture = np.asarray(Image.open(path).convert("RGB"), np.float64) / 127.5 - 1
    height, width, _ = picture.shape
    if height != width or height % SIDE:
        raise ValueError(f"{path}: {width} x {height} pixels, want a square multiple of {SIDE}")
    factor = height // SIDE
    return picture.reshape(SIDE, factor, SIDE, factor, 3).mean((1, 3)).transpose(2, 0, 1)


def mean_square(a: Floats, b: Floats) -> float:
    """Return the mean squared error."""
    return float(np.square(a - b).mean())


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


class Identity:
    """dlib's face descriptor on aligned pictures of 256²."""

    def __init__(self, models: Path) -> None:
        """Open the models of the package face_recognition_models."""
        import dlib

        self._box: Any = dlib.rectangle(28, 48, 228, 248)
        self._points = dlib.shape_predictor(str(models / "shape_predictor_68_face_landmarks.dat"))
        self._net = dlib.face_recognition_model_v1(
            str(models / "dlib_face_recognition_resnet_model_v1.dat")
        )

    def descriptor(self, picture: Floats) -> Floats:
        """Return the descriptor (128,) of a picture (3, 256, 256) in [-1, 1]."""
        pixels = np.clip((picture + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)
        pixels = np.ascontiguousarray(pixels.transpose(1, 2, 0))
        return np.array(self._net.compute_face_descriptor(pixels, self._points(pixels, self._box)))

    def distance(self, a: Floats, b: Floats) -> float:
        """Return the distance of two descriptors."""
        return float(np.linalg.norm(self.descriptor(a) - self.descriptor(b)))


def main() -> None:
    """Print a JSON line for each pair."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlib", type=Path, help="folder of dlib's models; without: no identity")
    parser.add_argument("pairs", nargs="+", metavar="WANTED=MADE")
    args = parser.parse_args()
    identity = Identity(args.dlib) if args.dlib else None
    for pair in args.pairs:
        wanted, made = (read(Path(name)) for name in pair.split("=", 1))
        row: dict[str, Any] = {"pair": pair, "mse": round(mean_square(wanted, made), 5)}
        row["ms_ssim"] = round(ms_ssim(wanted, made), 4)
        if identity:
            row["identity"] = round(identity.distance(wanted, made), 3)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()

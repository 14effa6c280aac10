"""Fit linear probes from w to the axes, to look for faces that are rare.

    python -m deltatrain.probe --data work/data --out work/probe.npz

`deltatrain.dataset --probe` then draws several w for each face and keeps the
one that the probe of a randomly chosen rare axis ranks highest, so that hats,
bald heads or curls come often enough to be learned. A probe is a ridge
regression on the three standardised group w (3 × 512), fitted where the axis is
known.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from deltatrain.data.axes import AXES, Floats

RARE = (
    ("hat", 1), ("glasses", 1), ("glasses", 1), ("sunglasses", 1), ("bald", 1), ("bald", 1),
    ("beard", 1), ("beard", 1), ("moustache", 1), ("hair_red", 1), ("hair_red", 1),
    ("hair_blond", 1), ("hair_grey", 1), ("hair_black", 1), ("hair_curly", 1), ("hair_curly", -1),
    ("tied", 1), ("fringe", 1), ("fringe", 1), ("earrings", 1), ("earrings", 1), ("necklace", 1),
    ("makeup", 1), ("makeup", 1), ("freckles", 1), ("chubby", 1), ("chubby", -1), ("age", 1),
    ("age", -1), ("skin_light", -1), ("smile", -1), ("angry", 1), ("surprised", 1), ("sad", 1),
    ("hair_long", 1), ("lip_red", 1), ("eye_blue", 1), ("eye_open", -1), ("mouth_open", 1),
    ("gaze_x", 1), ("gaze_x", -1), ("yaw", 1), ("yaw", -1), ("teeth", -1), ("afraid", 1),
)  # fmt: skip
"""Axes to look for and the sign looked for; one named twice is looked for twice as often."""


def fit(w3: Floats, axes: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Return weights (1536, A) on standardised w and how well they predict a held-out fifth (A,).

    w3 is (N, 3, 512), axes (N, A) with NaN where not known. An axis that is
    known of fewer than 200 faces gets zeros.
    """
    x = w3.reshape(len(w3), -1)
    x = (x - x.mean(0)) / (x.std(0) + 1e-3)
    weights = np.zeros((x.shape[1], axes.shape[1]), np.float32)
    quality = np.zeros(axes.shape[1], np.float32)
    for k in range(axes.shape[1]):
        known = np.flatnonzero(np.isfinite(axes[:, k]))
        if len(known) < 200:
            continue
        cut = len(known) * 4 // 5
        for rows in (known[:cut], known):
            a, y = x[rows], axes[rows, k]
            gram = a @ a.T + ridge * len(rows) * np.eye(len(rows), dtype=np.float32)
            weights[:, k] = a.T @ np.linalg.solve(gram, y - y.mean())
            if len(rows) == cut:
                held = known[cut:]
                quality[k] = np.corrcoef(x[held] @ weights[:, k], axes[held, k])[0, 1]
    return weights, quality


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ridge", type=float, default=1.0, help="times the number of faces")
    parser.add_argument("--most", type=int, default=3000, help="faces used")
    args = parser.parse_args()
    axes = np.load(args.data / "axes.npy")
    rows = np.flatnonzero(np.isfinite(axes).any(1))[: args.most]
    w3 = np.load(args.data / "w3.npy", mmap_mode="r")[rows]
    weights, quality = fit(w3, axes[rows], args.ridge)
    flat = w3.reshape(len(w3), -1)
    np.savez(
        args.out, weights=weights, mean=flat.mean(0), std=flat.std(0) + 1e-3,
        names=np.array(AXES),
    )  # fmt: skip
    for name, value in zip(AXES, quality, strict=True):
        print(f"{name:20s} {value:.2f}")

"""Measure the relevance matrix: how each style channel moves the image vector.

R[c] is the derivative of the image vector by the style channel, times the
channel's standard deviation over faces, averaged over faces: the motion that a
typical change of that channel alone causes. Gradients run through the preview
(trunk and head) and the image encoder; one backward pass gives all channels'
motion along one of the D dimensions.

The rows are then made unit vectors, so that |R·Δt| measures which share of a channel's
effect is in the prompt's direction, not how large the effect is: a channel that changes
the whole face is not relevant to a smile, however far it moves the mouth. (The paper
keeps the lengths.)

    python -m deltatrain.relevance --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from deltatrain.data.chart import DIMENSIONS
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.train.gan import load_preview
from deltatrain.train.space import load_encoder


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows of length 1; those of channels that move nothing stay 0."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


def main() -> None:
    """Write relevance.f16 (6752, D), little-endian, row-major."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=12)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    preview = load_preview(args.sources, args.out / "preview_head.onnx")
    encoder = load_encoder(args.work)
    styles = np.load(args.data / "style.npy", mmap_mode="r")
    done = np.flatnonzero(np.load(args.data / "done.npy"))
    std = np.fromfile(args.out / "style_stats.f32", "<f4").reshape(2, -1)[1]
    rng = np.random.default_rng(args.seed)
    total = np.zeros((STYLE_CHANNELS, DIMENSIONS), np.float32)
    for count, index in enumerate(rng.choice(done, args.faces, replace=False)):
        style = torch.from_numpy(styles[index : index + 1].astype(np.float32)).requires_grad_()
        vector = encoder(functional.avg_pool2d(preview(style), 2))
        for d in range(DIMENSIONS):
            (slope,) = torch.autograd.grad(vector[0, d], style, retain_graph=True)
            total[:, d] += slope[0].numpy() * std
        print(f"{count + 1}/{args.faces} faces", flush=True)
    total /= args.faces
    unit(total).astype("<f2").tofile(args.out / "relevance.f16")

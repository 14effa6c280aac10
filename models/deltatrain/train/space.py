"""Make the image side of the shared space of images and texts.

Its coordinates are those of deltatrain.data.chart: the axes, and on this side a
residual, the directions in which the image tells most about the style code that
the axes do not.

The image side is linear in the backbone's features and needs no training beyond
that of the backbone. A concept's step is the difference between faces of which
it holds and the others, in the coordinates that the concept may move: that is
what keeps "old" from meaning "old, grey and with glasses". The text side is
deltatrain.train.tower.

    python -m deltatrain.space --data work/data --work work --out faces
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from deltatrain.data.axes import AXES, CODES
from deltatrain.data.chart import CHART_SEED, DIMENSIONS, RESIDUAL_SCALE, RESIDUALS, Chart
from deltatrain.text import captions
from deltatrain.text.concepts import CONCEPTS
from deltatrain.train.backbone import (
    POOLED,
    SIDE,
    Backbone,
    Faces,
    Multitask,
    agreement,
    held_out,
)  # fmt: skip
from deltatrain.train.onnx_export import export

Floats = NDArray[np.float32]


class ImageEncoder(nn.Module):
    """Aligned face (N, 3, 128, 128) in [-1, 1] -> unit vector (N, D)."""

    def __init__(self, backbone: Backbone) -> None:
        """Join a trained backbone and a linear layer, to be filled in."""
        super().__init__()
        self.backbone = backbone
        self.projection = nn.Linear(POOLED, DIMENSIONS)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the image vectors."""
        return functional.normalize(self.projection(self.backbone(image)), dim=-1)


def load_encoder(work: Path) -> ImageEncoder:
    """Return the image encoder that this module left in work, frozen."""
    encoder = ImageEncoder(Backbone())
    encoder.load_state_dict(torch.load(work / "image_encoder.pt", weights_only=True))
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)
    return encoder.eval()


def features(backbone: Backbone, faces: Faces) -> Floats:
    """Return the backbone's features (N, 512)."""
    rows = []
    with torch.no_grad():
        for start in range(0, len(faces.images), 100):
            chosen = np.arange(start, min(start + 100, len(faces.images)))
            rows.append(backbone(faces.batch(chosen)[0]).numpy())
    return np.concatenate(rows)


def heads(multitask: Multitask, feats: Floats) -> Floats:
    """Return the axes (N, K) that the head reads from features (N, 512)."""
    with torch.no_grad():
        return multitask.axes(torch.from_numpy(feats)).numpy()


def residual(style: Floats, axes: Floats, count: int) -> tuple[Floats, Floats]:
    """Return (V (S, count), C (K, S)): residual coordinates are (style − axes C) V, of deviation 1.

    style (N, S) and axes (N, K) are predictions less their means.
    """
    ridge = 1e-2 * np.eye(axes.shape[1]) * len(axes)
    coefficients = np.linalg.solve(axes.T @ axes + ridge, axes.T @ style)
    rest = style - axes @ coefficients
    values, vectors = np.linalg.eigh(rest.T @ rest / len(rest))
    top = np.argsort(values)[::-1][:count]
    return (vectors[:, top] / np.sqrt(values[top])).astype(np.float32), coefficients.astype(
        np.float32
    )


def refit(
    multitask: Multitask, feats: Floats, axes: Floats, used: NDArray[np.bool_], ridge: float
) -> None:
    """Correct the axes' head, in place, by what more annotations say than it was trained on.

    Each annotated axis gets the ridge regression of its error on the features.
    """
    made = heads(multitask, feats)
    x = feats - feats.mean(0)
    with torch.no_grad():
        for name in CODES:
            k = AXES.index(name)
            rows = used & np.isfinite(axes[:, k])
            if rows.sum() < 100:
                continue
            a, error = x[rows], (axes[rows, k] - made[rows, k])
            gram = a.T @ a + ridge * len(a) * np.eye(a.shape[1], dtype=np.float32)
            change = np.linalg.solve(gram, a.T @ (error - error.mean())).astype(np.float32)
            multitask.axes.weight[k] += torch.from_numpy(change)
            multitask.axes.bias[k] += float(error.mean() - change @ feats.mean(0))


def image_side(multitask: Multitask, feats: Floats, chart_seed: int) -> tuple[nn.Linear, Chart]:
    """Return the layer from features (N, 512) to vectors before normalising, and the chart."""
    axes_w = multitask.axes.weight.detach().numpy()
    style_w = multitask.style.weight.detach().numpy()
    centre = feats.mean(0)
    axes = (feats - centre) @ axes_w.T
    style = (feats - centre) @ style_w.T
    v, c = residual(style, axes, RESIDUALS)
    spread = float(np.sqrt(axes.var(0).sum() + RESIDUALS * RESIDUAL_SCALE**2))
    chart = Chart.draw(spread, chart_seed)
    to_axes = axes_w
    to_residual = RESIDUAL_SCALE * v.T @ (style_w - c.T @ axes_w)
    matrix = chart.axes.numpy().T @ to_axes + chart.residual.numpy().T @ to_residual
    layer = nn.Linear(POOLED, DIMENSIONS)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(matrix.astype(np.float32)))
        layer.bias.copy_(chart.constant - torch.from_numpy((matrix @ centre).astype(np.float32)))
    return layer, chart


def truth(labels: Floats, made: Floats) -> Floats:
    """Return standardised axes (N, K) for deciding what holds.

    The labels where they are known, steadied by the encoder's own predictions
    made (N, K); the predictions alone elsewhere.
    """
    made = (made - made.mean(0)) / (made.std(0) + 1e-6)
    both = np.where(np.isfinite(labels), 0.5 * (labels + made), made)
    return ((both - both.mean(0)) / (both.std(0) + 1e-6)).astype(np.float32)


def directions(coordinates: Floats, holds: NDArray[np.bool_]) -> Floats:
    """Return each concept's step (C, K): the faces that have it less those that have not.

    It is zero but in the axes that the concept may move.
    """
    out = np.zeros((len(CONCEPTS), len(AXES)), np.float32)
    for k, concept in enumerate(CONCEPTS):
        step = coordinates[holds[:, k]].mean(0) - coordinates[~holds[:, k]].mean(0)
        chosen = [AXES.index(name) for name in concept.axes]
        out[k, chosen] = step[chosen]
    return out


def main() -> None:
    """Make the image encoder, and write it and the concepts' steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ridge", type=float, default=0.3, help="of the axes' correction")
    parser.add_argument("--seed", type=int, default=CHART_SEED)
    args = parser.parse_args()

    faces = Faces.load([args.data])
    multitask = Multitask()
    multitask.load_state_dict(
        torch.load(args.work / "backbone_final.pt", weights_only=True)["model"]
    )
    multitask.eval()
    feats = features(multitask.backbone, faces)
    held = held_out(len(feats))
    before = agreement(heads(multitask, feats)[held], faces.axes[held])
    refit(multitask, feats, faces.axes, ~held, args.ridge)
    after = agreement(heads(multitask, feats)[held], faces.axes[held])
    for name, old, new in zip(AXES, before, after, strict=True):
        print(f"{name:20s} correlation {old:.2f} {new:.2f}", flush=True)
    layer, chart = image_side(multitask, feats, args.seed)
    encoder = ImageEncoder(multitask.backbone)
    encoder.projection = layer
    encoder.eval()
    with torch.no_grad():
        vectors = functional.normalize(layer(torch.from_numpy(feats)), dim=1).numpy()
    made = heads(multitask, feats)
    believed = truth(faces.axes, made)
    scores = captions.scores(believed)
    holds = captions.holds(scores)
    np.savez(
        args.work / "space.npz", steps=directions(made, holds), vectors=vectors, holds=holds,
        scores=scores, coordinates=made, held=held, axes=chart.axes.numpy(),
        outside=chart.outside.numpy(), residual=chart.residual.numpy(),
        constant=chart.constant.numpy(), names=np.array([c.name for c in CONCEPTS]),
    )  # fmt: skip
    torch.save(encoder.state_dict(), args.work / "image_encoder.pt")
    picture = {"image": torch.zeros(1, 3, SIDE, SIDE)}
    export(encoder, picture, ["vector"], args.out / "image_encoder.onnx")

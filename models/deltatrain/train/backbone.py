"""The convolutional network under the inverter and the image encoder.

One network learns both: to name the style code of a face (a w for each of the
coarse, medium and fine groups) and to measure its axes (deltatrain.data.axes). The inverter and
the image encoder start from it (deltatrain.train.inverter, deltatrain.train.space).

    python -m deltatrain.backbone --data work/data --data work/more --work work/backbone
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from deltatrain.data import augment
from deltatrain.data.axes import AXES
from deltatrain.train.trainer import Trainer, batches, number, seed_all

SIDE = 128
WIDTHS = (32, 64, 128, 256, 512)
POOLED = 512


class Residual(nn.Module):
    """Two 3 × 3 convolutions with batch normalisation beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        """Make a block; stride 2 halves the side."""
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(2))
        self.short: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.short = nn.Sequential(
                nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
                nn.Conv2d(inputs, outputs, 1, bias=False),
            )
        nn.init.zeros_(self.norms[1].weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of the same or half the side."""
        y = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(y)) + self.short(x))


class Backbone(nn.Module):
    """Aligned face (N, 3, 128, 128) in [-1, 1] -> features (N, 512)."""

    def __init__(self) -> None:
        """Make the network: about 0.3 GMAC a face, 6 M weights."""
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(3, WIDTHS[0], 5, 2, 2, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU(),
        ]  # fmt: skip
        for inputs, outputs in itertools.pairwise(WIDTHS):
            layers.append(Residual(inputs, outputs, 2))
            if 64 < outputs < 512:
                layers.append(Residual(outputs, outputs, 1))
        self.layers = nn.Sequential(*layers)
        self.squeeze = nn.Conv2d(WIDTHS[-1], 96, 1)
        self.dense = nn.Linear(96 * 16 + WIDTHS[-1], POOLED)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the features: places (4 × 4) and averages, mixed by a dense layer."""
        x = self.layers(x)
        places = functional.relu(self.squeeze(x)).flatten(1)
        return functional.relu(self.dense(torch.cat([places, x.mean((2, 3))], 1)))


class Multitask(nn.Module):
    """The backbone with a head for the style code and one for the axes."""

    def __init__(self, axes: int = len(AXES)) -> None:
        """Make both heads; the style head gives standardised w, (N, 3, 512)."""
        super().__init__()
        self.backbone = Backbone()
        self.style = nn.Linear(POOLED, 3 * 512)
        self.axes = nn.Linear(POOLED, axes)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (w (N, 3, 512), axes (N, A)), both standardised."""
        features = self.backbone(x)
        return self.style(features).reshape(-1, 3, 512), self.axes(features)


def start_from(backbone: Backbone, path: Path, pictures: torch.Tensor) -> None:
    """Start from the backbone in an exported image encoder, in place.

    The export has every normalisation folded into the convolution before it.
    Each one is made the identity on pictures (N, 3, 128, 128), plus the folded
    bias: it can then be trained like a new one.
    """
    stored = {}
    for tensor in onnx.load(path).graph.initializer:
        stored[tensor.name.removesuffix("_half")] = numpy_helper.to_array(tensor)

    def read(name: str) -> torch.Tensor:
        if name not in stored:
            raise ValueError(f"{path}: no tensor {name}: is it an exported image encoder?")
        return torch.from_numpy(stored[name].astype(np.float32))

    def settle(bias: torch.Tensor) -> Callable[[nn.Module, tuple[torch.Tensor]], None]:
        def hook(norm: nn.Module, inputs: tuple[torch.Tensor]) -> None:
            assert isinstance(norm, nn.BatchNorm2d)
            var, mean = torch.var_mean(inputs[0], (0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(var)
            norm.weight.copy_((var + norm.eps).sqrt())
            norm.bias.copy_(mean + bias)

        return hook

    pairs = [("layers.0", backbone.layers[1])]
    for index, layer in enumerate(backbone.layers):
        if isinstance(layer, Residual):
            pairs += [
                (f"layers.{index}.first", layer.norms[0]),
                (f"layers.{index}.second", layer.norms[1]),
            ]
    folded = {f"{name}.weight": norm for name, norm in pairs}
    with torch.no_grad():
        for name, parameter in backbone.named_parameters():
            if "norms" in name or name.startswith("layers.1."):
                continue
            parameter.copy_(read(f"backbone.{name}"))
        hooks = [
            norm.register_forward_pre_hook(settle(read(f"backbone.{name}_bias")))
            for name, norm in folded.items()
        ]
        backbone.eval()(pictures)
    for hook in hooks:
        hook.remove()
    backbone.train()


@dataclass
class Faces:
    """One or more data sets in memory, at 128² and standardised."""

    images: NDArray[np.uint8]
    w3: NDArray[np.float32]
    axes: NDArray[np.float32]
    w_mean: NDArray[np.float32]
    w_std: NDArray[np.float32]

    @staticmethod
    def load(folders: list[Path]) -> Faces:
        """Read the finished faces; axes are NaN where not known."""
        images, w3, axes = [], [], []
        for folder in folders:
            done = np.flatnonzero(np.load(folder / "done.npy"))
            full = np.load(folder / "images.npy", mmap_mode="r")
            for start in range(0, len(done), 500):
                part = full[done[start : start + 500]].astype(np.uint16)
                n, h, w, c = part.shape
                small = part.reshape(n, h // 2, 2, w // 2, 2, c).sum((2, 4)) // 4
                images.append(small.astype(np.uint8))
            w3.append(np.load(folder / "w3.npy", mmap_mode="r")[done])
            path = folder / "axes.npy"
            blank = np.full((len(done), len(AXES)), np.nan, np.float32)
            axes.append(np.load(path)[done] if path.exists() else blank)
        w = np.concatenate(w3)
        return Faces(
            np.concatenate(images), w, np.concatenate(axes),
            w.mean((0, 1)), w.std((0, 1)) + 1e-3,
        )  # fmt: skip

    def batch(self, indices: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (pictures in [-1, 1], standardised w3, axes or NaN)."""
        x = torch.from_numpy(self.images[indices]).permute(0, 3, 1, 2).float() / 127.5 - 1
        w = (self.w3[indices] - self.w_mean) / self.w_std
        return x, torch.from_numpy(w), torch.from_numpy(self.axes[indices])


def losses(
    model: Multitask, x: torch.Tensor, w: torch.Tensor, a: torch.Tensor
) -> tuple[torch.Tensor, dict[str, float]]:
    """Return the joint loss and its parts: mean squared errors of w and axes."""
    with torch.autocast("cpu", torch.bfloat16):
        made_w, made_a = model(x.contiguous(memory_format=torch.channels_last))
    made_w, made_a = made_w.float(), made_a.float()
    known = torch.isfinite(a)
    error = (made_a - torch.nan_to_num(a)).square() * known
    axes = error.sum() / known.sum().clamp_min(1)
    style = (made_w - w).square().mean()
    return 0.5 * style + axes, {"w": number(style), "axes": number(axes)}


def held_out(count: int) -> NDArray[np.bool_]:
    """Return which of the first data set's faces no training step may see: every ninth."""
    return np.arange(count) % 9 == 0


def agreement(made: NDArray[np.float32], told: NDArray[np.float32]) -> list[float]:
    """Return the correlation of each axis with its labels, both (N, K); NaN labels are left out."""
    out = []
    for x, y in zip(made.T, told.T, strict=True):
        known = np.isfinite(y)
        varies = known.sum() > 2 and y[known].std() > 0 and x[known].std() > 0
        out.append(float(np.corrcoef(x[known], y[known])[0, 1]) if varies else float("nan"))
    return out


def main() -> None:
    """Train; the checkpoint is what the later steps read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--start", type=Path, help="an exported image encoder to start from")
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    faces = Faces.load(args.data)
    first = len(Faces.load(args.data[:1]).images) if len(args.data) > 1 else len(faces.images)
    everything = np.arange(len(faces.images))
    kept = np.zeros(len(everything), bool)
    kept[:first] = held_out(first)
    held, used = everything[kept], everything[~kept]
    model = Multitask().to(memory_format=torch.channels_last)
    if args.start:
        start_from(model.backbone, args.start, faces.batch(used[:64])[0])
    trainer = Trainer(model, args.work / "backbone.pt", args.steps, args.rate)
    order = batches(rng, used, args.batch)

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        x, w, a = faces.batch(next(order))
        return losses(model, augment.photograph(x, rng), w, a)

    trainer.run(loss, every=50, keep=250)
    trainer.finish()
    with torch.no_grad():
        made, told = [], []
        for k in range(0, len(held), 64):
            x, _, a = faces.batch(held[k : k + 64])
            made.append(model(x)[1].numpy())
            told.append(a.numpy())
    for name, quality in zip(AXES, agreement(np.concatenate(made), np.concatenate(told)),
                             strict=True):  # fmt: skip
        print(f"{name:20s} correlation {quality:.2f}")
    torch.save(
        {
            "model": model.state_dict(),
            "w_mean": torch.from_numpy(faces.w_mean), "w_std": torch.from_numpy(faces.w_std),
        },
        args.work / "backbone_final.pt",
    )  # fmt: skip

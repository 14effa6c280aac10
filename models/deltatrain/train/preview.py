"""Train the preview head: the picture at 256² from the features at 64².

The head continues the generator in its own manner (style, inverse Haar,
depthwise-separable convolutions) but thinner, and ends in Haar bands of the
256² picture, so that it costs a fraction of the four blocks that it replaces.

    python -m deltatrain.preview --pack ../build/packs/faces --data work/data \
        --work work/preview --out faces/preview_head.onnx
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from deltapack.generator import HAAR
from deltatrain.data.synth import STYLE_CHANNELS, STYLE_SIZES, Synth
from deltatrain.train.onnx_export import export
from deltatrain.train.trainer import Trainer, batches, number, seed_all

UP_LAYER = 13
"""The style layer of the inverse Haar step that leaves 64²."""
UP = slice(sum(STYLE_SIZES[:UP_LAYER]), sum(STYLE_SIZES[: UP_LAYER + 1]))
NEXT = slice(UP.stop, UP.stop + STYLE_SIZES[UP_LAYER + 1])
LATE = slice(UP.start, STYLE_CHANNELS)
SOFT = 0.04
"""Scale of the standardised late styles; without it this many inputs would learn too fast."""


def inverse_haar(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Turn (N, 4C, H, W), the low band first, into (N, C, 2H, 2W).

    The channels go through one transposed convolution as a batch: grouped, it
    comes out wrong in ONNX Runtime's WebGPU.
    """
    n, bands, h, w = x.shape
    c = bands // 4
    low, high = x[:, :c, None], x[:, c:].reshape(n, c, 3, h, w)
    stacked = torch.cat([low, high], 2).reshape(n * c, 4, h, w)
    return functional.conv_transpose2d(stacked, kernel, stride=2).reshape(n, c, 2 * h, 2 * w)


class PreviewHead(nn.Module):
    """features (N, 512, 64, 64), style (N, 6752) -> preview (N, 3, 256, 256)."""

    def __init__(self, width: int = 64) -> None:
        """Make a head of the given number of channels."""
        super().__init__()
        self.register_buffer("kernel", torch.from_numpy(HAAR.copy()))
        late = LATE.stop - LATE.start
        self.register_buffer("late_mean", torch.zeros(late))
        self.register_buffer("late_scale", torch.ones(late))
        self.register_buffer("scale", torch.ones(NEXT.stop - NEXT.start))
        channels = NEXT.stop - NEXT.start
        self.depthwise = nn.ModuleList(
            nn.Conv2d(c, c, 3, padding=1, groups=c, bias=False) for c in (channels, width, width)
        )
        self.pointwise = nn.ModuleList(nn.Conv2d(c, width, 1) for c in (channels, width, width))
        self.style = nn.Linear(late, 3 * width + 12)
        nn.init.zeros_(self.style.weight)
        nn.init.zeros_(self.style.bias)
        for layer in self.depthwise:
            nn.init.zeros_(layer.weight)
            layer.weight.data[:, 0, 1, 1] = 1
        self.last = nn.Conv2d(width, 12, 1)
        self.width = width

    def lift(self, features: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        """Return the styled input of the first convolution (N, 128, 128, 128)."""
        x = features * style[:, UP, None, None]
        return inverse_haar(x, self.kernel) * style[:, NEXT, None, None]

    def forward(self, features: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        """Return the picture in about [-1, 1]."""
        late = (style[:, LATE] - self.late_mean) * self.late_scale
        gains = self.style(late)[:, :, None, None]
        x = self.lift(features, style) * self.scale[:, None, None]
        for k in range(3):
            y = self.pointwise[k](self.depthwise[k](x))
            y = functional.leaky_relu(
                y * (1 + gains[:, k * self.width : (k + 1) * self.width]), 0.2
            )
            x = y if k == 0 else x + y
        bands = self.last(x) + gains[:, 3 * self.width :]
        return inverse_haar(bands, self.kernel)


def loss_of(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 on the picture, its gradients and its 64² average."""
    total = (made - wanted).abs().mean()
    for dim in (2, 3):
        total = total + 0.5 * (made.diff(dim=dim) - wanted.diff(dim=dim)).abs().mean()
    return total + 0.5 * functional.avg_pool2d(made - wanted, 4).abs().mean()


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--held", type=int, default=64, help="faces kept for evaluation")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    synth = Synth(args.pack)
    images = np.load(args.data / "images.npy")
    styles = np.load(args.data / "style.npy")
    done = np.flatnonzero(np.load(args.data / "done.npy"))
    held, used = done[: args.held], done[args.held :]

    def sample(indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        style = np.asarray(styles[indices], np.float32)
        features = np.stack([synth.features(s) for s in style])
        image = images[indices].astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1
        return torch.from_numpy(features), torch.from_numpy(style), torch.from_numpy(image)

    model = PreviewHead(args.width)
    late = np.asarray(styles[used[:2000]], np.float32)[:, LATE]
    model.late_mean.copy_(torch.from_numpy(late.mean(0)))
    model.late_scale.copy_(torch.from_numpy(SOFT / (late.std(0) + 1e-3)))
    features, style, _ = sample(used[:32])
    with torch.no_grad():
        lifted = model.lift(features, style)
        model.scale.copy_(1 / (lifted.square().mean((0, 2, 3)).sqrt() + 1e-3))

    trainer = Trainer(model, args.work / "preview.pt", args.steps, args.rate, decay=0.0)
    order = batches(rng, used, args.batch)

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        features, style, image = sample(next(order))
        with torch.autocast("cpu", torch.bfloat16):
            made = model(features, style)
        value = loss_of(made.float(), image)
        return value, {"loss": number(value), "l1": number((made - image).abs().mean())}

    trainer.run(loss, every=50, keep=100)
    trainer.finish()
    with torch.no_grad():
        errors = []
        for start in range(0, len(held), 8):
            features, style, image = sample(held[start : start + 8])
            errors.append((model(features, style) - image).square().mean((1, 2, 3)))
        mse = torch.cat(errors)
    print(f"held out: PSNR {number((10 * torch.log10(4 / mse)).mean()):.2f} dB", flush=True)
    one = {"features": features[:1], "style": style[:1]}
    export(model, one, ["preview"], args.out)

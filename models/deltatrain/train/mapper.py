"""Train the delta mapper, without text: pairs of faces, their codes and vectors.

The mapper has three groups (coarse, medium, fine style layers), each with a
style module, a condition module on [image vector, Δ] and a fusion module, as in
DeltaEdit (arXiv 2310.08785, section 3.3). Two things differ from the paper's
code: style codes are standardised per channel on the way in and out, because
this generator's channels differ tenfold in spread, and a linear path from Δ
stands beside the fusion, so that Δ of a single concept (text) extrapolates well
from Δ of whole faces (training).

Pairs are drawn at random; for half of them the second face is the one of many
that lies closest to a single axis of the image side, so that differences of one
attribute are seen too. No text takes part. deltatrain.train.response goes on from here.

    python -m deltatrain.mapper --data work/data --work work --out faces

With --pack it is the official mapper of a converted pack that is trained, on CLIP's vectors
and StyleGAN2's codes (deltaconvert.train; --pack PACK --help lists its options).

--ablate linear trains one linear map and --ablate ungrouped one group of the
same size in place of three; both only report.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from deltaconvert import train as official
from deltatrain.data.chart import DIMENSIONS
from deltatrain.data.synth import STYLE_CHANNELS, group_channels
from deltatrain.train.trainer import Trainer, number, seed_all

SPAN = 2.2
"""How far Δs moves a face along Δ, in the space's coordinates.

Two faces drawn at random are about 9 apart, but Δ of a prompt is a short step along few
coordinates. The mapper that was trained on pairs moves a face this far for such a step
(measured over the concepts). deltatrain.train.response trains it to keep that, so that gains
are near |step| / SPAN.
"""


def dense(inputs: int, outputs: int, layers: int, width: int, norm: bool) -> nn.Sequential:
    """Return layers of leaky-ReLU perceptrons, behind a pixel norm if norm."""
    parts: list[nn.Module] = [PixelNorm()] if norm else []
    for k in range(layers):
        last = k == layers - 1
        parts.append(nn.Linear(inputs if k == 0 else width, outputs if last else width))
        if not (last and not norm):
            parts.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*parts)


class PixelNorm(nn.Module):
    """Scale every row to unit mean square."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x / rms(x)."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Group(nn.Module):
    """One group's part of Δs, standardised."""

    def __init__(self, channels: int, width: int) -> None:
        """Make the style, condition and fusion modules and the linear path."""
        super().__init__()
        self.style = dense(channels, width, 3, width, True)
        self.condition = dense(2 * DIMENSIONS, width, 4, width, True)
        self.fusion = dense(2 * width, channels, 3, width, False)
        self.linear = nn.Linear(DIMENSIONS, channels, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(
        self, style: torch.Tensor, condition: torch.Tensor, delta: torch.Tensor
    ) -> torch.Tensor:
        """Return (N, channels)."""
        joint = torch.cat([self.style(style), self.condition(condition)], 1)
        return self.fusion(joint) + self.linear(delta)


class DeltaMapper(nn.Module):
    """(style (N, 6752), image vector (N, D), unit Δ (N, D)) -> Δs (N, 6752)."""

    def __init__(
        self, mean: torch.Tensor, std: torch.Tensor, width: int = 384, *, grouped: bool = True
    ) -> None:
        """Make a mapper for codes of the given mean and deviation (6752,)."""
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.parts = group_channels() if grouped else (slice(0, STYLE_CHANNELS),)
        self.groups = nn.ModuleList(Group(p.stop - p.start, width) for p in self.parts)

    def standardised(
        self, style: torch.Tensor, image: torch.Tensor, delta: torch.Tensor
    ) -> torch.Tensor:
        """Return Δs / std."""
        s = (style - self.mean) / self.std
        condition = torch.cat([image, delta], 1)
        return torch.cat(
            [g(s[:, p], condition, delta) for g, p in zip(self.groups, self.parts, strict=True)],
            1,
        )

    def forward(
        self, style: torch.Tensor, image: torch.Tensor, delta: torch.Tensor
    ) -> torch.Tensor:
        """Return Δs in the generator's own units."""
        return self.standardised(style, image, delta) * self.std


def objective(made: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, dict[str, float]]:
    """Return ‖Δŝ − Δs‖² + (1 − cos), on standardised codes."""
    square = (made - wanted).square().mean()
    cosine = functional.cosine_similarity(made, wanted, dim=1).mean()
    return square + 1 - cosine, {"mse": number(square), "cosine": number(cosine)}


class Linear(nn.Module):
    """Δ (N, D) -> Δs by one matrix: the first ablation."""

    def __init__(self, mean: torch.Tensor, std: torch.Tensor) -> None:
        """Make the matrix, zero at first."""
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.matrix = nn.Linear(DIMENSIONS, STYLE_CHANNELS, bias=False)
        nn.init.zeros_(self.matrix.weight)

    def standardised(
        self, style: torch.Tensor, image: torch.Tensor, delta: torch.Tensor
    ) -> torch.Tensor:
        """Return Δs / std; style and image are not looked at."""
        del style, image
        return self.matrix(delta)


class Pairs:
    """Draws pairs of faces: rows of codes (N, 6752) and image vectors (N, D)."""

    def __init__(self, vectors: torch.Tensor, axes: torch.Tensor, rows: np.ndarray) -> None:
        """Draw from rows; axes (K, D) are the directions to look for."""
        self.vectors, self.axes, self.rows = vectors, axes, rows

    def draw(self, rng: np.random.Generator, count: int, among: int = 200) -> np.ndarray:
        """Return pairs (2, count); the second half are searched for among `among` faces."""
        first, second = rng.choice(self.rows, (2, count))
        sought = np.arange(count // 2, count)
        pool = rng.choice(self.rows, among)
        delta = self.vectors[pool][None] - self.vectors[first[sought]][:, None]
        delta = functional.normalize(delta, dim=2)
        signs = torch.from_numpy(rng.choice([-1.0, 1.0], len(sought)).astype(np.float32))
        axis = self.axes[rng.integers(0, len(self.axes), len(sought))] * signs[:, None]
        best = torch.einsum("nmd,nd->nm", delta, axis).argmax(1).numpy()
        second[sought] = pool[best]
        return np.stack([first, second])


def main() -> None:
    """Train; write the mapper and the style statistics."""
    if any(word.split("=")[0] == "--pack" for word in sys.argv[1:]):
        official.main()
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--ablate", choices=["linear", "ungrouped"])
    parser.add_argument("--seed", type=int, default=4)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    with np.load(args.work / "space.npz") as table:
        axes = torch.from_numpy(table["axes"])
        vector, held = table["vectors"], table["held"]
    done = np.flatnonzero(np.load(args.data / "done.npy"))
    style = np.load(args.data / "style.npy", mmap_mode="r")[done].astype(np.float32)
    mean, std = style[~held].mean(0), style[~held].std(0) + 1e-4
    codes_t, vectors_t = torch.from_numpy(style), torch.from_numpy(vector)
    moments = torch.from_numpy(mean), torch.from_numpy(std)
    model: Any
    if args.ablate == "linear":
        model = Linear(*moments)
    else:
        model = DeltaMapper(*moments, args.width, grouped=args.ablate is None)
    tag = f"mapper_{args.ablate}" if args.ablate else "mapper"
    trainer = Trainer(model, args.work / f"{tag}.pt", args.steps, args.rate)

    def pair(first: np.ndarray, second: np.ndarray) -> tuple[torch.Tensor, dict[str, float]]:
        s1, s2, i1, i2 = codes_t[first], codes_t[second], vectors_t[first], vectors_t[second]
        delta = functional.normalize(i2 - i1, dim=1)
        return objective(model.standardised(s1, i1, delta), (s2 - s1) / model.std)

    known = Pairs(vectors_t, axes, np.flatnonzero(~held))
    unseen = Pairs(vectors_t, axes, np.flatnonzero(held))
    checks = unseen.draw(np.random.default_rng(args.seed), 1000)
    curve: list[dict[str, float]] = []

    def validate(step: int) -> None:
        model.eval()
        with torch.no_grad():
            _, numbers = pair(checks[0], checks[1])
        model.train()
        curve.append({"step": step, **numbers})
        print(f"held out at {step}: {numbers}", flush=True)

    def loss(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        if step % 500 == 0:
            validate(step)
        return pair(*known.draw(rng, args.batch))

    trainer.run(loss, every=250, keep=1000)
    trainer.finish()
    validate(args.steps)
    (args.work / f"{tag}_report.json").write_text(json.dumps(curve, indent=1))
    if args.ablate:
        return
    torch.save(model.state_dict(), args.work / "mapper_pairs.pt")
    np.stack([mean, std]).astype("<f4").tofile(args.out / "style_stats.f32")

"""Train the delta mapper, without text: pairs of faces, their codes and vectors.

The mapper has three groups (coarse, medium, fine style layers), each with a
style module, a condition module on [image vector, Δ] and a fusion module, as in
DeltaEdit (arXiv 2310.08785, section 3.3). Two things differ from the paper's
code: style codes are standardised per channel on the way in and out, because
this generator's channels differ tenfold in spread, and a linear path from Δ
stands beside the fusion, so that Δ of a single concept (text) extrapolates well
from Δ of whole faces (training).

    python -m deltatrain.mapper --data work/data --work work --out faces
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from deltatrain.common import Trainer, export, number, seed_all
from deltatrain.space import DIMENSIONS
from deltatrain.synth import STYLE_CHANNELS, group_channels


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

    def __init__(self, mean: torch.Tensor, std: torch.Tensor, width: int = 384) -> None:
        """Make a mapper for codes of the given mean and deviation (6752,)."""
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.parts = group_channels()
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


def main() -> None:
    """Train, export the mapper and the style statistics."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--held", type=int, default=500)
    parser.add_argument("--seed", type=int, default=4)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    codes, vectors = [], []
    for k, folder in enumerate(args.data):
        done = np.flatnonzero(np.load(folder / "done.npy"))
        codes.append(np.load(folder / "style.npy", mmap_mode="r")[done].astype(np.float32))
        vectors.append(np.load(args.work / f"vectors{k}.npy"))
    style, vector = np.concatenate(codes), np.concatenate(vectors)
    mean, std = style[args.held :].mean(0), style[args.held :].std(0) + 1e-4
    np.stack([mean, std]).astype("<f4").tofile(args.out / "style_stats.f32")
    codes_t, vectors_t = torch.from_numpy(style), torch.from_numpy(vector)
    model = DeltaMapper(torch.from_numpy(mean), torch.from_numpy(std), args.width)
    assert model.mean.shape == (STYLE_CHANNELS,)
    trainer = Trainer(model, args.work / "mapper.pt", args.steps, args.rate)

    def pair(first: np.ndarray, second: np.ndarray) -> tuple[torch.Tensor, dict[str, float]]:
        s1, s2, i1, i2 = codes_t[first], codes_t[second], vectors_t[first], vectors_t[second]
        delta = functional.normalize(i2 - i1, dim=1)
        return objective(model.standardised(s1, i1, delta), (s2 - s1) / model.std)

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        rows = rng.integers(args.held, len(style), (2, args.batch))
        return pair(rows[0], rows[1])

    trainer.run(loss, every=250, keep=1000)
    trainer.finish()
    with torch.no_grad():
        held = np.arange(args.held)
        _, numbers = pair(held, np.roll(held, 1))
    print("held out:", numbers, flush=True)
    (args.work / "mapper_report.json").write_text(json.dumps(numbers))
    torch.save(model.state_dict(), args.work / "mapper_final.pt")
    inputs = {
        "style": codes_t[:1], "image_vector": vectors_t[:1], "delta": vectors_t[1:2],
    }  # fmt: skip
    export(model, inputs, ["delta_style"], args.out / "delta_mapper.onnx")


if __name__ == "__main__":
    main()

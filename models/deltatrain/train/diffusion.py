"""Train DeltaEdit-D's picture maker: the denoiser of deltatrain.train.denoiser, by the hour.

    python -m deltatrain.diffusion --pairs work/diffusion/pairs --work work/diffusion \
        --stats faces/style_stats.f32 --minutes 100

One command starts, resumes and goes on: `--minutes` are of training in all, those of
earlier runs with them. The rate is constant and falls in the last fifth, so that a later
run with more minutes goes on as if it had been asked for at once. The weights are averaged
with the power function of Karras et al. 2024 (arXiv 2312.02696), which serves short
runs as well as long ones. Pairs (deltatrain.train.pairs) may be added while training runs.

    python -m deltatrain.diffusion --work work/diffusion --export faces/diffusion.onnx

writes the averaged weights of the last checkpoint, checks them against PyTorch, and puts
the sampler's grid into params.json beside them, key `diffusion`.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from deltatrain.data import augment
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.train.denoiser import BANDS, WIDTHS, Denoiser, UNet, split
from deltatrain.train.onnx_export import export
from deltatrain.train.pairs import SIDE, Cache, picture
from deltatrain.train.trainer import Trainer, number, seed_all

BLOCKS = (1, 2, 2)
PARAMS = {"sigma_min": 0.005, "sigma_max": 20.0, "rho": 7.0, "steps": 20}
"""The sampler's grid, as in the pack's manifest."""
SIGMA_MEDIAN, SIGMA_SPREAD = 0.25, 1.6
"""Of the log-normal σ: between the details and the coarsest shapes of the residual."""
SIGMA_ENDS = (0.005, 80.0)
BUCKETS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""σ that held-out losses are told at."""
REACH = 1.8
"""How far, in log σ, from where a band is decided it still counts."""
FEWEST = 0.1
FLIP, DROP = 0.25, 0.1
"""Shares of mirrored pairs, which have no style code, and of others that do without."""
ROOM = 7.0
"""Exponent of the average: its width is a tenth of the run."""
WARM = 150
FALL = 0.2
"""Share of the minutes, at the end, in which the rate falls."""


class Data:
    """Batches of pairs in bands, from caches that may grow."""

    def __init__(
        self, folders: Sequence[Path], of: int, rng: np.random.Generator, model: Denoiser
    ) -> None:
        """Open the caches; pair k of each was made of face k mod `of`."""
        self.caches = [Cache(folder) for folder in folders]
        self.of, self.rng, self.model = of, rng, model
        self._starts = np.cumsum([0, *map(len, self.caches)])
        self._order: list[int] = []

    def rows(self, *, held: bool) -> NDArray[np.int64]:
        """Return the pairs that are there, those of the first cache first."""
        found = [c.rows(self.of, held=held) for c in self.caches]
        return np.concatenate([s + r for s, r in zip(self._starts, found, strict=False)])

    def __len__(self) -> int:
        """Return how many pairs are there."""
        return sum(int(c.done.sum()) for c in self.caches)

    def pictures(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return faces and conditions (N, 3, 256, 256) and style codes (N, 6752)."""
        which = np.searchsorted(self._starts, rows, "right") - 1
        found = [(self.caches[c], r - self._starts[c]) for c, r in zip(which, rows, strict=True)]
        faces, conditions = (
            picture(np.stack([getattr(c, name)[r] for c, r in found]))
            for name in ("faces", "conditions")
        )
        styles = np.stack([c.styles[r] for c, r in found]).astype(np.float32)
        return faces, conditions, torch.from_numpy(styles)

    def pairs(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return faces and conditions (N, 3, 256, 256) and standardised style codes."""
        faces, conditions, style = self.pictures(rows)
        return faces, conditions, self.model.standard(style)

    def next(self, size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return residuals and conditions in bands (N, 48, 64, 64), and style codes."""
        if len(self._order) < size:
            self._order = self.rng.permutation(self.rows(held=False)).tolist()
        rows = np.array([self._order.pop() for _ in range(size)])
        faces, conditions, style = self.pairs(rows)
        faces = augment.shapes(faces, self.rng, conditions.roll(1, 0), 0.1)
        flipped = torch.from_numpy(self.rng.random((size, 1, 1, 1)) < FLIP)
        faces = torch.where(flipped, faces.flip(3), faces)
        conditions = torch.where(flipped, conditions.flip(3), conditions)
        dropped = flipped[:, :, 0, 0] | torch.from_numpy(self.rng.random((size, 1)) < DROP)
        style = style.masked_fill(dropped, 0)
        c = split(conditions, self.model.kernel)
        return split(faces, self.model.kernel) - c, c, style


def importance(model: Denoiser, sigma: torch.Tensor) -> torch.Tensor:
    """Return what each band's loss weighs (N, 48, 1, 1) at sigma (N,).

    Where σ is far from a band's σ_data there is nothing to learn: the face is seen as it
    is, or not at all. Coarse bands weigh more, by the root of their deviation.
    """
    std = model.residual_std
    size = std.sqrt() / std.sqrt().mean()
    far = (sigma[:, None, None, None] / std / 1.5).log() / REACH
    return size * (torch.exp(-0.5 * far.square()) + FEWEST)


def loss_of(
    model: Denoiser, residual: torch.Tensor, condition: torch.Tensor, style: torch.Tensor,
    sigma: torch.Tensor, noise: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Return the weighted losses (N,) and the picture's mean square error (N,)."""
    noisy = residual + sigma[:, None, None, None] * noise
    skip, out = model.parts(sigma)
    wanted = (residual - skip * noisy) / out
    layout = torch.channels_last
    with torch.autocast("cpu", torch.bfloat16):
        f = model.guess(noisy.to(memory_format=layout), sigma, condition, style).float()
    square = (f - wanted).square()
    weighted = (square.mean((2, 3), keepdim=True) * importance(model, sigma)).mean((1, 2, 3))
    return weighted, (square.detach() * out.square()).mean((1, 2, 3))


@torch.no_grad()
def validate(model: Denoiser, data: Data, rows: NDArray[np.int64]) -> dict[str, float]:
    """Return losses and errors of held-out pairs at each of BUCKETS, always of the same noise."""
    noise = torch.Generator().manual_seed(0)
    told: dict[str, float] = {}
    for sigma in BUCKETS:
        parts = []
        for start in range(0, len(rows), 8):
            faces, conditions, style = data.pairs(rows[start : start + 8])
            c = split(conditions, model.kernel)
            r = split(faces, model.kernel) - c
            n = torch.randn(r.shape, generator=noise)
            s = torch.full((len(r),), sigma)
            parts.append(torch.stack(loss_of(model, r, c, style, s, n)))
        loss, mse = torch.cat(parts, 1).mean(1).tolist()
        told |= {f"loss {sigma:g}": loss, f"mse {sigma:g}": mse}
    return told


def line(numbers: dict[str, float]) -> str:
    """Return numbers by name as one line."""
    return " ".join(f"{k} {v:.4g}" for k, v in numbers.items())


class Timed(Trainer):
    """A trainer that counts minutes, and averages over a share of the run."""

    @property
    def minutes(self) -> float:
        """Minutes trained so far, in all runs."""
        return self.history[-1]["minutes"] if self.history else 0.0

    def take(self, value: torch.Tensor, rate: float) -> None:
        """Take one step."""
        if not torch.isfinite(value):
            raise FloatingPointError(f"step {self.step}: loss is {value.item()}")
        for group in self.optimizer.param_groups:
            group["lr"] = rate * min(1.0, (self.step + 1) / WARM)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        keep = (1 - 1 / self.step) ** (ROOM + 1)
        with torch.no_grad():
            for k, v in self.model.state_dict().items():
                self.average[k].lerp_(v, 1 - keep)


def train(trainer: Timed, data: Data, rng: np.random.Generator, args: argparse.Namespace) -> None:
    """Train until the minutes are spent; tell and save every few of them."""
    model, before, start = trainer.model, trainer.minutes, time.time()
    held = data.rows(held=True)[: args.held]
    plain = copy.deepcopy(model)
    if not trainer.step:
        print("before:", line(validate(model, data, held)), flush=True)
    told, sums, count, seen = before, 0.0, 0, time.time()
    while True:
        now = before + (time.time() - start) / 60
        left = max(0.0, 1 - now / args.minutes)
        sigma = np.exp(rng.normal(np.log(SIGMA_MEDIAN), SIGMA_SPREAD, args.batch))
        s = torch.from_numpy(sigma.clip(*SIGMA_ENDS)).float()
        r, c, style = data.next(args.batch)
        value = loss_of(model, r, c, style, s, torch.randn_like(r))[0].mean()
        trainer.take(value, args.rate * max(0.01, min(1.0, left / FALL)))
        sums, count = sums + number(value), count + 1
        now = before + (time.time() - start) / 60
        done = now >= args.minutes or 0 < args.steps <= trainer.step
        if done or now - told >= args.every:
            pace = (time.time() - seen) / count / args.batch
            plain.load_state_dict(trainer.average)
            row = {"step": float(trainer.step), "minutes": now, "loss": sums / count}
            row |= validate(plain.eval(), data, held)
            trainer.history.append(row)
            trainer.save()
            told_pairs = f"({len(data)} pairs, {pace * 1000:.0f} ms each)"
            print(line(row), told_pairs, flush=True)
            told, sums, count, seen = now, 0.0, 0, time.time()
        if done:
            return


def write(model: Denoiser, path: Path) -> None:
    """Export and hold what ONNX Runtime makes of it against PyTorch."""
    draw = torch.Generator().manual_seed(0)
    inputs = {
        "picture": torch.randn(1, 3, SIDE, SIDE, generator=draw),
        "sigma": torch.full((1,), 0.5),
        "condition": torch.rand(1, 3, SIDE, SIDE, generator=draw) * 2 - 1,
        "style": model.style_mean[None] + model.style_std * 0.5,
    }
    export(model, inputs, ["denoised"], path)
    session = onnxruntime.InferenceSession(path)
    for sigma in (PARAMS["sigma_min"], 0.5, PARAMS["sigma_max"]):
        inputs["sigma"] = torch.full((1,), sigma)
        inputs["picture"] = inputs["condition"] + sigma * torch.randn(
            1, 3, SIDE, SIDE, generator=draw
        )
        with torch.no_grad():
            wanted = model(*inputs.values()).numpy()
        start = time.time()
        made = session.run(["denoised"], {k: v.numpy() for k, v in inputs.items()})[0]
        spent, far = time.time() - start, float(np.abs(made - wanted).max())
        print(f"σ {sigma:g}: at most {far:.2g} from PyTorch, {spent * 1000:.0f} ms", flush=True)
        if not far < 0.02:
            raise ValueError(f"{path}: at σ {sigma:g} it differs from PyTorch by {far:.3g}")


def main() -> None:
    """Train, or export the last checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=Path, action="append", default=[])
    parser.add_argument("--of", type=int, default=9000, help="faces that the pairs were made of")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--stats", type=Path, help="style_stats.f32")
    parser.add_argument("--minutes", type=float, default=100, help="of training in all")
    parser.add_argument("--steps", type=int, default=0, help="of training in all, 0: no limit")
    parser.add_argument("--every", type=float, default=4, help="minutes between checkpoints")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--held", type=int, default=32, help="pairs that losses are told of")
    parser.add_argument("--widths", type=int, nargs=3, default=WIDTHS)
    parser.add_argument("--blocks", type=int, nargs=3, default=BLOCKS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument(
        "--measure", action="store_true", help="take the pairs' statistics again: they are others"
    )
    parser.add_argument("--export", type=Path, help="write the graph and end")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rng = seed_all(args.seed)
    model = Denoiser(UNet(args.widths, args.blocks))
    checkpoint = args.work / "diffusion.pt"
    if args.export:
        model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
        write(model.eval(), args.export)
        params = args.export.parent / "params.json"
        known = json.loads(params.read_text()) if params.exists() else {}
        params.write_text(json.dumps(known | {"diffusion": PARAMS}, indent=1) + "\n")
        return
    data = Data(args.pairs, args.of, rng, model)
    model = model.to(memory_format=torch.channels_last)
    trainer = Timed(model, checkpoint, args.steps, args.rate)
    if not trainer.step or args.measure:
        stats = torch.from_numpy(np.fromfile(args.stats, "<f4").reshape(2, STYLE_CHANNELS))
        faces, conditions, _ = data.pictures(rng.permutation(data.rows(held=False))[:256])
        model.measure(faces, conditions, stats[0], stats[1])
        trainer.average |= {k: v.detach().clone() for k, v in model.named_buffers()}
        told = model.residual_std.reshape(3, BANDS // 3).mean(0).tolist()
        print("σ_data of the bands:", " ".join(f"{v:.3f}" for v in told), flush=True)
    rng = seed_all(args.seed + trainer.step)
    data.rng = rng
    train(trainer, data, rng, args)

"""Fine-tune the delta mapper on what its edits do to the picture, still without text.

Regression on pairs (deltatrain.train.mapper) learns how codes differ where pictures
differ, but attributes are correlated in them: old faces often wear glasses, so the
mapper's "old" adds glasses. Here its Δs goes through the generator and the image
encoder, and the loss compares the face's movement in the shared space with Δ:

    along  the length of the movement along Δ, relative to the intended length
    turn   one minus the cosine between the movement and Δ, over the axes and the
           residual of the space. It does not depend on scale: a loss on the
           movement in other directions would be lowest for edits that do nothing
    pixels the change of the picture: of two edits with the same effect, the one
           that changes less is preferred
    style  the standardised change of the style code, which keeps codes natural

The loss on pairs is added to these. Relevance mask and channel limits are applied as
in the program, with a random threshold for every face. Directions are those of
pairs, of single axes and of sums of concepts' steps (deltatrain.train.space), never
of texts; they are followed forwards and, for negative strengths, backwards. Both
pictures go through the same random augmentation (deltatrain.data.augment) before the
encoder, so that adversarial pixel patterns do not count as edits.

    python -m deltatrain.response --data work/data --work work --sources SOURCES \
        --pack ../build/packs/faces --out faces
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from deltatrain.data import augment
from deltatrain.data.chart import Chart
from deltatrain.data.synth import Synth
from deltatrain.text import grammar
from deltatrain.text.concepts import CONCEPTS
from deltatrain.train.calibrate import limited, mask, scores
from deltatrain.train.gan import Preview, load_preview
from deltatrain.train.mapper import SPAN, DeltaMapper, Pairs, objective
from deltatrain.train.onnx_export import export
from deltatrain.train.space import ImageEncoder, load_encoder
from deltatrain.train.trainer import Trainer, number, seed_all

FARTHEST = 5.0
"""Longest step that is asked for, in coordinates."""
RESIDUAL_WEIGHT = 0.5
"""Weight of motion along the residual, relative to motion along the axes."""
WEIGHTS = {"along": 0.5, "turn": 2.0, "pixels": 0.8, "style": 0.002, "pairs": 0.1}

Floats = NDArray[np.float32]


@dataclass
class Steps:
    """Draws steps in coordinates: (axes (K,), none of the residual)."""

    steps: Floats
    """(C, K): the concepts' own."""

    def draw(self, rng: np.random.Generator) -> Floats:
        """Return a step (K,): a sum of one to three concepts, or a single axis."""
        width = self.steps.shape[1]
        if rng.random() < 0.2:
            out = np.zeros(width, np.float32)
            out[rng.integers(width)] = rng.choice([-1.0, 1.0]) * rng.uniform(1.0, 2.0)
            return out
        count = int(rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1]))
        out, chosen = np.zeros(width, np.float32), []
        for k in rng.permutation(len(CONCEPTS)):
            if len(chosen) < count and grammar.compatible(CONCEPTS[k].name, chosen):
                chosen.append(CONCEPTS[k].name)
                out += rng.uniform(0.6, 1.2) * (1 if rng.random() < 0.75 else -1) * self.steps[k]
        return out


class Loop:
    """The pipeline from style codes to motion in coordinates, differentiable."""

    def __init__(self, preview: Preview, encoder: ImageEncoder, chart: Chart) -> None:
        """Hold the frozen parts."""
        self.preview, self.encoder = preview, encoder
        self.length = chart.constant.norm()
        self.unit = chart.constant / self.length
        self.rows = torch.cat([chart.axes, chart.residual])

    def places(self, image: torch.Tensor) -> torch.Tensor:
        """Return coordinates (N, axes + residual) of pictures (N, 3, 256, 256)."""
        vectors = self.vectors(image)
        flat = vectors * (self.length / (vectors @ self.unit))[:, None]
        return flat @ self.rows.T

    def vectors(self, image: torch.Tensor) -> torch.Tensor:
        """Return unit vectors (N, D)."""
        return self.encoder(functional.avg_pool2d(image, 2))


def camera(
    first: torch.Tensor, second: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two batches as the same random cameras see them."""
    state = rng.bit_generator.state
    out = []
    for x in (first, second):
        rng.bit_generator.state = state
        out.append(augment.colours(augment.jitter_crop(x, rng, 0.7), rng, 0.7))
    return out[0], out[1]


def blended(pairs: Path, model: DeltaMapper, share: float) -> dict[str, torch.Tensor]:
    """Return share of the model's weights and the rest of those trained on pairs.

    An encoder can be moved where the eye is not: alone, this training forgets glasses, which
    the pairs know. Weights of one origin can be averaged (arXiv 2109.01903), and the average
    keeps most of what either gained.
    """
    first = torch.load(pairs, weights_only=True)
    return {k: torch.lerp(first[k], v, share) for k, v in model.state_dict().items()}


def previews(synth: Synth, codes: Floats, rows: NDArray[np.int64], path: Path) -> NDArray[np.uint8]:
    """Return the previews (n, 3, 256, 256) of the rows, from the file when it holds them."""
    if path.exists():
        with np.load(path) as file:
            if np.array_equal(file["rows"], rows):
                return file["shown"]
    shown = [np.clip(synth.preview(codes[k]) * 127.5 + 128, 0, 255).astype(np.uint8) for k in rows]
    np.savez(path, rows=rows, shown=np.stack(shown))
    return np.stack(shown)


def main() -> None:
    """Train from mapper_pairs.pt, export the mapper."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--pack", type=Path, required=True, help="folder of the built graphs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to start from; mapper_pairs.pt in work")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--faces", type=int, default=2000, help="that edits are tried on")
    parser.add_argument("--blend", type=float, default=0.4, help="share of this training's weights")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 means all cores")
    parser.add_argument("--seed", type=int, default=6)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    rng = seed_all(args.seed)
    with np.load(args.work / "space.npz") as file:
        table = dict(file)
    chart = Chart.load(table)
    loop = Loop(
        load_preview(args.sources, args.out / "preview_head.onnx"), load_encoder(args.work), chart
    )
    done = np.flatnonzero(np.load(args.data / "done.npy"))
    style = np.load(args.data / "style.npy", mmap_mode="r")[done].astype(np.float32)
    codes, vectors = torch.from_numpy(style), torch.from_numpy(table["vectors"])
    coordinates = table["coordinates"] - table["coordinates"].mean(0)
    train = np.flatnonzero(~table["held"])
    chosen = np.sort(rng.choice(train, min(args.faces, len(train)), replace=False))
    cached = previews(Synth(args.pack), style, chosen, args.work / "previews.npz")
    mean, std = torch.from_numpy(np.fromfile(args.out / "style_stats.f32", "<f4").reshape(2, -1))
    dimensions = chart.axes.shape[1]
    relevance = np.fromfile(args.out / "relevance.f16", "<f2").astype(np.float32)
    relevance = torch.from_numpy(relevance.reshape(-1, dimensions))
    cut = json.loads((args.out / "params.json").read_text())["relevance"]

    model = DeltaMapper(torch.zeros_like(mean), torch.ones_like(std), args.width)
    start = args.start or args.work / "mapper_pairs.pt"
    model.load_state_dict(torch.load(start, weights_only=True))
    trainer = Trainer(model, args.work / "response.pt", args.steps, args.rate)
    steps = Steps(table["steps"])
    pairs = Pairs(vectors, chart.axes, train)
    count = chart.axes.shape[0]
    weight = torch.ones(len(loop.rows))
    weight[count:] = RESIDUAL_WEIGHT

    def asked(rows: np.ndarray) -> torch.Tensor:
        """Return the steps (N, K) asked of the faces, a few of them from pairs."""
        out = []
        for row in rows:
            if rng.random() < 0.2:
                step = coordinates[rng.choice(train)] - coordinates[row]
            else:
                step = steps.draw(rng) * rng.uniform(0.4, 1.8)
            out.append(step / max(1.0, float(np.linalg.norm(step)) / FARTHEST))
        return torch.from_numpy(np.array(out, np.float32))

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        picked = np.sort(rng.choice(len(chosen), args.batch, replace=False))
        rows = chosen[picked]
        before = codes[rows]
        shown = torch.from_numpy(cached[picked]).float() / 127.5 - 1
        with torch.no_grad():
            seen = loop.vectors(shown)
        step = asked(rows)
        delta, _ = chart.toward(step)
        far = step.norm(dim=1, keepdim=True).clamp_min(0.3)
        bar = torch.from_numpy(rng.uniform(0, 1.2 * cut["threshold"], (len(rows), 1))).float()
        weights = mask(scores(relevance, delta, cut["typical"]), bar)
        raw = model.standardised(before, seen, delta) * weights
        sign = torch.from_numpy(rng.choice([1.0, -1.0], (len(rows), 1), p=[0.75, 0.25])).float()
        change = raw * (sign * far / SPAN) * model.std
        with torch.autocast("cpu", torch.bfloat16):
            after = loop.preview(limited(before, before + change, mean, std)).float()
        one, two = camera(shown, after, rng)
        with torch.no_grad():
            start = loop.places(one)
        motion = loop.places(two) - start
        unit = sign * step / step.norm(dim=1, keepdim=True)
        own = (motion[:, :count] * unit).sum(1, keepdim=True)
        went = (motion.square() * weight).sum(1, keepdim=True).clamp_min(1e-8).sqrt()
        parts = {
            "along": (own / far - 1).square().mean(),
            "turn": (1 - own / went).mean(),
            "pixels": ((after - shown).abs().mean((1, 2, 3)) / far[:, 0]).mean(),
            "style": (change / std / far).square().sum(1).mean(),
        }
        first, second = pairs.draw(rng, 48)
        s1, s2, i1, i2 = codes[first], codes[second], vectors[first], vectors[second]
        made = model.standardised(s1, i1, functional.normalize(i2 - i1, dim=1))
        parts["pairs"], _ = objective(made, (s2 - s1) / model.std)
        total = sum((WEIGHTS[k] * v for k, v in parts.items()), torch.zeros(()))
        numbers = {k: number(v) for k, v in parts.items()}
        return total, numbers | {"response": number((own / far).mean())}

    trainer.run(loss, every=50, keep=100, momentum=0.99)
    trainer.finish()
    model.load_state_dict(blended(args.work / "mapper_pairs.pt", model, args.blend))
    torch.save(model.state_dict(), args.work / "mapper_final.pt")
    inputs = {
        "style": codes[:1], "image_vector": vectors[:1], "delta": vectors[1:2],
    }  # fmt: skip
    export(model, inputs, ["delta_style"], args.out / "delta_mapper.onnx")

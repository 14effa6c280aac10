"""Train the shared space of pictures and texts.

Both sides speak in coordinates: the axes of deltatrain.axes; on the image side
a residual, the directions in which the picture tells most about the style code
that the axes do not; on the text side how far the text lies outside what the
space knows. A fixed orthonormal map and a constant coordinate lead from them to
a unit vector: the constant makes the sphere nearly flat where faces are, so that
differences of unit vectors are differences of coordinates.

The image side is linear in the backbone's features and needs no training beyond
that of the backbone. The text side (deltatrain.text) is trained on composed
captions, in three ways:

1. wishes ("slightly older, without glasses") land at the sum of their concepts'
   directions, and their differences point along the differences of these sums;
   a concept's direction is the difference between faces of which it holds and
   the others, in the coordinates that the concept may move. That is what keeps
   "old" from meaning "old, grey and with glasses".
2. descriptions of real faces: Δt points along Δi (DeltaSpace, arXiv 2310.08785);
3. texts that say nothing of a face land at the neutral place, those that ask
   for something unknown away from it along a coordinate of their own.

    python -m deltatrain.space --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from deltatrain import captions, grammar, unknown
from deltatrain.axes import AXES, CODES
from deltatrain.backbone import (
    POOLED,
    SIDE,
    Backbone,
    Faces,
    Multitask,
    agreement,
    held_out,
)  # fmt: skip
from deltatrain.common import Trainer, export, number, seed_all
from deltatrain.concepts import CONCEPTS
from deltatrain.text import Encoded, Sentences, TextHead, cached

DIMENSIONS = 128
RESIDUALS = 48
"""Coordinates of the image side beside the axes."""
RESIDUAL_SCALE = 0.45
"""Deviation of each residual coordinate."""
FLATNESS = 1.5
"""Constant coordinate over the deviation of all others together."""
OUTSIDE = 3.0
"""Where texts of unknown meaning lie on their own coordinate."""
TEMPLATES = ("{}", "a photo of a {}", "a picture of a {}", "a close-up of a {}")
"""What the program wraps prompts in (the pack's templates)."""

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


@dataclass
class Chart:
    """How coordinates become vectors: x (N, K) -> normalise(x rows + constant row)."""

    axes: torch.Tensor
    """(len(AXES), D), orthonormal rows; row k is the direction of axis k."""
    outside: torch.Tensor
    """(1, D)."""
    residual: torch.Tensor
    """(RESIDUALS, D)."""
    constant: torch.Tensor
    """(D,), of the length that FLATNESS asks for."""

    @staticmethod
    def draw(spread: float, seed: int) -> Chart:
        """Draw the orthonormal rows; spread is the deviation of all coordinates together."""
        rng = np.random.default_rng(seed)
        rows = np.linalg.qr(rng.standard_normal((DIMENSIONS, DIMENSIONS)))[0]
        rows = torch.from_numpy(rows.astype(np.float32))
        a, b = len(AXES), len(AXES) + 1
        c = b + RESIDUALS
        return Chart(rows[:a], rows[a:b], rows[b:c], rows[c] * FLATNESS * spread)

    def text(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of text coordinates (N, len(AXES) + 1)."""
        rows = torch.cat([self.axes, self.outside])
        return functional.normalize(coordinates @ rows + self.constant, dim=-1)


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


@dataclass
class Texts:
    """Captions for training and what they mean."""

    texts: list[str]
    targets: Floats
    """(N, len(AXES) + 1): where they should land."""
    owner: NDArray[np.int64]
    """The face that a description is of, -1 for other texts."""


def meaning(weights: dict[str, float], steps: Floats) -> Floats:
    """Return the coordinates (len(AXES) + 1,) of weighted concepts."""
    names = {concept.name: k for k, concept in enumerate(CONCEPTS)}
    out = np.zeros(len(AXES) + 1, np.float32)
    for name, weight in weights.items():
        out[:-1] += weight * steps[names[name]]
    return out


def wrapped(text: str, rng: np.random.Generator) -> str:
    """Return the text, now and then in one of the program's templates."""
    return TEMPLATES[rng.integers(len(TEMPLATES))].format(text) if rng.random() < 0.4 else text


def describe(
    face: NDArray[np.bool_], rng: np.random.Generator, count: int | None = None
) -> grammar.Caption:
    """Return a caption of a face of which the concepts in face (C,) hold."""
    true = [c.name for k, c in enumerate(CONCEPTS) if face[k]]
    false = [c.name for k, c in enumerate(CONCEPTS) if not face[k]]
    return grammar.describe(rng, true, false, count)


def compose(
    rng: np.random.Generator, steps: Floats, holds: NDArray[np.bool_], rows: NDArray[np.int64],
    words: list[str], counts: tuple[int, int, int, int],
) -> Texts:  # fmt: skip
    """Draw wishes, neutral texts, unknown ones, and counts[3] descriptions of each face in rows."""
    wishes, neutrals, unknowns, each = counts
    texts, targets, owner = [], [], []

    def add(text: str, target: Floats, face: int = -1) -> None:
        texts.append(wrapped(text, rng))
        targets.append(target)
        owner.append(face)

    nothing = np.zeros(len(AXES) + 1, np.float32)
    strange = nothing.copy()
    strange[-1] = OUTSIDE
    for concept in CONCEPTS:
        for text in (concept.target, *concept.plain):
            for _ in range(6):
                add(text, meaning({concept.name: 1.0}, steps))
    for _ in range(wishes):
        text, weights = grammar.wish(rng)
        add(text, meaning(weights, steps))
    for _ in range(neutrals):
        add(grammar.neutral(rng), nothing)
    for k in range(unknowns):
        text = unknown.unknown(rng, words)
        if k % 4 == 0:  # something known beside it does not make it known
            wish, weights = grammar.wish(rng, count=1)
            add(f"{wish} {text}" if k % 8 else f"{text}, {wish}", meaning(weights, steps) + strange)
        else:
            add(text, strange)
    for face in rows:
        for _ in range(each):
            text, weights = describe(holds[face], rng)
            add(text, meaning(weights, steps), int(face))
    return Texts(texts, np.array(targets, np.float32), np.array(owner))


def strange_words(sentences: Sentences, seed: int, count: int = 6000) -> list[str]:
    """Return words of the encoder's vocabulary that are far from every known wording."""
    known = sorted(unknown.known_words())
    everything = [w for w in sentences.words() if w not in set(known)]
    chosen = np.random.default_rng(seed).permutation(len(everything))[:count]
    words = [everything[k] for k in chosen]
    near = sentences.encode(words).vectors @ sentences.encode(known).vectors.T
    return [w for w, closest in zip(words, near.max(1), strict=True) if closest < 0.45]


class Losses:
    """The three losses of the text side over batches drawn from the captions."""

    def __init__(
        self, head: TextHead, chart: Chart, texts: Texts, encoded: Encoded, vectors: Floats,
        rng: np.random.Generator, batch: int,
    ) -> None:  # fmt: skip
        """Hold what the losses read; vectors are the faces' image vectors."""
        self.head, self.chart, self.texts, self.encoded = head, chart, texts, encoded
        self.vectors, self.rng, self.batch = torch.from_numpy(vectors), rng, batch
        self.targets = torch.from_numpy(texts.targets)
        self.described = np.flatnonzero(texts.owner >= 0)
        self.wished = np.flatnonzero(texts.owner < 0)

    def __call__(self, _: int) -> tuple[torch.Tensor, dict[str, float]]:
        """Return the loss of one batch and its parts."""
        half = self.batch // 2
        rows = np.concatenate(
            [self.rng.choice(self.wished, half), self.rng.choice(self.described, half)]
        )
        with torch.autocast("cpu", torch.bfloat16):
            made = self.head(*self.encoded.batch(rows))
        made = made.float()
        wanted = self.targets[rows]
        place = functional.smooth_l1_loss(made, wanted, beta=0.3)
        turn = torch.from_numpy(self.rng.permutation(half))
        wish, goal = made[:half], wanted[:half]
        step, aim = wish[turn] - wish, goal[turn] - goal
        weight = aim.norm(dim=1).clamp(max=1)
        point = ((1 - functional.cosine_similarity(step, aim, dim=1)) * weight).mean()
        own = self.vectors[self.texts.owner[rows[half:]]]
        told = self.chart.text(made[half:])
        delta_i = functional.normalize(own[turn] - own, dim=1)
        delta_t = functional.normalize(told[turn] - told, dim=1)
        shared = 1 - (delta_i * delta_t).sum(1).mean()
        numbers = {"place": number(place), "point": number(point), "delta": number(shared)}
        return 12 * place + 2 * point + shared, numbers


def land(head: TextHead, encoded: Encoded, batch: int = 256) -> Floats:
    """Return the coordinates (N, K) of encoded texts."""
    head.eval()
    rows = []
    with torch.no_grad():
        for start in range(0, len(encoded), batch):
            chosen = np.arange(start, min(start + batch, len(encoded)))
            rows.append(head(*encoded.batch(chosen)).numpy())
    return np.concatenate(rows)


def prompt_vectors(
    head: TextHead, chart: Chart, sentences: Sentences, prompts: list[str]
) -> Floats:
    """Return the prompts' vectors (N, D) as the program makes them: means over the templates."""
    texts = [template.format(prompt) for prompt in prompts for template in TEMPLATES]
    with torch.no_grad():
        each = chart.text(torch.from_numpy(land(head, sentences.encode(texts))))
        mean = each.reshape(len(prompts), len(TEMPLATES), -1).mean(1)
        return functional.normalize(mean, dim=1).numpy()


def delta_space(image: Floats, text: Floats, pairs: NDArray[np.int64]) -> dict[str, float]:
    """Return the DeltaSpace figures of faces (N, D) and captions (N, D) over pairs (P, 2)."""
    di, dt = (x[pairs[:, 1]] - x[pairs[:, 0]] for x in (image, text))
    di /= np.linalg.norm(di, axis=1, keepdims=True)
    dt /= np.linalg.norm(dt, axis=1, keepdims=True)
    gap = image.mean(0) / np.linalg.norm(image.mean(0)) - text.mean(0) / np.linalg.norm(
        text.mean(0)
    )
    turned = np.roll(np.arange(len(pairs)), 1)
    return {
        "pairs": len(pairs),
        "cosine": float((image * text).sum(1).mean()),
        "means": float(np.linalg.norm(gap)),
        "delta_cosine": float((di * dt).sum(1).mean()),
        "delta_shuffled": float((di * dt[turned]).sum(1).mean()),
        "delta_recall_at_1": float(((di @ dt.T).argmax(1) == np.arange(len(pairs))).mean()),
        "delta_means": float(np.linalg.norm(di.mean(0) - dt.mean(0))),
    }


def main() -> None:
    """Make the image encoder, train the text head, write both and the concepts' steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of the sentence model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--drop", type=float, default=0.2)
    parser.add_argument("--wishes", type=int, default=26000)
    parser.add_argument("--neutrals", type=int, default=1500)
    parser.add_argument("--unknowns", type=int, default=2500)
    parser.add_argument("--descriptions", type=int, default=2, help="of each face")
    parser.add_argument("--start", type=Path, help="checkpoint of a head to start from")
    parser.add_argument("--ridge", type=float, default=0.3, help="of the axes' correction")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    rng = seed_all(args.seed)

    faces = Faces.load([args.data])
    multitask = Multitask()
    multitask.load_state_dict(
        torch.load(args.work / "backbone_final.pt", weights_only=True)["model"]
    )
    multitask.eval()
    store = args.work / "features.npy"
    if not store.exists():
        np.save(store, features(multitask.backbone, faces))
    feats = np.load(store)
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
    steps = directions(made, holds)

    sentences = Sentences(args.sources)
    words = strange_words(sentences, args.seed)
    counts = (args.wishes, args.neutrals, args.unknowns, args.descriptions)
    texts = compose(rng, steps, holds, np.flatnonzero(~held), words, counts)
    print(f"{len(set(texts.texts))} different texts, {len(words)} unknown words", flush=True)
    encoded = cached(sentences, texts.texts, args.work / "texts.npz")

    head = TextHead(len(AXES) + 1, drop=args.drop)
    if args.start:
        head.load_state_dict(torch.load(args.start, weights_only=True)["average"])
    trainer = Trainer(head, args.work / "text.pt", args.steps, args.rate)
    loss = Losses(head, chart, texts, encoded, vectors, rng, args.batch)
    trainer.run(loss, every=200, keep=1000)
    trainer.finish()

    report = evaluate(head, chart, sentences, vectors, holds, steps, held, words, args.seed)
    (args.work / "space_report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps({k: v for k, v in report.items() if not isinstance(v, dict)}, indent=1))
    np.savez(
        args.work / "space.npz", steps=steps, vectors=vectors, holds=holds, scores=scores,
        coordinates=made, axes=chart.axes.numpy(), outside=chart.outside.numpy(),
        constant=chart.constant.numpy(), names=np.array([c.name for c in CONCEPTS]),
    )  # fmt: skip
    base, *targets = prompt_vectors(head, chart, sentences, ["face", *(c.target for c in CONCEPTS)])
    moved = np.stack(targets) - base
    length = np.linalg.norm(moved, axis=1)
    np.savez(args.work / "deltas.npz", delta=moved / length[:, None], length=length)
    torch.save(encoder.state_dict(), args.work / "image_encoder.pt")
    picture = {"image": torch.zeros(1, 3, SIDE, SIDE)}
    export(encoder, picture, ["vector"], args.out / "image_encoder.onnx")
    matrix = torch.cat([chart.axes, chart.outside])
    arrays = head.arrays(matrix, chart.constant)
    np.savez(args.out / "text_head.npz", **{k: v.astype(np.float16) for k, v in arrays.items()})


def evaluate(
    head: TextHead, chart: Chart, sentences: Sentences, vectors: Floats,
    holds: NDArray[np.bool_], steps: Floats, held: NDArray[np.bool_], words: list[str], seed: int,
) -> dict[str, object]:  # fmt: skip
    """Return figures on held-out faces and on wordings that no training caption had."""
    rng = np.random.default_rng([seed, 0xE])

    def place(texts: list[str]) -> Floats:
        return land(head, sentences.encode(texts))

    own = np.flatnonzero(held)
    captioned = place([describe(holds[face], rng, int(rng.integers(6, 13)))[0] for face in own])
    pairs = rng.integers(0, len(own), (1500, 2))
    pairs[:, 1] = np.where(pairs[:, 0] == pairs[:, 1], (pairs[:, 1] + 1) % len(own), pairs[:, 1])
    with torch.no_grad():
        text = chart.text(torch.from_numpy(captioned)).numpy()
    report: dict[str, object] = dict(delta_space(vectors[own], text, pairs))

    neutral = place([grammar.neutral(rng) for _ in range(60)])
    base = neutral.mean(0)
    unit = steps / np.linalg.norm(steps, axis=1, keepdims=True)

    def aligned(texts: list[str], goals: Floats) -> Floats:
        moved = (place(texts) - base)[:, :-1]
        moved /= np.linalg.norm(moved, axis=1, keepdims=True) + 1e-9
        return (moved * goals).sum(1) / np.linalg.norm(goals, axis=1)

    plain = {}
    for k, concept in enumerate(CONCEPTS):
        cosines = aligned([concept.target, *concept.plain], unit[[k] * (1 + len(concept.plain))])
        plain[concept.name] = round(float(cosines.mean()), 3)
    report["plain"] = plain
    report["plain_mean"] = float(np.mean(list(plain.values())))
    for name, unseen in (("wishes_seen_words", False), ("wishes_unseen_words", True)):
        drawn = [grammar.wish(rng, held=unseen) for _ in range(400)]
        goals = np.stack([meaning(w, steps)[:-1] for _, w in drawn])
        some = np.linalg.norm(goals, axis=1) > 1e-3
        cosines = aligned([t for t, ok in zip([d[0] for d in drawn], some, strict=True) if ok],
                          goals[some])  # fmt: skip
        report[name] = float(cosines.mean())
        report[f"{name}_share_above_half"] = float((cosines > 0.5).mean())
    outside = place([unknown.unknown(rng, words) for _ in range(300)])[:, -1]
    inside = place([grammar.wish(rng, held=True)[0] for _ in range(300)])[:, -1]
    report["outside_of_unknown"] = float(np.median(outside))
    report["outside_of_unseen_wishes"] = float(np.median(inside))
    report["unknown_told"] = float((outside > OUTSIDE / 2).mean())
    report["unseen_wishes_taken_for_unknown"] = float((inside > OUTSIDE / 2).mean())
    return report


if __name__ == "__main__":
    main()

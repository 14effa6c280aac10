"""Train the text side of the shared space: composed captions, a head on a sentence encoder.

The head (deltatrain.text.head) is trained in three ways:

1. wishes ("slightly older, without glasses") land at the sum of their concepts'
   steps (deltatrain.train.space), and their differences point along the differences of
   these sums;
2. descriptions of real faces: Δt points along Δi (DeltaSpace, arXiv 2310.08785);
3. texts that say nothing of a face land at the neutral place, those that ask
   for something unknown away from it along a coordinate of their own.

The delta mapper takes no part in this: it never sees a text.

    python -m deltatrain.tower --work work --sources SOURCES --out faces
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

from deltatrain.data.axes import AXES
from deltatrain.data.chart import OUTSIDE, Chart
from deltatrain.text import grammar, heldout, unknown_words
from deltatrain.text.concepts import CONCEPTS
from deltatrain.text.head import SENTENCE, Encoded, Sentences, TextHead, cached, read_head
from deltatrain.train.trainer import Trainer, number, seed_all

TEMPLATES = ("{}", "a photo of a {}", "a picture of a {}", "a close-up of a {}")
"""What the program wraps prompts in (the pack's templates)."""

DESCRIBED = 0.25
"""Share of a batch that describes faces."""

Floats = NDArray[np.float32]


@dataclass
class Texts:
    """Captions for training and what they mean."""

    texts: list[str]
    targets: Floats
    """(N, len(AXES) + 1): where they should land."""
    owner: NDArray[np.int64]
    """The face that a description is of, -1 for other texts."""


@dataclass
class Counts:
    """How many texts of each kind are composed."""

    each: int
    """Wordings of each concept that are surely said, at most."""
    wishes: int
    neutrals: int
    unknowns: int
    descriptions: int
    """Of each face."""


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
    """Return a caption of a face; face (C,) says which concepts hold for it."""
    true = [c.name for k, c in enumerate(CONCEPTS) if face[k]]
    false = [c.name for k, c in enumerate(CONCEPTS) if not face[k]]
    return grammar.describe(rng, true, false, count)


def compose(
    rng: np.random.Generator, steps: Floats, holds: NDArray[np.bool_], rows: NDArray[np.int64],
    words: list[str], counts: Counts,
) -> Texts:  # fmt: skip
    """Draw prompts, neutral texts, unknown ones, and descriptions of each face in rows."""
    texts, targets, owner = [], [], []
    barred = heldout.unseen()

    def add(text: str, target: Floats, face: int = -1) -> None:
        if text.lower().strip(". ") in barred:
            return
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
    for concept in CONCEPTS:
        for text in grammar.every(concept.name)[: counts.each]:
            add(text, meaning({concept.name: 1.0}, steps))
    for _ in range(counts.wishes):
        text, weights = grammar.wish(rng)
        add(text, meaning(weights, steps))
    for _ in range(counts.neutrals):
        add(grammar.neutral(rng), nothing)
    for k in range(counts.unknowns):
        text = unknown_words.unknown(rng, words)
        if k % 4 == 0:  # something known beside it does not make it known
            wish, weights = grammar.wish(rng, count=1)
            add(f"{wish} {text}" if k % 8 else f"{text}, {wish}", meaning(weights, steps) + strange)
        else:
            add(text, strange)
    for face in rows:
        for _ in range(counts.descriptions):
            text, weights = describe(holds[face], rng)
            add(text, meaning(weights, steps), int(face))
    return Texts(texts, np.array(targets, np.float32), np.array(owner))


def strange_words(
    sentences: Sentences, seed: int, count: int = 4000, far: float = 0.45
) -> list[str]:
    """Return words of the encoder's vocabulary that are far from every known wording."""
    known, parts = sorted(unknown_words.known_phrases()), unknown_words.known_words()
    everything = [w for w in sentences.words() if w not in parts]
    chosen = np.random.default_rng(seed).permutation(len(everything))[:count]
    words = [everything[k] for k in chosen]
    near = sentences.encode(words).vectors @ sentences.encode(known).vectors.T
    return [w for w, closest in zip(words, near.max(1), strict=True) if closest < far]


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

    def _land(self, rows: NDArray[np.int64]) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            made = self.head(*self.encoded.batch(rows))
        return made.float()

    def __call__(self, _: int) -> tuple[torch.Tensor, dict[str, float]]:
        """Return the loss of one batch and its parts."""
        few = int(self.batch * DESCRIBED)
        # Apart, since descriptions are several times as long: neither pads the other.
        rows = self.rng.choice(self.wished, self.batch - few)
        own = self.rng.choice(self.described, few)
        wish, told = self._land(rows), self._land(own)
        goal = self.targets[rows]
        # Squares, not absolute values: targets are mostly zeros, and what is not sure
        # of a wording should lean toward its mean rather than its median.
        place = functional.mse_loss(wish, goal)
        place = place + 0.25 * functional.mse_loss(told, self.targets[own])
        turn = torch.from_numpy(self.rng.permutation(len(rows)))
        step, aim = wish[turn] - wish, goal[turn] - goal
        weight = aim.norm(dim=1).clamp(max=1)
        point = ((1 - functional.cosine_similarity(step, aim, dim=1)) * weight).mean()
        seen = self.vectors[self.texts.owner[own]]
        vectors = self.chart.text(told)
        turn = torch.from_numpy(self.rng.permutation(few))
        delta_i = functional.normalize(seen[turn] - seen, dim=1)
        delta_t = functional.normalize(vectors[turn] - vectors, dim=1)
        shared = 1 - (delta_i * delta_t).sum(1).mean()
        numbers = {"place": number(place), "point": number(point), "delta": number(shared)}
        return 6 * place + 2 * point + shared, numbers


def regress(head: TextHead, encoded: Encoded, targets: Floats, ridge: float = 0.02) -> None:
    """Start the head's linear path, in place, from the ridge regression on sentence vectors."""
    x = encoded.vectors * SENTENCE**0.5
    gram = x.T @ x + ridge * len(x) * np.eye(x.shape[1], dtype=np.float32)
    matrix = np.linalg.solve(gram, x.T @ (targets - targets.mean(0)))
    with torch.no_grad():
        head.skip.weight.copy_(torch.from_numpy(matrix.T.astype(np.float32)))
        head.second.weight.mul_(0.1)
        head.second.bias.copy_(torch.from_numpy(targets.mean(0) - x.mean(0) @ matrix))


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
    """Train the text head, write it and the concepts' directions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of the sentence model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--drop", type=float, default=0.15)
    parser.add_argument("--wishes", type=int, default=36000)
    parser.add_argument("--neutrals", type=int, default=1500)
    parser.add_argument("--unknowns", type=int, default=6000)
    parser.add_argument("--descriptions", type=int, default=2, help="of each face")
    parser.add_argument("--each", type=int, default=1000, help="wordings of a concept surely said")
    parser.add_argument("--strange", type=int, default=4000, help="words looked at for strangers")
    parser.add_argument("--start", type=Path, help="an exported text head to start from")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 means all cores")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    rng = seed_all(args.seed)
    with np.load(args.work / "space.npz") as file:
        table = dict(file)
    chart, steps, holds, held = Chart.load(table), table["steps"], table["holds"], table["held"]

    sentences = Sentences(args.sources, args.threads)
    words = strange_words(sentences, args.seed, args.strange) if args.strange else []
    counts = Counts(args.each, args.wishes, args.neutrals, args.unknowns, args.descriptions)
    texts = compose(rng, steps, holds, np.flatnonzero(~held), words, counts)
    print(f"{len(set(texts.texts))} different texts, {len(words)} unknown words", flush=True)
    encoded = cached(sentences, texts.texts, args.work / "texts.npz")

    head = TextHead(len(AXES) + 1, drop=args.drop)
    if args.start:
        read_head(args.start, head)
    else:
        regress(head, encoded, texts.targets)
    trainer = Trainer(head, args.work / "text.pt", args.steps, args.rate)
    loss = Losses(head, chart, texts, encoded, table["vectors"], rng, args.batch)
    trainer.run(loss, every=200, keep=1000)
    trainer.finish()

    report = evaluate(head, chart, sentences, table, args.seed)
    (args.work / "space_report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps({k: v for k, v in report.items() if not isinstance(v, dict)}, indent=1))
    base, *targets = prompt_vectors(head, chart, sentences, ["face", *(c.target for c in CONCEPTS)])
    moved = np.stack(targets) - base
    length = np.linalg.norm(moved, axis=1)
    np.savez(args.work / "deltas.npz", delta=moved / length[:, None], length=length)
    matrix = torch.cat([chart.axes, chart.outside])
    arrays = head.arrays(matrix, chart.constant)
    np.savez(args.out / "text_head.npz", **{k: v.astype(np.float16) for k, v in arrays.items()})


def captioned(
    head: TextHead, chart: Chart, sentences: Sentences, table: dict[str, NDArray],
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return (image vectors (N, D), caption vectors (N, D)) of the held-out faces."""
    own = np.flatnonzero(table["held"])
    texts = [describe(table["holds"][face], rng, int(rng.integers(6, 13)))[0] for face in own]
    with torch.no_grad():
        told = chart.text(torch.from_numpy(land(head, sentences.encode(texts)))).numpy()
    return table["vectors"][own], told


def random_pairs(rng: np.random.Generator, among: int, count: int = 1500) -> NDArray[np.int64]:
    """Return pairs (count, 2) of different rows."""
    pairs = rng.integers(0, among, (count, 2))
    pairs[:, 1] = np.where(pairs[:, 0] == pairs[:, 1], (pairs[:, 1] + 1) % among, pairs[:, 1])
    return pairs


def evaluate(
    head: TextHead, chart: Chart, sentences: Sentences, table: dict[str, NDArray], seed: int
) -> dict[str, object]:
    """Return figures on held-out faces and on prompts that no training caption was."""
    rng = np.random.default_rng([seed, 0xE])
    image, text = captioned(head, chart, sentences, table, rng)
    report: dict[str, object] = dict(delta_space(image, text, random_pairs(rng, len(image))))

    steps = table["steps"]
    units = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    base = land(head, sentences.encode(heldout.NEUTRAL)).mean(0)

    def moved(texts: list[str]) -> tuple[Floats, Floats]:
        places = land(head, sentences.encode(texts)) - base
        step = places[:, :-1]
        return step / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-9), places[:, -1]

    for name, lists in (("plain", heldout.PLAIN), ("unseen", heldout.UNSEEN)):
        cosines, first, out, fresh = {}, [], [], []
        for k, concept in enumerate(CONCEPTS):
            made, outside = moved(lists[concept.name])
            fits = made @ units.T
            cosines[concept.name] = [round(float(v), 3) for v in fits[:, k]]
            # A rank of its own for near twins ("bangs" may be nearer to another hair style).
            first += (fits[:, k] >= fits.max(1) - 0.1).tolist()
            out += (outside > OUTSIDE / 2).tolist()
            fresh += [heldout.fresh(concept.name, text) for text in lists[concept.name]]
        flat = np.array([v for row in cosines.values() for v in row])
        chosen = np.array(fresh)
        report[f"{name}_cosines"] = cosines
        report[f"{name}_cosine"] = float(flat.mean())
        report[f"{name}_above_half"] = float((flat > 0.5).mean())
        report[f"{name}_first"] = float(np.mean(first))
        report[f"{name}_taken_for_unknown"] = float(np.mean(out))
        report[f"{name}_fresh"] = int(chosen.sum())
        report[f"{name}_fresh_above_half"] = float((flat[chosen] > 0.5).mean())
    made, outside = moved([t for t, _ in heldout.COMPOSED])
    goals = np.stack([meaning(w, steps)[:-1] for _, w in heldout.COMPOSED])
    fits = (made * goals).sum(1) / np.linalg.norm(goals, axis=1)
    report["composed_cosines"] = {
        t: round(float(v), 3) for (t, _), v in zip(heldout.COMPOSED, fits, strict=True)
    }
    report["composed_cosine"] = float(fits.mean())
    report["composed_above_half"] = float((fits > 0.5).mean())
    strange = moved(heldout.UNKNOWN)[1]
    report["unknown_outside"] = dict(zip(heldout.UNKNOWN, strange.round(2).tolist(), strict=True))
    report["unknown_told"] = float((strange > OUTSIDE / 2).mean())
    return report

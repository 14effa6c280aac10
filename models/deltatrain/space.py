"""Train the shared space: image projection, then text projection, no gap bridged by hand.

On the image side the backbone stays as it is and a small network maps its
features to a unit vector of D dimensions; on the text side the frozen sentence
encoder's vector is mapped likewise. Three losses:

1. contrast: a caption's vector is near those of the faces in the batch that the
   caption is true of (several may be), and far from the others;
2. difference: for two faces and their captions Δt points along Δi (DeltaSpace);
3. concepts: "face" -> "smiling face" points along the concept's own direction in
   image vectors, which a regression finds with the other concepts held fixed.
   That is what keeps "old" from meaning "old, grey and with glasses".

    python -m deltatrain.space --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from deltapack import minilm
from deltatrain import augment, captions
from deltatrain.backbone import POOLED, SIDE, Backbone, Faces, Multitask
from deltatrain.common import Trainer, export, number, seed_all

DIMENSIONS = 256
SENTENCE = 384

Floats = NDArray[np.float32]


class Projection(nn.Module):
    """x (N, inputs) -> unit vector (N, D): a hidden layer beside a linear path."""

    def __init__(self, inputs: int, hidden: int = 512, gain: float = 1.0) -> None:
        """Make the layers w0 (skip), w1 and w2; gain scales x to about unit variance."""
        super().__init__()
        self.gain = gain
        self.skip = nn.Linear(inputs, DIMENSIONS, bias=False)
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, DIMENSIONS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return unit vectors."""
        x = x * self.gain
        y = self.skip(x) + self.second(functional.gelu(self.first(x)))
        return functional.normalize(y, dim=-1)


class ImageEncoder(nn.Module):
    """Aligned face (N, 3, 128, 128) in [-1, 1] -> unit vector (N, D)."""

    def __init__(self, backbone: Backbone, projection: Projection, centre: torch.Tensor) -> None:
        """Join a trained backbone and a projection; centre (512,) is taken off between."""
        super().__init__()
        self.backbone, self.projection = backbone, projection
        self.register_buffer("centre", centre)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the image vectors."""
        return self.projection(self.backbone(image) - self.centre)


class Sentences:
    """The frozen sentence encoder with a cache of what it has seen."""

    def __init__(self, folder: Path) -> None:
        """Open the encoder from the unpacked sentence package."""
        model = minilm.encoder_graph(folder)
        self._session = onnxruntime.InferenceSession(model.SerializeToString())
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(64)

    def encode(self, texts: list[str], batch: int = 64) -> Floats:
        """Return the sentence vectors (N, 384), each of unit length."""
        order = sorted(range(len(texts)), key=lambda k: len(texts[k]))
        out = np.zeros((len(texts), SENTENCE), np.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            rows = [self._tokenizer.encode(texts[k]).ids for k in chosen]
            width = max(map(len, rows))
            ids = np.array([r + [0] * (width - len(r)) for r in rows], np.int64)
            mask = np.array([[1] * len(r) + [0] * (width - len(r)) for r in rows], np.int64)
            out[chosen] = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return out


def pooled(backbone: Backbone, faces: Faces, rng: np.random.Generator | None) -> Floats:
    """Return the backbone's features (N, 512), of augmented faces when rng is given."""
    rows = []
    with torch.no_grad():
        for start in range(0, len(faces.images), 100):
            x = faces.batch(np.arange(start, min(start + 100, len(faces.images))))[0]
            rows.append(backbone(augment.photograph(x, rng) if rng else x).numpy())
    return np.concatenate(rows)


def directions(vectors: Floats, scores: Floats, ridge: float = 0.02) -> Floats:
    """Return a unit direction (C, D) in image vectors for each concept.

    The coefficient of the concept's score in a ridge regression of the vectors
    on it and on those other concepts that correlate with it by less than 0.5.
    """
    x = vectors - vectors.mean(0)
    correlation = np.corrcoef(scores.T)
    out = []
    for k in range(scores.shape[1]):
        others = np.flatnonzero(np.abs(correlation[k]) < 0.5)
        a = np.concatenate([scores[:, [k]], scores[:, others]], 1)
        gram = a.T @ a / len(a) + ridge * np.eye(a.shape[1])
        b = np.linalg.solve(gram, a.T @ x / len(a))[0]
        out.append(b / np.linalg.norm(b))
    return np.array(out, np.float32)


def spread(x: torch.Tensor) -> torch.Tensor:
    """Return how far a batch of unit vectors is from uniform on the sphere."""
    return torch.pdist(x).square().mul(-2).exp().mean().log()


class Towers(nn.Module):
    """Both projections and the temperature of the contrast."""

    def __init__(self) -> None:
        """Make them untrained."""
        super().__init__()
        self.image = Projection(POOLED)
        self.text = Projection(SENTENCE, hidden=1024, gain=SENTENCE**0.5)
        self.scale = nn.Parameter(torch.tensor(2.3))


def main() -> None:
    """Train both towers, write the encoder, the projection and the concepts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of the sentence model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--captions", type=int, default=10, help="captions a face")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch", type=int, default=192)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--held", type=int, default=750)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    rng = seed_all(args.seed)

    faces = Faces.load(args.data)
    known = np.isfinite(faces.labels[:, 0])
    faces.images, faces.w3, faces.labels = faces.images[known], faces.w3[known], faces.labels[known]
    multitask = Multitask()
    multitask.load_state_dict(
        torch.load(args.work / "backbone_final.pt", weights_only=True)["model"]
    )
    backbone = multitask.backbone.eval()
    cache = args.work / "pooled.npz"
    if cache.exists():
        features = np.load(cache)["features"]
    else:
        features = np.stack([pooled(backbone, faces, r) for r in (None, rng, rng)])
        np.savez(cache, features=features)
    centre = features[0].mean(0)
    features = torch.from_numpy(features - centre)

    scores = captions.scores(faces.labels)
    holds = captions.holds(scores)
    n = len(scores)
    print(f"{n} labelled faces, {len(captions.CONCEPTS)} concepts", flush=True)

    texts: list[str] = []
    owner, named = [], []
    for k in range(n):
        true = np.flatnonzero(holds[k])
        for _ in range(args.captions):
            count = min(len(true), int(rng.choice([1, 2, 3, 4, 6, 8])))
            chosen = rng.choice(true, count, replace=False) if count else true
            texts.append(captions.caption(list(chosen), rng))
            owner.append(k)
            row = np.zeros(len(captions.CONCEPTS), bool)
            row[chosen] = True
            named.append(row)
    owner_, named_ = np.array(owner), np.array(named)
    sentences = Sentences(args.sources)
    bare, bare_named = [], []
    for k in range(len(captions.CONCEPTS)):
        for _ in range(60):
            bare.append(captions.caption([k], rng))
            bare_named.append(k)
    for _ in range(1500):
        pair = rng.choice(len(captions.CONCEPTS), 2, replace=False)
        bare.append(captions.caption(list(pair), rng))
        bare_named.append(list(pair))
    unique = sorted({*texts, *bare, *captions.NEUTRAL, *captions.NOUNS})
    print(f"{len(unique)} different captions", flush=True)
    where = {t: k for k, t in enumerate(unique)}
    store = args.work / "sentences.npz"
    if store.exists() and list(np.load(store)["texts"]) == unique:
        vectors = np.load(store)["vectors"]
    else:
        vectors = sentences.encode(unique)
        np.savez(store, texts=np.array(unique), vectors=vectors)
    sentence = torch.from_numpy(vectors)
    text_row = np.array([where[t] for t in texts])
    bare_row = np.array([where[t] for t in bare])
    neutral_row = np.array([where[t] for t in captions.NEUTRAL])

    used = np.flatnonzero(owner_ >= args.held)
    truth = torch.from_numpy(holds)
    towers = Towers()
    goal: list[torch.Tensor] = []

    def contrast(image: torch.Tensor, text: torch.Tensor, match: torch.Tensor) -> torch.Tensor:
        logits = towers.scale.exp().clamp(max=50) * image @ text.T
        match = match.float()
        by_text = (match / match.sum(0, keepdim=True)).T
        by_image = match / match.sum(1, keepdim=True)
        return -(
            (by_text * logits.T.log_softmax(1)).sum(1).mean()
            + (by_image * logits.log_softmax(1)).sum(1).mean()
        )

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        rows = rng.choice(used, args.batch, replace=False)
        own = owner_[rows]
        image = towers.image(features[rng.integers(3), own])
        text = towers.text(sentence[text_row[rows]])
        names = torch.from_numpy(named_[rows])
        missing = names.float() @ (~truth[own]).float().T
        match = missing.T < 0.5
        match[range(len(own)), range(len(own))] = True
        value = contrast(image, text, match)
        turn = torch.randperm(len(own))
        delta_i = functional.normalize(image[turn] - image, dim=-1)
        delta_t = functional.normalize(text[turn] - text, dim=-1)
        differences = 1 - (delta_i * delta_t).sum(1).mean()
        even = spread(image) + spread(text)
        total = value + 2 * differences + 0.3 * even
        numbers = {"contrast": number(value), "difference": number(differences)}
        if goal:
            pick = rng.integers(0, len(bare), 192)
            base = towers.text(sentence[neutral_row[rng.integers(0, len(neutral_row), 192)]])
            made = functional.normalize(towers.text(sentence[bare_row[pick]]) - base, dim=-1)
            concept = 1 - (made * goal[0][pick]).sum(1).mean()
            total = total + 10 * concept
            numbers["concept"] = number(concept)
        return total, numbers

    def image_vectors() -> Floats:
        with torch.no_grad():
            return towers.image(features[0]).numpy()

    half = args.steps // 2
    stage1 = Trainer(towers, args.work / "space1.pt", half, args.rate)
    stage1.run(loss, every=200, keep=1000)
    stage1.finish()
    for parameter in towers.image.parameters():
        parameter.requires_grad_(False)
    concept_rows = directions(image_vectors(), scores)
    wanted = [concept_rows[k] if isinstance(k, int) else concept_rows[k].sum(0) for k in bare_named]
    goal.append(functional.normalize(torch.from_numpy(np.array(wanted)), dim=-1))
    towers.train()
    stage2 = Trainer(towers, args.work / "space2.pt", args.steps - half, args.rate)
    stage2.run(loss, every=200, keep=1000)
    stage2.finish()

    vectors_i = image_vectors()
    np.save(args.work / "image_vectors.npy", vectors_i)
    report = evaluate(towers, sentence, text_row, owner_, named_, vectors_i, args.held)
    with torch.no_grad():
        base = towers.text(sentence[neutral_row]).mean(0, keepdim=True)
        targets = sentences.encode([c.target for c in captions.CONCEPTS])
        target = towers.text(torch.from_numpy(targets))
        delta = functional.normalize(target - base, dim=-1).numpy()
    agreement = (delta * concept_rows).sum(1)
    for k, concept in enumerate(captions.CONCEPTS):
        print(f"  {concept.name:18s} Δt·direction {agreement[k]:.2f}")
    report["concept_agreement"] = float(agreement.mean())
    (args.work / "space_report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report))
    np.savez(
        args.work / "directions.npz", directions=concept_rows, delta=delta,
        names=np.array([c.name for c in captions.CONCEPTS]),
    )  # fmt: skip

    encoder = ImageEncoder(backbone, towers.image, torch.from_numpy(centre)).eval()
    torch.save(encoder.state_dict(), args.work / "image_encoder.pt")
    export(encoder, {"image": torch.zeros(1, 3, SIDE, SIDE)}, ["vector"],
           args.out / "image_encoder.onnx")  # fmt: skip
    text = towers.text
    layers = {
        "w0": text.skip.weight.T * text.gain,
        "w1": text.first.weight.T * text.gain,
        "b1": text.first.bias,
        "w2": text.second.weight.T,
        "b2": text.second.bias,
    }
    np.savez(
        args.out / "text_projection.npz",
        **{k: v.detach().numpy().astype(np.float16) for k, v in layers.items()},
    )


def evaluate(
    towers: Towers, sentence: torch.Tensor, text_row: NDArray[np.int64],
    owner: NDArray[np.int64], named: NDArray[np.bool_], vectors: Floats, held: int,
) -> dict[str, float]:  # fmt: skip
    """Return the DeltaSpace figures on held-out faces, richest caption of each."""
    best = {}
    for row in np.flatnonzero(owner < held):
        k = owner[row]
        if k not in best or named[row].sum() > named[best[k]].sum():
            best[k] = row
    faces = np.array(sorted(best))
    rows = np.array([best[k] for k in faces])
    with torch.no_grad():
        text = towers.text(sentence[text_row[rows]]).numpy()
    image = vectors[faces]
    shift = np.roll(np.arange(len(faces)), 1)
    di, dt = image[shift] - image, text[shift] - text
    di /= np.linalg.norm(di, axis=1, keepdims=True)
    dt /= np.linalg.norm(dt, axis=1, keepdims=True)
    ranks = (di @ dt.T).argmax(1) == np.arange(len(faces))
    return {
        "held_out_faces": len(faces),
        "clip_like_cosine": float((image * text).sum(1).mean()),
        "delta_cosine": float((di * dt).sum(1).mean()),
        "delta_cosine_shuffled": float((di * dt[shift]).sum(1).mean()),
        "delta_recall_at_1": float(ranks.mean()),
        "delta_mean_distance": float(np.linalg.norm(di.mean(0) - dt.mean(0))),
    }


if __name__ == "__main__":
    main()

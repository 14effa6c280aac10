"""Label the parts of generated faces from the generator's own features.

The features of a generator know the parts of the face that it draws (DatasetGAN, CVPR 2021), so few
labels go far. Here not pictures are labelled but clusters of the features: `clusters` draws a sheet
of each, and somebody who looks at them says in a table which part it is, or leaves it out when it
is none or several. `fit` trains a small classifier on the pixels of the clusters with a label, and
`label` applies it to as many faces as are wanted; where the pack's matte sees no person, it is
background.

    python -m deltatrain.parts clusters --out work/parts
    python -m deltatrain.parts fit --out work/parts
    python -m deltatrain.parts label --out work/parts

A table belongs to the clusters of its run (`clusters.npz`), so what stays is the classifier:
faces/parts.npz is the one of faces/parts.csv, and labels faces without the first two steps. The
labels are parts.npy (faces, PARTS, 64, 64) in 1/255, and faces.npy, the indices of the faces in
the data set.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from PIL import Image, ImageDraw
from torch import nn
from torch.nn import functional

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

PARTS = (
    "background", "skin", "hair", "brows", "eyes", "mouth", "glasses", "hat", "clothes", "front",
)  # fmt: skip
"""Skin is also ears, neck and beard; front is a hand or a thing before the face."""
BACKGROUND, HAIR, HAT, CLOTHES, FRONT = (
    PARTS.index(part) for part in ("background", "hair", "hat", "clothes", "front")
)
GRID = 64
LAYERS = ("leakyrelu_130", "leakyrelu_173")
"""The trunk's last features at 32² and at 64², 512 channels each."""
LAYER_WEIGHTS = (0.625, 1.0)
CLUSTERS, COMPONENTS = 120, 96
HAT_ABOVE = 20
"""Cloth above this row of the grid is a hat."""


class Features:
    """The features and the matte of generated faces, of one process."""

    def __init__(self, pack: Path, threads: int = 2) -> None:
        """Open the trunk of a pack, with the features as outputs, and its matte."""
        model = onnx.load(pack / "generator_trunk.onnx")
        known = {name for node in model.graph.node for name in node.output}
        if missing := [name for name in LAYERS if name not in known]:
            raise KeyError(f"the trunk has no {', '.join(missing)}: its builder has changed")
        del model.graph.output[:]
        model.graph.output.extend(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in LAYERS
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._trunk: Any = onnxruntime.InferenceSession(model.SerializeToString(), options)
        self._matte: Any = onnxruntime.InferenceSession(pack / "matte.onnx", options)
        self._none = np.zeros((1, 512, GRID, GRID), np.float32)

    def of(self, style: Floats) -> Floats:
        """Return the features (4096, 1024) of a style code, pixel by pixel."""
        feeds = {"style": style[None], "offset": self._none, "reference": self._none}
        low, high = self._trunk.run(LAYERS, feeds)
        both = np.concatenate([low[0].repeat(2, 1).repeat(2, 2), high[0]])
        return both.reshape(len(both), -1).T

    def person(self, image: Bytes) -> Floats:
        """Return the matte (64, 64) of a picture (256, 256, 3)."""
        alpha = self._matte.run(None, {"image": image[None].astype(np.float32) / 255})[0]
        return alpha.reshape(GRID, 4, GRID, 4).mean((1, 3))


def nearest(points: Floats, centres: Floats) -> NDArray[np.int64]:
    """Return the index of the centre that each point is nearest to."""
    squared = (centres**2).sum(1) - 2 * points @ centres.T
    return np.asarray(squared.argmin(1))


def clusters(features: Features, data: Path, out: Path, count: int, seed: int) -> None:
    """Find the clusters and write clusters.npz, features.npy and the sheets."""
    rng = np.random.default_rng(seed)
    styles = np.load(data / "style.npy", mmap_mode="r")
    faces = np.sort(rng.choice(len(styles), count, replace=False))
    pixels = np.zeros((count, GRID * GRID, 1024), np.float16)
    for row, face in enumerate(faces):
        pixels[row] = features.of(np.asarray(styles[face], np.float32))
    flat = pixels.reshape(-1, 1024)
    chosen = flat[np.sort(rng.choice(len(flat), min(60_000, len(flat)), replace=False))]
    x = chosen.astype(np.float32)
    mean, scale = x.mean(0), x.std(0) + 1e-3
    scale /= np.repeat(np.array(LAYER_WEIGHTS, np.float32), 512)
    x = (x - mean) / scale
    basis = np.linalg.svd(x[:20_000], full_matrices=False)[2][:COMPONENTS].T
    points = x @ basis
    centres = points[rng.choice(len(points), CLUSTERS, replace=False)]
    for _ in range(40):
        at = nearest(points, centres)
        centres = np.stack([
            points[at == k].mean(0) if (at == k).any() else points[rng.integers(len(points))]
            for k in range(CLUSTERS)
        ])  # fmt: skip
    labels = np.stack([nearest((p.astype(np.float32) - mean) / scale @ basis, centres)
                       for p in pixels])  # fmt: skip
    np.save(out / "features.npy", pixels)
    np.savez(out / "clusters.npz", mean=mean, scale=scale, basis=basis, faces=faces,
             labels=labels.astype(np.uint8))  # fmt: skip
    images = np.load(data / "images.npy", mmap_mode="r")
    for first in range(0, CLUSTERS, 12):
        sheet(images, faces, labels, first, out / f"clusters_{first // 12}.jpg", rng)


def sheet(
    images: Bytes, faces: NDArray[np.int64], labels: NDArray[np.int64], first: int, out: Path,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Write the sheet of twelve clusters: where they lie in nine faces each."""
    cell, shown = 128, 9
    picture = Image.new("RGB", (48 + shown * cell, 12 * cell), "white")
    draw = ImageDraw.Draw(picture)
    for row in range(12):
        here = labels == first + row
        most = np.argsort(-here.sum(1))
        some = most[: max(shown, int((here.sum(1) > 10).sum()))]
        draw.text((2, row * cell + 4), str(first + row), fill="black")
        for column, k in enumerate([*some[:3], *rng.choice(some, shown - 3, replace=False)]):
            face = np.asarray(Image.fromarray(images[faces[k]]).resize((cell, cell)), np.float32)
            mask = here[k].reshape(GRID, GRID).repeat(2, 0).repeat(2, 1)[..., None]
            face = np.where(mask, face * 0.55 + np.array([115, 0, 0]), face * 0.75)
            picture.paste(Image.fromarray(face.astype(np.uint8)), (48 + column * cell, row * cell))
    picture.save(out, quality=85)


class Classifier(nn.Module):
    """features (N, 1024) of pixels -> logits (N, PARTS)."""

    def __init__(self) -> None:
        """Make an untrained classifier."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(1024))
        self.register_buffer("basis", torch.zeros(1024, COMPONENTS))
        self.net = nn.Sequential(nn.Linear(COMPONENTS, 64), nn.ReLU(), nn.Linear(64, len(PARTS)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return self.net((x - self.mean) @ self.basis)


def read_table(path: Path) -> dict[int, int]:
    """Return cluster -> part."""
    with path.open() as file:
        rows = {int(row["cluster"]): row["part"] for row in csv.DictReader(file)}
    if unknown := set(rows.values()) - set(PARTS):
        raise ValueError(f"{path}: {', '.join(sorted(unknown))}: want one of {', '.join(PARTS)}")
    return {cluster: PARTS.index(part) for cluster, part in rows.items()}


def fit(table: Path, out: Path, seed: int) -> None:
    """Train the classifier on the labelled clusters, and write parts.npz."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    found, part = np.load(out / "clusters.npz"), read_table(table)
    pixels = np.load(out / "features.npy", mmap_mode="r")
    model = Classifier()
    model.mean.copy_(torch.from_numpy(found["mean"]))
    basis = torch.from_numpy((found["basis"] / found["scale"][:, None]).astype(np.float32))
    x, y = [], []
    for row, labels in enumerate(found["labels"]):
        wanted = np.array([part.get(int(k), -1) for k in labels])
        wanted[: HAT_ABOVE * GRID][wanted[: HAT_ABOVE * GRID] == CLOTHES] = HAT
        some = np.flatnonzero(wanted >= 0)
        some = rng.choice(some, min(len(some), 900), replace=False)
        x.append(torch.from_numpy(pixels[row][some].astype(np.float32) - found["mean"]) @ basis)
        y.append(torch.from_numpy(wanted[some]))
    points, parts = torch.cat(x), torch.cat(y)
    model.basis.copy_(basis / (points.std(0) + 1e-3))
    points = points / (points.std(0) + 1e-3)
    weight = torch.bincount(parts, minlength=len(PARTS)).float().clamp_min(50).rsqrt()
    optimizer = torch.optim.AdamW(model.net.parameters(), 3e-3, weight_decay=1e-3)
    for epoch in range(8):
        total = 0.0
        for batch in torch.randperm(len(points)).split(2048):
            loss = functional.cross_entropy(
                model.net(points[batch]), parts[batch], weight, label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(batch) / len(points)
        print(f"epoch {epoch + 1}: loss {total:.4f}", flush=True)
    save(model, out / "parts.npz")


def save(model: Classifier, path: Path) -> None:
    """Write a classifier in half precision."""
    np.savez(path, **{k: v.numpy().astype(np.float16) for k, v in model.state_dict().items()})


def load(path: Path) -> Classifier:
    """Read a classifier."""
    model = Classifier()
    with np.load(path) as file:
        model.load_state_dict({k: torch.from_numpy(v.astype(np.float32)) for k, v in file.items()})
    return model.eval()


def label(
    features: Features, model: Classifier, data: Path, out: Path, count: int, seed: int
) -> None:
    """Label so many faces."""
    styles = np.load(data / "style.npy", mmap_mode="r")
    images = np.load(data / "images.npy", mmap_mode="r")
    rng = np.random.default_rng([seed, 1])
    faces = rng.choice(len(styles), min(count, len(styles)), replace=False)
    parts = np.zeros((len(faces), len(PARTS), GRID, GRID), np.uint8)
    for row, face in enumerate(faces):
        with torch.no_grad():
            x = torch.from_numpy(features.of(np.asarray(styles[face], np.float32)).copy())
            share = model(x).softmax(1).T.reshape(len(PARTS), GRID, GRID).numpy()
        share = within(share, features.person(images[face]))
        parts[row] = np.round(255 * share)
        if (row + 1) % 250 == 0:
            print(f"{row + 1}/{len(faces)}", flush=True)
    np.save(out / "parts.npy", parts)
    np.save(out / "faces.npy", faces)


def within(share: Floats, person: Floats) -> Floats:
    """Return the shares of the parts with all that lies outside of the person as background."""
    outside = np.clip((0.3 - person) / 0.25, 0, 1)
    share = share * (1 - outside)
    share[BACKGROUND] += outside
    return share / share.sum(0)


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["clusters", "fit", "label"])
    parser.add_argument("--pack", type=Path, default=Path("../build/packs/faces"))
    parser.add_argument("--data", type=Path, default=Path("work/data"))
    parser.add_argument("--table", type=Path, default=Path("faces/parts.csv"))
    parser.add_argument("--classifier", type=Path, default=Path("faces/parts.npz"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", type=int, help="360 for clusters, 3000 to label")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.step == "clusters":
        clusters(Features(args.pack), args.data, args.out, args.faces or 360, args.seed)
    elif args.step == "fit":
        fit(args.table, args.out, args.seed)
    else:
        model = load(args.classifier)
        label(Features(args.pack), model, args.data, args.out, args.faces or 3000, args.seed)

"""Report on DeltaSpace: how well differences of pictures and of texts agree.

    python -m deltatrain.deltaspace --work work --sources SOURCES --out faces/deltaspace \
        --clip FOLDER

Image vectors and captions of held-out generated faces in this project's space
and, when FOLDER holds them, CLIP ViT-B/32's of CelebA and COCO
(cspace_celeba_i.npy, …: 1,500 pairs each, published with the paper's code).
Writes a table (.md), the figures (.json) and a picture (.png): the first two
principal components of pictures (blue) and texts (orange), in the space itself
and of their differences.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from deltatrain.data.axes import AXES
from deltatrain.data.chart import Chart
from deltatrain.text.head import Sentences, TextHead
from deltatrain.train.tower import captioned, random_pairs

Floats = NDArray[np.float32]
SIDE, MARGIN = 380, 34
BLUE, ORANGE = (31, 94, 180), (230, 120, 20)


@dataclass
class Clouds:
    """Vectors of pictures and texts, and their differences; all (N, D) of unit length."""

    name: str
    image: Floats
    text: Floats
    delta_image: Floats
    delta_text: Floats


def unit(x: Floats) -> Floats:
    """Return the rows at unit length."""
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def figures(image: Floats, text: Floats) -> dict[str, float]:
    """Return what the table holds, of paired unit vectors (N, D)."""
    cosines = image @ text.T
    shuffled = np.roll(np.arange(len(text)), 1)
    return {
        "paired": float(np.diag(cosines).mean()),
        "shuffled": float(cosines[np.arange(len(image)), shuffled].mean()),
        "recall_at_1": float((cosines.argmax(1) == np.arange(len(image))).mean()),
        "means": float(np.linalg.norm(image.mean(0) - text.mean(0))),
    }


def ours(work: Path, sources: Path, seed: int) -> Clouds:
    """Return 1,500 random pairs of held-out faces and their captions."""
    with np.load(work / "space.npz") as file:
        table = dict(file)
    chart = Chart.load(table)
    head = TextHead(len(AXES) + 1)
    head.load_state_dict(torch.load(work / "text.pt", weights_only=True)["average"])
    rng = np.random.default_rng([seed, 0xD5])
    image, text = captioned(head, chart, Sentences(sources), table, rng)
    pairs = random_pairs(rng, len(image))
    delta_i, delta_t = (unit(x[pairs[:, 1]] - x[pairs[:, 0]]) for x in (image, text))
    return Clouds("this space, generated faces", image, text, delta_i, delta_t)


def clip(folder: Path) -> list[Clouds]:
    """Return the published CLIP features that the folder holds."""
    out = []
    for key, title in (("celeba", "CLIP, CelebA"), ("cocoval", "CLIP, COCO")):
        parts = [folder / f"cspace_{key}_{part}.npy" for part in ("i", "t", "deltai", "deltat")]
        if all(path.exists() for path in parts):
            out.append(Clouds(title, *(unit(np.load(path).astype(np.float32)) for path in parts)))
    return out


def scatter(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], title: str, a: Floats, b: Floats
) -> None:
    """Draw two clouds in a square panel at a place, by their common principal components."""
    both = np.concatenate([a, b])
    centred = both - both.mean(0)
    plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    reach = np.abs(plane).max() * 1.05
    x0, y0 = at
    pen.rectangle((x0, y0, x0 + SIDE, y0 + SIDE), outline=(190, 190, 190))
    pen.text((x0 + 2, y0 - 22), title, fill="black", font_size=15)
    order = np.random.default_rng(0).permutation(len(plane))
    for k in order:
        x, y = (plane[k] / reach + 1) * SIDE / 2
        colour = BLUE if k < len(a) else ORANGE
        pen.ellipse((x0 + x - 1.5, y0 + y - 1.5, x0 + x + 1.5, y0 + y + 1.5), fill=colour)


def picture(clouds: list[Clouds]) -> Image.Image:
    """Return the panels: a row for every set, the space and its differences side by side."""
    out = Image.new("RGB", (2 * SIDE + 3 * MARGIN, len(clouds) * (SIDE + 2 * MARGIN)), "white")
    pen = ImageDraw.Draw(out)
    for row, c in enumerate(clouds):
        y = row * (SIDE + 2 * MARGIN) + MARGIN + 10
        scatter(pen, (MARGIN, y), c.name, c.image, c.text)
        title = f"{c.name}: differences"
        scatter(pen, (2 * MARGIN + SIDE, y), title, c.delta_image, c.delta_text)
    return out


def main() -> None:
    """Write the table, the figures and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--clip", type=Path, help="folder of the published CLIP features")
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    clouds = [ours(args.work, args.sources, args.seed), *(clip(args.clip) if args.clip else [])]
    lines = [
        "| set | space | cosine, paired | shuffled | R@1 | distance of means |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    report = {}
    for c in clouds:
        both = ((" itself", c.image, c.text), (" differences", c.delta_image, c.delta_text))
        for title, image, text in both:
            f = report[c.name + title] = figures(image, text)
            lines.append(
                f"| {c.name} ({len(image)}) |{title} | {f['paired']:.3f} | {f['shuffled']:.3f} | "
                f"{f['recall_at_1']:.1%} | {f['means']:.3f} |"
            )
    args.out.with_suffix(".md").write_text("\n".join(lines) + "\n")
    args.out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    picture(clouds).save(args.out.with_suffix(".png"), optimize=True)
    print("\n".join(lines))

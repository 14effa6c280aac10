"""Make sheets of faces to annotate by eye, those first that are likely to be rare.

    python -m deltatrain.annotate --data work/data --encoder faces/image_encoder.onnx \
        --known faces/annotations.csv --out work/sheets

Hats, curls or sunglasses come on few faces, so annotating faces at random wastes
the eye. The image encoder of an earlier pack ranks the faces along every rare
axis, and those highest that have no annotation yet are put on sheets of 5 × 4,
each under its index. What is seen goes into faces/annotations.csv, in the codes
of deltatrain.data.axes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from deltatrain.data.axes import AXES
from deltatrain.data.chart import CHART_SEED, Chart

WANTED = (
    ("hat", 110), ("sunglasses", 90), ("glasses", 80), ("bald", 110), ("beard", 90),
    ("moustache", 90), ("hair_red", 110), ("hair_curly", 120), ("tied", 100), ("earrings", 70),
    ("necklace", 110), ("makeup", 80), ("fringe", 50), ("hair_grey", 60), ("hair_blond", 50),
    ("chubby", 70), ("hair_brown", 40),
)  # fmt: skip
"""Rare axes and how many of the faces highest on them are wanted."""
COLUMNS, ROWS, SIDE, TITLE = 5, 4, 240, 18


def coordinates(encoder: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the axes (N, len(AXES)) of pictures (N, 256, 256, 3), up to each vector's length."""
    session = onnxruntime.InferenceSession(encoder)
    rows = []
    for image in images:
        small = image.astype(np.float32).reshape(128, 2, 128, 2, 3).mean((1, 3))
        feed = {"image": small.transpose(2, 0, 1)[None] / 127.5 - 1}
        rows.append(session.run(None, feed)[0][0])
    chart = Chart.draw(1.0, CHART_SEED)
    vectors = np.array(rows)
    flat = vectors / (vectors @ chart.constant.numpy())[:, None]
    return flat @ chart.axes.numpy().T


def ranked(axes: NDArray[np.float32], known: set[int]) -> list[int]:
    """Return the rows of axes (N, len(AXES)) worth a look, in their order, without the known."""
    chosen: set[int] = set()
    for name, count in WANTED:
        order = np.argsort(-axes[:, AXES.index(name)])
        fresh = [int(k) for k in order if int(k) not in known]
        chosen |= set(fresh[:count])
    return sorted(chosen)


def sheet(images: NDArray[np.uint8], indices: Sequence[int]) -> Image.Image:
    """Return the faces of the indices under their numbers."""
    out = Image.new("RGB", (COLUMNS * SIDE, ROWS * (SIDE + TITLE)), "white")
    pen = ImageDraw.Draw(out)
    for place, index in enumerate(indices):
        x, y = place % COLUMNS * SIDE, place // COLUMNS * (SIDE + TITLE)
        picture = Image.fromarray(np.array(images[index]))
        out.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (x, y + TITLE))
        pen.text((x + 4, y + 2), str(index), fill="black", font_size=14)
    return out


def main() -> None:
    """Write the sheets: sheet_000.jpg and so on."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--known", type=Path, required=True, help="annotations so far")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    done = np.flatnonzero(np.load(args.data / "done.npy", mmap_mode="r"))
    images = np.load(args.data / "images.npy", mmap_mode="r")
    known = [int(line.split(",")[0]) for line in args.known.read_text().splitlines()]
    axes = coordinates(args.encoder, images[done])
    chosen = [int(done[k]) for k in ranked(axes, set(np.flatnonzero(np.isin(done, known))))]
    args.out.mkdir(parents=True, exist_ok=True)
    per = COLUMNS * ROWS
    for number, start in enumerate(range(0, len(chosen), per)):
        picture = sheet(images, chosen[start : start + per])
        picture.save(args.out / f"sheet_{number:03d}.jpg", quality=90)
    print(f"{len(chosen)} faces on {-(-len(chosen) // per)} sheets")

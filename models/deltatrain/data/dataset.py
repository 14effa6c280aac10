"""Draw generated faces with their exact style codes.

Every face is a function of (seed, index) alone, so a run that was cut off goes
on where it stopped and two processes can fill one data set.

    python -m deltatrain.dataset --pack ../build/packs/faces --out work/data --part 0/2 &
    python -m deltatrain.dataset --pack ../build/packs/faces --out work/data --part 1/2

With --probe (deltatrain.data.probe) every face is the one of several draws that ranks
highest on a randomly chosen rare axis.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deltatrain.data.probe import RARE
from deltatrain.data.synth import GROUPS, STYLE_CHANNELS, Floats, Synth, shrink

SIDE = 256


def draw(synth: Synth, seed: int, index: int) -> Floats:
    """Return the three w (3, 512) of a face: coarse, medium and fine.

    Half of the faces use one w throughout; the others mix two at a group
    border. Truncation is uniform in [0.5, 1].
    """
    rng = np.random.default_rng([seed, 0xB, index])
    psi = rng.uniform(0.5, 1.0)
    first, second = (synth.map(rng.standard_normal(512).astype(np.float32), psi) for _ in range(2))
    pattern = (0, 0, 0) if index % 2 == 0 else ((0, 1, 1), (0, 0, 1), (0, 1, 0))[rng.integers(3)]
    return np.stack([(first, second)[k] for k in pattern]).astype(np.float32)


class Search:
    """Draws faces that are high on rare axes."""

    def __init__(self, path: Path, candidates: int = 24) -> None:
        """Read the probes that deltatrain.data.probe wrote."""
        with np.load(path) as file:
            self._weights, self._mean, self._std = file["weights"], file["mean"], file["std"]
            names = list(file["names"])
        self._rare = [(names.index(name), sign) for name, sign in RARE]
        self._candidates = candidates

    def draw(self, synth: Synth, seed: int, index: int) -> Floats:
        """Return the w3 (3, 512) of the best of several faces, a function of seed and index."""
        rng = np.random.default_rng([seed, 0x5, index])
        axis, sign = self._rare[rng.integers(len(self._rare))]
        first = index * self._candidates
        drawn = [draw(synth, seed, first + k) for k in range(self._candidates)]
        flat = (np.stack(drawn).reshape(self._candidates, -1) - self._mean) / self._std
        return drawn[int(np.argmax(sign * flat @ self._weights[:, axis]))]


def expand(w3: Floats) -> Floats:
    """Return W+ (23, 512) of three group w (3, 512)."""
    first, second, last = GROUPS
    return np.repeat(w3, [first, second - first, last - second], axis=0)


def to_bytes(image: Floats) -> NDArray[np.uint8]:
    """Return (H, W, 3) bytes of a planar picture in [-1, 1]."""
    return np.clip(image.transpose(1, 2, 0) * 127.5 + 128, 0, 255).astype(np.uint8)


def memory(path: Path, shape: tuple[int, ...], dtype: str) -> np.memmap:
    """Open the array at path, creating it when it is missing."""
    if path.exists():
        array = np.lib.format.open_memmap(path, mode="r+")
        if array.shape != shape:
            raise ValueError(f"{path}: shape {array.shape}, want {shape}; remove it to start anew")
        return array
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def main() -> None:
    """Fill the arrays images, style, w3 and done under --out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True, help="folder of the built graphs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="0/1", help="k/n: the indices that are k modulo n")
    parser.add_argument("--preview", action="store_true", help="draw with the preview head")
    parser.add_argument("--probe", type=Path, help="look for rare faces with these probes")
    args = parser.parse_args()
    part, parts = (int(x) for x in args.part.split("/"))

    args.out.mkdir(parents=True, exist_ok=True)
    n = args.count
    images = memory(args.out / "images.npy", (n, SIDE, SIDE, 3), "uint8")
    style = memory(args.out / "style.npy", (n, STYLE_CHANNELS), "float16")
    w3 = memory(args.out / "w3.npy", (n, 3, 512), "float32")
    done = memory(args.out / "done.npy", (n,), "uint8")
    synth = Synth(args.pack, threads=1 if parts > 1 else 0)

    search = Search(args.probe) if args.probe else None

    start, made = time.time(), 0
    for index in range(part, n, parts):
        if done[index]:
            continue
        w3[index] = (search.draw if search else draw)(synth, args.seed, index)
        style[index] = s = synth.style(expand(w3[index]))
        images[index] = to_bytes(synth.preview(s) if args.preview else shrink(synth.image(s)))
        done[index] = 1
        made += 1
        if made % 200 == 0:
            print(f"{index + 1}/{n} {(time.time() - start) / made * 1000:.0f} ms/face", flush=True)

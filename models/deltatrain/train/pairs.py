"""Make the pairs that the diffusion model is trained on: faces and what the GAN makes of them.

A pair is a face as it might stand in a photograph, the style code that the pack's
inverter names for it, and the preview that the pack's generator draws of this code
and of the feature offset that goes with it: what the program shows at once. The
inverter keeps the kind of person and loses this one, and on generated faces it does
so too little: therefore they are warped, mixed, put before other backgrounds, hidden
in part and photographed badly (deltatrain.data.augment); faces are mixed with others of their
own side of what is held out only. Some of the pairs keep the true
style code of the face, and some have that of another, a random step away in each
third of the generator.

    python -m deltatrain.pairs --pack ../build/packs/faces --data work/data \
        --sources SOURCES --offset work/offset.pt --inverter INVERTER --work work/diffusion/pairs

With `--again FOLDER` faces and codes are those of another folder's pairs, and only the
previews are drawn anew.

Pairs lie in files that are mapped into memory; `done.npy` says which are there, so that a
run that was killed goes on, and training may use what there is while more are made.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from deltatrain.data import augment
from deltatrain.data.synth import GROUPS, STYLE_CHANNELS
from deltatrain.train.backbone import held_out
from deltatrain.train.gan import load_preview
from deltatrain.train.offset import Codes, Offset

SIDE = 256
TRUE_STYLE, STEPPED = 0.06, 0.3
"""Shares of the pairs with the true style code, and with one a step away from it."""
STEP = (0.2, 0.6)
"""How far it is, in deviations of w; drawn for coarse, medium and fine layers apart."""
BATCH = 12


class Cache:
    """Pairs on disk: faces and conditions (N, 256, 256, 3) as bytes, style codes (N, 6752)."""

    def __init__(self, folder: Path, count: int = 0) -> None:
        """Open the pairs in folder, made for count pairs if there are none; 0 only reads."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

        def opened(name: str, kind: Any, *shape: int) -> Any:
            path = folder / f"{name}.npy"
            if path.exists():
                return np.lib.format.open_memmap(path, "r+" if count else "r")
            if not count:
                raise FileNotFoundError(f"{path}: no pairs: run deltatrain.pairs first")
            return np.lib.format.open_memmap(path, "w+", kind, (count, *shape))

        self.faces = opened("faces", np.uint8, SIDE, SIDE, 3)
        self.conditions = opened("conditions", np.uint8, SIDE, SIDE, 3)
        self.styles = opened("styles", np.float16, STYLE_CHANNELS)
        self.done = opened("done", bool)
        if count and len(self.done) != count:
            raise ValueError(f"{folder}: made for {len(self.done)} pairs, asked for {count}")

    def __len__(self) -> int:
        """Return how many pairs there is room for."""
        return len(self.done)

    def rows(self, of: int, *, held: bool) -> NDArray[np.int64]:
        """Return the pairs that are there; pair k was made of face k mod `of`."""
        rows = np.flatnonzero(self.done)
        return rows[held_out(of)[rows % of] == held]


def picture(x: NDArray[np.uint8]) -> torch.Tensor:
    """Return bytes (N, H, W, 3) as (N, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2))).float() / 127.5 - 1


def pixels(x: torch.Tensor) -> NDArray[np.uint8]:
    """Return (N, 3, H, W) in [-1, 1] as bytes (N, H, W, 3), rounded."""
    y = (x.clamp(-1, 1) + 1) * 127.5
    return y.round().byte().permute(0, 2, 3, 1).numpy()


class Drawer:
    """Draws a face from its style code and feature offset with the GAN, and finds the person."""

    def __init__(self, pack: Path, sources: Path, faces: Path, offset: Path, threads: int) -> None:
        """Open the generator of sources, its head in faces, the offset's checkpoint, the matte."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._matte: Any = onnxruntime.InferenceSession(pack / "matte.onnx", options)
        self._generator = load_preview(sources, faces / "preview_head.onnx")
        weights = torch.load(offset, weights_only=True)["average"]
        self._offset = Offset(len(weights["pixels.bias"]), len(weights["blocks.0.wide.bias"]))
        self._offset.load_state_dict(weights)

    @torch.no_grad()
    def previews(self, faces: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
        """Return previews (N, 3, 256, 256) of style codes, with the offsets that faces need."""
        trunk, head = self._generator.trunk, self._generator.head
        drawn = []
        for face, style in zip(faces[:, None], styles[:, None], strict=True):  # one is fastest
            with torch.autocast("cpu", torch.bfloat16):
                features = trunk(style)
                offset = self._offset(face, head(features, style), features, style)
                drawn.append(head(features + offset, style).float())
        return torch.cat(drawn)

    def complete(self, cache: Cache, batch: NDArray[np.int64]) -> None:
        """Draw the previews of pairs whose faces and codes are there."""
        style = torch.from_numpy(cache.styles[batch].astype(np.float32))
        cache.conditions[batch] = pixels(self.previews(picture(cache.faces[batch]), style))
        cache.done[batch] = True

    def mattes(self, faces: torch.Tensor) -> torch.Tensor:
        """Return the share of a person (N, 1, 256, 256) in every pixel."""
        images = ((faces + 1) / 2).permute(0, 2, 3, 1).contiguous().numpy()
        found = [self._matte.run(None, {"image": x[None]})[0] for x in images]
        return torch.from_numpy(np.concatenate(found)).permute(0, 3, 1, 2).clamp(0, 1)


class Stepper:
    """Style codes at random steps from those of known faces."""

    def __init__(self, pack: Path, w: NDArray[np.float32], threads: int) -> None:
        """Open the generator's affine layers; w (N, 3, 512) are those of the faces."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._affine: Any = onnxruntime.InferenceSession(pack / "affine.onnx", options)
        self._w = w
        values, vectors = np.linalg.eigh(np.cov(w[:2000, 0], rowvar=False))
        self._root = (vectors * np.sqrt(values.clip(0))).T
        self._layers = np.diff((0, *GROUPS))

    def __call__(self, face: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return a style code (6752,) a step away from a face's."""
        far = rng.uniform(*STEP, (3, 1))
        w = self._w[face] + far * (rng.standard_normal((3, 512)) @ self._root)
        rows = np.repeat(w, self._layers, 0)[None].astype(np.float32)
        return self._affine.run(None, {"w_plus": rows})[0][0]


def strange(x: torch.Tensor, matte: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Return faces (N, 3, 256, 256) as photographs might have them, and somewhat beyond."""
    n = len(x)

    def some(share: float) -> torch.Tensor:
        return torch.from_numpy(rng.random((n, 1, 1, 1)) < share)

    behind, before = augment.texture(x, rng), augment.texture(x, rng)
    mask = torch.where(some(0.5), ((matte - 0.3) * 2.5).clamp(0, 1), torch.ones_like(matte))
    y = behind + mask * (x - behind)
    y = torch.where(some(0.4), augment.blend(y, rng, 1.0), y)
    y = augment.warp(y, rng, float(rng.uniform(0, 1.2)))
    y = augment.jitter_crop(y, rng, float(rng.uniform(0, 1.2)))
    y = augment.shapes(y, rng, before)
    y = augment.colours(y, rng, float(rng.uniform(0.5, 1.8)))
    return torch.where(some(0.5), augment.degrade(y, rng), y)


def plan(faces: int, count: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return batches of pairs to make: 48 held-out ones, then the others, in a random order."""
    batches = []
    for first in range(0, count, faces):
        rows = np.arange(first, min(first + faces, count))
        held = held_out(faces)[rows % faces]
        for side in (True, False):
            order = rng.permutation(rows[held == side])
            if side:
                order = order[: 4 * BATCH]
            batches += [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
    return batches


class Maker:
    """Makes pairs of generated faces."""

    def __init__(self, args: argparse.Namespace, drawer: Drawer) -> None:
        """Open the faces, their codes, and the inverter."""
        self._drawer, self._seed = drawer, args.seed
        self._codes = Codes(args.inverter, args.threads)
        self.images = np.load(args.data / "images.npy", mmap_mode="r")
        self._styles = np.load(args.data / "style.npy", mmap_mode="r")
        w3 = np.load(args.data / "w3.npy", mmap_mode="r")
        self._stepper = Stepper(args.pack, w3, args.threads)

    def make(self, cache: Cache, batch: NDArray[np.int64], number: int) -> None:
        """Make a batch's faces and codes; what is random is of the seed and its number."""
        torch.manual_seed(self._seed + number)
        rng = np.random.default_rng((self._seed, number))
        sources = batch % len(self.images)
        plain = picture(self.images[sources])
        faces = strange(plain, self._drawer.mattes(plain), rng)
        kind = torch.from_numpy(rng.random(len(batch)))
        known = kind < TRUE_STYLE + STEPPED
        mild = augment.shapes(augment.colours(plain, rng, 0.7), rng, augment.texture(plain, rng))
        faces[known] = mild[known]
        cache.faces[batch] = pixels(faces)
        code = torch.from_numpy(np.asarray(self._styles[sources], np.float32))
        for k in torch.nonzero(kind < STEPPED)[:, 0].tolist():
            code[k] = torch.from_numpy(self._stepper(sources[k], rng))
        if not known.all():
            code[~known] = self._codes(picture(cache.faces[batch[~known.numpy()]]))
        cache.styles[batch] = code.numpy()


def main() -> None:
    """Make the pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--faces", type=Path, default=Path("faces"), help="trained parts")
    parser.add_argument("--offset", type=Path, required=True, help="checkpoint of its training")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--inverter", type=Path, help="faces to style codes")
    parser.add_argument("--again", type=Path, help="pairs whose faces and codes to take")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument(
        "--count", type=int, default=18000, help="more than faces: again, otherwise"
    )
    parser.add_argument("--most", type=int, default=0, help="stop after so many; 0: all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    drawer = Drawer(args.pack, args.sources, args.faces, args.offset, args.threads)
    if args.again:
        source = Cache(args.again)
        cache, maker = Cache(args.work, len(source)), None
        rows = np.flatnonzero(source.done)
        order = [rows[k : k + BATCH] for k in range(0, len(rows), BATCH)]
        np.random.default_rng(args.seed).shuffle(order)
    else:
        cache, maker = Cache(args.work, args.count), Maker(args, drawer)
        order = plan(len(maker.images), args.count, np.random.default_rng(args.seed))
    start, made = time.time(), 0
    for number, batch in enumerate(order):
        if cache.done[batch].all():
            continue
        if maker:
            maker.make(cache, batch, number)
        else:
            cache.faces[batch], cache.styles[batch] = source.faces[batch], source.styles[batch]
        drawer.complete(cache, batch)
        made += len(batch)
        if made % (20 * BATCH) < BATCH:
            pace = (time.time() - start) / made
            print(f"{int(cache.done.sum())} pairs, {pace * 1000:.0f} ms each", flush=True)
        if args.most and made >= args.most:
            break

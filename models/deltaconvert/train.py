"""Trains the official delta mapper on a converted pack, as the paper does.

    python -m deltatrain.mapper --pack PACK --data work/official --out work/mapper
    python -m deltatrain.mapper --pack PACK --data work/official --photos FOLDER ...

Codes and CLIP vectors are drawn from the pack's own generator, 200,000 by default, and,
with --photos, of aligned faces by its inverter; they lie in DATA as pairs of arrays
`sspace_*_feat.npy` and `cspace_*_feat.npy`, the names of the official code, whose
published arrays can be laid beside them. Then pairs are drawn at random: the mapper is
given s1, i1 and Δi = normalise(i2 − i1) and is to give s2 − s1, by mean squared error and
cosine, Adam with rate 0.5, batches of 64. OUT/delta_mapper.pt is the official state dict,
for the converter's --mapper. A run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from deltaconvert import mapper
from deltaconvert.parity import Session

Floats = npt.NDArray[np.float32]

HELD = 50
"""One face in this many is held out for validation."""


class Faces:
    """Makes style codes and image vectors with a pack's graphs, on the CPU."""

    def __init__(self, pack: Path) -> None:
        """Reads the manifest; graphs are loaded when they are first used."""
        self._pack = pack
        self._parts = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))["components"]
        self._sessions: dict[str, Session] = {}
        self.channels = self._tensor("delta_mapper", "inputs", "style")[-1]
        self.space = self._tensor("delta_mapper", "inputs", "delta")[-1]
        self.layer = self._parts["delta_mapper"]["params"]["layer"]
        self._width = self._tensor("mapping", "inputs", "z")[-1]
        self._latents = self._tensor("affine", "inputs", "w_plus")[1]

    def _tensor(self, part: str, side: str, role: str) -> list[int]:
        return self._parts[part]["graphs"][0][side][role]["shape"]

    def _run(self, part: str, index: int = 0, **feeds: Any) -> dict[str, Floats]:
        graph = self._parts[part]["graphs"][index]
        name = graph["model"].removesuffix(".onnx")
        if name not in self._sessions:
            self._sessions[name] = Session(self._pack, name)
        return self._sessions[name](**feeds)

    @property
    def inverter_side(self) -> int:
        """Side of the picture that the inverter sees."""
        return self._tensor("inverter", "inputs", "image")[-1]

    def drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Returns style (channels,) and image vector (space,) of a random face."""
        z = rng.standard_normal((1, self._width), np.float32)
        w = self._run("mapping", z=z, truncation=np.float32([1]))["w"]
        w_plus = np.repeat(w[:, None], self._latents, 1)
        style = self._run("affine", w_plus=w_plus)["style"]
        made: dict[str, Floats] = {"style": style, "w_plus": w_plus}
        for index in range(len(self._parts["generator"]["graphs"])):
            made |= self._run("generator", index, **self._of("generator", index, made))
        return style[0], self.seen(made["image"])

    def _of(self, part: str, index: int, values: dict[str, Floats]) -> dict[str, Floats]:
        return {name: values[name] for name in self._parts[part]["graphs"][index]["inputs"]}

    def photographed(self, face: Image.Image) -> tuple[Floats, Floats]:
        """Returns style (channels,) and image vector (space,) of an aligned face."""
        face = face.convert("RGB").resize((256, 256), Image.Resampling.BOX)
        planes = np.asarray(face, np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        style = self._run("inverter", image=areas(planes, self.inverter_side))["style"]
        return style[0], self.seen(planes)

    def seen(self, planes: Floats) -> Floats:
        """Returns the image vector (space,) of a picture (1, 3, side, side) in [-1, 1]."""
        params = self._parts["image_encoder"]["params"]
        mean, std = (np.float32(params[k]).reshape(1, 3, 1, 1) for k in ("mean", "std"))
        side = self._tensor("image_encoder", "inputs", "image")[-1]
        small = (areas(planes, side) + 1) / 2
        return self._run("image_encoder", image=(small - mean) / std)["vector"][0]


def areas(planes: Floats, side: int) -> Floats:
    """Returns pictures (1, 3, n, n) averaged over areas to a side that is not larger."""
    n = planes.shape[-1]
    ends = np.linspace(0, n, side + 1)
    pixels = np.arange(n)
    low = np.maximum(ends[:-1, None], pixels)
    high = np.minimum(ends[1:, None], pixels + 1)
    weights = (np.maximum(high - low, 0) * side / n).astype(np.float32)
    return weights @ planes @ weights.T


def arrays(folder: Path, name: str, count: int, faces: Faces) -> tuple[np.memmap, np.memmap]:
    """Opens, or makes, the pair of arrays of a set; rows of zeros are still to be made."""
    made = []
    for space, width in (("sspace", faces.channels), ("cspace", faces.space)):
        path = folder / f"{space}_{name}_feat.npy"
        if path.exists():
            array = np.lib.format.open_memmap(path, mode="r+")
            if array.shape != (count, width):
                raise ValueError(f"{path}: shape {array.shape}, want {(count, width)}; remove it")
        else:
            array = np.lib.format.open_memmap(path, "w+", np.float32, (count, width))
        made.append(array)
    return made[0], made[1]


def draw(faces: Faces, folder: Path, count: int, seed: int) -> None:
    """Fills the set "noise"; a face is a function of seed and index alone."""
    styles, vectors = arrays(folder, "noise", count, faces)
    start, made = time.monotonic(), 0
    for index in range(count):
        if vectors[index].any():
            continue
        styles[index], vectors[index] = faces.drawn(np.random.default_rng([seed, index]))
        made += 1
        if made % 100 == 0:
            pace = (time.monotonic() - start) / made
            print(f"{index + 1}/{count} faces, {pace * 1000:.0f} ms each", flush=True)


def photograph(faces: Faces, folder: Path, photos: Path) -> None:
    """Fills the set "photos" from the aligned faces in a folder, in the order of names."""
    files = sorted(p for p in photos.iterdir() if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    if not files:
        raise ValueError(f"{photos}: there are no PNG or JPEG pictures")
    styles, vectors = arrays(folder, "photos", len(files), faces)
    for index, path in enumerate(files):
        if vectors[index].any():
            continue
        with Image.open(path) as face:
            styles[index], vectors[index] = faces.photographed(face)


def load(folder: Path, faces: Faces) -> tuple[Tensor, Tensor]:
    """Returns styles (N, channels) and unit image vectors (N, space) of all sets."""
    styles, vectors = [], []
    for path in sorted(folder.glob("sspace_*_feat.npy")):
        other = path.with_name(path.name.replace("sspace", "cspace", 1))
        s, c = np.load(path, mmap_mode="r"), np.load(other, mmap_mode="r")
        if s.shape != (len(c), faces.channels) or c.shape[1] != faces.space:
            raise ValueError(f"{path}, {other}: shapes {s.shape} and {c.shape} do not fit the pack")
        styles.append(torch.from_numpy(np.array(s, np.float32)))
        vectors.append(torch.from_numpy(np.array(c, np.float32)))
    return torch.cat(styles), F.normalize(torch.cat(vectors), dim=1)


def pair(
    net: mapper.DeltaMapper, styles: Tensor, vectors: Tensor, first: Tensor, second: Tensor
) -> Tensor:
    """Returns the loss of pairs of faces."""
    s1, i1 = styles[first], vectors[first]
    wanted = styles[second] - s1
    delta = vectors[second] - i1
    delta = delta / delta.norm(dim=1, keepdim=True).clamp(min=1e-5)
    made = net(s1, torch.cat([i1, delta], 1))
    return F.mse_loss(made, wanted) + 1 - F.cosine_similarity(made, wanted, dim=1).mean()


def train(
    styles: Tensor, vectors: Tensor, layout: mapper.Layout, out: Path, *,
    steps: int, batch: int, rate: float, seed: int, every: int = 500,
) -> list[dict[str, float]]:  # fmt: skip
    """Trains, and writes out/delta_mapper.pt; returns the held-out losses by step."""
    torch.manual_seed(seed)
    net = mapper.DeltaMapper(layout)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    held = torch.arange(len(styles)) % HELD == 0
    known, unseen = torch.nonzero(~held).flatten(), torch.nonzero(held).flatten()
    state = out / "training.pt"
    begun, curve = 0, []
    if state.exists():
        saved = torch.load(state, weights_only=True)
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        begun, curve = saved["step"], saved["curve"]
        print(f"resumed at step {begun}", flush=True)
    draws = torch.Generator().manual_seed(seed + 1)
    checks = unseen[torch.randint(len(unseen), (2, 256), generator=draws)]

    def note(step: int) -> None:
        with torch.no_grad():
            loss = float(pair(net, styles, vectors, checks[0], checks[1]))
        if not np.isfinite(loss):
            raise FloatingPointError(f"step {step}: the held-out loss is {loss}")
        curve.append({"step": step, "loss": loss})
        print(f"held out at {step}: {loss:.4f}", flush=True)
        whole = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
        _save({**whole, "step": step, "curve": curve}, state)

    for step in range(begun, steps):
        if (step % every == 0 and step != begun) or step == 0:
            note(step)
        draws.manual_seed(seed * 1_000_003 + step)  # the same pairs after a stop
        first, second = known[torch.randint(len(known), (2, batch), generator=draws)]
        loss = pair(net, styles, vectors, first, second)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if begun < steps:
        note(steps)
    _save(net.state_dict(), out / "delta_mapper.pt")
    return curve


def _save(value: Any, path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(value, temporary)
    temporary.replace(path)


def main(arguments: list[str] | None = None) -> None:
    """Draws what is missing and trains."""
    parser = argparse.ArgumentParser(
        prog="deltatrain.mapper --pack",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pack", type=Path, required=True, help="a converted pack")
    parser.add_argument("--data", type=Path, required=True, help="folder of the arrays")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained mapper")
    parser.add_argument("--photos", type=Path, help="folder of aligned faces")
    parser.add_argument("--count", type=int, default=200_000, help="faces to draw")
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=4)
    o = parser.parse_args(arguments)
    faces = Faces(o.pack)
    for folder in (o.data, o.out):
        folder.mkdir(parents=True, exist_ok=True)
    if o.count:
        draw(faces, o.data, o.count, o.seed)
    if o.photos:
        photograph(faces, o.data, o.photos)
    styles, vectors = load(o.data, faces)
    first = mapper.COARSE + mapper.MEDIUM
    layout = mapper.Layout(faces.layer, faces.channels - first * faces.layer, faces.space)
    train(
        styles, vectors, layout, o.out,
        steps=o.steps, batch=o.batch, rate=o.rate, seed=o.seed,
    )  # fmt: skip


if __name__ == "__main__":
    main()

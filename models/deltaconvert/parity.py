"""Compares a converted pack with its networks in PyTorch.

    python -m deltaconvert.parity --pack PACK --stylegan … --e4e … --clip … --mapper … \
        --relevance fs3.npy

Each graph is run by ONNX Runtime on the CPU on random inputs, and the whole edit on a
picture and two prompts, from the aligned face to the edited one, as the engine does it.
The difference of an output is the largest absolute one, divided by PyTorch's largest
absolute value.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor
from torch.nn import functional as F

from deltaconvert import checkpoints, clip, convert, e4e, mapper, stylegan2
from deltaconvert.templates import read_templates
from deltaconvert.tokenizer import Tokenizer, read_merges

Arrays = dict[str, npt.NDArray[Any]]

SIDE = 256
"""Side of the aligned face that CLIP is given."""


def off(got: npt.NDArray[Any], want: Tensor | npt.NDArray[Any]) -> float:
    """Returns the largest difference over the largest wanted value; NaN stays NaN."""
    want = np.asarray(want.detach() if isinstance(want, Tensor) else want, np.float64)
    if got.shape != want.shape:
        raise ValueError(f"shapes {got.shape} and {want.shape} differ")
    return float(np.max(np.abs(got - want)) / np.max(np.abs(want)))


class Session:
    """A graph of a pack under ONNX Runtime."""

    def __init__(self, pack: Path, name: str, threads: int = 0) -> None:
        """Loads `name`.onnx."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = ["CPUExecutionProvider"]
        path = str(pack / f"{name}.onnx")
        self._session = onnxruntime.InferenceSession(path, options, providers)
        self._names = [output.name for output in self._session.get_outputs()]

    def __call__(self, **feeds: Any) -> Arrays:
        """Returns the outputs by name."""
        feeds = {name: np.asarray(value) for name, value in feeds.items()}
        return dict(zip(self._names, self._session.run(None, feeds), strict=True))


def generator(path: Path) -> tuple[stylegan2.Generator, Tensor]:
    """Returns the PyTorch generator of a checkpoint and its mean w."""
    layout, state, mean = checkpoints.stylegan(path)
    return _filled(lambda: stylegan2.Generator(layout), state), mean


def encoder(path: Path) -> tuple[e4e.Encoder, Tensor]:
    """Returns the PyTorch encoder of a checkpoint and its mean w."""
    layout, state, mean = checkpoints.encoder(path)
    return _filled(lambda: e4e.Encoder(layout), state), mean


def towers(path: Path) -> clip.CLIP:
    """Returns the PyTorch CLIP of a checkpoint, in single precision."""
    layout, state = checkpoints.towers(path)
    return _filled(lambda: clip.CLIP(layout), state)


def delta_mapper(path: Path) -> mapper.DeltaMapper:
    """Returns the PyTorch delta mapper of a checkpoint."""
    layout, state = checkpoints.delta_mapper(path)
    return _filled(lambda: mapper.DeltaMapper(layout), state)


def _filled(make: Callable[[], Any], state: checkpoints.State) -> Any:
    with torch.device("meta"):
        net = make()
    state = {name: t.float() if t.is_floating_point() else t for name, t in state.items()}
    net.load_state_dict(state, strict=False, assign=True)  # checked when it was read
    for name, value in net.named_buffers():
        if value.is_meta:  # a count of batches that old checkpoints lack
            owner, _, leaf = name.rpartition(".")
            net.get_submodule(owner).register_buffer(leaf, torch.zeros(()))
    return net.eval()


@torch.no_grad()
def components(inputs: convert.Inputs, pack: Path, seed: int = 0) -> dict[str, float]:
    """Returns the difference of each output of each graph. One network at a time is loaded."""
    torch.manual_seed(seed)
    found: dict[str, float] = {}
    g, mean = generator(inputs.stylegan)
    layout = g.layout
    z = torch.randn(1, layout.width)
    w = mean + 0.7 * (g.style(z) - mean)
    made = Session(pack, "mapping")(z=z, truncation=np.float32([0.7]))
    found["mapping w"] = off(made["w"], w)
    w_plus = w[:, None] + 0.3 * torch.randn(1, layout.latents, layout.width)
    style = g.style_space(w_plus)
    found["affine style"] = off(Session(pack, "affine")(w_plus=w_plus)["style"], style)
    codes = {"style": (1.1 * style).numpy(), "w_plus": w_plus.numpy()}
    pictures = g.pictures(1.1 * style, w_plus)
    low = Session(pack, "generator_low")(**codes)
    found["generator preview"] = off(low["preview"], _of_side(pictures, low["preview"]))
    high = Session(pack, "generator_high")(**codes, **low)
    found["generator image"] = off(high["image"], pictures[-1])
    del pictures, low, high

    e, mean = encoder(inputs.e4e)
    image = torch.rand(1, 3, e.layout.side, e.layout.side) * 2 - 1
    w_plus = e(image) + mean
    made = Session(pack, "inverter")(image=image)
    found["inverter w_plus"] = off(made["w_plus"], w_plus)
    found["inverter style"] = off(made["style"], g.style_space(w_plus))
    del e, g

    c = towers(inputs.clip)
    image = torch.rand(1, 3, c.layout.side, c.layout.side) * 2 - 1
    made = Session(pack, "image_encoder")(image=image)
    found["image_encoder vector"] = off(made["vector"], F.normalize(c.encode_image(image)))
    ids = np.random.default_rng(seed).integers(0, c.layout.vocabulary - 2, (5, 14))
    for row, length in enumerate((14, 3, 9, 2, 12)):
        ids[row, length - 1], ids[row, length:] = c.layout.vocabulary - 1, 0
    whole = np.pad(ids, ((0, 0), (0, c.layout.context - ids.shape[1])))  # as the official code
    want = F.normalize(c.encode_text(torch.from_numpy(whole)))
    found["text_encoder vector"] = off(Session(pack, "text_encoder")(ids=ids)["vector"], want)
    del c

    m = delta_mapper(inputs.mapper)
    style = torch.randn(1, m.layout.style_channels)
    vector, delta = (F.normalize(torch.randn(1, m.layout.space)) for _ in range(2))
    made = Session(pack, "delta_mapper")(style=style, image_vector=vector, delta=delta)
    found["delta_mapper delta_style"] = off(
        made["delta_style"], m(style, torch.cat([vector, delta], 1))
    )
    return found


def _of_side(pictures: list[Tensor], like: npt.NDArray[Any]) -> Tensor:
    return next(p for p in pictures if p.shape == like.shape)


@dataclass
class Edit:
    """What an edit came to, and the milliseconds of its parts."""

    image: npt.NDArray[np.float32]
    values: Arrays
    times: dict[str, float]


@dataclass(frozen=True)
class Wish:
    """An edit to make of an aligned face (256, 256, 3), bytes."""

    picture: npt.NDArray[np.uint8]
    source: str = "face"
    target: str = "smiling face with blond hair"
    strength: float = 1.0

    def planes(self) -> Tensor:
        """Returns the picture as (1, 3, 256, 256) in [-1, 1]."""
        rows = torch.from_numpy(self.picture).permute(2, 0, 1)[None].float()
        return rows / 127.5 - 1

    def scaled(self, side: int) -> Tensor:
        """Returns the picture averaged to a side that divides its own."""
        return F.avg_pool2d(self.planes(), SIDE // side)


class Clock:
    """Measures parts, in milliseconds."""

    def __init__(self) -> None:
        """Starts."""
        self.times: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Ends a part."""
        now = time.perf_counter()
        self.times[name] = (now - self._last) * 1000
        self._last = now


@torch.no_grad()
def edit_in_torch(
    inputs: convert.Inputs, choices: convert.Choices, wish: Wish, rounds: int = 1
) -> Edit:
    """Makes an edit as the official inference does, step by step, on the statements.

    The threshold is moved into the widest gap between the channels' scores near that of
    `choices`, since one just at it falls to either side by the last bit of rounding; the
    value "threshold" says where to. Of several rounds the last one is timed.
    """
    g, _ = generator(inputs.stylegan)
    e, mean = encoder(inputs.e4e)
    c = towers(inputs.clip)
    m = delta_mapper(inputs.mapper)
    merges = read_merges(inputs.merges, c.layout.vocabulary)
    tokenizer = Tokenizer(merges, c.layout.context)
    relevance = checkpoints.relevance(inputs.relevance, m.layout.style_channels, m.layout.space)
    for _ in range(rounds):
        clock = Clock()
        w_plus = e(wish.scaled(e.layout.side)) + mean
        style = g.style_space(w_plus)
        clock.lap("invert")
        norm_mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in convert.NORMS[choices.norm])
        seen = F.interpolate(wish.planes(), scale_factor=7, mode="nearest")
        seen = F.avg_pool2d(seen, 7 * SIDE // c.layout.side)
        vector = F.normalize(c.encode_image(((seen + 1) / 2 - norm_mean) / std))
        clock.lap("image")
        texts = []
        for prompt in (wish.target, wish.source):
            rows = tokenizer.rows([t.format(prompt) for t in read_templates(inputs.templates)])
            rows = np.pad(rows, ((0, 0), (0, c.layout.context - rows.shape[1])))
            each = F.normalize(c.encode_text(torch.from_numpy(rows)))
            texts.append(F.normalize(each.mean(0), dim=0))
        difference = texts[0] - texts[1]
        clock.lap("text")
        scores = np.abs(relevance @ difference.numpy())
        threshold = in_gap(scores, choices.threshold)
        kept = scores >= threshold
        delta = F.normalize(difference, dim=0)[None]
        moved = m(style, torch.cat([vector, delta], 1)) * torch.from_numpy(kept)
        clock.lap("delta")
        image = g(style + wish.strength * moved, w_plus)
        clock.lap("synth")
    values = {
        "style": style, "w_plus": w_plus, "vector": vector, "delta": delta, "moved": moved,
        "threshold": torch.tensor(threshold),
    }  # fmt: skip
    return Edit(image.numpy(), {n: v.numpy() for n, v in values.items()}, clock.times)


def edit_in_pack(pack: Path, merges: list[str], wish: Wish, rounds: int = 1) -> Edit:
    """Makes the edit with a pack's graphs, as the engine does; times the last round."""
    found = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))["components"]
    run = {
        graph["model"].removesuffix(".onnx"): Session(pack, graph["model"].removesuffix(".onnx"))
        for name in ("inverter", "image_encoder", "text_encoder", "delta_mapper", "generator")
        for graph in found[name]["graphs"]
    }
    params = {name: part["params"] for name, part in found.items()}
    text, cut = params["text_encoder"], params["relevance"]
    tokenizer = Tokenizer(merges, text["tokenizer"]["max_tokens"])
    matrix = np.fromfile(pack / cut["matrix"], "<f4").reshape(cut["rows"], cut["cols"])
    sides = {
        name: found[name]["graphs"][0]["inputs"]["image"]["shape"][-1]
        for name in ("inverter", "image_encoder")
    }
    for _ in range(rounds):
        clock = Clock()
        code = run["inverter"](image=wish.scaled(sides["inverter"]))
        clock.lap("invert")
        seen = F.interpolate(wish.planes(), scale_factor=7, mode="nearest")
        seen = (F.avg_pool2d(seen, 7 * SIDE // sides["image_encoder"]).numpy() + 1) / 2
        mean, std = (
            np.float32(params["image_encoder"][k]).reshape(1, 3, 1, 1) for k in ("mean", "std")
        )
        vector = run["image_encoder"](image=(seen - mean) / std)["vector"]
        clock.lap("image")
        texts = []
        for prompt in (wish.target, wish.source):
            rows = tokenizer.rows([t.replace("{}", prompt) for t in text["templates"]])
            total = run["text_encoder"](ids=rows)["vector"].mean(0)
            texts.append(total / np.linalg.norm(total))
        difference = texts[0] - texts[1]
        clock.lap("text")
        kept = np.abs(matrix @ difference) >= cut["threshold"]
        delta = (difference / np.linalg.norm(difference))[None]
        made = run["delta_mapper"](style=code["style"], image_vector=vector, delta=delta)
        moved = made["delta_style"] * kept
        clock.lap("delta")
        codes = {
            "style": code["style"] + np.float32(wish.strength) * moved,
            "w_plus": code["w_plus"],
        }
        low = run["generator_low"](**codes)
        clock.lap("preview")
        image = run["generator_high"](**codes, **low)["image"]
        clock.lap("rest of synth")
    return Edit(image, {**code, "vector": vector, "delta": delta, "moved": moved}, clock.times)


def in_gap(scores: npt.NDArray[np.float32], near: float) -> float:
    """Returns a threshold that no score is close to, in the widest gap about near."""
    ordered = np.sort(scores)
    middle = ordered[(ordered > near / 2) & (ordered < near * 2)]
    if len(middle) < 2:
        return near
    widest = int(np.argmax(np.diff(middle)))
    return float((middle[widest] + middle[widest + 1]) / 2)


def sample_picture(seed: int = 0) -> npt.NDArray[np.uint8]:
    """Returns a picture (256, 256, 3) of soft blots: something to see for the encoders."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    planes = np.zeros((SIDE, SIDE, 3))
    for _ in range(12):
        at, width = rng.uniform(0, 1, 2), rng.uniform(0.05, 0.3)
        blot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / width**2)
        planes += blot[..., None] * rng.uniform(-1, 1, 3)
    return np.clip(planes * 90 + 128, 0, 255).astype(np.uint8)


def main(arguments: list[str] | None = None) -> int:
    """Compares; prints a line each; returns 1 when something differs by more than 1e-3."""
    parser = argparse.ArgumentParser(prog="deltaconvert.parity", description=__doc__.split("\n")[0])
    for option in ("pack", "stylegan", "e4e", "clip", "mapper", "relevance"):
        parser.add_argument(f"--{option}", type=Path, required=True)
    o = parser.parse_args(arguments)
    inputs = convert.Inputs(
        o.stylegan, o.e4e, o.clip, o.mapper, o.relevance, o.pack / "merges.txt", o.pack
    )
    worst = 0.0
    for name, difference in components(inputs, o.pack).items():
        print(f"{difference:9.2e}  {name}", flush=True)
        worst = max(worst, difference) if difference == difference else float("inf")
    return 0 if worst <= 1e-3 else 1


if __name__ == "__main__":
    sys.exit(main())

"""Train the parser: the parts of an aligned face, from its picture.

The labels are those of deltatrain.parts on generated faces. Their backgrounds are replaced, things
are pasted before them, and colours, light, sharpness and position are varied, so that the network
goes by what photographs and generated faces have in common.

    python -m deltatrain.parser --data work/data --labels work/parts --out faces/parser.onnx
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from deltatrain.data.parts import PARTS
from deltatrain.data.scenes import OUT, Scenes
from deltatrain.train.onnx_export import export
from deltatrain.train.trainer import Trainer, batches, number, seed_all

SIDE = 256
WIDTHS = (24, 48, 80, 112, 144)
"""Channels at 128², 64², 32², 16² and 8²."""

RARE = {"front": 0.2, "hat": 0.5}
"""How much rarer some parts are in photographs than in the training pictures."""


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return two depthwise-separable convolutions."""
    layers: list[nn.Module] = []
    for c, s in ((inputs, stride), (outputs, 1)):
        layers += [
            nn.Conv2d(c, c, 3, s, 1, groups=c, bias=False),
            nn.Conv2d(c, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)


class Parser(nn.Module):
    """image (N, 256, 256, 3) in [0, 1] -> parts (N, PARTS, 128, 128), which sum to 1."""

    def __init__(self) -> None:
        """Make an untrained parser."""
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, WIDTHS[0], 5, 2, 2, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU()
        )
        self.down = nn.ModuleList(block(a, b, 2) for a, b in pairwise(WIDTHS))
        self.wide = nn.Sequential(
            nn.Conv2d(WIDTHS[-1], WIDTHS[-1], 1), nn.ReLU(), nn.Conv2d(WIDTHS[-1], WIDTHS[-1], 1)
        )
        self.lift = nn.ModuleList(nn.Conv2d(b, a, 1, bias=False) for a, b in pairwise(WIDTHS))
        self.up = nn.ModuleList(block(a, a) for a in WIDTHS[:-1])
        self.last = nn.Conv2d(WIDTHS[0], len(PARTS), 1)

    def logits(self, image: torch.Tensor) -> torch.Tensor:
        """Return the logits (N, PARTS, 128, 128)."""
        x = self.stem(image.permute(0, 3, 1, 2) * 2 - 1)
        levels = [x]
        for down in self.down:
            levels.append(down(levels[-1]))
        x = levels.pop()
        x = x + self.wide(x.mean((2, 3), keepdim=True))
        for i in range(len(self.up) - 1, -1, -1):
            skip = levels.pop()
            x = functional.interpolate(self.lift[i](x), scale_factor=2.0, mode="bilinear")
            x = self.up[i](x + skip)
        return self.last(x)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the share of each part."""
        return self.logits(image).softmax(1)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work/parser"))
    parser.add_argument("--start", type=Path, help="checkpoint whose weights are taken over")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--held", type=int, default=64, help="faces kept for evaluation")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    images = np.load(args.data / "images.npy", mmap_mode="r")
    labels = np.load(args.labels / "parts.npy", mmap_mode="r")
    faces = np.load(args.labels / "faces.npy")
    rows = np.arange(len(faces))
    held, used = rows[: args.held], rows[args.held :]
    model = Parser()
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True)["average"])
    trainer = Trainer(model, args.work / "parser.pt", args.steps, args.rate)
    order = batches(rng, used, args.batch)
    scenes = Scenes(images, labels, faces, rng)
    drawn = [scenes.draw(used[: args.batch])[1].mean((0, 2, 3)) for _ in range(24)]
    weights = torch.stack(drawn).mean(0) ** -0.25  # small parts count more

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        image, wanted = scenes.draw(next(order))
        found = model.logits(image).log_softmax(1)
        value = -(wanted * found).sum(1)
        weight = (wanted * weights[:, None, None]).sum(1)
        value = (value * weight).sum() / weight.sum()
        hit = (found.argmax(1) == wanted.argmax(1)).float().mean()
        return value, {"loss": number(value), "hit": number(hit)}

    trainer.run(loss, every=100, keep=200, momentum=0.99)
    model = trainer.finish()
    rare = torch.tensor([RARE.get(part, 1.0) for part in PARTS])
    with torch.no_grad():  # back to how often each part is met (Bayes)
        model.last.bias += (rare / weights).log()
    print(report(model, images, labels, faces, held))
    export(model, {"image": torch.rand(1, SIDE, SIDE, 3)}, ["parts"], args.out)


def report(
    model: Parser,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    faces: NDArray[np.int64],
    held: NDArray[np.int64],
) -> str:
    """Return the intersection over union of each part on faces that were kept."""
    both, either = np.zeros(len(PARTS)), np.zeros(len(PARTS))
    for row in held:
        image = torch.from_numpy(images[faces[row]].astype(np.float32)[None] / 255)
        with torch.no_grad():
            found = model(image).argmax(1)[0].numpy()
        wanted = labels[row].argmax(0).repeat(OUT // labels.shape[-1], 0)
        wanted = wanted.repeat(OUT // labels.shape[-1], 1)
        for k in range(len(PARTS)):
            both[k] += ((found == k) & (wanted == k)).sum()
            either[k] += ((found == k) | (wanted == k)).sum()
    return " ".join(f"{p} {b / max(e, 1):.2f}" for p, b, e in zip(PARTS, both, either, strict=True))

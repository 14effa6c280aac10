"""Train the second half of the inverter: the feature offset F, in one pass.

A style code alone keeps the kind of person and loses this one (the offset of
StyleFeatureEditor, arXiv 2406.10601, section 3, and of the project's own
measurements, keeps them). The network sees the aligned face, what the inverter's
style code draws of it and the features at the seam (64²), and says what to add
to these. The loss compares the picture that the generator's own upper half
draws of the sum, averaged to 256², with the face, on a random part of it since
the whole costs four times as much; and the preview with the face, since previews
are made of the same features.

Generated faces are no photographs: they are warped, mixed with each other and
with noise (deltatrain.data.augment), so that what no style code can say is in them.

    python -m deltatrain.offset --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional

from deltapack import generator
from deltatrain.data import augment
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.train.gan import load_preview
from deltatrain.train.generator_top import Top
from deltatrain.train.onnx_export import export
from deltatrain.train.preview import LATE, SOFT, loss_of
from deltatrain.train.trainer import Trainer, batches, number, seed_all

CHANNELS = 512
"""Of the features at the seam."""
CELLS = 32
"""Side of the part of the features (64²) that a step is taken on."""
MARGIN = 4
"""Cells of the part's border that are not drawn: they miss what lies beside them."""
EDGE = 8
"""Pixels at 256² of what is drawn that are left out of the loss, for the same reason."""


class Block(nn.Module):
    """A residual block: 5 x 5 by channel, then two 1 x 1."""

    def __init__(self, width: int, hidden: int) -> None:
        """Make a block that does nothing yet."""
        super().__init__()
        self.near = nn.Conv2d(width, width, 5, padding=2, groups=width)
        self.wide, self.back = nn.Conv2d(width, hidden, 1), nn.Conv2d(hidden, width, 1)
        nn.init.zeros_(self.back.weight)
        nn.init.zeros_(self.back.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N, width, H, W)."""
        return x + self.back(functional.leaky_relu(self.wide(self.near(x)), 0.1))


class Offset(nn.Module):
    """Face and preview (N, 3, 256, 256), features (N, 512, 64, 64), style -> F (N, 512, 64, 64).

    Parts of them do as well: 4 pixels to a cell of the features.
    """

    def __init__(self, width: int = 160, hidden: int = 448, blocks: int = 5) -> None:
        """Make a network that returns zeros."""
        super().__init__()
        late = LATE.stop - LATE.start
        self.register_buffer("late_mean", torch.zeros(late))
        self.register_buffer("late_scale", torch.ones(late))
        self.register_buffer("feature_mean", torch.zeros(CHANNELS, 1, 1))
        self.register_buffer("feature_std", torch.ones(CHANNELS, 1, 1))
        self.pixels = nn.Conv2d(6 * 16, width, 3, padding=1)
        self.features = nn.Conv2d(CHANNELS, width, 1)
        self.style = nn.Linear(late, width)
        self.blocks = nn.ModuleList(Block(width, hidden) for _ in range(blocks))
        self.last = nn.Conv2d(width, CHANNELS, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(
        self,
        image: torch.Tensor,
        preview: torch.Tensor,
        features: torch.Tensor,
        style: torch.Tensor,
    ) -> torch.Tensor:
        """Return the offset."""
        both = functional.pixel_unshuffle(torch.cat([image, image - preview], 1), 4)
        x = self.pixels(both)
        x = x + self.features((features - self.feature_mean) / self.feature_std)
        late = (style[:, LATE] - self.late_mean) * self.late_scale
        x = x + self.style(late)[:, :, None, None]
        for block in self.blocks:
            x = block(x)
        return self.last(x) * self.feature_std


def compare(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return the preview's loss and the square, which is what is reported."""
    return loss_of(made, wanted) + 2 * (made - wanted).square().mean()


class Codes:
    """The trained inverter's style codes of aligned faces."""

    def __init__(self, inverter: Path, threads: int) -> None:
        """Open inverter.onnx: the trained one, which looks at 128², or a pack's, at 256²."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session: Any = onnxruntime.InferenceSession(inverter, options)
        self._side = self._session.get_inputs()[0].shape[-1]

    def __call__(self, faces: torch.Tensor) -> torch.Tensor:
        """Return style codes (N, 6752) of faces (N, 3, 256, 256)."""
        small = functional.avg_pool2d(faces, faces.shape[-1] // self._side).numpy()
        return torch.from_numpy(
            np.concatenate([self._session.run(["style"], {"image": x[None]})[0] for x in small])
        )


def main() -> None:
    """Train and export offset.onnx."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--small", type=float, default=0.002, help="penalty on F's square")
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--held", type=int, default=64, help="faces kept for evaluation")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 means all cores")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    rng = seed_all(args.seed)
    preview = load_preview(args.sources, args.out / "preview_head.onnx")
    top = Top(generator.read(args.sources))
    codes = Codes(args.out / "inverter.onnx", args.threads or 2)
    images = np.load(args.data / "images.npy", mmap_mode="r")
    done = np.flatnonzero(np.load(args.data / "done.npy"))
    held, used = done[: args.held], done[args.held :]

    def faces(rows: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(images[rows]).permute(0, 3, 1, 2).float() / 127.5 - 1

    def seen(target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (style codes, features, previews) of faces."""
        style = codes(target)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            features = preview.trunk(style)
            drawn = preview.head(features, style)
        return style, features.float(), drawn.float()

    def strange(x: torch.Tensor) -> torch.Tensor:
        """Return faces carried toward photographs and beyond what the generator draws."""
        x = augment.warp(augment.jitter_crop(x, rng), rng, float(rng.uniform(0, 1.2)))
        return augment.colours(augment.blend(x, rng), rng, 1.5)

    model = Offset(args.width)
    some = np.sort(rng.choice(used, min(16, len(used)), replace=False))
    style, features, _ = seen(faces(some))
    model.late_mean.copy_(style[:, LATE].mean(0))
    model.late_scale.copy_(SOFT / (style[:, LATE].std(0) + 1e-2))
    model.feature_mean.copy_(features.mean((0, 2, 3))[:, None, None])
    model.feature_std.copy_(features.std((0, 2, 3))[:, None, None] + 1e-2)
    trainer = Trainer(model, args.work / "offset.pt", args.steps, args.rate)
    order = batches(rng, used, args.batch)

    def attempt(
        target: torch.Tensor, at: tuple[int, int], cells: int
    ) -> tuple[torch.Tensor, dict[str, float]]:
        style, features, drawn = seen(target)
        y, x = at
        pixels = (..., slice(4 * y, 4 * (y + cells)), slice(4 * x, 4 * (x + cells)))
        wanted, drawn = target[pixels], drawn[pixels]
        features = features[:, :, y : y + cells, x : x + cells]
        margin = MARGIN if cells < 64 else 0
        most = cells - margin
        with torch.autocast("cpu", torch.bfloat16):
            offset = model(wanted, drawn, features, style)
            both = features + offset
            shown = preview.head(both, style).float()
            corner = (y + margin, x + margin)
            part = top(both[:, :, margin:most, margin:most], style, corner).float()
        made = functional.avg_pool2d(part, 4)
        inner = (..., slice(EDGE, -EDGE), slice(EDGE, -EDGE))
        face = wanted[:, :, 4 * margin : 4 * most, 4 * margin : 4 * most]
        final = compare(made[inner], face[inner])
        small = (offset.float() / model.feature_std).square().mean()
        value = 2 * final + compare(shown, wanted) + args.small * small
        return value, {
            "l2": number((made[inner] - face[inner]).square().mean()),
            "preview": number((shown - wanted).square().mean()),
            "before": number((drawn - wanted).square().mean()),
            "offset": number(small),
        }

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        target = strange(faces(next(order)))
        at = rng.integers(0, 64 - CELLS + 1, 2)
        return attempt(target, (int(at[0]), int(at[1])), CELLS)

    trainer.run(loss, every=25, keep=50, momentum=0.99)
    trainer.finish()
    report: dict[str, float] = {}
    with torch.no_grad():
        for kind in ("plain", "strange"):
            parts = []
            for start in range(0, len(held), 4):
                target = faces(held[start : start + 4])
                target = target if kind == "plain" else strange(target)
                parts.append(attempt(target, (0, 0), 64)[1])
            report |= {f"{kind} {k}": float(np.mean([p[k] for p in parts])) for k in parts[0]}
    print("held out:", report, flush=True)
    (args.work / "offset_report.json").write_text(json.dumps(report, indent=1))
    inputs = {
        "image": torch.zeros(1, 3, 256, 256), "preview": torch.zeros(1, 3, 256, 256),
        "features": torch.zeros(1, CHANNELS, 64, 64), "style": torch.zeros(1, STYLE_CHANNELS),
    }  # fmt: skip
    export(model, inputs, ["offset"], args.out / "offset.onnx")

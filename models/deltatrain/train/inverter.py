"""Train the inverter: an aligned face to its style code, in one pass.

It starts from the backbone and its style head (deltatrain.train.backbone), which
already predict a w for the coarse, medium and fine layers, and continues with the
image itself: the preview of the predicted code is compared with the face, in
pixels and in the image encoder's vector. To the code of the three w a small
correction of every style channel is added, which a penalty keeps near zero, so
that codes stay near the generator's manifold. Faces are augmented toward
photographs; the colours of the target are those of the augmented face.

    python -m deltatrain.inverter --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from deltapack import generator
from deltatrain.data import augment
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.train.backbone import POOLED, SIDE, Backbone, Faces, Multitask
from deltatrain.train.gan import Affine, load_preview
from deltatrain.train.onnx_export import export
from deltatrain.train.space import load_encoder
from deltatrain.train.trainer import Trainer, batches, number, seed_all


class Inverter(nn.Module):
    """Aligned face (N, 3, 128, 128) in [-1, 1] -> style code (N, 6752)."""

    def __init__(
        self,
        backbone: Backbone,
        head: nn.Linear,
        affine: Affine,
        mean: torch.Tensor,
        std: torch.Tensor,
        style_std: torch.Tensor,
    ) -> None:
        """Join backbone, style head and the generator's affine layers (not trained)."""
        super().__init__()
        self.backbone, self.head, self.affine = backbone, head, affine
        self.correction = nn.Linear(POOLED, STYLE_CHANNELS)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.register_buffer("style_std", style_std)

    def latent(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the standardised w of the groups (N, 3, 512) and correction (N, 6752)."""
        features = self.backbone(image)
        return self.head(features).reshape(-1, 3, 512), self.correction(features)

    def style(self, latent: torch.Tensor, correction: torch.Tensor) -> torch.Tensor:
        """Return the style code of a standardised latent and correction."""
        return self.affine(latent * self.std + self.mean) + correction * self.style_std

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the style code."""
        return self.style(*self.latent(image))


def load(work: Path, sources: Path, stats: Path) -> Inverter:
    """Return the inverter at the start of this step; stats is style_stats.f32."""
    state = torch.load(work / "backbone_final.pt", weights_only=True)
    multitask = Multitask()
    multitask.load_state_dict(state["model"])
    affine = Affine(generator.read(sources))
    std = torch.from_numpy(np.fromfile(stats, "<f4").reshape(2, -1)[1])
    return Inverter(
        multitask.backbone, multitask.style, affine, state["w_mean"], state["w_std"], std
    ).eval()


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600, help="0 exports the start")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--held", type=int, default=128)
    parser.add_argument("--seed", type=int, default=6)
    args = parser.parse_args()
    rng = seed_all(args.seed)
    model = load(args.work, args.sources, args.out / "style_stats.f32")
    report: dict[str, float] = {}
    if args.steps:
        preview = load_preview(args.sources, args.out / "preview_head.onnx")
        encoder = load_encoder(args.work)
        faces = Faces.load(args.data)
        used = np.arange(args.held, len(faces.images))
        trainer = Trainer(model, args.work / "inverter.pt", args.steps, args.rate)
        order = batches(rng, used, args.batch)

        def compare(
            x: torch.Tensor, target: torch.Tensor, w: torch.Tensor
        ) -> tuple[torch.Tensor, dict[str, float]]:
            with torch.autocast("cpu", torch.bfloat16):
                latent, correction = model.latent(x)
            latent, correction = latent.float(), correction.float()
            style_code = model.style(latent, correction)
            with torch.autocast("cpu", torch.bfloat16):
                made = functional.avg_pool2d(preview(style_code), 2).float()
            square = (made - target).square().mean()
            coarse = functional.avg_pool2d(made - target, 4).square().mean()
            with torch.autocast("cpu", torch.bfloat16):
                likeness = (encoder(made).float() * encoder(target).float()).sum(1).mean()
            style = (latent - w).square().mean()
            small = correction.square().mean()
            value = 3 * square + 3 * coarse + 2 * (1 - likeness) + 0.1 * style + 0.3 * small
            return value, {
                "l2": number(square),
                "cosine": number(likeness),
                "w": number(style),
                "correction": number(small),
            }

        def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
            x, w, _ = faces.batch(next(order))
            target = augment.colours(augment.jitter_crop(x, rng, 0.7), rng, 1.3)
            return compare(augment.degrade(augment.occlude(target, rng, 0.1), rng), target, w)

        trainer.run(loss, every=25, keep=100, momentum=0.99)
        trainer.finish()
        with torch.no_grad():
            rows = [faces.batch(np.arange(k, k + 32)) for k in range(0, args.held, 32)]
            parts = [compare(x, x, w)[1] for x, w, _ in rows]
        report = {k: float(np.mean([p[k] for p in parts])) for k in parts[0]}
        print("held out:", report, flush=True)
        (args.work / "inverter_report.json").write_text(json.dumps(report))
    export(model, {"image": torch.zeros(1, 3, SIDE, SIDE)}, ["style"], args.out / "inverter.onnx")

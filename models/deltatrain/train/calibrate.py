"""Set each concept's strength, and write concepts.json.

A concept's gain is what multiplies the mapper's Δs at strength 1. It is chosen
by the measured response: on held-out generated faces Δs (behind the relevance
mask and the limit on style channels) is applied at several gains, and the image
encoder says how far the faces moved along the concept's own step, the one
between faces that have it and those that have not. The gain is the smallest at
which the mean motion is that step, or NEAR_PEAK of the greatest motion where
that is less: past its peak an edit only spoils the face. For some concepts the eye
wants more or less than a step (AIMS). Where the faces move more than PURE steps
sideways meanwhile, as much less of the step is aimed at.

The faces are those of the held-out ones that have the concept least: nobody asks
to take glasses off a face without.

Beside the gain stands the range in which faces lie along the concept and how far the edit
moves them there: the program lets strengths that lead out of it grow slowly only.

A concept that moves less than REACH of its step is out of range, and so is one
whose step is SMALL: concepts.json says so with the figure.

    python -m deltatrain.calibrate --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from deltatrain.data.chart import DIMENSIONS, Chart
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.text.concepts import CONCEPTS
from deltatrain.train.backbone import held_out
from deltatrain.train.gan import Preview, load_preview
from deltatrain.train.mapper import SPAN, DeltaMapper
from deltatrain.train.space import ImageEncoder, load_encoder

BFLOAT16: bool = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001 - PyTorch has no public call
"""Whether the processor multiplies in bfloat16; without, PyTorch is a hundred times slower."""
GAINS = (0.5, 1.0, 1.7, 2.6, 3.8, 5.5)
"""Gains to try, as multiples of the one at which the mapper should move by the step's length."""
NEAR_PEAK = 0.9
"""Share of the largest response that is aimed at where the wanted one is out of reach."""
MOST = 5.5
"""No gain exceeds this share: beyond it the mapper's own errors move the face too."""
REACH = 0.2
"""Share of a concept's step below which it is out of range."""
SMALL = 0.3
"""Deviations that a concept's step must have: below, the generator hardly draws it."""
LIMIT = 6.0
"""Deviations that a style channel may be moved (the pack's style_stats limit)."""
EDGE = 0.25
"""Width of the relevance mask's edge, as a share of the threshold (engine/delta)."""
TAIL = 0.9
"""Quantile of the relevance scores of a direction that they are scaled by (engine/delta)."""
PURE = 2.5
"""Ratio of motion off a concept's own step to motion along it, above which the aim is lower."""
IMPURE = 8.0
"""The same ratio, above which a concept is out of range."""
RANGE = (0.03, 0.97)
"""Quantiles between which faces are said to lie along a concept (engine/prompt)."""
SLIGHT = 0.02
"""Motion of the unit image vector at strength 1 from which that range means something."""
AIMS = {
    "middle-aged": 1.5, "old": 1.1, "very old": 1.2, "thin face": 1.4, "clean-shaven": 1.4,
    "no glasses": 1.3, "teenager": 1.2, "full lips": 1.4, "thin lips": 1.6, "mouth open": 1.55,
    "no fringe": 1.6, "long hair": 1.2, "short hair": 1.25, "big nose": 1.25, "narrow jaw": 1.2,
    "serious": 1.25, "stubble": 1.2, "angry": 0.85, "eyes closed": 0.75, "eyes narrow": 0.8,
    "looking up": 0.85, "small nose": 0.8, "short nose": 0.8, "thick brows": 0.8, "child": 0.9,
}  # fmt: skip
"""Steps that are aimed at, where one step is hardly seen on the picture, or overdone."""
NOT_SEEN = {
    "gaze left": "the image encoder is moved, but on none of the faces of the contact sheets do "
    "the eyes turn: head and expression do",
    "gaze right": "the image encoder is moved, but on none of the faces of the contact sheets do "
    "the eyes turn: head and expression do",
    "earrings": "the image encoder is moved, but no earrings are seen on the faces of the contact "
    "sheets: they become women's faces with the hair tied back",
}
"""Concepts that the encoder's response says are in range and judges or the eye do not."""


def scores(relevance: torch.Tensor, delta: torch.Tensor, typical: float) -> torch.Tensor:
    """Return |R Δ| (N, S) of unit Δ (N, D), each row scaled so that its TAIL quantile is typical.

    Without the scale a threshold means something else for every direction: a small step of
    one channel moves a smile far and draws no glasses, which take many channels together.
    """
    out = (delta @ relevance.T).abs()
    return out * (typical / torch.quantile(out, TAIL, dim=-1, keepdim=True).clamp_min(1e-12))


def mask(scores: torch.Tensor, threshold: float | torch.Tensor) -> torch.Tensor:
    """Return the weight of each channel in [0, 1] from |R Δt|, as the program makes it."""
    low, width = threshold * (1 - EDGE), 2 * EDGE * threshold
    t = ((scores - low) / (width + 1e-9)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def limited(
    style: torch.Tensor, moved: torch.Tensor, mean: torch.Tensor, std: torch.Tensor
) -> torch.Tensor:
    """Return where the style channels may go: see engine/delta/stats.go."""
    free, far = (style - mean).abs(), (moved - mean).abs()
    room = LIMIT * std
    bent = free + room * torch.tanh((far - free).clamp_min(0) / room)
    return mean + torch.where(far <= free, far, bent) * torch.sign(moved - mean)


class Bench:
    """Faces to try edits on, and what the image encoder says of them."""

    def __init__(self, preview: Preview, encoder: ImageEncoder, style: torch.Tensor,
                 constant: torch.Tensor, stats: torch.Tensor) -> None:  # fmt: skip
        """Hold styles (N, 6752), the chart's constant row (D,), the channels' stats (2, 6752)."""
        self.preview, self.encoder, self.style, self.constant = preview, encoder, style, constant
        self.mean, self.std = stats
        with torch.no_grad():
            self.before = preview.trunk(style)
        self.vectors = self.see(style)
        self.start = self._flat(self.vectors)

    def see(self, style: torch.Tensor) -> torch.Tensor:
        """Return the image vectors (N, D) of edited style codes (N, 6752)."""
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            picture = self.preview(style, self.before).float()
        with torch.no_grad():
            return self.encoder(functional.avg_pool2d(picture, 2))

    def _flat(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return vectors scaled so that their constant coordinate is the chart's."""
        length = self.constant.norm()
        return vectors * length / (vectors @ (self.constant / length))[:, None]

    def after(self, change: torch.Tensor) -> torch.Tensor:
        """Return the image vectors (N, D) of the faces with a change (N, 6752) of their codes."""
        return self.see(limited(self.style, self.style + change, self.mean, self.std))

    def motion(self, change: torch.Tensor) -> torch.Tensor:
        """Return how far the encoder says that a change moves the faces (N, D), in coordinates."""
        return self._flat(self.after(change)) - self.start


def respond(
    bench: Bench, change: torch.Tensor, gains: Sequence[float], along: torch.Tensor,
    rows: torch.Tensor, enough: float,
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Return the mean motion along a unit step and that beside it, for each gain.

    It stops behind the first that reaches enough. along and rows are the step's own direction
    (D,) and those of all coordinates (K, D).
    """
    own, beside = [], []
    for gain in gains:
        motion = bench.motion(gain * change)
        part = motion @ along
        own.append(float(part.mean()))
        beside.append(float(((motion - part[:, None] * along) @ rows.T).norm(dim=1).mean()))
        if own[-1] >= enough:
            break
    return own, beside


def span(
    bench: Bench, change: torch.Tensor, delta: torch.Tensor, faces: NDArray[np.float32]
) -> dict[str, float]:
    """Return where faces (F, D) lie along unit delta (D,), and what an edit of strength 1 moves.

    Nothing where the edit hardly moves them: there is no telling how far is too far.
    """
    low, high = np.quantile(faces @ delta.numpy(), RANGE)
    moved = float(((bench.after(change) - bench.vectors) @ delta).mean())
    if moved < SLIGHT:
        return {}
    return {"low": round(float(low), 4), "high": round(float(high), 4), "motion": round(moved, 4)}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=6)
    parser.add_argument("--only", action="append", help="measure these concepts, keep the others")
    parser.add_argument("--gains", type=int, default=len(GAINS), help="so many are tried")
    parser.add_argument("--aim", type=float, default=1.0, help="wanted motion, in own steps")
    args = parser.parse_args()
    preview = load_preview(args.sources, args.out / "preview_head.onnx")
    encoder = load_encoder(args.work)
    mapper = DeltaMapper(torch.zeros(STYLE_CHANNELS), torch.ones(STYLE_CHANNELS))
    mapper.load_state_dict(torch.load(args.work / "mapper_final.pt", weights_only=True))
    mapper.eval()
    table = np.load(args.work / "space.npz")
    rows = torch.from_numpy(table["axes"])
    deltas = np.load(args.work / "deltas.npz")
    relevance = np.fromfile(args.out / "relevance.f16", "<f2").astype(np.float32)
    relevance = torch.from_numpy(relevance.reshape(STYLE_CHANNELS, DIMENSIONS))
    stats = torch.from_numpy(np.fromfile(args.out / "style_stats.f32", "<f4").reshape(2, -1))
    cut = json.loads((args.out / "params.json").read_text())["relevance"]

    done = np.flatnonzero(np.load(args.data / "done.npy"))
    held = np.flatnonzero(held_out(len(done)))
    styles = np.load(args.data / "style.npy")[done[held]].astype(np.float32)
    constant = torch.from_numpy(table["constant"])

    path = args.out / "concepts.json"
    kept = {}
    if args.only:
        kept = {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}
    concepts = []
    with torch.no_grad():
        for k, concept in enumerate(CONCEPTS):
            if args.only and concept.name not in args.only:
                concepts.append(kept[concept.name])
                continue
            step = torch.from_numpy(table["steps"][k])
            wanted = float(step.norm())
            along = (step / wanted) @ rows
            delta = torch.from_numpy(deltas["delta"][k]).float()
            if wanted < SMALL:  # its prompt's Δt is noise, near to whatever is unknown
                delta = Chart.load(table).toward(step[None])[0][0]
            lacking = np.argsort(table["coordinates"][held] @ table["steps"][k])[: len(held) // 3]
            chosen = lacking[np.linspace(0, len(lacking) - 1, args.faces).astype(int)]
            code = torch.from_numpy(styles[chosen])
            bench = Bench(preview, encoder, code, constant, stats)
            change = mapper(bench.style, bench.vectors, delta.expand(len(chosen), -1))
            change = change * mask(scores(relevance, delta, cut["typical"]), cut["threshold"])
            tries = [share * wanted / SPAN for share in GAINS[: args.gains]]
            enough = args.aim * AIMS.get(concept.name, 1.0) * wanted
            responses, beside = respond(bench, change, tries, along, rows, enough)
            tries = tries[: len(responses)]
            peak = int(np.argmax(responses)) + 1
            aim = enough if max(responses) >= enough else NEAR_PEAK * max(responses)
            rising = np.maximum.accumulate([0.0, *responses[:peak]])
            gain = float(np.interp(aim, rising, [0.0, *tries[:peak]])) if aim > 0 else tries[0]
            gain = min(gain, MOST * wanted / SPAN)
            reach = max(responses) / wanted
            drift = float(np.interp(gain, tries, beside)) / max(aim, 1e-6)
            if drift > PURE and aim > 0:  # the visible share of the step is smaller
                aim *= PURE / drift
                gain = float(np.interp(aim, rising, [0.0, *tries[:peak]]))
            told = " ".join(f"{r:.2f}" for r in responses)
            print(f"{concept.name:22s} wanted {wanted:.2f} got {told} -> gain {gain:.2f} "
                  f"reach {reach:.2f} drift {drift:.2f}", flush=True)  # fmt: skip
            entry = {
                "name": concept.name,
                "source": "face",
                "target": concept.target,
                "delta": [round(float(v), 5) for v in delta],
                "gain": round(max(gain, 0.01), 4),
                "length": round(float(deltas["length"][k]), 4),
                "reach": round(max(reach, 0.0), 3),
            } | span(bench, gain * change, delta, table["vectors"][held])
            if "background" in concept.name:
                entry["behind"] = True
            if wanted < SMALL:
                entry["out_of_range"] = (
                    "the generator hardly draws it: its faces that are highest in it differ "
                    f"from the others by only {wanted:.2f} standard deviations"
                )
            elif reach < REACH:
                entry["out_of_range"] = (
                    f"an edit toward it moves the measured face by at most {max(reach, 0):.0%} "
                    "of what tells faces that have it from others"
                )
            elif drift > IMPURE:
                entry["out_of_range"] = (
                    f"an edit toward it moves the measured face {drift:.0f} times as far elsewhere"
                )
            elif concept.name in NOT_SEEN:
                entry["out_of_range"] = NOT_SEEN[concept.name]
            concepts.append(entry)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(concepts, separators=(",", ":")) + "\n")
    temporary.replace(path)

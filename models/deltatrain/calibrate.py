"""Set each concept's strength, and write concepts.json.

A concept's gain is what multiplies the mapper's Δs at strength 1. It is chosen
by the measured response: on held-out generated faces Δs (behind the relevance
mask) is applied at several gains, and the image encoder says how far the face
moved along the concept's direction. The gain is the smallest at which the mean
motion reaches that between an average face and one that clearly has the
concept, or NEAR_PEAK of the greatest motion where that is less: past its peak an
edit only spoils the face.

    python -m deltatrain.calibrate --data work/data --work work --sources SOURCES --out faces
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from deltatrain import captions
from deltatrain.backbone import Faces
from deltatrain.gan import load_preview
from deltatrain.mapper import DeltaMapper
from deltatrain.space import DIMENSIONS
from deltatrain.synth import STYLE_CHANNELS
from deltatrain.vectors import load_encoder

GAINS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.3)
NEAR_PEAK = 0.85
"""Share of the greatest response that is asked for where the wanted one is out of reach."""
MOST = 0.75
"""No gain exceeds this: beyond it light and background move with the face."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="folder of random_face's IR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=6)
    parser.add_argument("--threshold", type=float, default=0.12)
    args = parser.parse_args()
    preview = load_preview(args.sources, args.work / "preview" / "preview.pt")
    encoder = load_encoder(args.work)
    mapper = DeltaMapper(torch.zeros(STYLE_CHANNELS), torch.ones(STYLE_CHANNELS))
    mapper.load_state_dict(torch.load(args.work / "mapper_final.pt", weights_only=True))
    mapper.eval()
    table = np.load(args.work / "directions.npz")
    direction, delta = torch.from_numpy(table["directions"]), torch.from_numpy(table["delta"])
    relevance = np.fromfile(args.out / "relevance.f16", "<f2").astype(np.float32)
    relevance = torch.from_numpy(relevance.reshape(STYLE_CHANNELS, DIMENSIONS))

    faces = Faces.load([args.data])
    known = np.isfinite(faces.labels[:, 0])
    scores = captions.scores(faces.labels[known])
    holds = captions.holds(scores)
    vectors = np.load(args.work / "vectors0.npy")[known]
    styles = np.load(args.data / "style.npy", mmap_mode="r")
    done = np.flatnonzero(np.load(args.data / "done.npy"))[known]
    chosen = np.linspace(0, 499, args.faces).astype(int)
    style = torch.from_numpy(styles[done[chosen]].astype(np.float32))

    concepts = []
    with torch.no_grad():
        image = encoder(functional.avg_pool2d(preview(style), 2))
        for k, concept in enumerate(captions.CONCEPTS):
            has = torch.from_numpy(vectors[holds[:, k]].mean(0) - vectors.mean(0))
            wanted = float(has @ direction[k])
            delta_k = delta[k].expand(len(style), -1)
            step = mapper(style, image, delta_k)
            step = step * ((relevance @ delta[k]).abs() >= args.threshold)
            responses = []
            for gain in GAINS:
                moved = encoder(functional.avg_pool2d(preview(style + gain * step), 2)) - image
                responses.append(float((moved @ direction[k]).mean()))
            aim = min(wanted, NEAR_PEAK * max(responses))
            rising = int(np.argmax(responses)) + 1
            gain = float(np.interp(aim, [0.0, *responses[:rising]], [0.0, *GAINS[:rising]]))
            gain = min(gain, MOST)
            told = " ".join(f"{r:.2f}" for r in responses)
            print(f"{concept.name:18s} wanted {wanted:.2f} got {told} -> {gain:.2f}", flush=True)
            concepts.append(
                {
                    "name": concept.name,
                    "source": "face",
                    "target": concept.target,
                    "delta": [round(float(v), 5) for v in delta[k]],
                    "gain": round(gain, 3),
                    "reach": round(max(responses) / max(wanted, 1e-6), 3),
                }
            )
    path = args.out / "concepts.json"
    path.write_text(json.dumps(concepts, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

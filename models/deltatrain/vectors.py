"""Compute the image vectors of whole data sets with the trained image encoder.

python -m deltatrain.vectors --data work/data --data work/more --work work
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from deltatrain.backbone import Backbone, Faces
from deltatrain.space import ImageEncoder


def load_encoder(work: Path) -> ImageEncoder:
    """Return the image encoder that deltatrain.space left in work."""
    encoder = ImageEncoder(Backbone())
    encoder.load_state_dict(torch.load(work / "image_encoder.pt", weights_only=True))
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)
    return encoder.eval()


def main() -> None:
    """Write vectors0.npy, vectors1.npy, … in the order of --data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    encoder = load_encoder(args.work)
    for k, folder in enumerate(args.data):
        faces = Faces.load([folder])
        rows = []
        with torch.no_grad():
            for start in range(0, len(faces.images), 100):
                stop = min(start + 100, len(faces.images))
                rows.append(encoder(faces.batch(np.arange(start, stop))[0]).numpy())
        np.save(args.work / f"vectors{k}.npy", np.concatenate(rows))
        print(f"{folder}: {len(faces.images)} vectors", flush=True)


if __name__ == "__main__":
    main()

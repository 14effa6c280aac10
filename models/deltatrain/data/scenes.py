"""Training pictures of the parser: generated faces in front of other things, and behind some."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from deltatrain.data import augment
from deltatrain.data.parts import BACKGROUND, FRONT, HAIR, HAT

Bytes = NDArray[np.uint8]
OUT = 128
"""Side of the labels."""


class Scenes:
    """Draws pictures (N, 256, 256, 3) in [0, 1] and their parts (N, PARTS, 128, 128)."""

    def __init__(
        self, images: Bytes, parts: Bytes, faces: NDArray[np.int64], rng: np.random.Generator
    ) -> None:
        """Take pictures, and the parts in 1/255 of those faces."""
        self._images, self._parts, self._faces, self._rng = images, parts, faces, rng

    def draw(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the pictures and the parts of some rows of the labels."""
        rng, n = self._rng, len(rows)
        image = torch.from_numpy(self._images[self._faces[rows]].astype(np.float32))
        image = image.permute(0, 3, 1, 2) / 127.5 - 1
        parts = torch.from_numpy(self._parts[rows].astype(np.float32)) / 255
        side = image.shape[-1]
        parts = functional.interpolate(parts, size=(side, side), mode="bilinear")
        behind, before, cloth = (augment.texture(image, rng) for _ in range(3))
        for k in np.flatnonzero(rng.random(n) < 0.1):
            image[k], parts[k] = hat(image[k], parts[k], cloth[k], rng)
        both = moved(torch.cat([image, parts], 1), rng)
        image, parts = both[:, :3], both[:, 3:]
        replaced = torch.from_numpy(rng.random((n, 1, 1, 1)) < 0.6).float()
        image = image + replaced * parts[:, BACKGROUND, None] * (behind - image)
        image = augment.colours(image, rng, 1.8)
        front = torch.zeros_like(parts)
        front[:, FRONT] = 1
        both = torch.cat([image, parts], 1)
        both = augment.shapes(both, rng, torch.cat([before, front], 1), 0.25)
        image, parts = both[:, :3], both[:, 3:]
        for k in np.flatnonzero(rng.random(n) < 0.1):  # black and white, or toned
            grey = image[k].mean(0, keepdim=True)
            tone = torch.from_numpy(rng.uniform(-0.15, 0.15, (3, 1, 1))).float()
            image[k] = (grey + tone * (rng.random() < 0.5)).clamp(-1, 1)
        image = augment.degrade(image, rng).clamp(-1, 1)
        parts = functional.interpolate(parts, size=(OUT, OUT), mode="area")
        parts = parts / parts.sum(1, keepdim=True).clamp_min(1e-3)
        return (image.permute(0, 2, 3, 1) + 1) / 2, parts


def hat(
    image: torch.Tensor, parts: torch.Tensor, cloth: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cover the hair above a line across the forehead with cloth."""
    side = image.shape[-1]
    y, x = torch.meshgrid(torch.arange(side) / side, torch.arange(side) / side, indexing="ij")
    line = float(rng.uniform(0.22, 0.42)) + float(rng.uniform(-0.3, 0.3)) * (x - 0.5)
    above = ((line - y) * side / 3).clamp(0, 1)
    head = functional.avg_pool2d(parts[None, HAIR], 9, 1, 4)[0]
    alpha = (head * 4).clamp(0, 1) * above
    if rng.random() < 0.5:  # over the forehead as well
        skin = parts[HAIR + 1 :].sum(0) + parts[HAIR - 1]
        alpha = torch.maximum(alpha, skin.clamp(0, 1) * above)
    shade = image.mean(0, keepdim=True)
    cloth = (cloth + float(rng.uniform(0, 0.5)) * (shade - shade.mean())).clamp(-1, 1)
    parts = parts * (1 - alpha)
    parts[HAT] += alpha
    return image * (1 - alpha) + alpha * cloth, parts


def moved(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Mirror, shift by up to 8 %, scale by up to a quarter and turn by up to 20°."""
    n = len(x)
    turn = torch.from_numpy(rng.uniform(-0.35, 0.35, n)).float()
    size = torch.from_numpy(np.exp(rng.uniform(-0.25, 0.2, n))).float()
    shift = torch.from_numpy(rng.uniform(-0.16, 0.16, (n, 2))).float()
    mirror = torch.from_numpy(rng.random((n, 1, 1, 1)) < 0.5)
    return augment.moved(torch.where(mirror, x.flip(-1), x), turn, size, shift)

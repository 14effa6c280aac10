"""Augmentations that carry generated faces toward photographs.

All work on float batches (N, 3, H, W) in [-1, 1] and return new ones.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch.nn import functional


def moved(
    x: torch.Tensor, turn: torch.Tensor, size: torch.Tensor, shift: torch.Tensor
) -> torch.Tensor:
    """Turn by radians (N,), scale by size (N,) and shift by halves of the side (N, 2)."""
    cos, sin = torch.cos(turn) * size, torch.sin(turn) * size
    rows = [torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def jitter_crop(x: torch.Tensor, rng: np.random.Generator, amount: float = 1.0) -> torch.Tensor:
    """Shift by up to 4 %, scale by up to 6 % and turn by up to 4°, as alignment errs."""
    n = len(x)
    angle = torch.from_numpy(rng.uniform(-0.07, 0.07, n)).float() * amount
    scale = 1 + torch.from_numpy(rng.uniform(-0.06, 0.06, n)).float() * amount
    shift = torch.from_numpy(rng.uniform(-0.08, 0.08, (n, 2))).float() * amount
    return moved(x, angle, scale, shift)


def colours(x: torch.Tensor, rng: np.random.Generator, amount: float = 1.0) -> torch.Tensor:
    """Exposure, contrast, gamma and white balance of another camera."""
    n = len(x)

    def draw(low: float, high: float, channels: int = 1) -> torch.Tensor:
        return torch.from_numpy(rng.uniform(low, high, (n, channels, 1, 1))).float() * amount

    y = (x + 1).clamp(1e-3, 2) / 2
    y = y ** torch.exp(draw(-0.18, 0.18))
    y = y * torch.exp(draw(-0.1, 0.1) + draw(-0.05, 0.05, 3))
    mean = y.mean((1, 2, 3), keepdim=True)
    y = mean + (y - mean) * torch.exp(draw(-0.12, 0.12))
    grey = y.mean(1, keepdim=True)
    y = grey + (y - grey) * torch.exp(draw(-0.15, 0.15))
    return y.clamp(0, 1) * 2 - 1


def degrade(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Lose detail: a smaller picture, noise, JPEG, each in a part of the batch."""
    y = x.clone()
    n, side = len(y), x.shape[-1]
    few = torch.from_numpy(rng.random(n) < 0.35)
    if few.any():
        low = int(side * rng.uniform(0.35, 0.9))
        small = functional.interpolate(y[few], size=(low, low), mode="bilinear", antialias=True)
        y[few] = functional.interpolate(small, size=(side, side), mode="bilinear")
    level = torch.from_numpy(rng.uniform(-0.08, 0.06, (n, 1, 1, 1)).clip(0)).float()
    y += torch.randn(y.shape) * level
    for k in np.flatnonzero(rng.random(n) < 0.12):
        pixels = ((y[k].permute(1, 2, 0).clamp(-1, 1) + 1) * 127.5).byte().numpy()
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=int(rng.integers(30, 90)))
        back = np.array(Image.open(buffer), np.float32)
        y[k] = torch.from_numpy(back).permute(2, 0, 1) / 127.5 - 1
    return y


def occlude(x: torch.Tensor, rng: np.random.Generator, share: float = 0.15) -> torch.Tensor:
    """Hide a rectangle of up to a third of the side in a share of the batch."""
    y = x.clone()
    side = x.shape[-1]
    for k in np.flatnonzero(rng.random(len(y)) < share):
        h, w = rng.integers(side // 12, side // 3, 2)
        top, left = rng.integers(0, side - h), rng.integers(0, side - w)
        colour = torch.from_numpy(rng.uniform(-1, 1, (3, 1, 1))).float()
        y[k, :, top : top + h, left : left + w] = colour
    return y


def photograph(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """All of the above, in the order in which a camera does them."""
    return degrade(occlude(colours(jitter_crop(x, rng), rng), rng), rng)


def clouds(rng: np.random.Generator, shape: tuple[int, int, int, int], cells: int) -> torch.Tensor:
    """Return smooth noise (N, C, H, W) in about [-2, 2] with so many cells to a side."""
    n, c, h, w = shape
    coarse = torch.from_numpy(rng.standard_normal((n, c, cells, cells)).astype(np.float32))
    return functional.interpolate(coarse, size=(h, w), mode="bicubic", align_corners=False)


def warp(x: torch.Tensor, rng: np.random.Generator, amount: float = 1.0) -> torch.Tensor:
    """Pull features about by up to some 3 % of the side, as no generator draws them."""
    n, _, h, w = x.shape
    shift = clouds(rng, (n, 2, h, w), int(rng.integers(4, 9))) * 0.02 * amount
    unit = torch.eye(2, 3).expand(n, -1, -1)
    grid = functional.affine_grid(unit, [n, 1, h, w], align_corners=False)
    grid = grid + shift.permute(0, 2, 3, 1)
    return functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def blend(x: torch.Tensor, rng: np.random.Generator, share: float = 0.6) -> torch.Tensor:
    """In a share of the batch let patches of other faces or of noise show through."""
    n, c, h, w = x.shape
    sharp = float(np.exp(rng.uniform(0.5, 3.5)))
    mask = torch.sigmoid(sharp * (clouds(rng, (n, 1, h, w), int(rng.integers(3, 12))) - 0.5))
    strange = torch.zeros_like(x)
    for cells in (4, 16, 64):
        strange += clouds(rng, (n, c, h, w), cells) * float(rng.uniform(0, 0.5))
    strange += torch.from_numpy(rng.uniform(-0.7, 0.7, (n, c, 1, 1)).astype(np.float32))
    other = torch.from_numpy(rng.random((n, 1, 1, 1)) < 0.6)
    shown = torch.where(other, x.roll(1, 0), strange.clamp(-1, 1))
    used = torch.from_numpy((rng.random((n, 1, 1, 1)) < share).astype(np.float32))
    return x + mask * used * (shown - x)


def texture(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Return as many pictures of anything: parts of x enlarged and turned, clouds, grain.

    They stand for what lies behind people and in front of them.
    """
    n, c, h, w = x.shape
    turn = torch.from_numpy(rng.uniform(-3.1, 3.1, n)).float()
    size = torch.from_numpy(np.exp(rng.uniform(-2.2, 0.2, n))).float()
    shift = torch.from_numpy(rng.uniform(-0.8, 0.8, (n, 2))).float()
    part = moved(x[rng.permutation(n)], turn, size, shift)
    part = part.roll(1, 1) * torch.from_numpy(rng.uniform(-1, 1, (n, 1, 1, 1))).float()
    made = torch.from_numpy(rng.uniform(-0.8, 0.8, (n, c, 1, 1))).float().expand_as(x).clone()
    for cells in (3, 12, 48, 96):
        made += clouds(rng, (n, c, h, w), cells) * float(rng.uniform(0, 0.3))
    grey = torch.from_numpy(rng.uniform(0, 1, (n, 1, 1, 1))).float()
    made += grey * (made.mean(1, keepdim=True) - made)
    mix = torch.from_numpy(rng.uniform(0, 1, (n, 1, 1, 1)) ** 0.5).float()
    return (part * 1.4 * mix + made * (1 - mix)).clamp(-1, 1)


def shapes(
    x: torch.Tensor, rng: np.random.Generator, shown: torch.Tensor, share: float = 0.3
) -> torch.Tensor:
    """Put one to three things before the face in a share of the batch, drawn of shown.

    Each is a turned ellipse, bar, box or ring with an edge that is sharp or soft. Further
    channels of x and shown go along.
    """
    y = x.clone()
    side = x.shape[-1]
    line = torch.linspace(-1, 1, side)
    rows, columns = torch.meshgrid(line, line, indexing="ij")
    for k in np.flatnonzero(rng.random(len(y)) < share):
        for _ in range(int(rng.integers(1, 4))):
            turn, (u, v) = rng.uniform(-3.1, 3.1), rng.uniform(-0.9, 0.9, 2)
            a, b = np.exp(rng.uniform(-3, -0.7, 2))
            across = ((columns - u) * np.cos(turn) + (rows - v) * np.sin(turn)) / a
            along = ((rows - v) * np.cos(turn) - (columns - u) * np.sin(turn)) / b
            far = (across.square() + along.square()).sqrt()
            inside = (
                1 - far, 1 - across.abs(), 1 - torch.maximum(across.abs(), along.abs()),
                0.12 - (1 - far).abs(),
            )[int(rng.integers(4))]  # fmt: skip
            mask = torch.sigmoid(inside * min(a, b) * float(np.exp(rng.uniform(2.5, 6))))
            mask = mask * min(1.0, float(rng.uniform(0.5, 1.6)))
            y[k] = y[k] + mask * (shown[(k + 1) % len(shown)] - y[k])
    return y

"""The diffusion model's network: a face without the noise that was added to it.

    D(x, σ | c, s) = c + c_skip(σ)·(x − c) + c_out(σ)·F(c_in(σ)·(x − c), c, σ, s)

The preconditioning is that of Karras et al. 2022 (arXiv 2206.00364, table 1), on the
residual x − c instead of the image. c is the GAN's preview of the style code s and of the
feature offset that the inverter found for the face. It already looks like the person, so
the network learns only what it lacks. It is drawn with the offset because an edit carries
over whatever c lacks: without the offset that is half the face, and old mouths show through
new ones. Images are split into the 48 bands of an orthonormal Haar packet of two levels
(256² x 3 -> 64² x 48). White noise stays white noise, so that each band has its own σ_data
and with it its own c_skip, c_out and c_in: the coarsest residuals are about ten times the
finest.

F is a U-Net at 64², 32² and 16² whose blocks are modulated by σ and s (adaptive group
normalisation, as in Diffusion Autoencoders, arXiv 2111.15640).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.train.preview import SOFT

PATCH = 4
BANDS = 3 * PATCH * PATCH
"""Of the packet; that of the colours' means first, then for each colour the same order."""
WIDTHS = (80, 160, 224)
WAVES = 16
"""Frequencies that log σ is told in."""
GROUP = 16
"""Channels that are normalised together."""


def packet() -> torch.Tensor:
    """Return the orthonormal Haar packet of 4 x 4 pixels: (16, 1, 4, 4), the mean first."""
    pair = torch.tensor([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2)
    line = torch.kron(pair, pair)
    return torch.einsum("ai,bj->abij", line, line).reshape(16, 1, PATCH, PATCH)


def split(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return the bands (N, 48, H/4, W/4) of a picture (N, 3, H, W)."""
    n, c, h, w = x.shape
    bands = functional.conv2d(x.reshape(n * c, 1, h, w), kernel, stride=PATCH)
    return bands.reshape(n, BANDS, h // PATCH, w // PATCH)


def join(bands: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return the picture of bands; split's inverse."""
    n, _, h, w = bands.shape
    planes = bands.reshape(n * 3, BANDS // 3, h, w)
    planes = functional.conv_transpose2d(planes, kernel, stride=PATCH)
    return planes.reshape(n, 3, h * PATCH, w * PATCH)


class Block(nn.Module):
    """A residual block of two convolutions; the conditioning scales and shifts between them."""

    def __init__(self, inside: int, outside: int, told: int) -> None:
        """Make a block that does nothing yet but for a change of width."""
        super().__init__()
        self.before = nn.GroupNorm(inside // GROUP, inside)
        self.first = nn.Conv2d(inside, outside, 3, padding=1)
        self.middle = nn.GroupNorm(outside // GROUP, outside, affine=False)
        self.told = nn.Linear(told, 2 * outside)
        self.second = nn.Conv2d(outside, outside, 3, padding=1)
        self.beside = nn.Conv2d(inside, outside, 1) if inside != outside else nn.Identity()
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)
        nn.init.normal_(self.told.weight, std=0.02)
        nn.init.zeros_(self.told.bias)

    def forward(self, x: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return (N, outside, H, W)."""
        y = self.first(functional.silu(self.before(x)))
        turn, half = self.told(told)[:, :, None, None], y.shape[1]
        y = functional.silu(self.middle(y) * (1 + turn[:, :half]) + turn[:, half:])
        return self.beside(x) + self.second(y)


class Attention(nn.Module):
    """Every cell looks at every other (N, width, H, W)."""

    def __init__(self, width: int, heads: int = 4) -> None:
        """Make a layer that does nothing yet."""
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(width // GROUP, width)
        self.query, self.key = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        self.value, self.back = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.back.weight)
        nn.init.zeros_(self.back.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x and what was seen."""
        n, c, h, w = x.shape
        y = self.norm(x)
        shape = (n, self.heads, c // self.heads, h * w)
        query, key = self.query(y).reshape(shape), self.key(y).reshape(shape)
        value = self.value(y).reshape(shape)
        like = torch.matmul(query.transpose(2, 3), key) / math.sqrt(c // self.heads)
        seen = torch.matmul(value, like.softmax(-1).transpose(2, 3))
        return x + self.back(seen.reshape(n, c, h, w))


class Up(nn.Module):
    """Twice the side: (N, inside, H, W) -> (N, outside, 2H, 2W)."""

    def __init__(self, inside: int, outside: int) -> None:
        """Make the layer."""
        super().__init__()
        self.change = nn.Conv2d(inside, 4 * outside, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the larger features."""
        return functional.pixel_shuffle(self.change(x), 2)


class UNet(nn.Module):
    """Bands (N, 96, H, W), standardised style (N, 6752), log σ (N,) -> bands (N, 48, H, W)."""

    def __init__(
        self, widths: Sequence[int] = WIDTHS, blocks: Sequence[int] = (2, 2, 2), told: int = 256
    ) -> None:
        """Make a network that returns zeros; widths and blocks count channels and blocks a size."""
        super().__init__()
        self.register_buffer("waves", torch.linspace(0.15, 3.0, WAVES))
        self.sigma = nn.Linear(2 * WAVES + 1, told)
        self.style = nn.Linear(STYLE_CHANNELS, told)
        self.both = nn.Linear(told, told)
        nn.init.normal_(self.style.weight, std=0.15)
        nn.init.zeros_(self.style.bias)
        self.enter = nn.Conv2d(2 * BANDS, widths[0], 3, padding=1)
        last = len(widths) - 1
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.smaller, self.larger, self.merge = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for k, width in enumerate(widths):
            self.down.append(nn.ModuleList(Block(width, width, told) for _ in range(blocks[k])))
            if k == last:
                continue
            self.smaller.append(nn.Conv2d(width, widths[k + 1], 3, stride=2, padding=1))
            self.larger.append(Up(widths[k + 1], width))
            self.merge.append(nn.Conv2d(2 * width, width, 1))
            self.up.append(nn.ModuleList(Block(width, width, told) for _ in range(blocks[k])))
        self.attention = Attention(widths[-1])
        self.end = Block(widths[-1], widths[-1], told)
        self.norm = nn.GroupNorm(widths[0] // GROUP, widths[0])
        self.leave = nn.Conv2d(widths[0], BANDS, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: torch.Tensor, style: torch.Tensor, log: torch.Tensor) -> torch.Tensor:
        """Return F."""
        turned = log[:, None] * self.waves
        waves = torch.cat([turned.sin(), turned.cos(), log[:, None] / 4], 1)
        told = functional.silu(self.sigma(waves) + self.style(style * SOFT))
        told = functional.silu(self.both(told))
        y, kept = self.enter(x), []
        for k, blocks in enumerate(self.down):
            for block in blocks:
                y = block(y, told)
            if k < len(self.smaller):
                kept.append(y)
                y = self.smaller[k](y)
        y = self.end(self.attention(y), told)
        for k in reversed(range(len(self.up))):
            y = self.merge[k](torch.cat([self.larger[k](y), kept[k]], 1))
            for block in self.up[k]:
                y = block(y, told)
        return self.leave(functional.silu(self.norm(y)))


class Denoiser(nn.Module):
    """The whole of D, with what it must know about the data."""

    def __init__(self, unet: UNet) -> None:
        """Join the network and statistics of nothing; see measure."""
        super().__init__()
        self.unet = unet
        self.register_buffer("kernel", packet())
        self.register_buffer("residual_std", torch.ones(BANDS, 1, 1))
        self.register_buffer("condition_mean", torch.zeros(BANDS, 1, 1))
        self.register_buffer("condition_std", torch.ones(BANDS, 1, 1))
        self.register_buffer("style_mean", torch.zeros(STYLE_CHANNELS))
        self.register_buffer("style_std", torch.ones(STYLE_CHANNELS))

    def measure(
        self, faces: torch.Tensor, conditions: torch.Tensor, mean: torch.Tensor, std: torch.Tensor
    ) -> None:
        """Take statistics from pictures (N, 3, H, W); of the style code as they are given."""
        c = split(conditions, self.kernel)
        r = split(faces, self.kernel) - c
        self.residual_std.copy_(r.square().mean((0, 2, 3)).sqrt()[:, None, None])
        self.condition_mean.copy_(c.mean((0, 2, 3))[:, None, None])
        self.condition_std.copy_(c.std((0, 2, 3))[:, None, None])
        self.style_mean.copy_(mean)
        self.style_std.copy_(std)

    def standard(self, style: torch.Tensor) -> torch.Tensor:
        """Return the style code (N, 6752) with mean 0 and deviation 1; zeros are nobody's."""
        return ((style - self.style_mean) / self.style_std).clamp(-6, 6)

    def guess(
        self, noisy: torch.Tensor, sigma: torch.Tensor, condition: torch.Tensor, style: torch.Tensor
    ) -> torch.Tensor:
        """Return F (N, 48, 64, 64).

        noisy is x − c and condition c, both in bands; sigma (N,); style standardised.
        """
        std = self.residual_std
        scale = (std.square() + sigma.square()[:, None, None, None]).rsqrt()
        c = (condition - self.condition_mean) / self.condition_std
        return self.unet(torch.cat([noisy * scale, c], 1), style, sigma.log())

    def parts(self, sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return c_skip and c_out (N, 48, 1, 1) for sigma (N,)."""
        std, s = self.residual_std, sigma[:, None, None, None]
        both = std.square() + s.square()
        return std.square() / both, s * std * both.rsqrt()

    def forward(
        self, picture: torch.Tensor, sigma: torch.Tensor, condition: torch.Tensor,
        style: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        """Return D: pictures (N, 3, 256, 256) in about [-1, 1], σ (N,), style codes (N, 6752)."""
        c = split(condition, self.kernel)
        noisy = split(picture, self.kernel) - c
        skip, out = self.parts(sigma)
        f = self.guess(noisy, sigma, c, self.standard(style))
        return join(c + skip * noisy + out * f, self.kernel)

"""e4e, the encoder for editing (Tov et al., 2021), with its official names.

An IR-SE-50 backbone (ArcFace's) gives features at three sizes; a small convolutional
head for each w of W+ reads one of them. The first head gives the main w, the others
what is added to it for their layer, and `latent_avg`, the generator's mean w, is
added to all. A checkpoint is a dictionary of `state_dict` with `encoder.*` (and the
generator's `decoder.*`, which is not read), `latent_avg` and `opts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deltaconvert.stylegan2 import EqualLinear

COARSE, MIDDLE = 3, 7
"""The w from which the heads read the middle and the fine features."""


@dataclass(frozen=True)
class Layout:
    """The sizes of an encoder."""

    units: tuple[int, ...] = (3, 4, 14, 3)
    """Residual units of each stage: IR-SE-50's."""
    depths: tuple[int, ...] = (64, 128, 256, 512)
    width: int = 512
    latents: int = 18
    pools: tuple[int, int, int] = (4, 5, 6)
    """Halvings in the coarse, middle and fine heads; 2 to that is their features' side."""

    @property
    def side(self) -> int:
        """Side of the picture that the encoder sees."""
        return 16 << self.pools[0]

    @property
    def taps(self) -> tuple[int, int, int]:
        """The units after which the fine, middle and coarse features stand."""
        a, b, c, d = self.units
        return a + b - 1, a + b + c - 1, a + b + c + d - 1

    def head(self, index: int) -> int:
        """Returns how often the head of a w halves its features."""
        return self.pools[0 if index < COARSE else 1 if index < MIDDLE else 2]

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Layout:
        """Reads the sizes from a state; raises KeyError when it is not an encoder's."""
        depths, units = [state["input_layer.0.weight"].shape[0]], [0]
        index = 0
        while (weight := state.get(f"body.{index}.res_layer.1.weight")) is not None:
            # A stage begins with the unit that halves; it widens, except the first.
            if weight.shape[0] != depths[-1]:
                depths.append(weight.shape[0])
                units.append(0)
            units[-1] += 1
            index += 1
        heads = [0]
        for name in state:
            found = re.fullmatch(r"styles\.(\d+)\.linear\.weight", name)
            heads.append(int(found[1]) + 1 if found else 0)

        def pools(head: int) -> int:
            count = 0
            while f"styles.{head}.convs.{2 * count}.weight" in state:
                count += 1
            return count

        return cls(
            tuple(units), tuple(depths), state["styles.0.linear.weight"].shape[0], max(heads),
            (pools(0), pools(COARSE), pools(MIDDLE)),
        )  # fmt: skip


class SqueezeExcite(nn.Module):
    """Scales channels by what a bottleneck makes of their means."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        """Makes random weights."""
        super().__init__()
        inner = max(1, channels // reduction)
        self.fc1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.fc2 = nn.Conv2d(inner, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Returns x scaled."""
        mean = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(mean))))


class Unit(nn.Module):
    """A residual unit of IR-SE."""

    def __init__(self, inputs: int, depth: int, stride: int) -> None:
        """Makes random weights."""
        super().__init__()
        self.shortcut_layer: nn.Module
        if inputs == depth:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inputs, depth, 1, stride, bias=False), nn.BatchNorm2d(depth)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, depth, 3, 1, 1, bias=False),
            nn.PReLU(depth),
            nn.Conv2d(depth, depth, 3, stride, 1, bias=False),
            nn.BatchNorm2d(depth),
            SqueezeExcite(depth),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Returns the unit's features."""
        return self.res_layer(x) + self.shortcut_layer(x)


class Head(nn.Module):
    """Convolutions of stride 2 down to one place, then a linear layer."""

    def __init__(self, width: int, pools: int) -> None:
        """Makes random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(pools):
            layers += [nn.Conv2d(width, width, 3, 2, 1), nn.LeakyReLU()]
        self.convs = nn.Sequential(*layers)
        self.linear = EqualLinear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, width)."""
        return self.linear(self.convs(x).flatten(1))


class Encoder(nn.Module):
    """Picture (N, 3, side, side) in [-1, 1] -> W+ (N, latents, width) less latent_avg."""

    def __init__(self, layout: Layout) -> None:
        """Makes random weights."""
        super().__init__()
        self.layout = layout
        first = layout.depths[0]
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, first, 3, 1, 1, bias=False), nn.BatchNorm2d(first), nn.PReLU(first)
        )
        units, before = [], first
        for depth, count in zip(layout.depths, layout.units, strict=True):
            for k in range(count):
                units.append(Unit(before, depth, 2 if k == 0 else 1))
                before = depth
        self.body = nn.Sequential(*units)
        width = layout.width
        self.styles = nn.ModuleList(Head(width, layout.head(k)) for k in range(layout.latents))
        self.latlayer1 = nn.Conv2d(layout.depths[2], width, 1)
        self.latlayer2 = nn.Conv2d(layout.depths[1], width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns W+ less latent_avg."""
        x = self.input_layer(x)
        seen = []
        for index, unit in enumerate(self.body):
            x = unit(x)
            if index in self.layout.taps:
                seen.append(x)
        fine, middle, coarse = seen
        middle = enlarge(coarse, middle) + self.latlayer1(middle)
        fine = enlarge(middle, fine) + self.latlayer2(fine)
        main = self.styles[0](coarse)
        made = [main]
        for index in range(1, self.layout.latents):
            features = coarse if index < COARSE else middle if index < MIDDLE else fine
            made.append(main + self.styles[index](features))
        return torch.stack(made, 1)


def enlarge(x: Tensor, like: Tensor) -> Tensor:
    """Returns x at the size of like, bilinear with corners aligned."""
    return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=True)


def mean_latent(value: Tensor, latents: int) -> Tensor:
    """Returns latent_avg, stored for one w or for all, as (latents, width)."""
    value = value.reshape(-1, value.shape[-1]).float()
    return value.expand(latents, -1) if len(value) == 1 else value

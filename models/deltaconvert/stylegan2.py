"""StyleGAN2's generator (Karras et al., 2020) with the names of rosinality's port.

A checkpoint is a dictionary of `g_ema`, this module's state, and `latent_avg`, the
mean w. The style space of the paper StyleSpace (Wu et al., 2021) is what the affine
layers ("modulation") make of w: one value for each input channel of each
convolution. DeltaEdit moves those of the 3×3 convolutions (6,048 in the full size);
those of the nine toRGB layers stay with W+.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GAIN = math.sqrt(2)
SLOPE = 0.2
EPS = 1e-8
LR_MUL = 0.01
"""The learning-rate multiplier of the mapping network and of the delta mapper."""


@dataclass(frozen=True)
class Layout:
    """The sizes of a generator: FFHQ's config-f unless told otherwise."""

    channels: tuple[int, ...] = (512, 512, 512, 512, 512, 256, 128, 64, 32)
    """Channels of the features at 4², 8² and so on."""
    width: int = 512
    depth: int = 8

    @property
    def side(self) -> int:
        """Side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)

    @property
    def latents(self) -> int:
        """Number of w in W+: one a convolution, the last for the last toRGB."""
        return 2 * len(self.channels)

    @property
    def style_sizes(self) -> tuple[int, ...]:
        """Style channels of each 3×3 convolution, in the order of S."""
        first, *rest = self.channels
        sizes = [first]
        for before, after in zip(self.channels, rest, strict=False):
            sizes += [before, after]
        return tuple(sizes)

    @property
    def style_channels(self) -> int:
        """Length of the style code that an edit moves."""
        return sum(self.style_sizes)

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Layout:
        """Reads the sizes from a state; raises KeyError when it is not a generator's."""
        channels = [state["input.input"].shape[1]]
        while (weight := state.get(f"convs.{2 * len(channels) - 2}.conv.weight")) is not None:
            channels.append(weight.shape[1])
        depth = 0
        while f"style.{depth + 1}.weight" in state:
            depth += 1
        return cls(tuple(channels), state["conv1.conv.modulation.weight"].shape[1], depth)


class PixelNorm(nn.Module):
    """Scales to unit mean square along dimension 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Returns x / rms(x)."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + EPS)


class EqualLinear(nn.Module):
    """A linear layer with weights of unit variance, scaled at run time."""

    def __init__(
        self, inputs: int, outputs: int, *, bias: float = 0, lr_mul: float = 1, active: bool = False
    ) -> None:
        """Makes random weights; active adds a leaky ReLU of gain √2."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr_mul)
        self.bias = nn.Parameter(torch.full((outputs,), float(bias)))
        self.lr_mul, self.active = lr_mul, active

    @property
    def scale(self) -> float:
        """What the stored weight is multiplied by."""
        return self.lr_mul / math.sqrt(self.weight.shape[1])

    def forward(self, x: Tensor) -> Tensor:
        """Returns (..., outputs)."""
        y = F.linear(x, self.weight * self.scale, self.bias * self.lr_mul)
        return F.leaky_relu(y, SLOPE) * GAIN if self.active else y


def upfirdn(x: Tensor, kernel: Tensor, up: int, pad: tuple[int, int]) -> Tensor:
    """Upsamples by zeros, pads and filters with a FIR kernel, plane by plane."""
    n, c, h, w = x.shape
    spread = x.new_zeros(n, c, h, up, w, up)
    spread[:, :, :, 0, :, 0] = x
    spread = F.pad(spread.reshape(n * c, 1, h * up, w * up), (*pad, *pad))
    out = F.conv2d(spread, kernel.flip(0, 1)[None, None])
    return out.reshape(n, c, *out.shape[-2:])


def fir(gain: float) -> Tensor:
    """The official kernel, [1, 3, 3, 1] both ways, of sum `gain`."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps)
    return kernel / kernel.sum() * gain


class Filter(nn.Module):
    """A FIR filter whose kernel is stored with the weights."""

    def __init__(self, up: int, pad: tuple[int, int]) -> None:
        """Makes the official kernel, of gain 4 to make up for the zeros between."""
        super().__init__()
        self.register_buffer("kernel", fir(4))
        self.up, self.pad = up, pad

    def forward(self, x: Tensor) -> Tensor:
        """Returns the filtered planes."""
        return upfirdn(x, self.kernel, self.up, self.pad)


class ModulatedConv(nn.Module):
    """A convolution whose input channels a style scales."""

    def __init__(self, inputs: int, outputs: int, size: int, width: int, *, up: bool = False,
                 demodulate: bool = True) -> None:  # fmt: skip
        """Makes random weights; up doubles the sides."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, outputs, inputs, size, size))
        self.modulation = EqualLinear(width, inputs, bias=1)
        if up:
            self.blur = Filter(1, (1, 1))
        self.up, self.demodulate = up, demodulate

    @property
    def scale(self) -> float:
        """What the stored weight is multiplied by."""
        _, _, inputs, size, _ = self.weight.shape
        return 1 / math.sqrt(inputs * size * size)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Returns the convolution of x (N, inputs, H, W) under style (N, inputs)."""
        n, inputs, h, w = x.shape
        weight = self.scale * self.weight * style.view(n, 1, inputs, 1, 1)
        if self.demodulate:
            norm = torch.rsqrt(weight.square().sum((2, 3, 4)) + EPS)
            weight = weight * norm.view(n, -1, 1, 1, 1)
        outputs, size = weight.shape[1], weight.shape[-1]
        x = x.reshape(1, n * inputs, h, w)
        if self.up:
            weight = weight.transpose(1, 2).reshape(n * inputs, outputs, size, size)
            y = F.conv_transpose2d(x, weight, stride=2, groups=n)
            return self.blur(y.reshape(n, outputs, *y.shape[-2:]))
        weight = weight.reshape(n * outputs, inputs, size, size)
        y = F.conv2d(x, weight, padding=size // 2, groups=n)
        return y.reshape(n, outputs, *y.shape[-2:])


class Noise(nn.Module):
    """Adds a fixed picture of noise to every channel."""

    def __init__(self) -> None:
        """Makes the strength, 0."""
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Returns x + strength · noise."""
        return x + self.weight * noise


class Activate(nn.Module):
    """Adds a bias; leaky ReLU of gain √2."""

    def __init__(self, channels: int) -> None:
        """Makes the bias, 0."""
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Returns the activation of x (N, channels, H, W)."""
        return F.leaky_relu(x + self.bias.view(1, -1, 1, 1), SLOPE) * GAIN


class StyledConv(nn.Module):
    """Modulated convolution, noise, activation."""

    def __init__(self, inputs: int, outputs: int, width: int, *, up: bool = False) -> None:
        """Makes a 3×3 layer."""
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, width, up=up)
        self.noise = Noise()
        self.activate = Activate(outputs)

    def forward(self, x: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """Returns the layer's features."""
        return self.activate(self.noise(self.conv(x, style), noise))


class ToRGB(nn.Module):
    """A 1×1 layer to colours, added to the picture so far."""

    def __init__(self, inputs: int, width: int, *, up: bool = True) -> None:
        """Makes the layer; up enlarges the picture so far."""
        super().__init__()
        if up:
            self.upsample = Filter(2, (2, 1))
        self.conv = ModulatedConv(inputs, 3, 1, width, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))

    def forward(self, x: Tensor, style: Tensor, skip: Tensor | None) -> Tensor:
        """Returns the picture (N, 3, H, W)."""
        out = self.conv(x, style) + self.bias
        return out if skip is None else out + self.upsample(skip)


class Constant(nn.Module):
    """The learned 4×4 input."""

    def __init__(self, channels: int) -> None:
        """Makes it random."""
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, channels, 4, 4))

    def forward(self, count: int) -> Tensor:
        """Returns the constant, repeated for a batch of `count`."""
        return self.input.expand(count, -1, -1, -1)


class Generator(nn.Module):
    """StyleGAN2's generator; its state has exactly the keys of `g_ema`."""

    def __init__(self, layout: Layout) -> None:
        """Makes random weights."""
        super().__init__()
        self.layout = layout
        c, width = layout.channels, layout.width
        layers = [
            EqualLinear(width, width, lr_mul=LR_MUL, active=True) for _ in range(layout.depth)
        ]
        self.style = nn.Sequential(PixelNorm(), *layers)
        self.input = Constant(c[0])
        self.conv1 = StyledConv(c[0], c[0], width)
        self.to_rgb1 = ToRGB(c[0], width, up=False)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        for before, after in pairwise(c):
            self.convs.append(StyledConv(before, after, width, up=True))
            self.convs.append(StyledConv(after, after, width))
            self.to_rgbs.append(ToRGB(after, width))
        self.noises = nn.Module()
        for index in range(2 * len(c) - 1):
            side = 4 << ((index + 1) // 2)
            self.noises.register_buffer(f"noise_{index}", torch.randn(1, 1, side, side))

    @property
    def layers(self) -> list[StyledConv]:
        """The 3×3 layers in the order of S."""
        return [self.conv1, *self.convs]

    @property
    def colours(self) -> list[ToRGB]:
        """The toRGB layers, smallest picture first."""
        return [self.to_rgb1, *self.to_rgbs]

    def noise(self, index: int) -> Tensor:
        """Returns the noise buffer of a 3×3 layer."""
        return getattr(self.noises, f"noise_{index}")

    def style_space(self, w_plus: Tensor) -> Tensor:
        """Returns S (N, channels) without toRGB for W+ (N, latents, width)."""
        made = [layer.conv.modulation(w_plus[:, i]) for i, layer in enumerate(self.layers)]
        return torch.cat(made, 1)

    def pictures(self, style: Tensor, w_plus: Tensor) -> list[Tensor]:
        """Returns the picture after every toRGB (N, 3, side, side), smallest first.

        style (N, channels) drives the 3×3 convolutions and w_plus the toRGB layers.
        """
        styles = style.split(self.layout.style_sizes, 1)
        x = self.conv1(self.input(len(style)), styles[0], self.noise(0))
        skip, made = None, []
        for level, to_rgb in enumerate(self.colours):
            if level:
                for index in (2 * level - 1, 2 * level):
                    x = self.layers[index](x, styles[index], self.noise(index))
            w = w_plus[:, 2 * level + 1]
            skip = to_rgb(x, to_rgb.conv.modulation(w), skip)
            made.append(skip)
        return made

    def forward(self, style: Tensor, w_plus: Tensor) -> Tensor:
        """Returns the full picture (N, 3, side, side), about in [-1, 1]."""
        return self.pictures(style, w_plus)[-1]

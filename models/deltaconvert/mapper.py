"""DeltaEdit's delta mapper (arXiv 2310.08785, section 3.3) with its official names.

Three groups of style layers: coarse, the first three 3×3 convolutions of 512
channels; medium, the next four; fine, all that is left as one long vector. Each
group has a style, a condition and a fusion module of four equalised layers. The
official code hands coarse and medium styles over as (N, layers, 512) to a pixel norm
along dimension 1, so that there a channel is scaled by its mean square over the
group's layers; the condition and the fine style are scaled over all their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deltaconvert.stylegan2 import LR_MUL, EqualLinear, PixelNorm

COARSE, MEDIUM = 3, 4
"""Layers of the first two groups."""


@dataclass(frozen=True)
class Layout:
    """The sizes of a delta mapper."""

    layer: int = 512
    fine: int = 2464
    space: int = 512
    """Dimension of the shared image-text space."""

    @property
    def style_channels(self) -> int:
        """Length of the style code."""
        return (COARSE + MEDIUM) * self.layer + self.fine

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Layout:
        """Reads the sizes from a state; raises KeyError when it is not a delta mapper's."""
        return cls(
            layer=state["sm_coarse.mapping.1.weight"].shape[1],
            fine=state["sm_fine.mapping.1.weight"].shape[1],
            space=state["cm_coarse.mapping.1.weight"].shape[1] // 2,
        )


class Module(nn.Module):
    """Four equalised layers, behind a pixel norm if norm."""

    def __init__(self, inputs: int, outputs: int, *, norm: bool = True) -> None:
        """Makes random weights."""
        super().__init__()
        parts: list[nn.Module] = [PixelNorm()] if norm else []
        for k in range(4):
            before = inputs if k == 0 else outputs
            parts.append(EqualLinear(before, outputs, lr_mul=LR_MUL, active=True))
        self.mapping = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (..., outputs)."""
        return self.mapping(x)


class DeltaMapper(nn.Module):
    """(S (N, channels), [image vector, unit Δ] (N, 2·space)) -> ΔS (N, channels)."""

    def __init__(self, layout: Layout) -> None:
        """Makes random weights."""
        super().__init__()
        self.layout = layout
        for name, size in (
            ("coarse", layout.layer),
            ("medium", layout.layer),
            ("fine", layout.fine),
        ):
            setattr(self, f"sm_{name}", Module(size, size))
            setattr(self, f"cm_{name}", Module(2 * layout.space, size))
            setattr(self, f"fm_{name}", Module(2 * size, size, norm=False))

    def group(self, name: str, style: Tensor, condition: Tensor) -> Tensor:
        """Returns a group's part of ΔS from its part of S, of the same shape."""
        made = getattr(self, f"sm_{name}")(style)
        wish = getattr(self, f"cm_{name}")(condition)
        if style.ndim == 3:
            wish = wish[:, None].expand(-1, style.shape[1], -1)
        return getattr(self, f"fm_{name}")(torch.cat([made, wish], -1))

    def forward(self, style: Tensor, condition: Tensor) -> Tensor:
        """Returns ΔS."""
        n, layer = len(style), self.layout.layer
        coarse, medium, fine = style.split([COARSE * layer, MEDIUM * layer, self.layout.fine], 1)
        parts = [
            self.group("coarse", coarse.view(n, COARSE, layer), condition).reshape(n, -1),
            self.group("medium", medium.view(n, MEDIUM, layer), condition).reshape(n, -1),
            self.group("fine", fine, condition),
        ]
        return torch.cat(parts, 1)

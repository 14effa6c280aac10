"""The generator above the seam in PyTorch, for gradients: features at 64² to the picture.

The same arithmetic as deltapack.generator.top_graph: a parity test holds the two
together. It also draws a part of the picture from a part of the features, which
costs as much less.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from deltapack import generator
from deltapack.generator import BLOCKS, TRUNK_BLOCKS
from deltatrain.data.synth import STYLE_SIZES
from deltatrain.train.gan import SLOPE, Fixed
from deltatrain.train.preview import inverse_haar


class Top(Fixed):
    """Features (N, 512, h, w), style code (N, 6752) -> picture (N, 3, 16h, 16w), [-1, 1]."""

    def __init__(self, weights: generator.Weights) -> None:
        """Hold the weights of the upper blocks."""
        super().__init__()
        self.convs = []
        for block in weights.blocks[TRUNK_BLOCKS:]:
            for conv in (block.conv1, block.conv2):
                assert conv.depthwise is not None
                self.convs.append((
                    self._hold(conv.depthwise), self._hold(conv.weight), self._hold(conv.bias),
                    self._hold(conv.noise[None, None]),
                ))  # fmt: skip
        self.image = self._hold(weights.image_weight), self._hold(weights.image_bias)

    def forward(
        self, features: torch.Tensor, style: torch.Tensor, at: tuple[int, int] = (0, 0)
    ) -> torch.Tensor:
        """Return the picture, or the part whose features begin at (row, column) of the 64².

        The outermost pixels of a part miss what lies beside it: some 16 of them.
        """
        parts = [p[:, :, None, None] for p in torch.split(style, list(STYLE_SIZES), 1)]
        x, (row, column), layer = features, at, 1 + 3 * TRUNK_BLOCKS
        for index in range(BLOCKS - TRUNK_BLOCKS):
            x = inverse_haar(x * parts[layer], self.kernel)
            row, column = 2 * row, 2 * column
            for k in range(2):
                depthwise, weight, bias, noise = self.convs[2 * index + k]
                x = x * parts[layer + 1 + k]
                x = functional.conv2d(x, depthwise, padding=1, groups=x.shape[1])
                x = functional.conv2d(x, weight, bias)
                grain = noise[:, :, row : row + x.shape[2], column : column + x.shape[3]]
                x = functional.leaky_relu(x + grain, SLOPE)
            layer += 3
        return inverse_haar(functional.conv2d(x * parts[-1], *self.image), self.kernel)

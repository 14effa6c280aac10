"""The generator up to the preview in PyTorch, for gradients.

The same arithmetic as deltapack.generator's ONNX graphs: a parity test holds
the two together.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from deltapack import generator
from deltapack.generator import GATE, HAAR
from deltatrain.data.synth import STYLE_SIZES
from deltatrain.train.preview import PreviewHead, inverse_haar

TRUNK_BLOCKS = 4
SLOPE = 0.2


class Fixed(nn.Module):
    """A module that holds the package's weights as buffers: they are never trained."""

    def __init__(self) -> None:
        """Start with the taps of the inverse Haar transform."""
        super().__init__()
        self._count = 0
        self.kernel = self._hold(HAAR)

    def _hold(self, value: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(np.array(value, np.float32, order="C"))
        self.register_buffer(f"fixed_{self._count}", tensor, persistent=False)
        self._count += 1
        return tensor


class Trunk(Fixed):
    """Style code (N, 6752) -> features (N, 512, 64, 64)."""

    def __init__(self, weights: generator.Weights) -> None:
        """Hold the weights of the lower blocks."""
        super().__init__()
        self.constant = self._hold(weights.constant[None])
        convs = [weights.conv1]
        for block in weights.blocks[:TRUNK_BLOCKS]:
            convs += [block.conv1, block.conv2]
        self.convs = [
            (
                None if c.depthwise is None else self._hold(c.depthwise),
                self._hold(c.weight),
                self._hold(c.bias),
                self._hold(c.noise[None, None]),
            )
            for c in convs
        ]

    def _conv(self, x: torch.Tensor, style: torch.Tensor, index: int) -> torch.Tensor:
        depthwise, weight, bias, noise = self.convs[index]
        x = x * style[:, :, None, None]
        if depthwise is not None:
            x = functional.conv2d(x, depthwise, padding=1, groups=x.shape[1])
        x = functional.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)
        return functional.leaky_relu(x + noise, SLOPE)

    def forward(self, style: torch.Tensor) -> torch.Tensor:
        """Return the features at the seam between trunk and top."""
        parts = torch.split(style, list(STYLE_SIZES), 1)
        x = self.constant.expand(len(style), -1, -1, -1)
        x = self._conv(x, parts[0], 0)
        for block in range(TRUNK_BLOCKS):
            x = x * parts[1 + 3 * block][:, :, None, None]
            x = inverse_haar(x, self.kernel)
            x = self._conv(x, parts[2 + 3 * block], 1 + 2 * block)
            x = self._conv(x, parts[3 + 3 * block], 2 + 2 * block)
        return x


def edited(after: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    """Return the features of an edit: those before where it hardly moves them.

    Features are (N, 512, 64, 64). deltapack.generator says how, and adds the offset.
    """

    def mean_square(x: torch.Tensor) -> torch.Tensor:
        return x.square().mean(1, keepdim=True)

    change, size = after - before, mean_square(before)
    scale = (size + size.mean((2, 3), keepdim=True)) / 2
    far = mean_square(change) / (scale + 1e-6)
    far = functional.avg_pool2d(far, 3, 1, 1, count_include_pad=False)
    low, high = GATE
    t = ((far / (far.mean((2, 3), keepdim=True) + 1e-6) - low) / (high - low)).clamp(0, 1)
    return before + change * (t * t * (3 - 2 * t))


class Affine(nn.Module):
    """W+ in three groups, (N, 3, 512) -> style code (N, 6752)."""

    def __init__(self, weights: generator.Weights) -> None:
        """Hold the 23 affine layers, stacked by group."""
        super().__init__()
        ends = (0, 4, 10, 23)
        for k in range(3):
            layers = weights.affines[ends[k] : ends[k + 1]]
            self.register_buffer(
                f"weight{k}", torch.from_numpy(np.concatenate([a.weight for a in layers]))
            )
            self.register_buffer(
                f"bias{k}", torch.from_numpy(np.concatenate([a.bias for a in layers]))
            )

    def forward(self, w3: torch.Tensor) -> torch.Tensor:
        """Return the style code of a w for the coarse, medium and fine layers."""
        parts = [
            functional.linear(w3[:, k], getattr(self, f"weight{k}"), getattr(self, f"bias{k}"))
            for k in range(3)
        ]
        return torch.cat(parts, 1)


class Preview(nn.Module):
    """Style code (N, 6752) -> preview (N, 3, 256, 256) in about [-1, 1]."""

    def __init__(self, weights: generator.Weights, head: PreviewHead) -> None:
        """Join the trunk and a trained head; neither is trained further."""
        super().__init__()
        self.trunk, self.head = Trunk(weights), head
        for parameter in self.parameters():
            parameter.requires_grad_(False)

    def forward(self, style: torch.Tensor, before: torch.Tensor | None = None) -> torch.Tensor:
        """Return the picture; before are the features before an edit, None for no edit."""
        features = self.trunk(style)
        if before is not None:
            features = edited(features, before)
        return self.head(features, style)


def read_head(path: Path) -> PreviewHead:
    """Return the head that preview_head.onnx holds (deltatrain.train.preview exports it)."""
    stored = {}
    for tensor in onnx.load(path).graph.initializer:
        stored[tensor.name.removesuffix("_half")] = numpy_helper.to_array(tensor)
    width = len(stored["last.weight"][0])
    head = PreviewHead(width)
    # The exporter stores the input scale, with two more axes, under a name that it chooses.
    folded = [v for k, v in stored.items() if k.startswith("unsqueeze") and v.ndim == 3]
    if len(folded) != 1:
        raise ValueError(f"{path}: {len(folded)} tensors look like the input scale, want one")
    stored["scale"] = folded[0].reshape(-1)
    missing = set(head.state_dict()) - set(stored)
    if missing:
        raise ValueError(f"{path}: no tensors {sorted(missing)}: is it an exported preview head?")
    values = {k: torch.from_numpy(stored[k].astype(np.float32)) for k in head.state_dict()}
    head.load_state_dict(values)
    return head


def load_preview(sources: Path, head: Path) -> Preview:
    """Load the package's weights from sources and the head from preview_head.onnx."""
    return Preview(generator.read(sources), read_head(head)).eval()

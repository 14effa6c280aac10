"""The generator as anyone would write it down: one ONNX graph, and the same in PyTorch.

No thought is given to any runtime: these are what the pack's graphs are compared with.
Both map a style code [1, 6752] to a picture [1, 3, 1024, 1024] in about [-1, 1].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx

from deltapack.generator import BLOCKS, HAAR, SLOPE, StyledConv, Weights
from deltapack.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

SIDE = 1024


def steps(weights: Weights) -> list[tuple[int, StyledConv | None]]:
    """Lists affine layers with the convolutions after them, None for a Haar transform."""
    found: list[tuple[int, StyledConv | None]] = [(0, weights.conv1)]
    for index in range(BLOCKS):
        block, layer = weights.blocks[index], 1 + 3 * index
        found += [(layer, None), (layer + 1, block.conv1), (layer + 2, block.conv2)]
    return found


def onnx_graph(weights: Weights) -> onnx.ModelProto:
    """Writes the generator operation by operation, the Haar transform as sums."""
    graph = Graph("plain")
    style = graph.input("style", [1, weights.style_channels])
    ends = np.cumsum((0, *weights.style_sizes))

    def scaled(x: str, layer: int) -> str:
        start, end = int(ends[layer]), int(ends[layer + 1])
        part = graph.node("Slice", style, graph.ints(start), graph.ints(end), graph.ints(1))
        return graph.node("Mul", x, graph.node("Reshape", part, graph.ints(1, -1, 1, 1)))

    def haar(x: str, channels: int, side: int) -> str:
        count = channels // 4
        low = graph.node("Slice", x, graph.ints(0), graph.ints(count), graph.ints(1))
        high = graph.node("Slice", x, graph.ints(count), graph.ints(channels), graph.ints(1))
        high = graph.node("Reshape", high, graph.ints(1, count, 3, side, side))
        bands = [graph.node("Reshape", low, graph.ints(1, count, 1, side, side))]
        for band in range(3):
            at = graph.ints(band), graph.ints(band + 1), graph.ints(2)
            bands.append(graph.node("Slice", high, *at))
        phases = []
        for a in range(2):
            for b in range(2):
                taps = [graph.const(HAAR[band, 0, a, b]) for band in range(4)]
                terms = [graph.node("Mul", y, t) for y, t in zip(bands, taps, strict=True)]
                phases.append(graph.node("Sum", *terms))
        joined = graph.node("Concat", *phases, axis=2)
        joined = graph.node("Reshape", joined, graph.ints(1, channels, side, side))
        return graph.node("DepthToSpace", joined, blocksize=2, mode="CRD")

    x, side = graph.const(weights.constant[None]), weights.constant.shape[-1]
    for layer, conv in steps(weights):
        x = scaled(x, layer)
        if conv is None:
            x, side = haar(x, weights.style_sizes[layer], side), 2 * side
            continue
        if conv.depthwise is not None:
            group = conv.affine.channels
            x = graph.node("Conv", x, graph.const(conv.depthwise), group=group, pads=[1] * 4)
        pads = [conv.weight.shape[2] // 2] * 4
        x = graph.node("Conv", x, graph.const(conv.weight), graph.const(conv.bias), pads=pads)
        x = graph.node("Add", x, graph.const(conv.noise[None, None]))
        x = graph.node("LeakyRelu", x, alpha=SLOPE)
    x = scaled(x, len(weights.affines) - 1)
    x = graph.node("Conv", x, graph.const(weights.image_weight), graph.const(weights.image_bias))
    graph.output(haar(x, 12, side), "image", [1, 3, SIDE, SIDE])
    return graph.model()


def torch_function(weights: Weights) -> Callable[[torch.Tensor], torch.Tensor]:
    """Returns the generator as a function of PyTorch tensors on the CPU."""
    import torch
    from torch.nn import functional

    def held(value: np.ndarray | None) -> torch.Tensor | None:
        return None if value is None else torch.from_numpy(np.array(value, np.float32, order="C"))

    network = [
        (layer, conv and tuple(map(held, (conv.depthwise, conv.weight, conv.bias, conv.noise))))
        for layer, conv in steps(weights)
    ]
    constant, taps = held(weights.constant[None]), held(HAAR)
    last, bias = held(weights.image_weight), held(weights.image_bias)
    sizes = list(weights.style_sizes)

    def haar(x: torch.Tensor) -> torch.Tensor:
        _, channels, height, width = x.shape
        count = channels // 4
        high = x[:, count:].reshape(count, 3, height, width)
        bands = torch.cat([x[:, :count].reshape(count, 1, height, width), high], 1)
        y = functional.conv_transpose2d(bands, taps, stride=2)
        return y.reshape(1, count, 2 * height, 2 * width)

    @torch.inference_mode()
    def draw(style: torch.Tensor) -> torch.Tensor:
        parts = [part[:, :, None, None] for part in torch.split(style, sizes, 1)]
        x = constant
        for layer, conv in network:
            x = x * parts[layer]
            if conv is None:
                x = haar(x)
                continue
            depthwise, weight, shift, noise = conv
            if depthwise is not None:
                x = functional.conv2d(x, depthwise, padding=1, groups=x.shape[1])
            x = functional.conv2d(x, weight, shift, padding=weight.shape[-1] // 2)
            x = functional.leaky_relu(x + noise, SLOPE)
        return haar(functional.conv2d(x * parts[-1], last, bias))

    return draw

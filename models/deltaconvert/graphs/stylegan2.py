"""StyleGAN2 as ONNX: mapping, affine, and the generator in two graphs.

A modulated convolution scales the features by the style before a fixed convolution,
and its output by the demodulation 1/√(s²·Σw² + ε), which is one product of the squared
style with the squared weights. That is the official product of scaled weights, written
so that the weights stay constants: runtimes lay those out for the processor once. Gain
√2 of the activation is folded into demodulation, noise and bias. The FIR filters are
depthwise convolutions with the checkpoint's own kernels; enlarging the picture so far
is the same filter as a depthwise transposed convolution.

Noise is the checkpoint's buffers. The picture so far after a toRGB layer is the
preview: it costs nothing that the full picture would not.
"""

from __future__ import annotations

import numpy as np

from deltaconvert.graphs import State, active, array, concat, linear, part, pixel_norm
from deltaconvert.graphs.external import ExternalGraph
from deltaconvert.stylegan2 import EPS, GAIN, SLOPE, Layout
from deltapack.graph import Graph


def mapping(graph: Graph, layout: Layout, state: State, mean: np.ndarray) -> None:
    """Writes z [1, width], truncation [1] -> w [1, width], pulled toward the mean."""
    x = pixel_norm(graph, graph.input("z", [1, layout.width]))
    pull = graph.input("truncation", [1])
    for index in range(layout.depth):
        x = active(graph, x, state, f"style.{index + 1}")
    centre = graph.const(mean[None])
    off = graph.node("Mul", graph.node("Sub", x, centre), pull)
    graph.output(graph.node("Add", centre, off), "w", [1, layout.width])


def affine(graph: Graph, layout: Layout, state: State) -> None:
    """Writes w_plus [1, latents, width] -> style [1, channels]."""
    w_plus = graph.input("w_plus", [1, layout.latents, layout.width])
    graph.output(style_space(graph, layout, state, w_plus), "style", [1, layout.style_channels])


def style_space(graph: Graph, layout: Layout, state: State, w_plus: str) -> str:
    """Adds the affine layers of the 3×3 convolutions; returns S [1, channels]."""
    names = layers(layout)
    made = [modulation(graph, layout, state, w_plus, name, k) for k, name in enumerate(names)]
    return concat(graph, made, 1)


def layers(layout: Layout) -> list[str]:
    """Returns the names of the 3×3 layers in the order of S."""
    return ["conv1", *(f"convs.{k}" for k in range(2 * len(layout.channels) - 2))]


def modulation(
    graph: Graph, layout: Layout, state: State, w_plus: str, name: str, index: int
) -> str:
    """Adds the affine layer of a convolution for one w of W+; returns [1, channels]."""
    w = graph.node("Reshape", part(graph, w_plus, index, index + 1, 1), graph.ints(1, layout.width))
    weight = array(state[f"{name}.conv.modulation.weight"]) / np.float32(np.sqrt(layout.width))
    return linear(graph, w, weight, array(state[f"{name}.conv.modulation.bias"]))


class Painter:
    """Writes the levels of the generator from one size to another."""

    def __init__(self, graph: ExternalGraph, layout: Layout, state: State) -> None:
        """Declares the inputs that every part takes."""
        self.graph, self.layout, self.state = graph, layout, state
        self._style = graph.input("style", [1, layout.style_channels])
        self._w_plus = graph.input("w_plus", [1, layout.latents, layout.width])
        ends = np.cumsum(layout.style_sizes)
        self._spans = list(zip((0, *ends[:-1]), ends, strict=True))

    def paint(self, first: int, last: int) -> None:
        """Writes levels first to last, of side 4 << level.

        The part that begins takes no features; one that ends early gives "features"
        and the picture so far as "preview", the other one "image".
        """
        graph, c = self.graph, self.layout.channels
        x, skip = "", ""
        if first > 0:
            side = 2 << first
            x = graph.input("features", [1, c[first - 1], side, side])
            skip = graph.input("preview", [1, 3, side, side])
        for level in range(first, last + 1):
            if level == 0:
                x = self._layer(graph.const(array(self.state["input.input"])), 0)
            else:
                x = self._layer(x, 2 * level - 1, up=True)
                x = self._layer(x, 2 * level)
            skip = self._colours(x, skip, level)
        side = 4 << last
        if last == len(c) - 1:
            graph.output(skip, "image", [1, 3, side, side])
        else:
            graph.output(x, "features", [1, c[last], side, side])
            graph.output(skip, "preview", [1, 3, side, side])

    def _layer(self, x: str, index: int, *, up: bool = False) -> str:
        graph, name = self.graph, layers(self.layout)[index]
        weight = array(self.state[f"{name}.conv.weight"])[0]
        outputs, inputs, size, _ = weight.shape
        weight = weight / np.float32(np.sqrt(inputs * size * size))
        if graph.half:
            weight = weight.astype(np.float16).astype(np.float32)
        start, end = self._spans[index]
        style = part(graph, self._style, int(start), int(end), 1)
        power = graph.exact(np.ascontiguousarray(np.square(weight).sum((2, 3)).T), "power")
        square = graph.node("MatMul", graph.node("Mul", style, style), power)
        root = graph.node("Sqrt", graph.node("Add", square, graph.const(np.float32(EPS))))
        # The activation's gain.
        norm = graph.node("Div", graph.const(np.float32(GAIN)), root)
        x = graph.node("Mul", x, graph.node("Reshape", style, graph.ints(1, inputs, 1, 1)))
        if up:
            turned = np.ascontiguousarray(weight.transpose(1, 0, 2, 3))
            x = graph.node("ConvTranspose", x, graph.const(turned, "weight"), strides=[2, 2])
            kernel = array(self.state[f"{name}.conv.blur.kernel"])[::-1, ::-1]
            kernel = np.broadcast_to(kernel, (outputs, 1, *kernel.shape))
            x = graph.node("Conv", x, graph.exact(kernel, "kernel"), pads=[1] * 4, group=outputs)
        else:
            x = graph.node("Conv", x, graph.const(weight, "weight"), pads=[size // 2] * 4)
        x = graph.node("Mul", x, graph.node("Reshape", norm, graph.ints(1, outputs, 1, 1)))
        noise = self.state[f"noises.noise_{index}"].float() * self.state[f"{name}.noise.weight"]
        x = graph.node("Add", x, graph.const(array(noise) * np.float32(GAIN), "noise"))
        bias = array(self.state[f"{name}.activate.bias"]).reshape(1, -1, 1, 1)
        x = graph.node("Add", x, graph.const(bias * np.float32(GAIN), "bias"))
        return graph.node("LeakyRelu", x, alpha=SLOPE)

    def _colours(self, x: str, skip: str, level: int) -> str:
        graph = self.graph
        name = f"to_rgbs.{level - 1}" if level else "to_rgb1"
        weight = array(self.state[f"{name}.conv.weight"])[0]
        inputs = weight.shape[1]
        weight = weight / np.float32(np.sqrt(inputs))
        style = modulation(graph, self.layout, self.state, self._w_plus, name, 2 * level + 1)
        style = graph.node("Reshape", style, graph.ints(1, inputs, 1, 1))
        scaled = graph.node("Mul", graph.const(weight, "weight"), style)
        bias = graph.const(array(self.state[f"{name}.bias"]).reshape(-1), "bias")
        x = graph.node("Conv", x, scaled, bias)
        if not level:
            return x
        kernel = array(self.state[f"{name}.upsample.kernel"])
        kernel = graph.const(np.broadcast_to(kernel, (3, 1, *kernel.shape)).copy(), "kernel")
        skip = graph.node("ConvTranspose", skip, kernel, strides=[2, 2], pads=[1] * 4, group=3)
        return graph.node("Add", x, skip)

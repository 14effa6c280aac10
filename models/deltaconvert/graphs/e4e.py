"""e4e as ONNX: aligned face -> W+ and S.

Batch normalisations after a convolution are folded into it; those before one stay,
since the convolution pads with zeros after them. Enlarging features, bilinear with
corners aligned, is two products with a fixed matrix. The generator's affine layers
follow, so that the inverter gives the style code too.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from deltaconvert import e4e, stylegan2
from deltaconvert.graphs import Array, State, array, concat, linear
from deltaconvert.graphs.stylegan2 import style_space
from deltapack.graph import Graph

BN_EPS = 1e-5
HEAD_SLOPE = 0.01


def inverter(
    graph: Graph, layout: e4e.Layout, state: State, mean: Tensor,
    generator: stylegan2.Layout, affine: State,
) -> None:  # fmt: skip
    """Writes image [1, 3, side, side] in [-1, 1] -> w_plus [1, latents, width], style."""
    writer = _Writer(graph, layout, state)
    w_plus = writer.encode(graph.input("image", [1, 3, layout.side, layout.side]), array(mean))
    graph.output(w_plus, "w_plus", [1, layout.latents, layout.width])
    style = style_space(graph, generator, affine, w_plus)
    graph.output(style, "style", [1, generator.style_channels])


def aligned_corners(inputs: int, outputs: int) -> Array:
    """Returns the matrix (outputs, inputs) of a bilinear enlargement, corners aligned."""
    at = np.linspace(0, inputs - 1, outputs)
    low = np.minimum(at.astype(int), max(inputs - 2, 0))
    matrix = np.zeros((outputs, inputs), np.float64)
    rows = np.arange(outputs)
    matrix[rows, low] = 1 - (at - low)
    if inputs > 1:
        matrix[rows, low + 1] = at - low
    return matrix.astype(np.float32)


class _Writer:
    def __init__(self, graph: Graph, layout: e4e.Layout, state: State) -> None:
        self.graph, self.layout, self.state = graph, layout, state

    def encode(self, x: str, mean: Array) -> str:
        """Returns W+ [1, latents, width]."""
        graph, layout = self.graph, self.layout
        x = self._conv(x, "input_layer.0", norm="input_layer.1", pad=1)
        x = self._prelu(x, "input_layer.2")
        seen: list[str] = []
        index, before = 0, layout.depths[0]
        for depth, count in zip(layout.depths, layout.units, strict=True):
            for k in range(count):
                x = self._unit(x, f"body.{index}", 2 if k == 0 else 1, narrow=before != depth)
                before = depth
                if index in layout.taps:
                    seen.append(x)
                index += 1
        fine, middle, coarse = seen
        sides = [1 << p for p in layout.pools]
        middle = self._join(coarse, middle, "latlayer1", sides[0], sides[1])
        fine = self._join(middle, fine, "latlayer2", sides[1], sides[2])
        main = self._head(coarse, 0)
        made = [main]
        for index in range(1, layout.latents):
            features = coarse if index < e4e.COARSE else middle if index < e4e.MIDDLE else fine
            made.append(graph.node("Add", main, self._head(features, index)))
        rows = [graph.node("Reshape", w, graph.ints(1, 1, layout.width)) for w in made]
        return graph.node("Add", concat(graph, rows, 1), graph.const(mean[None], "mean"))

    def _conv(self, x: str, name: str, *, norm: str = "", pad: int = 0, stride: int = 1) -> str:
        weight = array(self.state[f"{name}.weight"])
        bias = self.state.get(f"{name}.bias")
        shift = np.zeros(len(weight), np.float32) if bias is None else array(bias)
        if norm:
            scale, offset = self._affine(norm)
            weight, shift = weight * scale[:, None, None, None], shift * scale + offset
        graph = self.graph
        return graph.node(
            "Conv", x, graph.const(weight, "weight"), graph.const(shift, "bias"),
            pads=[pad] * 4, strides=[stride] * 2,
        )  # fmt: skip

    def _affine(self, name: str) -> tuple[Array, Array]:
        """Returns what a batch normalisation multiplies by and adds."""
        weight, bias, mean, var = (
            self.state[f"{name}.{part}"].double().numpy()
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = weight / np.sqrt(var + BN_EPS)
        return scale.astype(np.float32), (bias - mean * scale).astype(np.float32)

    def _prelu(self, x: str, name: str) -> str:
        slope = array(self.state[f"{name}.weight"]).reshape(-1, 1, 1)
        return self.graph.node("PRelu", x, self.graph.const(slope, "slope"))

    def _unit(self, x: str, name: str, stride: int, *, narrow: bool) -> str:
        graph = self.graph
        if narrow:
            short = self._conv(
                x, f"{name}.shortcut_layer.0", norm=f"{name}.shortcut_layer.1", stride=stride
            )
        elif stride > 1:
            short = graph.node("MaxPool", x, kernel_shape=[1, 1], strides=[stride] * 2)
        else:
            short = x
        scale, offset = self._affine(f"{name}.res_layer.0")
        y = graph.node("Mul", x, graph.const(scale.reshape(1, -1, 1, 1), "scale"))
        y = graph.node("Add", y, graph.const(offset.reshape(1, -1, 1, 1), "offset"))
        y = self._prelu(self._conv(y, f"{name}.res_layer.1", pad=1), f"{name}.res_layer.2")
        y = self._conv(y, f"{name}.res_layer.3", norm=f"{name}.res_layer.4", pad=1, stride=stride)
        gate = graph.node("GlobalAveragePool", y)
        gate = graph.node("Relu", self._conv(gate, f"{name}.res_layer.5.fc1"))
        gate = graph.node("Sigmoid", self._conv(gate, f"{name}.res_layer.5.fc2"))
        return graph.node("Add", graph.node("Mul", y, gate), short)

    def _join(self, x: str, lateral: str, name: str, before: int, after: int) -> str:
        """Adds the enlarged features to those of the finer tap."""
        graph = self.graph
        matrix = aligned_corners(before, after)
        x = graph.node("MatMul", x, graph.const(np.ascontiguousarray(matrix.T), "across"))
        x = graph.node("MatMul", graph.const(matrix, "down"), x)
        return graph.node("Add", x, self._conv(lateral, name))

    def _head(self, x: str, index: int) -> str:
        graph, name = self.graph, f"styles.{index}"
        for k in range(self.layout.head(index)):
            x = self._conv(x, f"{name}.convs.{2 * k}", pad=1, stride=2)
            x = graph.node("LeakyRelu", x, alpha=HEAD_SLOPE)
        x = graph.node("Reshape", x, graph.ints(1, self.layout.width))
        weight = array(self.state[f"{name}.linear.weight"]) / np.float32(np.sqrt(self.layout.width))
        return linear(graph, x, weight, array(self.state[f"{name}.linear.bias"]))

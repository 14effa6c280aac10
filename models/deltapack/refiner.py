"""The refiner: the generator's picture, its distance to a photograph and the gradient of that.

One run is one evaluation of `loss(style, offset)` against a target picture and
of its derivatives, written by hand as ONNX operations, so that the program can
fit a photograph by gradient descent with nothing but ONNX Runtime.

The generator (see deltapack.generator) is a chain of few operations, and each
has a plain transpose:

* `y = leaky(z)`: the gradient is multiplied by 1 where y > 0, else by 0.2;
* a 1 x 1 convolution: a 1 x 1 convolution with the matrix transposed;
* a depthwise 3 x 3: the same with the kernel turned by 180 degrees;
* `y = x * s`: the gradient times s goes to x, and summed up times x to s;
* the inverse Haar transform is orthogonal: its transpose is the Haar transform.

**Coarse blocks.** The loss is taken at 256 x 256, where the generator's own
picture is 1024 x 1024. Averaging 2 x 2 pixels takes the inverse Haar
transform's LL band and halves it, so a block may be run at the resolution of
its input, on that band alone, with its 3 x 3 kernels shrunk to match: exact but
for what the leaky ReLU and the finer bands would add. That costs a fraction of
the whole and is off by a small picture that changes slowly, which the caller
measures now and then with the generator itself and takes out of the target
(the defect correction of multigrid methods).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from deltapack.generator import (
    BLOCKS,
    HAAR,
    SLOPE,
    TRUNK_BLOCKS,
    StyledConv,
    Weights,
    interleave,
    unity,
)
from deltapack.graph import Graph

Array = npt.NDArray[np.float32]

COARSE = 6
"""Blocks from this one on are run at their input's resolution."""
EDGE = 1.0
"""Weight of the squared differences of neighbours beside the squared error."""
ROBUST = 0.05
"""Weight of the rounded absolute error."""
ROUND = 0.02
"""Where the absolute error turns into a parabola, in units of the picture."""

DESCENT = {
    "steps": 30,
    "style_rate": 0.03,
    "offset_rate": 0.04,
    "style_prior": 0.01,
    "offset_prior": 0.01,
    "offset_smooth": 0.05,
    "check": 5,
}
"""How the program is to descend (engine/refine/params.go says what each means).

Measured on photographs: models/faces/README.md.
"""


def refiner_graph(weights: Weights, coarse: int = COARSE, side: int = 0) -> onnx.ModelProto:
    """Writes style [1, C], offset, target [1, 3, P, P] -> loss and gradients.

    Outputs: `loss` [1]; `style_gradient` and `offset_gradient`, like the inputs;
    `image` [1, 3, P, P], the picture that was compared, in [-1, 1]; `spread`
    [1, K], the root mean square of each channel of the features that the offset
    is added to (without the offset), the natural unit of the offset.

    `coarse` is the first block run at its input's resolution (7: none). The
    picture comes out at the last resolution and is averaged to `side`; 0 takes
    it as it is.
    """
    if not TRUNK_BLOCKS < coarse <= BLOCKS:
        raise ValueError(f"coarse is {coarse}, want {TRUNK_BLOCKS + 1} to {BLOCKS}")
    graph = Graph("refiner")
    tape = Tape(weights, graph, graph.input("style", [1, weights.style_channels]))
    image, made = tape.picture(coarse)
    side = side or made
    target = graph.input("target", [1, 3, side, side])
    if made != side:
        image = tape.average(image, made // side)
    loss, gradient = compare(graph, image, target, side)
    tape.backward(gradient)
    graph.output(loss, "loss", [1])
    graph.output(tape.style_gradient(), "style_gradient", [1, weights.style_channels])
    graph.output(tape.offset_gradient, "offset_gradient", tape.offset_shape)
    graph.output(image, "image", [1, 3, side, side])
    graph.output(tape.spread, "spread", [1, tape.offset_shape[1]])
    return graph.model()


def side_of(weights: Weights, coarse: int) -> int:
    """Returns the side of the picture whose blocks from `coarse` on run at their input's."""
    return int(weights.blocks[coarse - 1].conv2.noise.shape[0])


def compare(graph: Graph, image: str, target: str, side: int) -> tuple[str, str]:
    """Writes the loss [1] between two pictures and its gradient by the first.

    With d the difference, the mean over all numbers of
    `d^2 + EDGE ((dx d)^2 + (dy d)^2) + ROBUST (sqrt(d^2 + ROUND^2) - ROUND)`,
    where dx and dy are differences of neighbours.
    """
    count = 3 * side * side
    d = graph.node("Sub", image, target)
    soft = graph.node(
        "Sqrt", graph.node("Add", graph.node("Mul", d, d), graph.const(np.float32(ROUND**2)))
    )
    terms = [
        graph.node("ReduceSumSquare", d, keepdims=0),
        graph.node(
            "Mul", graph.node("ReduceSum", soft, keepdims=0), graph.const(np.float32(ROBUST))
        ),
    ]
    gradients = [
        graph.node("Mul", d, graph.const(np.float32(2 / count))),
        graph.node("Mul", graph.node("Div", d, soft), graph.const(np.float32(ROBUST / count))),
    ]
    for axis in (2, 3):
        ends = graph.ints(1), graph.ints(side), graph.ints(axis)
        starts = graph.ints(0), graph.ints(side - 1), graph.ints(axis)
        step = graph.node("Sub", graph.node("Slice", d, *ends), graph.node("Slice", d, *starts))
        square = graph.node("ReduceSumSquare", step, keepdims=0)
        terms.append(graph.node("Mul", square, graph.const(np.float32(EDGE))))
        before, after = [0] * 8, [0] * 8
        before[axis], after[axis + 4] = 1, 1
        spread = graph.node(
            "Sub",
            graph.node("Pad", step, graph.ints(*before)),
            graph.node("Pad", step, graph.ints(*after)),
        )
        gradients.append(graph.node("Mul", spread, graph.const(np.float32(2 * EDGE / count))))
    loss = graph.node("Mul", graph.node("Sum", *terms), graph.const(np.float32(1 / count)))
    loss = graph.node("Sub", loss, graph.const(np.float32(ROBUST * ROUND)))
    return graph.node("Reshape", loss, graph.ints(1)), graph.node("Sum", *gradients)


def shrink_kernel(kernel: Array) -> Array:
    """Returns 3 x 3 kernels [C, 1, 3, 3] for half the resolution.

    On a picture that is constant over 2 x 2 pixels, the average over 2 x 2 of
    the given kernel's result is the returned kernel's, exactly.
    """
    fold = np.float32([[0.5, 0, 0], [0.5, 1, 0.5], [0, 0, 0.5]])
    return np.einsum("ai,bj,coij->coab", fold, fold, kernel).astype(np.float32)


class Tape:
    """Writes the generator forward and remembers how to go back."""

    def __init__(self, weights: Weights, graph: Graph, style: str, *, seam: bool = True) -> None:
        """Writes into a graph that has style [1, C]; with a seam the offset is added at it."""
        self.graph = graph
        self._weights, self._seam = weights, seam
        self._style = graph.node("Reshape", style, graph.ints(1, -1, 1, 1))
        self._one = unity(graph, style, 2)
        self._back: list[Callable[[str], str]] = []
        self._styles: dict[int, str] = {}
        self.offset_shape: list[int] = []
        self.offset_gradient = ""
        self.spread = ""

    def picture(self, coarse: int) -> tuple[str, int]:
        """Writes all blocks; returns the picture and its side."""
        weights, graph = self._weights, self.graph
        x = self._styled(graph.const(weights.constant[None], "constant"), weights.conv1, 0)
        for index in range(BLOCKS):
            if index == TRUNK_BLOCKS and self._seam:
                x = self._offset(x, index)
            block, layer = weights.blocks[index], 1 + 3 * index
            rough = index >= coarse
            x = self._scale(x, layer, low=rough)
            if rough:
                x = self._halve(x)
            else:
                x = self._haar(x, block.up.channels, block.conv1.noise.shape[0] // 2)
            steps = max(0, index - coarse + 1)
            x = self._styled(x, block.conv1, layer + 1, steps=steps, plain=True)
            # The seam has the IR's order, for the offset, and the last block no
            # Haar transform after it. A coarse block looks at the LL band alone.
            plain = index + 1 == BLOCKS or (index + 1 == TRUNK_BLOCKS and self._seam)
            low = coarse <= index + 1 < BLOCKS
            x = self._styled(x, block.conv2, layer + 2, low=low, steps=steps, plain=plain)
        return self._image(x), side_of(weights, coarse)

    def backward(self, gradient: str) -> None:
        """Writes the way back from the picture's gradient."""
        for step in reversed(self._back):
            gradient = step(gradient)
            if not gradient:
                return

    def style_gradient(self) -> str:
        """Returns the gradient by the style code [1, C], zero where nothing depends on it."""
        parts = []
        for layer, size in enumerate(self._weights.style_sizes):
            part = self._styles.get(layer)
            parts.append(part or self.graph.const(np.zeros((1, size), np.float32)))
        return self.graph.node("Concat", *parts, axis=1)

    def average(self, x: str, factor: int) -> str:
        """Averages factor x factor pixels of a picture."""
        graph = self.graph
        kernel = np.zeros((3, 1, factor, factor), np.float32) + np.float32(1 / factor**2)
        weight = graph.const(kernel, "average")
        sizes: dict[str, Any] = {"strides": [factor, factor], "group": 3}
        self._back.append(lambda g: graph.node("ConvTranspose", g, weight, **sizes))
        return graph.node("Conv", x, weight, **sizes)

    def _part(self, layer: int, order: npt.NDArray[np.int64]) -> str:
        """Returns style channels of a layer, in the given order, as [1, n, 1, 1]."""
        start = sum(self._weights.style_sizes[:layer])
        index = self.graph.const(start + order)
        return self.graph.node("Gather", self._style, index, axis=1, hint="style")

    def _record(self, layer: int, gradient: str, order: npt.NDArray[np.int64]) -> None:
        """Keeps a layer's gradient [1, n], given in `order`, in the IR's order."""
        size = self._weights.style_sizes[layer]
        if len(order) < size:  # the others have no effect
            rest = np.zeros((1, size - len(order)), np.float32)
            gradient = self.graph.node("Concat", gradient, self.graph.const(rest), axis=1)
            order = np.concatenate([order, np.setdiff1d(np.arange(size), order)])
        inverse = np.argsort(order)
        if not np.array_equal(inverse, np.arange(size)):
            gradient = self.graph.node("Gather", gradient, self.graph.const(inverse), axis=1)
        self._styles[layer] = gradient

    def _modulate(self, x: str, layer: int, order: npt.NDArray[np.int64]) -> str:
        """`x * s`, with s a layer's channels in x's order."""
        graph = self.graph
        part = self._part(layer, order)

        def back(g: str) -> str:
            product = graph.node("Mul", g, x)
            total = graph.node("ReduceSum", product, graph.ints(2, 3), keepdims=0)
            self._record(layer, total, order)
            if layer == 0:  # before it is a constant
                return ""
            return graph.node("Mul", g, part)

        self._back.append(back)
        return graph.node("Mul", x, part)

    def _scale(self, x: str, layer: int, *, low: bool) -> str:
        size = self._weights.style_sizes[layer]
        order = np.arange(size // 4, dtype=np.int64) if low else interleave(size)
        return self._modulate(x, layer, order)

    def _halve(self, x: str) -> str:
        graph, half = self.graph, self.graph.const(np.float32(0.5))
        self._back.append(lambda g: graph.node("Mul", g, half))
        return graph.node("Mul", x, half)

    def _haar(self, x: str, channels: int, side: int) -> str:
        """Inverse Haar transform of interleaved bands [1, channels, side, side]."""
        graph, count = self.graph, channels // 4
        taps = graph.const(HAAR, "haar")

        def back(g: str) -> str:
            g = graph.node("Reshape", g, graph.ints(count, 1, 2 * side, 2 * side))
            g = graph.node("Conv", g, taps, strides=[2, 2])
            return graph.node("Reshape", g, graph.ints(1, channels, side, side))

        self._back.append(back)
        x = graph.node("Reshape", x, graph.ints(count, 4, side, side))
        x = graph.node("ConvTranspose", x, taps, strides=[2, 2])
        return graph.node("Reshape", x, graph.ints(1, count, 2 * side, 2 * side))

    def _styled(
        self,
        x: str,
        conv: StyledConv,
        layer: int,
        *,
        low: bool = False,
        steps: int = 0,
        plain: bool = False,
    ) -> str:
        """A styled convolution.

        With `low` it gives only the first quarter of its channels, otherwise
        all, interleaved for the Haar transform or (`plain`) as they are. `steps`
        says how often its resolution was halved.
        """
        graph, count = self.graph, conv.weight.shape[0]
        order = np.arange(count // 4 if low else count)
        if not (low or plain):
            order = interleave(count)
        x = self._modulate(x, layer, np.arange(conv.affine.channels, dtype=np.int64))
        kernel = conv.depthwise
        if kernel is not None:
            for _ in range(steps):
                kernel = shrink_kernel(kernel)
            x = self._depthwise(x, kernel)
        x = self._conv(x, conv.weight[order], conv.bias[order])
        noise = conv.noise
        for _ in range(steps):
            noise = noise.reshape(len(noise) // 2, 2, -1, 2).mean((1, 3))
        plane = graph.node("Mul", graph.const(noise[None, None], "noise"), self._one)
        x = graph.node("Add", x, plane)
        return self._leaky(x)

    def _depthwise(self, x: str, kernel: Array) -> str:
        graph, groups = self.graph, kernel.shape[0]
        weight = graph.const(kernel, "depthwise")
        turned = graph.const(kernel[:, :, ::-1, ::-1], "turned")
        sizes: dict[str, Any] = {"group": groups, "pads": [1, 1, 1, 1]}
        self._back.append(lambda g: graph.node("Conv", g, turned, **sizes))
        return graph.node("Conv", x, weight, **sizes)

    def _conv(self, x: str, values: Array, bias: Array) -> str:
        """A convolution [O, C, 1 or 3, 1 or 3] that keeps the size."""
        graph = self.graph
        weight = graph.const(values, "weight")
        pads = [values.shape[2] // 2] * 4

        def back(g: str) -> str:
            if values.shape[2] > 1:
                return graph.node("ConvTranspose", g, weight, pads=pads)
            # Transposed when the session is made: nothing is stored twice.
            return graph.node("Conv", g, graph.node("Transpose", weight, perm=[1, 0, 2, 3]))

        self._back.append(back)
        return graph.node("Conv", x, weight, graph.const(bias, "bias"), pads=pads)

    def _leaky(self, x: str) -> str:
        graph = self.graph
        y = graph.node("LeakyRelu", x, alpha=SLOPE)

        def back(g: str) -> str:
            # 0.6 + 0.4 sign(y) is 1 or the slope: three plain passes, where
            # ONNX Runtime's `Where` costs as much as the convolutions.
            half = (1 - SLOPE) / 2
            sign = graph.node("Sign", y)
            slope = graph.node("HardSigmoid", sign, alpha=half, beta=1 - half)
            return graph.node("Mul", g, slope)

        self._back.append(back)
        return y

    def _offset(self, x: str, index: int) -> str:
        """Adds the offset at the seam and leaves in the interleaved order."""
        graph = self.graph
        block = self._weights.blocks[index]
        channels, side = block.up.channels, block.conv1.noise.shape[0] // 2
        self.offset_shape = [1, channels, side, side]
        offset = graph.input("offset", self.offset_shape)
        power = graph.node("ReduceMean", graph.node("Mul", x, x), axes=[2, 3], keepdims=0)
        self.spread = graph.node("Sqrt", power)
        order = interleave(channels)
        inverse = graph.const(np.argsort(order))

        def back(g: str) -> str:
            self.offset_gradient = graph.node("Gather", g, inverse, axis=1)
            return self.offset_gradient

        self._back.append(back)
        return graph.node("Gather", graph.node("Add", x, offset), graph.const(order), axis=1)

    def _image(self, x: str) -> str:
        """The last layer's LL bands, halved: the picture at that layer's resolution."""
        weights = self._weights
        last = len(weights.affines) - 1
        x = self._modulate(x, last, np.arange(weights.image.channels, dtype=np.int64))
        return self._conv(x, weights.image_weight[:3] / 2, weights.image_bias[:3] / 2)

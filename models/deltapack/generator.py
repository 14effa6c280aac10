"""MobileStyleGAN (FFHQ, 1024 x 1024): weights from OpenVINO IR, graphs to ONNX.

Source: the package `random-face` 2021.7.21.1 (Apache-2.0 code; distilled from
NVIDIA's StyleGAN2 FFHQ, whose weights are licensed for non-commercial use).

Architecture, as read from the IR:

* mapping: z[512] is normalised to unit mean square, then eight times
  `sqrt(2) * leaky_relu_0.2(W x + b)` -> w[512];
* affine: 23 layers turn w into the style code S of 6,752 channels. Order:
  `conv1` 512; blocks 0..6 with (up, conv1, conv2) each
  (512, 128, 512) x 4, (512, 128, 256), (256, 64, 128), (128, 32, 64); `to_img`
  64. A style value is what the affine layer gives (mean near 8, deviation near
  6); the constant that follows it in the IR is folded into the weights;
* synthesis: a constant 512 x 4 x 4 through `conv1` (a plain 3 x 3 convolution),
  then seven blocks. A block scales its input by the `up` style, applies the
  inverse Haar transform, then two convolutions, each: scale the input by a
  style, 3 x 3 depthwise, 1 x 1, add fixed noise (one plane) and bias,
  leaky ReLU 0.2. `to_img` scales, applies 1 x 1 to 12 channels of Haar bands at
  512 x 512, and one more inverse Haar transform gives RGB in [-1, 1].

Haar bands of C output channels: channels [0, C) are LL; C + 3c + j is band j of
channel c. With h0, h1, h2 the three bands,
`out[2i+a, 2j+b] = (LL + (-1)^a h0 + (-1)^b h1 + (-1)^(a+b) h2) / 2`.

Every convolution acts on its input's channels one by one until the 1 x 1, so a
producer's channels may be written in any order as long as what reads them
agrees. The graphs use that to lay the four bands of a channel side by side,
which makes the inverse Haar transform a single ConvTranspose. Tensors
at the graphs' ends keep the IR's order.

On CPUs ONNX Runtime convolves in a layout of its own, channels in blocks, and
turns tensors around before and after every operation that it cannot do there.
It can do convolutions with constant weights, LeakyRelu right after one, sums and
products of equal shapes, and nearest neighbours; so the noise, the activation and
the style between two convolutions of planes of middling size are written with these
(_Writer.convolved, _Writer.scaled). That is more arithmetic in less time. The largest
planes, of the last two blocks, are computed in strips instead (top_graph): a strip's
planes stay in the processor's cache, where turning them around costs little.

Tried and left out: the 1 x 1 convolutions of the last three blocks in 8 bits (QLinearConv,
scales from six faces, clipped at ten times the root mean square). The picture has a PSNR
of 34 to 36 dB then, 44 dB with the last block alone, and is hardly sooner there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

from deltapack.graph import Graph
from deltapack.openvino_ir import IR, IRError, Layer
from deltapack.rows import Rows, strips

Array = npt.NDArray[np.float32]

BLOCKS = 7
TRUNK_BLOCKS = 4
"""Blocks before the tap: the features are 512 x 64 x 64 after the fourth."""
SLOPE = 0.2
GATE = (0.2, 0.6)
"""Change of a cell's features, over the mean of all cells, at which an edit begins to
reach the cell, and does so fully."""
YIELD = (0.5, 1.5)
"""Relative change of the features at which an offset begins to yield, and is gone: an
edit of the mouth or of glasses reaches 1 and more there, and stays below 0.1 elsewhere."""
BLOCKED = (64, 128)
"""Sides of which a block's planes stay in the CPU runtime's own layout between its two
convolutions: smaller planes are too small for that to matter, larger ones in strips."""
STRIPPED = 2
"""Blocks at the end that are computed in strips."""
STRIPS = 8
"""Number of the strips. More cost more rows that two strips compute both."""
HAAR: Array = 0.5 * np.float32(
    [[[[1, 1], [1, 1]]], [[[1, 1], [-1, -1]]], [[[1, -1], [1, -1]]], [[[1, -1], [-1, 1]]]]
)
"""Taps [4, 1, 2, 2] of the inverse Haar transform, the low band's first."""
SQRT2 = float(np.sqrt(2.0))
MEAN_SEED = 20210721
MEAN_SAMPLES = 20_000


@dataclass(frozen=True)
class Affine:
    """A layer w[512] -> style channels: `weight` [C, 512], `bias` [C]."""

    weight: Array
    bias: Array

    @property
    def channels(self) -> int:
        """Number of style channels C."""
        return int(self.weight.shape[0])


@dataclass(frozen=True)
class StyledConv:
    """A styled convolution of C channels to O.

    `depthwise` is [C, 1, 3, 3] or None (then `weight` is [O, C, 3, 3] instead of
    [O, C, 1, 1]); `noise` is [H, W], `bias` [O].
    """

    affine: Affine
    depthwise: Array | None
    weight: Array
    noise: Array
    bias: Array


@dataclass(frozen=True)
class Block:
    """One resolution: inverse Haar under the `up` style, then two convolutions."""

    up: Affine
    conv1: StyledConv
    conv2: StyledConv


@dataclass(frozen=True)
class Mapping:
    """Eight dense layers: `weights` [512, 512] (out, in) and `biases` [512]."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    eps: float

    def __call__(self, z: Array) -> Array:
        """Maps z [N, 512] to w [N, 512]."""
        x = z / np.sqrt(np.mean(z * z, axis=1, keepdims=True) + np.float32(self.eps))
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = x @ weight.T + bias
            x = np.float32(SQRT2) * np.where(x > 0, x, np.float32(SLOPE) * x)
        return x.astype(np.float32)

    def mean(self, samples: int = MEAN_SAMPLES, seed: int = MEAN_SEED) -> Array:
        """Returns the mean w [512] over `samples` normal z from a fixed seed."""
        rng = np.random.default_rng(seed)
        total = np.zeros(512, np.float64)
        left = samples
        while left > 0:
            n = min(left, 1000)
            total += self(rng.standard_normal((n, 512)).astype(np.float32)).sum(0, np.float64)
            left -= n
        return (total / samples).astype(np.float32)


@dataclass(frozen=True)
class Weights:
    """All of MobileStyleGAN. `constant` is [512, 4, 4], `image_weight` [12, 64, 1, 1]."""

    mapping: Mapping
    constant: Array
    conv1: StyledConv
    blocks: tuple[Block, ...]
    image: Affine
    image_weight: Array
    image_bias: Array

    @property
    def affines(self) -> tuple[Affine, ...]:
        """The 23 affine layers in the order of the style code."""
        found = [self.conv1.affine]
        for block in self.blocks:
            found += [block.up, block.conv1.affine, block.conv2.affine]
        return (*found, self.image)

    @property
    def style_sizes(self) -> tuple[int, ...]:
        """Channels of each affine layer; they sum to the style code's length."""
        return tuple(affine.channels for affine in self.affines)

    @property
    def style_channels(self) -> int:
        """Length of the style code (6,752)."""
        return sum(self.style_sizes)

    def styles(self, w: Array) -> Array:
        """Maps w [N, 512], used for all layers alike, to style codes [N, 6752]."""
        return np.concatenate([w @ a.weight.T + a.bias for a in self.affines], axis=1)


def read(folder: Path) -> Weights:
    """Reads the four files of random-face's `data` folder.

    Raises IRError when a file differs in form from release 2021.7.21.1.
    """
    synthesis = IR(folder / "SynthesisNetwork.xml", folder / "SynthesisNetwork.bin")
    blocks = []
    for index in range(BLOCKS):
        at = f"m.layers.{index}"
        blocks.append(
            Block(
                up=_affine(synthesis, f"{at}.up.modulation"),
                conv1=_styled(synthesis, f"{at}.conv1"),
                conv2=_styled(synthesis, f"{at}.conv2"),
            )
        )
    at = "m.layers.6.to_img"
    weights = Weights(
        mapping=_mapping(IR(folder / "MappingNetwork.xml", folder / "MappingNetwork.bin")),
        constant=synthesis.constant("m.input.input")[0],
        conv1=_styled(synthesis, "m.conv1"),
        blocks=tuple(blocks),
        image=_affine(synthesis, f"{at}.conv.modulation"),
        image_weight=synthesis.constant(f"{at}.conv.weight")
        * _scale(synthesis, f"{at}.conv.modulation"),
        image_bias=synthesis.constant(f"{at}.bias").reshape(-1),
    )
    _check_haar(synthesis)
    return weights


def _affine(ir: IR, name: str) -> Affine:
    return Affine(ir.constant(f"{name}.weight"), ir.constant(f"{name}.bias").reshape(-1))


def _scale(ir: IR, name: str) -> np.float32:
    """Returns the constant that the style is multiplied by before its use."""
    gemm = ir.consumer(ir.layer(f"{name}.weight"), "MatMul")
    added = ir.consumer(gemm, "Add")
    shaped = ir.consumer(added, "Reshape")
    scaled = ir.consumer(shaped, "Multiply")
    return np.float32(ir.weight_of(scaled).item())


def _styled(ir: IR, name: str) -> StyledConv:
    scale = _scale(ir, f"{name}.conv.modulation")
    bias_layer = ir.layer(f"{name}.bias")
    depthwise: Array | None = None
    noisy = ir.inputs(ir.consumer(bias_layer, "Add"))[0]
    conv = ir.inputs(noisy)[0]
    if noisy.type != "Add" or conv.type != "Convolution":
        raise IRError(f"{ir.path}: {name} is {conv.type}, {noisy.type}, want Convolution, Add")
    if ir.has(f"{name}.conv.weight_dw"):
        depthwise = ir.constant(f"{name}.conv.weight_dw")[:, 0] * scale
        scale = np.float32(1)
    _expect_slope(ir, ir.consumer(ir.consumer(bias_layer, "Add"), "PReLU"))
    return StyledConv(
        affine=_affine(ir, f"{name}.conv.modulation"),
        depthwise=depthwise,
        weight=ir.weight_of(conv) * scale,
        noise=ir.weight_of(noisy)[0, 0],
        bias=ir.constant(bias_layer).reshape(-1),
    )


def _expect_slope(ir: IR, layer: Layer) -> None:
    slope = float(ir.weight_of(layer).item())
    if not abs(slope - SLOPE) < 1e-6:
        raise IRError(f"{ir.path}: {layer.name} has slope {slope}, want {SLOPE}")


def _check_haar(ir: IR) -> None:
    """Refuses an IR whose transposed convolutions are not the Haar filters."""
    low, high = np.float32(np.sqrt(0.5)) * np.float32([[1, 1], [1, -1]])
    found = 0
    for layer in ir:
        if layer.type != "GroupConvolutionBackpropData":
            continue
        taps = ir.weight_of(layer).reshape(-1, 2)
        if not (np.allclose(taps, low, atol=1e-6) or np.allclose(taps, high, atol=1e-6)):
            raise IRError(f"{ir.path}: {layer.name} has taps {taps[0]}, want a Haar filter")
        found += 1
    if found != 6 * (BLOCKS + 1):
        raise IRError(f"{ir.path}: {found} Haar filters, want {6 * (BLOCKS + 1)}")


def _mapping(ir: IR) -> Mapping:
    weights, biases = [], []
    for layer in ir:
        if layer.type == "MatMul":
            weights.append(ir.weight_of(layer))
            added = ir.consumer(layer, "Add")
            shaped = next(source for source in ir.inputs(added) if source.type == "Reshape")
            biases.append(ir.constant(ir.inputs(shaped)[0]).reshape(-1))
            activated = ir.consumer(added, "PReLU")
            _expect_slope(ir, activated)
            gain = float(ir.weight_of(ir.consumer(activated, "Multiply")).item())
            if not abs(gain - SQRT2) < 1e-5:
                raise IRError(f"{ir.path}: {layer.name} has gain {gain}, want {SQRT2}")
    if len(weights) != 8:
        raise IRError(f"{ir.path}: {len(weights)} dense layers, want 8")
    mean = next(layer for layer in ir if layer.type == "ReduceMean")
    eps = float(ir.weight_of(ir.consumer(mean, "Add")).item())
    return Mapping(tuple(weights), tuple(biases), eps)


def mapping_graph(weights: Weights) -> onnx.ModelProto:
    """Writes z [1, 512], truncation [1] -> w [1, 512].

    w is pulled toward the mean: `mean + truncation * (mapping(z) - mean)`.
    """
    graph = Graph("mapping")
    x = graph.input("z", [1, 512])
    truncation = graph.input("truncation", [1])
    square = graph.node("ReduceMean", graph.node("Mul", x, x), axes=[1], keepdims=1)
    power = graph.node("Add", square, graph.const(np.float32(weights.mapping.eps)))
    x = graph.node("Div", x, graph.node("Sqrt", power))
    for weight, bias in zip(weights.mapping.weights, weights.mapping.biases, strict=True):
        # sqrt(2) * leaky(y) = leaky(sqrt(2) * y): the gain goes into the weights.
        x = graph.node("Gemm", x, graph.const(weight * SQRT2), graph.const(bias * SQRT2), transB=1)
        x = graph.node("LeakyRelu", x, alpha=SLOPE)
    mean = graph.const(weights.mapping.mean()[None])
    pulled = graph.node("Mul", graph.node("Sub", x, mean), truncation)
    graph.output(graph.node("Add", mean, pulled), "w", [1, 512])
    return graph.model()


def affine_graph(weights: Weights) -> onnx.ModelProto:
    """Writes w_plus [1, 23, 512] -> style [1, 6752]."""
    graph = Graph("affine")
    layers = len(weights.affines)
    w_plus = graph.input("w_plus", [1, layers, 512])
    styles = []
    for index, affine in enumerate(weights.affines):
        w = graph.node("Slice", w_plus, graph.ints(index), graph.ints(index + 1), graph.ints(1))
        w = graph.node("Reshape", w, graph.ints(1, 512))
        styles.append(
            graph.node("Gemm", w, graph.const(affine.weight), graph.const(affine.bias), transB=1)
        )
    style = graph.node("Concat", *styles, axis=1)
    graph.output(style, "style", [1, weights.style_channels])
    return graph.model()


def trunk_graph(
    weights: Weights, preview: onnx.ModelProto | None = None, *, bare: bool = False
) -> onnx.ModelProto:
    """Writes style [1, 6752], offset and reference [1, 512, 64, 64] -> features (and preview).

    Features are block 3's output plus the offset, in the IR's channel order. The
    offset holds what a style code could not say of a photograph; `reference` are the
    features of the code before an edit, without the offset. Where the edit moves them
    far the offset yields, since it carries the old mouth, and where it hardly moves
    them they stay (`_edited`). A reference of zeros is none: nothing yields or stays. A
    bare trunk has neither of the two inputs.
    `preview` is a trained head with inputs `features` and `style` and an output
    `preview` [1, 3, P, P]; without it the graph has no such output.
    """
    writer = _Writer("trunk", weights)
    graph = writer.graph
    x = writer.scaled(graph.const(weights.constant[None], "constant"), 0)
    writer.start(x)
    x = writer.convolved(x, weights.conv1, interleaved=True)
    for index in range(TRUNK_BLOCKS):
        x = writer.block(x, index, interleaved=index + 1 < TRUNK_BLOCKS)
    features = x
    if not bare:
        offset = graph.input("offset", [1, 512, 64, 64])
        reference = graph.input("reference", [1, 512, 64, 64])
        features = _edited(graph, x, offset, reference)
    if preview is not None:
        head = graph.splice(preview, {"features": features, "style": "style"}, "preview_head")
        if "preview" not in head:
            raise ValueError(f"preview head has outputs {sorted(head)}, want preview")
        value = next(v for v in preview.graph.output if v.name == "preview")
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        graph.output(head["preview"], "preview", shape)
    graph.output(features, "features", [1, 512, 64, 64])
    return graph.model()


def _edited(graph: Graph, x: str, offset: str, reference: str) -> str:
    """Returns the features of an edit: the reference, what moves of it, and the offset.

    How far a cell moves is the squared change of its features over their squared size,
    half of it their own and half the picture's mean, averaged over 3 x 3 cells. Cells
    that move little beside the mean of all stay where they are (GATE): a style channel
    acts on the whole picture, and a smile should not touch the background, while what
    changes all of a face may. The offset yields where cells move far (YIELD).
    """

    def number(value: float) -> str:
        return graph.const(np.float32(value))

    def mean_square(y: str) -> str:
        # A product with a row of 1/512: a mean over the outer axis takes 20 times as long.
        rows = graph.node("Reshape", graph.node("Mul", y, y), graph.ints(512, 64 * 64))
        mean = graph.node("MatMul", graph.const(np.full((1, 512), 1 / 512), "mean"), rows)
        return graph.node("Reshape", mean, graph.ints(1, 1, 64, 64))

    def ramp(y: str, low: float, high: float) -> str:
        t = graph.node("Mul", graph.node("Sub", y, number(low)), number(1 / (high - low)))
        t = graph.node("Clip", t, number(0), number(1))
        slope = graph.node("Sub", number(3), graph.node("Add", t, t))
        return graph.node("Mul", graph.node("Mul", t, t), slope)

    change = graph.node("Sub", x, reference)
    size = mean_square(reference)
    whole = graph.node("ReduceMean", size, axes=[1, 2, 3], keepdims=1)
    given = graph.node("Cast", graph.node("Greater", whole, number(0)), to=onnx.TensorProto.FLOAT)
    scale = graph.node("Mul", graph.node("Add", size, whole), number(0.5))
    far = graph.node("Div", mean_square(change), graph.node("Add", scale, number(1e-6)))
    far = graph.node("AveragePool", far, kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=0)
    mean = graph.node("ReduceMean", far, axes=[1, 2, 3], keepdims=1)
    share = graph.node("Div", far, graph.node("Add", mean, number(1e-6)))
    still = graph.node("Sub", number(1), ramp(share, *GATE))
    still = graph.node("Mul", still, given)
    moved = graph.node("Sub", x, graph.node("Mul", change, still))
    gone = graph.node("Mul", ramp(far, *YIELD), given)
    kept = graph.node("Sub", number(1), gone)
    return graph.node("Add", moved, graph.node("Mul", offset, kept))


def top_graph(weights: Weights) -> onnx.ModelProto:
    """Writes style [1, 6752], features [1, 512, 64, 64] -> image [1, 3, 1024, 1024]."""
    writer = _Writer("top", weights)
    graph = writer.graph
    features = graph.input("features", [1, 512, 64, 64])
    x = graph.node("Gather", features, graph.const(interleave(512)), axis=1)
    first = BLOCKS - STRIPPED
    for index in range(TRUNK_BLOCKS, first):
        x = writer.block(x, index, interleaved=True)
    parts = []
    for strip in strips(weights.blocks[-1].conv2.noise.shape[0], STRIPS):
        spans = [strip]  # of the outputs of the blocks, the last block's at the end
        while len(spans) <= STRIPPED:
            spans.insert(0, spans[0].wider(2).halved())
        part = graph.node("Slice", x, *(graph.ints(k) for k in (spans[0].start, spans[0].stop, 2)))
        for index, rows in enumerate(spans[1:], first):
            part = writer.block(part, index, interleaved=index + 1 < BLOCKS, rows=rows)
        parts.append(writer.image(part, strip))
    graph.output(graph.node("Concat", *parts, axis=2), "image", [1, 3, 1024, 1024])
    return graph.model()


def interleave(channels: int) -> npt.NDArray[np.int64]:
    """Returns the IR's channel numbers with the four bands of each side by side."""
    count = channels // 4
    low = np.arange(count, dtype=np.int64)[:, None]
    high = count + 3 * low + np.arange(3, dtype=np.int64)[None]
    return np.concatenate([low, high], axis=1).reshape(-1)


def unity(graph: Graph, x: str, dims: int = 4) -> str:
    """Returns a 1 with as many dimensions as x that depends on x.

    A constant multiplied by it can be computed neither when the session is made nor before
    x. That is meant for large planes, which then exist only while they are in use. OpenVINO
    would store a plane of noise once for every channel it is added to, and keep them all
    (460 MB for the upper half of the generator, and 50 with this).
    """
    axes = range(1, dims)
    ends = graph.ints(*(0 for _ in axes)), graph.ints(*(1 for _ in axes)), graph.ints(*axes)
    first = graph.node("Slice", x, *ends)
    return graph.node("Cast", graph.node("Equal", first, first), to=onnx.TensorProto.FLOAT)


class _Writer:
    """Writes the synthesis network's parts into one graph."""

    def __init__(self, name: str, weights: Weights) -> None:
        self.graph = Graph(name)
        self._weights = weights
        style = self.graph.input("style", [1, weights.style_channels])
        self._style = self.graph.node("Reshape", style, self.graph.ints(1, -1, 1, 1))
        self._one = ""

    def start(self, x: str) -> None:
        """Takes x, the first tensor that depends on the style, for `unity`."""
        self._one = unity(self.graph, x)

    def style(self, layer: int, *, interleaved: bool = False) -> str:
        """Returns affine layer `layer`'s part of the style as [1, C, 1, 1]."""
        sizes = self._weights.style_sizes
        start = sum(sizes[:layer])
        if interleaved:
            index = self.graph.const(start + interleave(sizes[layer]))
            return self.graph.node("Gather", self._style, index, axis=1, hint="style")
        bounds = (self.graph.ints(start), self.graph.ints(start + sizes[layer]))
        return self.graph.node("Slice", self._style, *bounds, self.graph.ints(1), hint="style")

    def haar(self, x: str, channels: int, rows: Rows) -> str:
        """Inverse Haar transform of interleaved bands [1, channels, H, W] of these rows.

        Each channel's four bands become a batch entry of a ConvTranspose with
        one output. As one with a group for each channel the result is the same
        on the CPU, and as fast, but wrong on WebGPU (ONNX Runtime 1.27).
        """
        graph, count = self.graph, channels // 4
        x = graph.node("Reshape", x, graph.ints(count, 4, rows.count, rows.side))
        x = graph.node("ConvTranspose", x, graph.const(HAAR, "haar"), strides=[2, 2])
        return graph.node("Reshape", x, graph.ints(1, count, 2 * rows.count, 2 * rows.side))

    def block(self, x: str, index: int, *, interleaved: bool, rows: Rows | None = None) -> str:
        """Block `index` on interleaved input; `interleaved` says how to leave.

        `rows` of its output, all by default, need those of x that top_graph takes.
        """
        graph, block, layer = self.graph, self._weights.blocks[index], 1 + 3 * index
        rows = rows or Rows.all(block.conv1.noise.shape[0])
        # The first convolution's style scales channels, so it may as well scale their bands.
        scale = graph.node("Mul", self.style(layer, interleaved=True), self._bands(layer + 1))
        x = graph.node("Mul", x, scale)
        x = self.haar(x, block.up.channels, rows.wider(2).halved())
        blocked = rows.whole and rows.side in BLOCKED
        self._one = unity(graph, x)
        x = self.convolved(x, block.conv1, blocked=blocked, rows=rows.wider(1))
        x = self.scaled(x, layer + 2, rows.side if blocked else 0)
        return self.convolved(x, block.conv2, interleaved=interleaved, rows=rows)

    def image(self, x: str, rows: Rows) -> str:
        """Returns the picture [1, 3, 2 H, 2 W] of these rows of the last block's output."""
        graph, order = self.graph, interleave(12)
        # The style on the weights: then nothing here wants the runtime's own layout.
        weight = graph.const(self._weights.image_weight[order], "weight")
        weight = graph.node("Mul", weight, self.style(len(self._weights.affines) - 1))
        x = graph.node("Conv", x, weight, graph.const(self._weights.image_bias[order], "bias"))
        return self.haar(x, 12, rows)

    def scaled(self, x: str, layer: int, side: int = 0) -> str:
        """Multiplies each channel of x by its part of affine layer `layer`'s style.

        With a `side`, x's own, the style is spread over x's plane first: products of
        equal shapes are what the runtime computes in any layout.
        """
        graph, style = self.graph, self.style(layer)
        if side:
            channels = self._weights.style_sizes[layer]
            style = self._same(graph.node("Mul", style, self._one), channels)
            style = graph.node(
                "Resize",
                style,
                "",
                graph.const(np.float32([1, 1, side, side])),
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        return graph.node("Mul", x, style)

    def convolved(
        self,
        x: str,
        conv: StyledConv,
        *,
        interleaved: bool = False,
        blocked: bool = False,
        rows: Rows | None = None,
    ) -> str:
        """A convolution of x, scaled already, with noise, bias and activation.

        `interleaved` orders its output for `haar`. With `blocked` the noise comes as a
        convolution's output of equal shape, which the runtime adds within the other
        convolution, and the activation within one more that changes nothing. `rows` are
        the output's, all by default; x holds the one above and below, too.
        """
        graph = self.graph
        count = conv.weight.shape[0]
        order = interleave(count) if interleaved else np.arange(count)
        rows = rows or Rows.all(conv.noise.shape[0])
        if conv.depthwise is not None:
            kernel = graph.const(conv.depthwise, "depthwise")
            x = graph.node("Conv", x, kernel, group=conv.affine.channels, pads=rows.pads)
        weight = graph.const(conv.weight[order], "weight")
        pads = [conv.weight.shape[2] // 2] * 4
        x = graph.node("Conv", x, weight, graph.const(conv.bias[order], "bias"), pads=pads)
        noise = graph.const(conv.noise[None, None, rows.start : rows.stop], "noise")
        noise = graph.node("Mul", noise, self._one)
        if blocked:
            noise = graph.node("Conv", noise, self._ones(count))
            x = self._same(graph.node("Add", x, noise), count)
        else:
            x = graph.node("Add", x, noise)
        return graph.node("LeakyRelu", x, alpha=SLOPE)

    def _bands(self, layer: int) -> str:
        """Returns affine layer `layer`'s part of the style, each value four times."""
        start = sum(self._weights.style_sizes[:layer])
        index = np.arange(start, start + self._weights.style_sizes[layer], dtype=np.int64)
        index = self.graph.const(np.repeat(index, 4))
        return self.graph.node("Gather", self._style, index, axis=1, hint="style")

    def _ones(self, channels: int) -> str:
        return self.graph.const(np.ones((channels, 1, 1, 1), np.float32), "ones")

    def _same(self, x: str, channels: int) -> str:
        """A convolution that changes nothing."""
        return self.graph.node("Conv", x, self._ones(channels), group=channels)

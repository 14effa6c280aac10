"""Converts MediaPipe's small TFLite models to ONNX, without TensorFlow.

Source: `mediapipe` 0.10.21 (Apache-2.0), whose models are TFLite flatbuffers
with fp16 weights behind DEQUANTIZE. The `tflite` package reads the flatbuffer;
this module maps the operations that `face_detection_short_range`,
`face_landmark` and `selfie_segmentation` use and refuses any other by name.

TFLite tensors are NHWC. The graph's ends stay NHWC; inside, 4-D tensors are
NCHW and the dequantised weights are plain fp32 initializers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import tflite

from deltapack.graph import Graph

Array = npt.NDArray[Any]

_NCHW = [0, 3, 1, 2]
_NHWC = [0, 2, 3, 1]
_SAME = 0
"""tflite.Padding.SAME; VALID is 1."""
_CUSTOM_SAME = 1
"""kTfLitePaddingSame in the C API, which MediaPipe's custom operation stores."""

_DTYPES = {
    tflite.TensorType.FLOAT32: np.dtype("<f4"),
    tflite.TensorType.FLOAT16: np.dtype("<f2"),
    tflite.TensorType.INT32: np.dtype("<i4"),
}


class UnsupportedError(ValueError):
    """The model uses something that this converter does not know."""


def convert(
    path: Path, inputs: dict[str, str], outputs: dict[str, tuple[str, Sequence[int]]]
) -> onnx.ModelProto:
    """Converts the model at `path`.

    `inputs` maps the file's input names to the wanted ones. `outputs` maps the
    file's output names to the wanted ones and their shapes (of equal size).
    """
    return _Converter(path).run(inputs, outputs)


def same_padding(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Returns TensorFlow's SAME padding (before, after) along one axis."""
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


class _Converter:
    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        if data[4:8] != b"TFL3":
            raise UnsupportedError(f"{path}: not a TFLite model (magic {data[4:8]!r})")
        self.path = path
        self.model = tflite.Model.GetRootAsModel(data, 0)
        if self.model.SubgraphsLength() != 1:
            raise UnsupportedError(f"{path}: {self.model.SubgraphsLength()} subgraphs, want 1")
        self.subgraph = self.model.Subgraphs(0)
        self.graph = Graph(path.stem)
        self.values: dict[int, str] = {}
        """ONNX name of each computed tensor; NCHW where the tensor is 4-D."""
        self.folded: dict[int, Array] = {}
        """Values of dequantised constants, in TFLite's order of axes."""

    def run(
        self, inputs: dict[str, str], outputs: dict[str, tuple[str, Sequence[int]]]
    ) -> onnx.ModelProto:
        graph, subgraph = self.graph, self.subgraph
        for i in range(subgraph.InputsLength()):
            index = subgraph.Inputs(i)
            name = self.name(index)
            if name not in inputs:
                raise UnsupportedError(f"{self.path}: input {name!r}, want {sorted(inputs)}")
            fed = graph.input(inputs[name], self.shape(index))
            self.values[index] = graph.node("Transpose", fed, perm=_NCHW)
        for i in range(subgraph.OperatorsLength()):
            self.operator(subgraph.Operators(i))
        found = {
            self.name(subgraph.Outputs(i)): subgraph.Outputs(i)
            for i in range(subgraph.OutputsLength())
        }
        if set(found) != set(outputs):
            raise UnsupportedError(f"{self.path}: outputs {sorted(found)}, want {sorted(outputs)}")
        for name, (wanted, shape) in outputs.items():
            value = self.plain(found[name])
            if list(shape) != self.shape(found[name]):
                value = graph.node("Reshape", value, graph.ints(*shape))
            graph.output(value, wanted, shape)
        return graph.model()

    def name(self, index: int) -> str:
        return str(self.subgraph.Tensors(index).Name().decode())

    def shape(self, index: int) -> list[int]:
        tensor = self.subgraph.Tensors(index)
        return [int(d) for d in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    def constant(self, index: int) -> Array:
        """Returns a constant tensor's value in TFLite's order of axes."""
        if index in self.folded:
            return self.folded[index]
        tensor = self.subgraph.Tensors(index)
        buffer = self.model.Buffers(tensor.Buffer())
        if not buffer.DataLength() or tensor.Type() not in _DTYPES:
            raise UnsupportedError(f"{self.path}: tensor {self.name(index)!r} is not a constant")
        raw = buffer.DataAsNumpy().tobytes()
        return np.frombuffer(raw, _DTYPES[tensor.Type()]).reshape(self.shape(index))

    def value(self, index: int) -> str:
        """Returns the ONNX name of an operand; constants broadcast over NCHW."""
        if index in self.values:
            return self.values[index]
        array = self.constant(index).astype(np.float32)
        if array.ndim == 4:
            array = array.transpose(_NCHW)
        elif array.ndim == 3:
            array = array.transpose(2, 0, 1)
        elif array.ndim == 1:
            array = array.reshape(-1, 1, 1)
        return self.graph.const(array)

    def plain(self, index: int) -> str:
        """Returns a computed tensor in TFLite's order of axes."""
        value = self.values[index]
        if len(self.shape(index)) == 4:
            return self.graph.node("Transpose", value, perm=_NHWC)
        return value

    def operator(self, operator: tflite.Operator) -> None:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        name = tflite.opcode2name(builtin)
        if builtin == tflite.BuiltinOperator.CUSTOM:
            name = f"CUSTOM {code.CustomCode().decode()}"
        handler = _HANDLERS.get(name)
        if handler is None:
            raise UnsupportedError(f"{self.path}: operation {name} is not supported")
        sources = [int(i) for i in operator.InputsAsNumpy()]
        (target,) = (int(i) for i in operator.OutputsAsNumpy())
        handler(self, operator, sources, target)

    def activated(self, value: str, activation: int) -> str:
        """Appends an operation's fused activation."""
        kind = tflite.ActivationFunctionType
        if activation == kind.NONE:
            return value
        if activation == kind.RELU:
            return self.graph.node("Relu", value)
        if activation == kind.RELU6:
            low, high = np.float32(0), np.float32(6)
            return self.graph.node("Clip", value, self.graph.const(low), self.graph.const(high))
        raise UnsupportedError(f"{self.path}: fused activation {activation} is not supported")

    def pads(
        self, source: int, kernel: Sequence[int], options: Any, dilation: Sequence[int] = (1, 1)
    ) -> list[int]:
        """Returns ONNX pads [top, left, bottom, right] of a windowed operation."""
        if options.Padding() != _SAME:
            return [0, 0, 0, 0]
        _, height, width, _ = self.shape(source)
        top, bottom = same_padding(height, kernel[0], options.StrideH(), dilation[0])
        left, right = same_padding(width, kernel[1], options.StrideW(), dilation[1])
        return [top, left, bottom, right]


Handler = Callable[[_Converter, Any, list[int], int], None]


def _options(operator: Any, kind: type) -> Any:
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def _dequantize(c: _Converter, _: Any, sources: list[int], target: int) -> None:
    c.folded[target] = c.constant(sources[0]).astype(np.float32)


def _conv(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
    options = _options(operator, tflite.Conv2DOptions)
    weight = c.constant(sources[1]).astype(np.float32)  # O, kh, kw, I
    _convolve(c, options, sources, target, weight.transpose(0, 3, 1, 2), 1)


def _depthwise(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
    options = _options(operator, tflite.DepthwiseConv2DOptions)
    weight = c.constant(sources[1]).astype(np.float32)  # 1, kh, kw, C * multiplier
    groups = c.shape(sources[0])[3]
    _convolve(c, options, sources, target, weight.transpose(3, 0, 1, 2), groups)


def _convolve(
    c: _Converter, options: Any, sources: list[int], target: int, weight: Array, groups: int
) -> None:
    dilation = [options.DilationHFactor(), options.DilationWFactor()]
    operands = [c.values[sources[0]], c.graph.const(weight, "weight")]
    if len(sources) > 2 and sources[2] >= 0:
        operands.append(c.graph.const(c.constant(sources[2]).astype(np.float32), "bias"))
    value = c.graph.node(
        "Conv",
        *operands,
        group=groups,
        dilations=dilation,
        strides=[options.StrideH(), options.StrideW()],
        pads=c.pads(sources[0], weight.shape[2:], options, dilation),
    )
    c.values[target] = c.activated(value, options.FusedActivationFunction())


def _pool(op: str) -> Handler:
    def handler(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
        options = _options(operator, tflite.Pool2DOptions)
        kernel = [options.FilterHeight(), options.FilterWidth()]
        attributes: dict[str, Any] = {
            "kernel_shape": kernel,
            "strides": [options.StrideH(), options.StrideW()],
            "pads": c.pads(sources[0], kernel, options),
        }
        if op == "AveragePool":
            attributes["count_include_pad"] = 0
        value = c.graph.node(op, c.values[sources[0]], **attributes)
        c.values[target] = c.activated(value, options.FusedActivationFunction())

    return handler


def _unary(op: str) -> Handler:
    def handler(c: _Converter, _: Any, sources: list[int], target: int) -> None:
        c.values[target] = c.graph.node(op, c.values[sources[0]])

    return handler


def _binary(op: str, kind: type) -> Handler:
    def handler(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
        value = c.graph.node(op, c.value(sources[0]), c.value(sources[1]))
        options = _options(operator, kind)
        c.values[target] = c.activated(value, options.FusedActivationFunction())

    return handler


def _prelu(c: _Converter, _: Any, sources: list[int], target: int) -> None:
    c.values[target] = c.graph.node("PRelu", c.values[sources[0]], c.value(sources[1]))


def _pad(c: _Converter, _: Any, sources: list[int], target: int) -> None:
    amounts = c.constant(sources[1])
    if amounts.shape != (4, 2):
        raise UnsupportedError(f"{c.path}: PAD of shape {amounts.shape}, want (4, 2)")
    pads = amounts[_NCHW].T.reshape(-1)
    c.values[target] = c.graph.node("Pad", c.values[sources[0]], c.graph.ints(*map(int, pads)))


def _reshape(c: _Converter, _: Any, sources: list[int], target: int) -> None:
    shape = c.shape(target)
    if len(shape) == 4:
        raise UnsupportedError(f"{c.path}: RESHAPE to {shape}, want fewer than 4 axes")
    c.values[target] = c.graph.node("Reshape", c.plain(sources[0]), c.graph.ints(*shape))


def _concatenation(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
    options = _options(operator, tflite.ConcatenationOptions)
    rank = len(c.shape(target))
    axis = options.Axis() % rank
    if rank == 4:
        axis = _NCHW.index(axis)
    value = c.graph.node("Concat", *(c.value(i) for i in sources), axis=axis)
    c.values[target] = c.activated(value, options.FusedActivationFunction())


def _resize(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
    options = _options(operator, tflite.ResizeBilinearOptions)
    mode = "asymmetric"
    if options.HalfPixelCenters():
        mode = "half_pixel"
    elif options.AlignCorners():
        mode = "align_corners"
    _, height, width, channels = c.shape(target)
    sizes = c.graph.ints(1, channels, height, width)
    c.values[target] = c.graph.node(
        "Resize",
        c.values[sources[0]],
        "",
        "",
        sizes,
        mode="linear",
        coordinate_transformation_mode=mode,
    )


def _transposed(c: _Converter, operator: Any, sources: list[int], target: int) -> None:
    """MediaPipe's own transposed convolution with bias; weights are O, kh, kw, I."""
    raw = operator.CustomOptionsAsNumpy().tobytes()
    padding, width, height = (int(v) for v in np.frombuffer(raw, "<i4")[:3])
    weight = c.constant(sources[1]).astype(np.float32)
    if weight.shape[1:3] != (height, width) or padding != _CUSTOM_SAME:
        raise UnsupportedError(
            f"{c.path}: transposed convolution of kernel {weight.shape[1:3]}, strides "
            f"{(height, width)}, padding {padding}; want kernel = strides, padding same"
        )
    c.values[target] = c.graph.node(
        "ConvTranspose",
        c.values[sources[0]],
        c.graph.const(weight.transpose(3, 0, 1, 2), "weight"),
        c.graph.const(c.constant(sources[2]).astype(np.float32), "bias"),
        strides=[height, width],
    )


_HANDLERS: dict[str, Handler] = {
    "ADD": _binary("Add", tflite.AddOptions),
    "AVERAGE_POOL_2D": _pool("AveragePool"),
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv,
    "CUSTOM Convolution2DTransposeBias": _transposed,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _dequantize,
    "HARD_SWISH": _unary("HardSwish"),
    "LOGISTIC": _unary("Sigmoid"),
    "MAX_POOL_2D": _pool("MaxPool"),
    "MUL": _binary("Mul", tflite.MulOptions),
    "PAD": _pad,
    "PRELU": _prelu,
    "RELU": _unary("Relu"),
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
}


def detector_graph(folder: Path) -> onnx.ModelProto:
    """BlazeFace short range: image [1,128,128,3] -> boxes [1,896,16], scores [1,896,1]."""
    return convert(
        folder / "face_detection_short_range.tflite",
        {"input": "image"},
        {"regressors": ("boxes", (1, 896, 16)), "classificators": ("scores", (1, 896, 1))},
    )


def landmarks_graph(folder: Path) -> onnx.ModelProto:
    """Face mesh: image [1,192,192,3] in [0,1] -> points [1,1404], score [1] (logit)."""
    return convert(
        folder / "face_landmark.tflite",
        {"input_1": "image"},
        {"conv2d_21": ("points", (1, 1404)), "conv2d_31": ("score", (1,))},
    )


def matte_graph(folder: Path) -> onnx.ModelProto:
    """Selfie segmentation: image [1,256,256,3] in [0,1] -> alpha [1,256,256,1]."""
    return convert(
        folder / "selfie_segmentation.tflite",
        {"input_1": "image"},
        {"activation_10": ("alpha", (1, 256, 256, 1))},
    )

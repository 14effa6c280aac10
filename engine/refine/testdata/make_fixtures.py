"""Makes a gradient graph that can be worked out by hand.

The picture is image[c, y, x] = style[c] + offset[0, y/2, x/2] + offset[1, y/2, x/2] at 4 x 4
pixels, the loss the mean squared difference from the target. The spread is 1 and 1.
"""

import pathlib

import onnx
from onnx import TensorProto as T
from onnx import helper as h

here = pathlib.Path(__file__).parent


def value(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


def floats(name, shape, *numbers):
    return h.make_tensor(name, T.FLOAT, shape, numbers)


def ints(name, *numbers):
    return h.make_tensor(name, T.INT64, [len(numbers)], numbers)


graph = h.make_graph(
    [
        h.make_node("Reshape", ["style", "as_planes"], ["planes"]),
        h.make_node("ReduceSum", ["offset", "one"], ["small"], keepdims=1),
        h.make_node("Resize", ["small", "", "twice"], ["large"], mode="nearest"),
        h.make_node("Add", ["planes", "large"], ["image"]),
        h.make_node("Sub", ["image", "target"], ["d"]),
        h.make_node("Mul", ["d", "d"], ["square"]),
        h.make_node("ReduceMean", ["square"], ["mean"], keepdims=0),
        h.make_node("Reshape", ["mean", "one"], ["loss"]),
        h.make_node("Mul", ["d", "slope"], ["g"]),
        h.make_node("ReduceSum", ["g", "last"], ["style_gradient"], keepdims=0),
        h.make_node("ReduceSum", ["g", "one"], ["by_place"], keepdims=1),
        h.make_node("AveragePool", ["by_place"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        h.make_node("Mul", ["pooled", "four"], ["summed"]),
        h.make_node("Expand", ["summed", "offset_shape"], ["offset_gradient"]),
        h.make_node("ReduceMean", ["offset"], ["any"], axes=[2, 3], keepdims=0),
        h.make_node("Mul", ["any", "zero"], ["nothing"]),
        h.make_node("Add", ["nothing", "unit"], ["spread"]),
    ],
    "refiner",
    [value("style", [1, 3]), value("offset", [1, 2, 2, 2]), value("target", [1, 3, 4, 4])],
    [
        value("loss", [1]),
        value("style_gradient", [1, 3]),
        value("offset_gradient", [1, 2, 2, 2]),
        value("image", [1, 3, 4, 4]),
        value("spread", [1, 2]),
    ],
    [
        ints("as_planes", 1, 3, 1, 1),
        ints("one", 1),
        ints("last", 2, 3),
        ints("offset_shape", 1, 2, 2, 2),
        floats("twice", [4], 1, 1, 2, 2),
        floats("slope", [1], 2 / 48),
        floats("four", [1], 4),
        floats("zero", [1], 0),
        floats("unit", [1], 1),
    ],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
(here / "refiner.onnx").write_bytes(model.SerializeToString())

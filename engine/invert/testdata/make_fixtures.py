"""Makes an inverter that can be worked out by hand: the style is the mean of
each channel, the offset the picture itself at half its size."""

import pathlib

import onnx
from onnx import TensorProto as T
from onnx import helper as h

here = pathlib.Path(__file__).parent


def value(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


graph = h.make_graph(
    [
        h.make_node("ReduceMean", ["image"], ["style"], axes=[2, 3], keepdims=0),
        h.make_node("AveragePool", ["image"], ["offset"], kernel_shape=[2, 2], strides=[2, 2]),
    ],
    "inverter",
    [value("image", [1, 3, 4, 4])],
    [value("style", [1, 3]), value("offset", [1, 3, 2, 2])],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
(here / "inverter.onnx").write_bytes(model.SerializeToString())

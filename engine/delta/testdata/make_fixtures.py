"""Makes a delta mapper that can be worked out by hand: delta_style is the image
vector, then twice the delta, plus the style."""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

here = pathlib.Path(__file__).parent


def value(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


graph = h.make_graph(
    [
        h.make_node("Mul", ["delta", "two"], ["doubled"]),
        h.make_node("Concat", ["image_vector", "doubled"], ["joined"], axis=1),
        h.make_node("Add", ["joined", "style"], ["delta_style"]),
    ],
    "mapper",
    [value("style", [1, 4]), value("image_vector", [1, 2]), value("delta", [1, 2])],
    [value("delta_style", [1, 4])],
    [numpy_helper.from_array(np.float32(2), "two")],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
(here / "mapper.onnx").write_bytes(model.SerializeToString())

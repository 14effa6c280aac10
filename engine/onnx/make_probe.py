"""Makes probe.onnx: the smallest graph that exercises what the generator needs.

A 3x3 convolution with all-ones weights, a bias and a leaky ReLU. Run on an input
of all ones, each inner output is 4*9 - 1 = 35 and each corner 4*4 - 1 = 15.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

here = pathlib.Path(__file__).parent
graph = helper.make_graph(
    [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("LeakyRelu", ["c"], ["y"], alpha=0.2),
    ],
    "probe",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 8, 8])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 8, 8])],
    [
        numpy_helper.from_array(np.ones((4, 4, 3, 3), np.float32), "w"),
        numpy_helper.from_array(-np.ones(4, np.float32), "b"),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
(here / "probe.onnx").write_bytes(model.SerializeToString())

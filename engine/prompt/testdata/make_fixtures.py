"""Makes tiny towers: text, the mean of one-hot rows of its tokens between the
special ones, by id; image, the mean of each channel."""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

here = pathlib.Path(__file__).parent


def write(name, nodes, inputs, outputs, weights):
    weights = [numpy_helper.from_array(np.asarray(v), k) for k, v in weights.items()]
    graph = h.make_graph(nodes, name, inputs, outputs, weights)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


# Ids 0 to 3 are [PAD], [UNK], [CLS], [SEP]; token 4 is direction 0, and so on.
# [UNK] is the last direction: a wish that no concept knows.
table = np.zeros((12, 8), np.float32)
table[1, 7] = 1
for i in range(4, 11):
    table[i, i - 4] = 1
write(
    "text",
    [
        h.make_node("Gather", ["table", "ids"], ["rows"]),
        h.make_node("Cast", ["mask"], ["maskf"], to=T.FLOAT),
        h.make_node("Unsqueeze", ["maskf", "axis"], ["mask3"]),
        h.make_node("Mul", ["rows", "mask3"], ["masked"]),
        h.make_node("ReduceSum", ["masked", "one"], ["vector"], keepdims=0),
    ],
    [
        h.make_tensor_value_info("ids", T.INT64, ["batch", "length"]),
        h.make_tensor_value_info("mask", T.INT64, ["batch", "length"]),
    ],
    [h.make_tensor_value_info("vector", T.FLOAT, ["batch", 8])],
    {"table": table, "axis": np.array([2], np.int64), "one": np.array([1], np.int64)},
)
write(
    "image",
    [h.make_node("ReduceMean", ["image"], ["vector"], axes=[2, 3], keepdims=0)],
    [h.make_tensor_value_info("image", T.FLOAT, [1, 3, 2, 2])],
    [h.make_tensor_value_info("vector", T.FLOAT, [1, 3])],
    {},
)

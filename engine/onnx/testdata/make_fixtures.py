"""Makes the small graphs that the tests of package onnx run."""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

here = pathlib.Path(__file__).parent


def value(name, shape, kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def write(name, nodes, inputs, outputs, weights=()):
    weights = [numpy_helper.from_array(np.asarray(v), k) for k, v in dict(weights).items()]
    graph = h.make_graph(nodes, name, inputs, outputs, weights)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


ab = [value("a", [1, 4]), value("b", [1, 4])]
sums = [h.make_node("Add", ["a", "b"], ["sum"]), h.make_node("Mul", ["a", "b"], ["product"])]
write("sums", sums, ab, [value("sum", [1, 4]), value("product", [1, 4])])

# The batch is left open by the graph; a manifest may fix it.
write("open_batch", [h.make_node("Neg", ["a"], ["y"])], [value("a", ["batch", 4])], [value("y", ["batch", 4])])

# An initializer that is listed as an input too, as old exporters did.
write(
    "old_style",
    [h.make_node("Add", ["a", "w"], ["y"])],
    [value("a", [1, 4]), value("w", [1, 4])],
    [value("y", [1, 4])],
    {"w": np.ones((1, 4), np.float32)},
)

write("half", [h.make_node("Neg", ["a"], ["y"])], [value("a", [1, 4], T.FLOAT16)], [value("y", [1, 4], T.FLOAT16)])

# A long run of many nodes: y = tanh(y w), a million times. It is there to be
# cancelled.
body = h.make_graph(
    [
        h.make_node("MatMul", ["y_in", "w"], ["m"]),
        h.make_node("Tanh", ["m"], ["y_out"]),
        h.make_node("Identity", ["go_in"], ["go_out"]),
    ],
    "body",
    [value("i", [], T.INT64), value("go_in", [], T.BOOL), value("y_in", [64, 64])],
    [value("go_out", [], T.BOOL), value("y_out", [64, 64])],
)
write(
    "endless",
    [
        h.make_node("Expand", ["half", "shape"], ["w"]),
        h.make_node("Loop", ["count", "go", "x"], ["y"], body=body),
    ],
    [value("x", [64, 64])],
    [value("y", [64, 64])],
    {
        "half": np.float32(0.5),
        "shape": np.array([64, 64], np.int64),
        "count": np.int64(1_000_000),
        "go": np.bool_(True),
    },
)

# Text: the mean over the mask of rows of a table, row i being [i, 2i, 1].
table = np.stack([[i, 2 * i, 1] for i in range(10)]).astype(np.float32)
for name, dims in {"tokens": ["batch", "length"], "tokens_fixed": [1, 4]}.items():
    write(
        name,
        [
            h.make_node("Gather", ["table", "ids"], ["rows"]),
            h.make_node("Cast", ["mask"], ["maskf"], to=T.FLOAT),
            h.make_node("Unsqueeze", ["maskf", "axis"], ["mask3"]),
            h.make_node("Mul", ["rows", "mask3"], ["masked"]),
            h.make_node("ReduceSum", ["masked", "one"], ["total"], keepdims=0),
            h.make_node("ReduceSum", ["maskf", "one"], ["count"], keepdims=1),
            h.make_node("Div", ["total", "count"], ["vector"]),
        ],
        [value("ids", dims, T.INT64), value("mask", dims, T.INT64)],
        [value("vector", [dims[0], 3])],
        {"table": table, "axis": np.array([2], np.int64), "one": np.array([1], np.int64)},
    )

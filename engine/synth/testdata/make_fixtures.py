"""Makes a generator small enough to work out by hand.

trunk:  features = offset + style[0]            (1, 2, 4, 4)
yield:  features = style[0] + offset where |style[0] - reference| < 1
        preview  = mean of features, three times (1, 3, 4, 4)
        preview2 = preview, twice as large       (1, 3, 8, 8)
top:    image    = sqrt(preview2 + style[1])     NaN for a style that is too low
whole:  image    = style[0] + w_plus[0] everywhere (1, 3, 2, 2), in one graph
mapping: w = truncation * z;  affine: style = w_plus[:, 0] + w_plus[:, 1]
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

here = pathlib.Path(__file__).parent


def value(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


def write(name, nodes, inputs, outputs, weights):
    weights = [numpy_helper.from_array(np.asarray(v), k) for k, v in weights.items()]
    graph = h.make_graph(nodes, name, inputs, outputs, weights)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


def channel(i, out):
    return [
        h.make_node("Gather", ["style", f"i{i}"], [f"s{i}"], axis=1),
        h.make_node("Reshape", [f"s{i}", "ones4"], [out]),
    ]


idx = {
    "i0": np.array([0], np.int64),
    "i1": np.array([1], np.int64),
    "ones4": np.array([1, 1, 1, 1], np.int64),
    "three": np.array([1, 3, 1, 1], np.int64),
    "twice": np.array([1, 1, 2, 2], np.float32),
}

mean3 = [
    h.make_node("ReduceMean", ["features"], ["mean"], axes=[1]),
    h.make_node("Tile", ["mean", "three"], ["preview"]),
    h.make_node("Resize", ["preview", "", "twice"], ["preview2"], mode="nearest"),
]
pick = ("i0", "ones4", "three", "twice")
write(
    "trunk",
    [*channel(0, "a"), h.make_node("Add", ["offset", "a"], ["features"]), *mean3],
    [value("style", [1, 3]), value("offset", [1, 2, 4, 4])],
    [value("features", [1, 2, 4, 4]), value("preview", [1, 3, 4, 4]), value("preview2", [1, 3, 8, 8])],
    {k: idx[k] for k in pick},
)
write(
    "yield",
    [
        *channel(0, "a"),
        h.make_node("Sub", ["a", "reference"], ["away"]),
        h.make_node("Abs", ["away"], ["far"]),
        h.make_node("Less", ["far", "one"], ["near"]),
        h.make_node("Cast", ["near"], ["kept"], to=T.FLOAT),
        h.make_node("Mul", ["offset", "kept"], ["left"]),
        h.make_node("Add", ["left", "a"], ["features"]),
        *mean3,
    ],
    [value("style", [1, 3]), value("offset", [1, 2, 4, 4]), value("reference", [1, 2, 4, 4])],
    [value("features", [1, 2, 4, 4]), value("preview", [1, 3, 4, 4]), value("preview2", [1, 3, 8, 8])],
    {k: idx[k] for k in pick} | {"one": np.float32(1)},
)
write(
    "top",
    [*channel(1, "b"), *mean3, h.make_node("Add", ["preview2", "b"], ["c"]), h.make_node("Sqrt", ["c"], ["image"])],
    [value("style", [1, 3]), value("features", [1, 2, 4, 4])],
    [value("image", [1, 3, 8, 8])],
    {k: idx[k] for k in ("i1", "ones4", "three", "twice")},
)
write(
    "whole",
    [
        *channel(0, "a"),
        h.make_node("Gather", ["w_plus", "i0"], ["w"], axis=1),
        h.make_node("Reshape", ["w", "ones4"], ["b"]),
        h.make_node("Add", ["a", "b"], ["c"]),
        h.make_node("Expand", ["c", "shape"], ["image"]),
    ],
    [value("style", [1, 3]), value("w_plus", [1, 3])],
    [value("image", [1, 3, 2, 2])],
    {"i0": idx["i0"], "ones4": idx["ones4"], "shape": np.array([1, 3, 2, 2], np.int64)},
)
write("mapping", [h.make_node("Mul", ["z", "truncation"], ["w"])], [value("z", [1, 3]), value("truncation", [1])], [value("w", [1, 3])], {})
write("affine", [h.make_node("ReduceSum", ["w_plus", "one"], ["style"], keepdims=0)], [value("w_plus", [1, 2, 3])], [value("style", [1, 3])], {"one": np.array([1], np.int64)})

"""Makes the best denoiser of pictures that are Gaussian, which can be worked out by hand.

Pictures are N(m, 0.25²) with m = condition + style[0]; of x = picture + sigma * noise the best
estimate is D = (0.25² x + sigma² m) / (0.25² + sigma²). broken.onnx adds log(0.5 - style[1]),
which is -inf from style[1] = 0.5 on and not a number above it.
"""

import pathlib

import onnx
from onnx import TensorProto as T
from onnx import helper as h

here = pathlib.Path(__file__).parent
SIDE, CHANNELS, DEVIATION = 8, 4, 0.25


def value(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


def constant(name, number):
    return h.make_tensor(name, T.FLOAT, [1], [number])


def save(name, nodes, last):
    picture = [1, 3, SIDE, SIDE]
    graph = h.make_graph(
        [
            h.make_node("Slice", ["style", "at0", "at1", "channels"], ["first"]),
            h.make_node("Add", ["condition", "first"], ["mean"]),
            h.make_node("Mul", ["sigma", "sigma"], ["noise"]),
            h.make_node("Mul", ["picture", "variance"], ["from_picture"]),
            h.make_node("Mul", ["mean", "noise"], ["from_mean"]),
            h.make_node("Add", ["from_picture", "from_mean"], ["sum"]),
            h.make_node("Add", ["noise", "variance"], ["total"]),
            h.make_node("Div", ["sum", "total"], [last]),
            *nodes,
        ],
        name,
        [
            value("picture", picture),
            value("sigma", [1]),
            value("condition", picture),
            value("style", [1, CHANNELS]),
        ],
        [value("denoised", picture)],
        [
            constant("variance", DEVIATION**2),
            constant("half", 0.5),
            h.make_tensor("at0", T.INT64, [1], [0]),
            h.make_tensor("at1", T.INT64, [1], [1]),
            h.make_tensor("at2", T.INT64, [1], [2]),
            h.make_tensor("channels", T.INT64, [1], [1]),
        ],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


save("gauss", [], "denoised")
save(
    "broken",
    [
        h.make_node("Slice", ["style", "at1", "at2", "channels"], ["second"]),
        h.make_node("Sub", ["half", "second"], ["left"]),
        h.make_node("Log", ["left"], ["flaw"]),
        h.make_node("Add", ["estimate", "flaw"], ["denoised"]),
    ],
    "estimate",
)

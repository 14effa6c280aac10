"""Tests of the joined inverter, with two stub halves whose outputs are easy to predict."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from conftest import off_by, preview_head, runner
from deltapack import generator, inverter
from deltapack.generator import Weights
from deltapack.graph import Graph
from test_generator import NO_OFFSET


def style_half(style: np.ndarray) -> ModelProto:
    """Returns a face at 128² -> the style code, brighter by the face's mean."""
    graph = Graph("style")
    image = graph.input("image", [1, 3, 128, 128])
    mean = graph.node("ReduceMean", image, axes=[1, 2, 3], keepdims=0)
    code = graph.node("Add", graph.const(style), graph.node("Reshape", mean, graph.ints(1, 1)))
    graph.output(code, "style", [1, style.shape[1]])
    return graph.model()


def offset_half(channels: int) -> ModelProto:
    """Returns the features less a corner of the preview, of the face and of the code."""
    graph = Graph("offset")
    total = graph.input("features", [1, 512, 64, 64])
    for name in ("image", "preview"):
        value = graph.input(name, [1, 3, 256, 256])
        corner = graph.node("Slice", value, graph.ints(0, 0, 0), graph.ints(1, 1, 1),
                            graph.ints(1, 2, 3))  # fmt: skip
        total = graph.node("Sub", total, corner)
    style = graph.input("style", [1, channels])
    first = graph.node("Slice", style, graph.ints(0), graph.ints(1), graph.ints(1))
    total = graph.node("Sub", total, graph.node("Reshape", first, graph.ints(1, 1, 1, 1)))
    graph.output(total, "offset", [1, 512, 64, 64])
    return graph.model()


def test_means_of_opset_18_are_lowered() -> None:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 1, 4])
    axes = numpy_helper.from_array(np.array([1], np.int64), "axes")
    node = helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=1)
    opset = [helper.make_opsetid("", 18)]
    model = helper.make_model(
        helper.make_graph([node], "m", [x], [y], [axes]), opset_imports=opset, ir_version=8
    )
    inverter.lower(model)
    checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 17
    data = np.random.default_rng(0).standard_normal((2, 3, 4)).astype(np.float32)
    assert off_by(runner(model)(x=data)["y"], data.mean(1, keepdims=True)) < 1e-6
    inverter.lower(model)  # once more changes nothing
    opset[0].version = 18
    other = helper.make_node("ReduceMean", ["x", "x"], ["y"])
    for bad, told in (
        (other, "not constant"),
        (helper.make_node("Resize", ["x"], ["y"]), "Resize"),
    ):
        graph = helper.make_graph([bad], "m", [x], [y])
        with pytest.raises(ValueError, match=told):
            inverter.lower(helper.make_model(graph, opset_imports=opset))


def test_the_halves_see_what_they_should(weights: Weights) -> None:
    style = weights.styles(weights.mapping(np.ones((1, 512), np.float32)))
    head = preview_head().model()
    model = inverter.graph(weights, head, style_half(style), offset_half(style.shape[1]), ())
    rng = np.random.default_rng(0)
    image = rng.uniform(-1, 1, (1, 3, 256, 256)).astype(np.float32)
    got = runner(model)(image=image)
    want = style + image.mean()
    assert off_by(got["style"], want) < 1e-5
    trunk = runner(generator.trunk_graph(weights, head))
    drawn = trunk(style=want, offset=NO_OFFSET, reference=NO_OFFSET)
    plain = drawn["features"] - image[0, 0, 0, 0] - drawn["preview"][0, 0, 0, 0] - want[0, 0]
    assert off_by(got["offset"], plain) < 1e-4

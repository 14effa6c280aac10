"""The joined inverter, with halves that are easy to foretell."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto

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


def test_the_halves_see_what_they_should(weights: Weights) -> None:
    style = weights.styles(weights.mapping(np.ones((1, 512), np.float32)))
    head = preview_head().model()
    model = inverter.graph(weights, head, style_half(style), offset_half(style.shape[1]))
    rng = np.random.default_rng(0)
    image = rng.uniform(-1, 1, (1, 3, 256, 256)).astype(np.float32)
    got = runner(model)(image=image)
    want = style + image.mean()
    assert off_by(got["style"], want) < 1e-5
    trunk = runner(generator.trunk_graph(weights, head))
    drawn = trunk(style=want, offset=NO_OFFSET, reference=NO_OFFSET)
    plain = drawn["features"] - image[0, 0, 0, 0] - drawn["preview"][0, 0, 0, 0] - want[0, 0]
    assert off_by(got["offset"], plain) < 1e-4

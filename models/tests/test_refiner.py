"""The gradient graph: its picture is the generator's, its gradients are those of its loss."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import average, off_by, run, runner
from deltapack import generator, refiner
from deltapack.generator import Weights
from deltapack.graph import Graph

NONE = np.zeros((1, 512, 64, 64), np.float32)


@pytest.mark.parametrize(("coarse", "side"), [(7, 256), (6, 0), (5, 0)])
def test_gradients_are_those_of_the_loss(tiny: Weights, coarse: int, side: int) -> None:
    model = refiner.refiner_graph(tiny, coarse, side)
    graph = runner(model)
    rng = np.random.default_rng(1)
    style = (1 + 0.2 * rng.standard_normal((1, tiny.style_channels))).astype(np.float32)
    shapes = {
        i.name: [d.dim_value for d in i.type.tensor_type.shape.dim] for i in model.graph.input
    }
    offset = (0.1 * rng.standard_normal(shapes["offset"])).astype(np.float32)
    target = np.zeros(shapes["target"], np.float32)
    at = graph(style=style, offset=offset, target=target)
    # A direction of equal size for every number, that the loss rises along: the
    # slope is then large against the rounding of the loss.
    for name, start in (("style", style), ("offset", offset)):
        gradient = at[f"{name}_gradient"]
        assert gradient.shape == start.shape
        way = np.sign(gradient) * rng.uniform(0.5, 1.5, start.shape).astype(np.float32)
        step = np.float32(2e-3)
        ends = []
        for sign in (1, -1):
            feeds = {"style": style, "offset": offset, name: start + sign * step * way}
            ends.append(float(graph(target=target, **feeds)["loss"][0]))
        slope = (ends[0] - ends[1]) / (2 * float(step))
        want = float((gradient.astype(np.float64) * way).sum())
        assert want > 0
        assert abs(slope / want - 1) < 0.02


def test_a_layer_without_effect_has_no_gradient(tiny: Weights) -> None:
    # A coarse block reads the first quarter of the bands alone.
    graph = runner(refiner.refiner_graph(tiny, 6))
    ones = np.ones((1, tiny.style_channels), np.float32)
    offset, target = np.zeros((1, 8, 64, 64), np.float32), np.zeros((1, 3, 256, 256), np.float32)
    gradient = graph(style=ones, offset=offset, target=target)["style_gradient"][0]
    start = sum(tiny.style_sizes[: 1 + 3 * 6])
    assert np.count_nonzero(gradient[start : start + 8]) == 2
    assert not gradient[start + 2 : start + 8].any()
    assert np.count_nonzero(gradient[:start]) == start


def test_loss_is_as_documented(tiny: Weights) -> None:
    del tiny
    rng = np.random.default_rng(2)
    image, target = rng.standard_normal((2, 1, 3, 6, 6)).astype(np.float32)
    graph = Graph("loss")
    loss, gradient = refiner.compare(
        graph, graph.input("image", [1, 3, 6, 6]), graph.input("target", [1, 3, 6, 6]), 6
    )
    graph.output(loss, "loss", [1])
    graph.output(gradient, "gradient", [1, 3, 6, 6])
    call = runner(graph.model())

    def by_hand(image: np.ndarray) -> float:
        d = image.astype(np.float64) - target
        edges = np.square(np.diff(d, axis=2)).sum() + np.square(np.diff(d, axis=3)).sum()
        rounded = (np.sqrt(d * d + refiner.ROUND**2) - refiner.ROUND).sum()
        return float((d * d).sum() + refiner.EDGE * edges + refiner.ROBUST * rounded) / d.size

    got = call(image=image, target=target)
    assert abs(got["loss"][0] - by_hand(image)) < 1e-5
    slopes = np.empty(image.size)
    for k in range(image.size):
        nudge = np.zeros(image.size)
        nudge[k] = 1e-4
        nudge = nudge.reshape(image.shape)
        slopes[k] = (by_hand(image + nudge) - by_hand(image - nudge)) / 2e-4
    assert off_by(got["gradient"].reshape(-1), slopes.astype(np.float32)) < 1e-6
    same = call(image=target, target=target)
    assert abs(same["loss"][0]) < 1e-7
    assert not same["gradient"].any()


def test_shrunken_kernels_average_exactly() -> None:
    rng = np.random.default_rng(3)
    kernel = rng.standard_normal((4, 1, 3, 3)).astype(np.float32)
    small = rng.standard_normal((1, 4, 8, 8)).astype(np.float32)

    def convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        graph = Graph("depthwise")
        source = graph.input("x", list(x.shape))
        made = graph.node("Conv", source, graph.const(kernel), group=4, pads=[1, 1, 1, 1])
        graph.output(made, "y", list(x.shape))
        return run(graph.model(), x=x)["y"]

    large = convolved(small.repeat(2, 2).repeat(2, 3), kernel)
    assert off_by(convolved(small, refiner.shrink_kernel(kernel)), average(large, 2)) < 1e-5


def test_coarse_outside_of_the_top_is_refused(tiny: Weights) -> None:
    for coarse in (4, 8):
        with pytest.raises(ValueError, match="coarse is"):
            refiner.refiner_graph(tiny, coarse)


def test_picture_is_the_generators(weights: Weights) -> None:
    w = weights.mapping(np.random.default_rng(7).standard_normal((1, 512)).astype(np.float32))
    mean = weights.mapping.mean(2000)
    style = weights.styles(mean + np.float32(0.7) * (w - mean))
    offset = np.random.default_rng(8).standard_normal(NONE.shape).astype(np.float32)
    plain = run(generator.trunk_graph(weights, bare=True), style=style)["features"]
    image = run(generator.top_graph(weights), style=style, features=plain + offset)["image"]
    wanted = average(image, 4)
    target = np.zeros_like(wanted)
    exact = run(refiner.refiner_graph(weights, 7, 256), style=style, offset=offset, target=target)
    assert off_by(exact["image"], wanted) < 1e-4
    assert off_by(exact["spread"][0], np.sqrt(np.square(plain[0]).mean((1, 2)))) < 1e-3
    near = run(refiner.refiner_graph(weights), style=style, offset=offset, target=target)
    assert np.square(near["image"] - wanted).mean() < 0.05 * wanted.var()

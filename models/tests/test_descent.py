"""The descent of a style code toward a face."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import average, off_by, runner
from deltapack import descent, refiner
from deltapack.generator import Weights
from deltapack.graph import Graph

COUNT = 5


def small_problem(tiny: Weights, coarse: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns (a style code, a picture of 256 x 256 for it to approach)."""
    rng = np.random.default_rng(coarse)
    style = (1 + 0.2 * rng.standard_normal((1, tiny.style_channels))).astype(np.float32)
    return style, rng.uniform(-0.5, 0.5, (1, 3, 256, 256)).astype(np.float32)


def slopes(tiny: Weights, coarse: int):  # noqa: ANN201 - a closure
    """Returns a function of style, where and target to loss and gradient."""
    graph = Graph("slope")
    side, total = refiner.side_of(tiny, coarse), 3 * COUNT
    loss, gradient = descent.slope(
        graph, tiny, descent.bases(tiny, COUNT), graph.input("style", [1, tiny.style_channels]),
        graph.input("where", [1, total]), graph.input("target", [1, 3, side, side]), coarse,
    )  # fmt: skip
    graph.output(loss, "loss", [1])
    graph.output(gradient, "gradient", [1, total])
    return runner(graph.model())


@pytest.mark.parametrize("coarse", [3, 4, 6])
def test_the_slope_is_that_of_the_loss(tiny: Weights, coarse: int) -> None:
    call = slopes(tiny, coarse)
    style, image = small_problem(tiny, coarse)
    target = average(image, 256 // refiner.side_of(tiny, coarse))
    rng = np.random.default_rng(1)
    where = (0.1 * rng.standard_normal((1, 3 * COUNT))).astype(np.float32)
    gradient = call(style=style, where=where, target=target)["gradient"]
    step = np.float32(2e-3) * np.sign(gradient)
    up, down = (
        call(style=style, where=where + k * step, target=target)["loss"][0] for k in (1, -1)
    )
    want = 2 * float((gradient.astype(np.float64) * step).sum())
    assert want > 0
    assert abs((up - down) / want - 1) < 0.02


def test_the_loop_is_adam(tiny: Weights) -> None:
    phases = (descent.Phase(3, 3, 0.2), descent.Phase(4, 4, 0.1))
    style, image = small_problem(tiny, 4)
    graph = Graph("fit")
    code = descent.fit(
        graph, tiny, graph.input("image", [1, 3, 256, 256]),
        graph.input("style", [1, tiny.style_channels]), phases, COUNT,
    )  # fmt: skip
    graph.output(code, "code", [1, tiny.style_channels])
    got = runner(graph.model())(image=image, style=style)["code"]
    z = np.zeros((1, 3 * COUNT))
    for phase in phases:
        call = slopes(tiny, phase.coarse)
        target = average(image, 256 // refiner.side_of(tiny, phase.coarse))
        m = v = np.zeros_like(z)
        for n in range(1, phase.steps + 1):
            g = call(style=style, where=z.astype(np.float32), target=target)["gradient"]
            m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
            rate = phase.rate * min(1, (phase.steps + 1 - n) * 2 / phase.steps)
            z = z - rate * (m / (1 - 0.8**n)) / (np.sqrt(v / (1 - 0.95**n)) + 1e-9)
    moves = descent.bases(tiny, COUNT)
    want = style + np.concatenate(
        [part @ b.T for part, b in zip(np.split(z, 3, 1), moves, strict=True)], 1
    )
    assert off_by(want, style) > 0.05
    assert off_by(got, want) < 1e-3


def test_without_phases_the_code_stays(tiny: Weights) -> None:
    assert descent.fit(Graph("fit"), tiny, "image", "style", ()) == "style"


@pytest.mark.slow
def test_components_are_those_of_w(weights: Weights) -> None:
    scaled = descent.components(weights.mapping, 512)
    w = weights.mapping(np.random.default_rng(3).standard_normal((4000, 512)).astype(np.float32))
    spread = np.cov(w.T)
    assert np.abs(scaled @ scaled.T - spread).max() < 0.15 * np.abs(spread).max()
    lengths = np.linalg.norm(scaled, axis=0)
    assert (np.diff(lengths) <= 1e-4).all()
    again = descent.components(weights.mapping, 8)
    assert off_by(again, scaled[:, :8]) == 0


@pytest.mark.slow
def test_a_face_of_the_generator_is_found(weights: Weights) -> None:
    rng = np.random.default_rng(4)
    mean, w = (
        weights.mapping.mean()[None],
        weights.mapping(rng.standard_normal((1, 512)).astype(np.float32)),
    )
    true, start = weights.styles(mean + 0.7 * (w - mean)), weights.styles(mean)
    draw = runner(refiner.refiner_graph(weights))
    none = np.zeros((1, 512, 64, 64), np.float32)

    def picture(style: np.ndarray) -> np.ndarray:
        blank = np.zeros((1, 3, 256, 256), np.float32)
        return draw(style=style, offset=none, target=blank)["image"]

    face = picture(true)
    graph = Graph("fit")
    code = descent.fit(
        graph, weights, graph.input("image", [1, 3, 256, 256]),
        graph.input("style", [1, weights.style_channels]),
    )  # fmt: skip
    graph.output(code, "code", [1, weights.style_channels])
    found = runner(graph.model())(image=face, style=start)["code"]
    before, after = (float(np.square(picture(s) - face).mean()) for s in (start, found))
    assert after < 0.2 * before

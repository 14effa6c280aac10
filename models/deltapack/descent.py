"""Fits the inverter's style code to the face, inside the inverter's own graph.

A network that names a style code in one pass finds a similar person in a similar
pose; edits of a wrong mouth leave ghosts of the right one. So the code goes on by
gradient descent through the generator's lower half (deltapack.refiner's backward
pass), in the coordinates in which w varies: with the deviations of its principal
components as units every direction is as likely as any other, and plain Adam
reaches in some twenty steps what it does not in hundreds over style channels. The
three groups of layers (coarse, medium, fine) move apart from each other. The code
stays of the kind that the mapping network gives, so that edits still work.

The picture that is compared is small: the blocks above COARSE run at their input's
resolution (see deltapack.refiner), for a quarter of the cost. What is finer is the
feature offset's part.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from deltapack.generator import Mapping, Weights
from deltapack.graph import Graph
from deltapack.refiner import Tape, compare, side_of

Array = npt.NDArray[np.float32]

GROUPS = (0, 4, 10)
"""First affine layer of the coarse, medium and fine group."""
SAMPLES, SEED = 10_000, 7
"""Of z, for the covariance of w."""
BETAS = (0.8, 0.95)
"""Decay of Adam's two averages: short ones, for few steps."""


@dataclass(frozen=True)
class Phase:
    """Steps at one resolution: blocks from `coarse` on run at their input's."""

    coarse: int
    steps: int
    rate: float


PHASES = (Phase(3, 14, 0.16), Phase(4, 14, 0.12))
COMPONENTS = 192
"""Principal components of w that take part, of each group."""
PICTURE = 256
"""Side of the aligned face."""
PRIOR = 0.3
"""Weight of the mean square of the coordinates in the loss. Less of it gives codes that are
nearer to the face and edits that reach less far (models/faces/README.md)."""


def components(mapping: Mapping, count: int) -> Array:
    """Returns the largest principal components of w times their deviations, [512, count]."""
    rng = np.random.default_rng(SEED)
    w = mapping(rng.standard_normal((SAMPLES, 512)).astype(np.float32))
    values, vectors = np.linalg.eigh(np.cov(w.T.astype(np.float64)))
    scaled = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0))
    scaled = scaled[:, :count]
    signs = np.sign(scaled[np.abs(scaled).argmax(0), np.arange(scaled.shape[1])])
    return (scaled * signs).astype(np.float32)


def bases(weights: Weights, count: int) -> list[Array]:
    """Returns how the style channels of each group move with its coordinates, [S, count]."""
    scaled = components(weights.mapping, count)
    ends = [*GROUPS, len(weights.affines)]
    return [
        np.concatenate([a.weight for a in weights.affines[start:end]]) @ scaled
        for start, end in itertools.pairwise(ends)
    ]


def focus(side: int) -> Array:
    """Returns the root of how much a pixel counts, [1, 1, side, side]: eyes and mouth first."""
    at = (np.arange(side) + 0.5) / side
    x, y = at[None, :], at[:, None]
    face = np.exp(-(((x - 0.5) / 0.17) ** 2) - ((y - 0.59) / 0.17) ** 2)
    weight = 0.6 + 3 * face
    return np.sqrt(weight / weight.mean()).astype(np.float32)[None, None]


def fit(
    graph: Graph,
    weights: Weights,
    image: str,
    style: str,
    phases: Sequence[Phase] = PHASES,
    count: int = COMPONENTS,
) -> str:
    """Writes the descent from `style` [1, C] toward `image` [1, 3, P, P]; returns the code.

    P is PICTURE, and `count` how many principal components of w take part.
    """
    if not phases:
        return style
    moves = bases(weights, count)
    nowhere = where = graph.const(np.zeros((1, count * len(moves)), np.float32))
    for phase in phases:
        side = side_of(weights, phase.coarse)
        factor = PICTURE // side
        small = graph.node("AveragePool", image, kernel_shape=[factor] * 2, strides=[factor] * 2)
        name = f"descent_{side}"
        body = graph.inner(name)
        step = body.input(f"{name}_step", [], "int64")
        go_on = body.input(f"{name}_go_on", [], "bool")
        shape = [1, count * len(moves)]
        z, first, second = (body.input(f"{name}_{k}", shape) for k in ("z", "m", "v"))
        _, gradient = slope(body, weights, moves, style, z, small, phase.coarse)
        after = _adam(body, step, z, gradient, first, second, phase)
        body.output(go_on, f"{name}_go_on_after", [], "bool")
        for tensor, of in zip(after, ("z", "m", "v"), strict=True):
            body.output(tensor, f"{name}_{of}_after", shape)
        where = graph.loop(body, phase.steps, where, nowhere, nowhere)[0]
    return graph.node("Add", style, _moved(graph, moves, where))


def slope(
    graph: Graph,
    weights: Weights,
    moves: list[Array],
    style: str,
    where: str,
    target: str,
    coarse: int,
) -> tuple[str, str]:
    """Writes the loss [1] at coordinates [1, groups x count] from `style`, and its gradient.

    The target [1, 3, Q, Q] has the side `side_of(coarse)`. Pictures are compared by
    deltapack.refiner.compare, weighed by `focus`, and PRIOR times the mean square of the
    coordinates is added.
    """
    tape = Tape(weights, graph, graph.node("Add", style, _moved(graph, moves, where)), seam=False)
    picture, side = tape.picture(coarse)
    weight = graph.const(focus(side), "focus")
    loss, gradient = compare(
        graph, graph.node("Mul", picture, weight), graph.node("Mul", target, weight), side
    )
    tape.backward(graph.node("Mul", gradient, weight))
    total = len(moves) * moves[0].shape[1]
    prior = graph.node("Mul", where, graph.const(np.float32(2 * PRIOR / total)))
    gradient = graph.node("Add", _pulled(graph, moves, tape.style_gradient()), prior)
    square = graph.node("ReduceSumSquare", where, axes=[1], keepdims=0)
    held = graph.node("Mul", square, graph.const(np.float32(PRIOR / total)))
    return graph.node("Add", loss, held), gradient


def _moved(graph: Graph, moves: list[Array], where: str) -> str:
    """Writes the change of the style code [1, C] at coordinates [1, groups x count]."""
    parts, count = [], moves[0].shape[1]
    for k, move in enumerate(moves):
        ends = graph.ints(k * count), graph.ints((k + 1) * count), graph.ints(1)
        part = graph.node("Slice", where, *ends)
        parts.append(graph.node("Gemm", part, graph.const(move, "basis"), transB=1))
    return graph.node("Concat", *parts, axis=1)


def _pulled(graph: Graph, moves: list[Array], gradient: str) -> str:
    """Writes the gradient by the coordinates, given the one by the style code [1, C]."""
    parts, start = [], 0
    for move in moves:
        end = start + len(move)
        ends = graph.ints(start), graph.ints(end), graph.ints(1)
        part = graph.node("Slice", gradient, *ends)
        parts.append(graph.node("Gemm", part, graph.const(move, "basis")))
        start = end
    return graph.node("Concat", *parts, axis=1)


def _adam(
    graph: Graph, step: str, z: str, gradient: str, first: str, second: str, phase: Phase
) -> tuple[str, str, str]:
    """Writes one step of Adam (arXiv 1412.6980) whose rate falls over a phase's second half."""

    def number(value: float) -> str:
        return graph.const(np.float32(value))

    def blend(old: str, new: str, beta: float) -> str:
        return graph.node(
            "Add", graph.node("Mul", old, number(beta)), graph.node("Mul", new, number(1 - beta))
        )

    count = graph.node("Add", graph.node("Cast", step, to=TensorProto.FLOAT), number(1))

    def unbiased(average: str, beta: float) -> str:
        share = graph.node("Exp", graph.node("Mul", count, number(float(np.log(beta)))))
        return graph.node("Div", average, graph.node("Sub", number(1), share))

    first = blend(first, gradient, BETAS[0])
    second = blend(second, graph.node("Mul", gradient, gradient), BETAS[1])
    left = graph.node("Sub", number(phase.steps + 1), count)
    share = graph.node("Min", number(1), graph.node("Mul", left, number(2 / phase.steps)))
    size = graph.node("Sqrt", unbiased(second, BETAS[1]))
    way = graph.node("Div", unbiased(first, BETAS[0]), graph.node("Add", size, number(1e-9)))
    pace = graph.node("Mul", share, number(phase.rate))
    return graph.node("Sub", z, graph.node("Mul", way, pace)), first, second

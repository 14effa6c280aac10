"""The delta mapper as ONNX."""

from __future__ import annotations

from deltaconvert.graphs import State, active, concat, part, pixel_norm
from deltaconvert.mapper import COARSE, MEDIUM, Layout
from deltapack.graph import Graph


def delta_mapper(graph: Graph, layout: Layout, state: State) -> None:
    """Writes style [1, channels], image_vector, delta [1, space] -> delta_style."""
    style = graph.input("style", [1, layout.style_channels])
    vector = graph.input("image_vector", [1, layout.space])
    delta = graph.input("delta", [1, layout.space])
    condition = graph.node("Concat", vector, delta, axis=1)
    made, at = [], 0
    for name, count, size in (
        ("coarse", COARSE, layout.layer),
        ("medium", MEDIUM, layout.layer),
        ("fine", 1, layout.fine),
    ):
        own = part(graph, style, at, at + count * size, 1)
        at += count * size
        if count > 1:
            own = graph.node("Reshape", own, graph.ints(1, count, size))
        own = _module(graph, own, state, f"sm_{name}", norm=True)
        wish = _module(graph, condition, state, f"cm_{name}", norm=True)
        if count > 1:
            wish = graph.node("Reshape", wish, graph.ints(1, 1, size))
            wish = graph.node("Concat", *[wish] * count, axis=1)
        both = graph.node("Concat", own, wish, axis=-1)
        out = _module(graph, both, state, f"fm_{name}", norm=False)
        made.append(graph.node("Reshape", out, graph.ints(1, count * size)))
    graph.output(concat(graph, made, 1), "delta_style", [1, layout.style_channels])


def _module(graph: Graph, x: str, state: State, name: str, *, norm: bool) -> str:
    if norm:
        x = pixel_norm(graph, x)
    for index in range(4):
        x = active(graph, x, state, f"{name}.mapping.{index + norm}")
    return x

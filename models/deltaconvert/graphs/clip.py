"""CLIP's two towers as ONNX.

The text tower takes texts of any length up to the context: attention is causal, so what
follows the end of a text does not reach its vector, and the padding to 77 tokens that
the official code computes can be left out. Prompts are about 12 tokens long.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from deltaconvert.clip import HEAD, QUICK, Layout
from deltaconvert.graphs import State, array, linear, part, unit
from deltaconvert.graphs.external import ExternalGraph

EPS = 1e-5
MASKED = -1e9
"""Added to the logits of what comes later; far below any logit, and finite."""


def image_encoder(graph: ExternalGraph, layout: Layout, state: State) -> None:
    """Writes image [1, 3, side, side] -> vector [1, space] of unit length."""
    writer = _Writer(graph, state)
    width, patch, grid = layout.vision_width, layout.patch, layout.side // layout.patch
    x = graph.input("image", [1, 3, layout.side, layout.side])
    weight = graph.const(array(state["visual.conv1.weight"]), "weight")
    x = graph.node("Conv", x, weight, strides=[patch] * 2)
    x = graph.node("Transpose", graph.node("Reshape", x, graph.ints(1, width, grid * grid)),
                   perm=[0, 2, 1])  # fmt: skip
    first = graph.const(array(state["visual.class_embedding"]).reshape(1, 1, -1), "class")
    x = graph.node("Concat", first, x, axis=1)
    x = graph.node("Add", x, graph.const(array(state["visual.positional_embedding"]), "places"))
    x = writer.norm(x, "visual.ln_pre")
    for index in range(layout.vision_layers):
        x = writer.block(x, f"visual.transformer.resblocks.{index}", width)
    x = graph.node("Reshape", part(graph, x, 0, 1, 1), graph.ints(1, width))
    x = writer.norm(x, "visual.ln_post")
    x = linear(graph, x, array(state["visual.proj"]).T)
    graph.output(unit(graph, x), "vector", [1, layout.space])


def text_encoder(graph: ExternalGraph, layout: Layout, state: State) -> None:
    """Writes ids [N, T] (int64, T ≤ context) -> vector [N, space] of unit length."""
    writer = _Writer(graph, state)
    width = layout.text_width
    ids = graph.input("ids", ["N", "T"], "int64")
    x = graph.table(array(state["token_embedding.weight"]), ids)
    length = graph.node("Shape", ids, start=1, end=2)
    begin = graph.ints(0)
    places = graph.const(array(state["positional_embedding"]), "places")
    x = graph.node("Add", x, graph.node("Slice", places, begin, length, graph.ints(0)))
    later = np.triu(np.full((layout.context, layout.context), MASKED, np.float32), 1)
    mask = graph.exact(later, "later")
    for axis in (0, 1):
        mask = graph.node("Slice", mask, begin, length, graph.ints(axis))
    for index in range(layout.text_layers):
        x = writer.block(x, f"transformer.resblocks.{index}", width, mask)
    x = writer.norm(x, "ln_final")
    # The place of the first of the largest ids, as one-hot rows.
    largest = graph.node("ArgMax", graph.node("Cast", ids, to=TensorProto.FLOAT), axis=1)
    count = graph.node("Squeeze", length, graph.ints(0))
    zero, one = graph.const(np.int64(0)), graph.const(np.int64(1))
    chosen = graph.node("Equal", largest, graph.node("Range", zero, count, one))
    chosen = graph.node("Cast", chosen, to=TensorProto.FLOAT)  # [N, T]
    x = graph.node("MatMul", graph.node("Unsqueeze", chosen, graph.ints(1)), x)  # [N, 1, width]
    x = graph.node("Reshape", x, graph.ints(-1, width))
    x = linear(graph, x, array(state["text_projection"]).T)
    graph.output(unit(graph, x), "vector", ["N", layout.space])


class _Writer:
    def __init__(self, graph: ExternalGraph, state: State) -> None:
        self.graph, self.state = graph, state

    def norm(self, x: str, name: str) -> str:
        """Adds a layer normalisation."""
        scale = self.graph.const(array(self.state[f"{name}.weight"]))
        bias = self.graph.const(array(self.state[f"{name}.bias"]))
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPS)

    def block(self, x: str, name: str, width: int, mask: str = "") -> str:
        """Adds a layer to states [N, T, width]; mask [T, T] is added to the logits."""
        graph = self.graph
        y = self._attention(self.norm(x, f"{name}.ln_1"), f"{name}.attn", width, mask)
        x = graph.node("Add", x, y)
        y = self._dense(self.norm(x, f"{name}.ln_2"), f"{name}.mlp.c_fc")
        gate = graph.node("Sigmoid", graph.node("Mul", y, graph.const(np.float32(QUICK))))
        y = self._dense(graph.node("Mul", y, gate), f"{name}.mlp.c_proj")
        return graph.node("Add", x, y)

    def _dense(self, x: str, name: str) -> str:
        weight, bias = array(self.state[f"{name}.weight"]), array(self.state[f"{name}.bias"])
        return linear(self.graph, x, weight, bias)

    def _attention(self, x: str, name: str, width: int, mask: str) -> str:
        graph = self.graph
        heads = max(1, width // HEAD)
        weights = np.split(array(self.state[f"{name}.in_proj_weight"]), 3)
        biases = np.split(array(self.state[f"{name}.in_proj_bias"]), 3)
        scale = np.float32((width // heads) ** -0.5)  # of the logits, given to the queries
        weights[0], biases[0] = weights[0] * scale, biases[0] * scale
        split = graph.ints(0, 0, heads, width // heads)
        query, key, value = (
            graph.node(
                "Transpose", graph.node("Reshape", linear(graph, x, w, b), split), perm=order
            )
            for w, b, order in zip(
                weights, biases, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True
            )
        )
        logits = graph.node("MatMul", query, key)
        if mask:
            logits = graph.node("Add", logits, mask)
        mixed = graph.node("MatMul", graph.node("Softmax", logits, axis=-1), value)
        mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = graph.node("Reshape", mixed, graph.ints(0, 0, width))
        return self._dense(mixed, f"{name}.out_proj")

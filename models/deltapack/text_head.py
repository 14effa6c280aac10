"""The trained head on the sentence encoder: token states to the shared space.

A sentence's mean vector forgets which word belongs to which, so "without
glasses" and "with glasses" lie close together in it. The head therefore reads
the frozen encoder's token states: two small transformer layers (pre-norm), four
learned poolings over the tokens beside their mean and the sentence vector, a
perceptron to the axes of the space, and a fixed map to the unit vector.

The arrays are those of `text_head.npz`, named like the parameters of
deltatrain.text.head.TextHead, which trains them; matrices are [inputs, outputs].
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from deltapack.graph import Graph

Array = npt.NDArray[np.float32]

HEADS = 4
EPS = 1e-5
MASKED = -1e9
"""Added to the logits of padding; far below any logit, finite in fp32."""


def layers(arrays: Mapping[str, Array]) -> int:
    """Returns the number of transformer layers; ValueError when arrays are missing."""
    count = 0
    while f"layer{count}.query.w" in arrays:
        count += 1
    wanted = {"into.w", "into.b", "norm.w", "norm.b", "pool.w", "first.w", "first.b"}
    wanted |= {"second.w", "second.b", "skip.w", "space.w", "space.b"}
    for k in range(count):
        for part in ("query", "key", "value", "out", "wide", "narrow", "before", "between"):
            wanted |= {f"layer{k}.{part}.w", f"layer{k}.{part}.b"}
    if set(arrays) != wanted:
        odd = sorted(set(arrays) ^ wanted)
        raise ValueError(f"text head: missing or unknown arrays: {', '.join(odd)}")
    return count


def append(
    graph: Graph, tokens: str, pooled: str, mask: str, arrays: Mapping[str, Array]
) -> tuple[str, int]:
    """Appends the head; returns (unit vectors [N, D], D).

    `tokens` is [N, T, C], `pooled` [N, C] of unit length and `mask` [N, T] in
    floats, 1 where a token is.
    """
    writer = _Writer(graph, arrays)
    count = layers(arrays)
    one = graph.const(np.float32(1))
    hidden = graph.node("Mul", graph.node("Sub", one, mask), graph.const(np.float32(MASKED)))
    logits = graph.node("Unsqueeze", hidden, graph.ints(1, 2))  # [N, 1, 1, T]
    x = writer.dense(tokens, "into")
    for k in range(count):
        x = writer.layer(x, logits, f"layer{k}")
    x = writer.norm(x, "norm")

    kept = graph.node("Unsqueeze", mask, graph.ints(2))  # [N, T, 1]
    total = graph.node("ReduceSum", graph.node("Mul", x, kept), graph.ints(1), keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", kept, graph.ints(1), keepdims=0))
    scores = graph.node("MatMul", x, writer.const("pool.w"))  # [N, T, Q]
    scores = graph.node("Add", scores, graph.node("Unsqueeze", hidden, graph.ints(2)))
    weights = graph.node("Softmax", graph.node("Transpose", scores, perm=[0, 2, 1]), axis=-1)
    width = arrays["into.w"].shape[1] * arrays["pool.w"].shape[1]
    pools = graph.node("Reshape", graph.node("MatMul", weights, x), graph.ints(0, width))
    scale = graph.const(np.float32(math.sqrt(arrays["skip.w"].shape[0])))
    sentence = graph.node("Mul", pooled, scale)
    joint = graph.node("Concat", mean, pools, sentence, axis=-1)
    y = writer.dense(gelu(graph, writer.dense(joint, "first")), "second")
    y = graph.node("Add", y, graph.node("MatMul", sentence, writer.const("skip.w")))
    out = writer.dense(y, "space")
    norm = graph.node("ReduceL2", out, axes=[-1], keepdims=1)
    return graph.node("Div", out, norm), int(arrays["space.w"].shape[1])


def gelu(graph: Graph, x: str) -> str:
    """Appends the exact (erf) GELU."""
    half = graph.node("Mul", x, graph.const(np.float32(0.5)))
    erf = graph.node("Erf", graph.node("Div", x, graph.const(np.float32(math.sqrt(2)))))
    return graph.node("Mul", half, graph.node("Add", erf, graph.const(np.float32(1))))


class _Writer:
    def __init__(self, graph: Graph, arrays: Mapping[str, Array]) -> None:
        self.graph, self.arrays = graph, arrays

    def const(self, name: str) -> str:
        return self.graph.const(np.asarray(self.arrays[name], np.float32), name)

    def dense(self, x: str, name: str) -> str:
        y = self.graph.node("MatMul", x, self.const(f"{name}.w"))
        return self.graph.node("Add", y, self.const(f"{name}.b"))

    def norm(self, x: str, name: str) -> str:
        scale, bias = self.const(f"{name}.w"), self.const(f"{name}.b")
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPS)

    def layer(self, x: str, hidden: str, name: str) -> str:
        graph = self.graph
        width = self.arrays[f"{name}.query.w"].shape[1]
        y = self.norm(x, f"{name}.before")

        def heads(part: str, order: list[int]) -> str:
            split = graph.node(
                "Reshape", self.dense(y, f"{name}.{part}"), graph.ints(0, 0, HEADS, width // HEADS)
            )
            return graph.node("Transpose", split, perm=order)

        scale = graph.const(np.float32(1 / math.sqrt(width // HEADS)))
        logits = graph.node("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
        logits = graph.node("Add", graph.node("Mul", logits, scale), hidden)
        mixed = graph.node("MatMul", graph.node("Softmax", logits, axis=-1),
                           heads("value", [0, 2, 1, 3]))  # fmt: skip
        mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = graph.node("Reshape", mixed, graph.ints(0, 0, width))
        x = graph.node("Add", x, self.dense(mixed, f"{name}.out"))
        y = self.norm(x, f"{name}.between")
        y = self.dense(gelu(graph, self.dense(y, f"{name}.wide")), f"{name}.narrow")
        return graph.node("Add", x, y)

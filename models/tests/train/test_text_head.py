"""The text head in PyTorch against the graph that the pack builder writes."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from conftest import off_by, run  # noqa: E402
from deltapack import text_head  # noqa: E402
from deltapack.graph import Graph  # noqa: E402
from deltatrain.text.head import Encoded, TextHead  # noqa: E402

COORDINATES, DIMENSIONS = 6, 16


def test_both_agree() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    head = TextHead(COORDINATES).eval()
    torch.nn.init.normal_(head.skip.weight)
    matrix = torch.randn(COORDINATES, DIMENSIONS)
    bias = torch.randn(DIMENSIONS)
    lengths = [3, 7, 5]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    tokens = rng.standard_normal((starts[-1], 384)).astype(np.float16)
    vectors = rng.standard_normal((3, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    states, sentence, mask = Encoded(tokens, starts, vectors).batch(np.arange(3))
    assert mask.sum(1).tolist() == lengths
    with torch.no_grad():
        y = head(states, sentence, mask) @ matrix + bias
        wanted = torch.nn.functional.normalize(y, dim=1).numpy()

    graph = Graph("head")
    x = graph.input("tokens", ["N", "T", 384])
    pooled = graph.input("pooled", ["N", 384])
    kept = graph.input("mask", ["N", "T"])
    out, size = text_head.append(graph, x, pooled, kept, head.arrays(matrix, bias))
    assert size == DIMENSIONS
    graph.output(out, "vector", ["N", size])
    feeds = {"tokens": states.numpy(), "pooled": vectors, "mask": mask.numpy()}
    assert off_by(run(graph.model(), **feeds)["vector"], wanted) < 1e-4

"""The sentence encoder against Hugging Face's, and the projection behind it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from conftest import off_by, reference, run, runner
from deltapack import minilm
from deltapack.graph import Graph


def test_vectors_agree_with_the_reference(sources: Path) -> None:
    want = reference("minilm.npz")
    encoder = runner(minilm.encoder_graph(sources / "minilm"))
    got = encoder(ids=want["ids"], mask=want["mask"])["vector"]
    assert off_by(got, want["vectors"]) < 1e-4
    assert off_by(np.linalg.norm(got, axis=1), np.ones(len(got))) < 1e-5
    # Padding changes nothing: each text alone, cut to its length, is the same.
    for ids, mask, vector in zip(want["ids"], want["mask"], want["vectors"], strict=True):
        length = int(mask.sum())
        alone = encoder(ids=ids[None, :length], mask=mask[None, :length])["vector"]
        assert off_by(alone[0], vector) < 1e-4


def test_projection_follows_the_encoder(sources: Path) -> None:
    want = reference("minilm.npz")
    w = np.random.default_rng(0).standard_normal((384, 16)).astype(np.float32)
    model = minilm.encoder_graph(sources / "minilm", {"w": w})
    got = run(model, ids=want["ids"], mask=want["mask"])["vector"]
    assert off_by(got, unit(want["vectors"] @ w)) < 1e-4


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def gelu(x: np.ndarray) -> np.ndarray:
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


@pytest.mark.parametrize("skip", [True, False])
def test_projection_of_two_layers(skip: bool) -> None:
    rng = np.random.default_rng(1)
    shapes = {"w1": (384, 32), "b1": (32,), "w2": (32, 8), "b2": (8,), "w0": (384, 8)}
    arrays = {n: rng.standard_normal(s).astype(np.float32) for n, s in shapes.items()}
    x = rng.standard_normal((3, 384)).astype(np.float32)
    want = gelu(x @ arrays["w1"] + arrays["b1"]) @ arrays["w2"] + arrays["b2"]
    if skip:
        want = want + x @ arrays["w0"]
    else:
        del arrays["w0"]
    graph = Graph("projection")
    y, size = minilm.project(graph, graph.input("x", ["N", 384]), arrays)
    graph.output(y, "y", ["N", size])
    assert off_by(run(graph.model(), x=x)["y"], unit(want)) < 1e-4


@pytest.mark.parametrize("names", [("w1", "b1"), ("w", "w3"), ()])
def test_unknown_projections_are_refused(names: tuple[str, ...]) -> None:
    graph = Graph("projection")
    x = graph.input("x", ["N", 384])
    with pytest.raises(ValueError, match="text projection holds"):
        minilm.project(graph, x, {n: np.zeros((384, 4), np.float32) for n in names})

"""The sentence encoder against Hugging Face's, and the head behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import off_by, reference, run, runner
from deltapack import minilm


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


def head(dimensions: int, layers: int = 1, width: int = 8) -> dict[str, np.ndarray]:
    """Returns a random head of the right shape."""
    rng = np.random.default_rng(0)
    shapes = {"into": (384, width), "first": (3 * width + 384, 12), "second": (12, 5)}
    shapes["space"] = (5, dimensions)
    for k in range(layers):
        for part in ("query", "key", "value", "out"):
            shapes[f"layer{k}.{part}"] = (width, width)
        shapes[f"layer{k}.wide"] = (width, 2 * width)
        shapes[f"layer{k}.narrow"] = (2 * width, width)
    arrays = {}
    for name, shape in shapes.items():
        arrays[f"{name}.w"] = rng.standard_normal(shape).astype(np.float32) / shape[0] ** 0.5
        arrays[f"{name}.b"] = rng.standard_normal(shape[1]).astype(np.float32)
    for name in ("norm", *(f"layer{k}.{n}" for k in range(layers) for n in ("before", "between"))):
        arrays[f"{name}.w"] = rng.standard_normal(width).astype(np.float32)
        arrays[f"{name}.b"] = rng.standard_normal(width).astype(np.float32)
    arrays["pool.w"] = rng.standard_normal((width, 2)).astype(np.float32)
    arrays["skip.w"] = rng.standard_normal((384, 5)).astype(np.float32) / 20
    return arrays


def test_head_gives_unit_vectors_and_ignores_padding(sources: Path) -> None:
    want = reference("minilm.npz")
    encoder = runner(minilm.encoder_graph(sources / "minilm", head(16)))
    got = encoder(ids=want["ids"], mask=want["mask"])["vector"]
    assert got.shape == (len(want["ids"]), 16)
    assert off_by(np.linalg.norm(got, axis=1), np.ones(len(got))) < 1e-5
    for ids, mask, vector in zip(want["ids"], want["mask"], got, strict=True):
        length = int(mask.sum())
        alone = encoder(ids=ids[None, :length], mask=mask[None, :length])["vector"]
        assert off_by(alone[0], vector) < 1e-4


def test_heads_that_lack_an_array_are_refused(sources: Path) -> None:
    arrays = head(16)
    del arrays["pool.w"]
    with pytest.raises(ValueError, match=r"pool\.w"):
        minilm.encoder_graph(sources / "minilm", arrays)


def test_the_token_states_mean_to_the_vector(sources: Path) -> None:
    want = reference("minilm.npz")
    made = run(minilm.encoder_graph(sources / "minilm"), ids=want["ids"], mask=want["mask"])
    mask = want["mask"][..., None]
    mean = (made["tokens"] * mask).sum(1) / mask.sum(1)
    assert off_by(mean / np.linalg.norm(mean, axis=1, keepdims=True), made["vector"]) < 1e-5

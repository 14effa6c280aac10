"""The generator in PyTorch against the pack's own graph.

Training's packages are not part of set-up: run with those of train.lock.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from conftest import off_by, runner  # noqa: E402
from deltapack.generator import Weights  # noqa: E402
from deltatrain.train.gan import Affine, Trunk  # noqa: E402
from deltatrain.train.generator_top import Top  # noqa: E402


def three_w(weights: Weights) -> np.ndarray:
    rng = np.random.default_rng(3)
    return weights.mapping(rng.standard_normal((3, 512)).astype(np.float32))[None]


def test_affine_layers_agree(weights: Weights) -> None:
    w3 = three_w(weights)
    made = Affine(weights)(torch.from_numpy(w3))[0].numpy()
    layers = zip(weights.affines, [0] * 4 + [1] * 6 + [2] * 13, strict=True)
    wanted = np.concatenate([a.weight @ w3[0, k] + a.bias for a, k in layers])
    assert off_by(made, wanted) < 1e-3


def test_trunk_agrees_with_the_pack(weights: Weights, pack: Path) -> None:
    style = Affine(weights)(torch.from_numpy(three_w(weights)))
    with torch.no_grad():
        made = Trunk(weights)(style).numpy()
    offset = np.zeros((1, 512, 64, 64), np.float32)
    feeds = {"style": style.numpy(), "offset": offset, "reference": offset}
    wanted = runner(pack / "generator_trunk.onnx")(**feeds)["features"]
    assert np.abs(wanted).max() > 1
    assert off_by(made, wanted) < 1e-3


def test_top_agrees_with_the_pack_and_draws_parts(weights: Weights, pack: Path) -> None:
    style = Affine(weights)(torch.from_numpy(three_w(weights)))
    top = Top(weights)
    with torch.no_grad():
        features = Trunk(weights)(style)
        made = top(features, style)
        part = top(features[:, :, 16:48, 8:40], style, (16, 8))
    feeds = {"style": style.numpy(), "features": features.numpy()}
    wanted = runner(pack / "generator_top.onnx")(**feeds)["image"]
    assert off_by(made.numpy(), wanted) < 1e-3
    inner = (..., slice(32, -32), slice(32, -32))
    whole = made[:, :, 256:768, 128:640]
    assert float((part - whole)[inner].abs().max()) < 1e-3

"""Augmentations keep shape and range, do something, and are functions of the seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain.data import augment  # noqa: E402


@pytest.mark.parametrize("change", [augment.warp, augment.blend, augment.photograph])
def test_a_change_is_bounded_seeded_and_no_copy(change: Callable[..., torch.Tensor]) -> None:
    draw = np.random.default_rng(0)
    x = torch.from_numpy(draw.uniform(-1, 1, (8, 3, 64, 64)).astype(np.float32))
    kept = x.clone()
    torch.manual_seed(0)
    one = change(x, np.random.default_rng(1))
    torch.manual_seed(0)
    again = change(x, np.random.default_rng(1))
    other = change(x, np.random.default_rng(2))
    assert one.shape == x.shape
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert float((one - x).abs().mean()) > 0.01
    assert float(one.abs().max()) < 1.6
    assert torch.equal(x, kept), "the input was changed"


def test_a_warp_of_nothing_is_nothing() -> None:
    x = torch.rand(2, 3, 32, 32)
    made = augment.warp(x, np.random.default_rng(0), 0.0)
    assert float((made - x).abs().max()) < 1e-5

"""The arithmetic of the measures of photographs."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain import fidelity  # noqa: E402
from deltatrain.evaluate import CHECKS  # noqa: E402


def picture(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (16, 16))
    return np.kron(coarse, np.ones((16, 16))) + rng.normal(0, 10, (256, 256))


def test_ms_ssim_is_one_for_the_same_and_falls_with_damage() -> None:
    a = picture(0)
    assert fidelity.ms_ssim(a, a) == pytest.approx(1)
    rng = np.random.default_rng(1)
    little, much = (a + rng.normal(0, s, a.shape) for s in (5, 40))
    scores = [fidelity.ms_ssim(a, x) for x in (little, much, picture(2))]
    assert 1 > scores[0] > scores[1] > scores[2] >= 0
    assert fidelity.ms_ssim(a, 255 - a) < 0.1
    assert fidelity.ms_ssim(a, little) == pytest.approx(fidelity.ms_ssim(little, a))


def test_prompts_are_ten_that_judges_can_see() -> None:
    assert len(fidelity.PROMPTS) == 10
    assert set(fidelity.PROMPTS) <= set(CHECKS)


def test_table_averages_what_there_is() -> None:
    def report(l2: float, hit: float) -> dict:
        numbers = {"l2": l2, "ms_ssim": 0.9, "identity": 0.2, "seconds": 1.0}
        return {"reconstruction": {"0": numbers}, "untouched": 0.5,
                "edits": {"smiling 1": {"hit": hit, "identity": 0.3}}}  # fmt: skip

    text = fidelity.table({"a": report(0.1, 1.0), "b": report(0.3, 0.0), "c": None})
    assert "2 of 3 photographs" in text
    assert "| 0 | 0.2000 | 0.900 | 0.200 | 1.0 |" in text
    assert "| smiling 1 | 0.50 | 0.300 |" in text
    assert "50.0%" in text

"""The arithmetic of the measures of photographs."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain import fidelity  # noqa: E402
from deltatrain.evaluate import CHECKS  # noqa: E402


def test_prompts_are_ten_that_judges_can_see() -> None:
    assert len(fidelity.PROMPTS) == 10
    assert set(fidelity.PROMPTS) <= set(CHECKS)


def test_table_averages_what_there_is() -> None:
    def report(l2: float, hit: float) -> dict:
        numbers = {"l2": l2, "ms_ssim": 0.9, "identity": 0.2, "seconds": 1.0}
        return {"reconstruction": {"0": numbers}, "untouched": 0.5,
                "edits": {"smiling 1": {"hit": hit, "identity": 0.3}}}  # fmt: skip

    text = fidelity.table({"a": report(0.1, 1.0), "b": report(0.3, 0.0), "c": None})
    assert "2 photographs; 1 more were refused" in text
    assert "| 0 | 0.2000 | 0.900 | 0.200 | 1.0 |" in text
    assert "| smiling 1 | 0.50 | 0.300 |" in text
    assert "50.0%" in text

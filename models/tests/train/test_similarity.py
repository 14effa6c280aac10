"""MS-SSIM: what must hold of it whatever the constants."""

from __future__ import annotations

import numpy as np
import pytest

from deltatrain.report.similarity import ms_ssim


def picture(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:192, 0:192] / 192
    waves = [np.sin(6 * x + k) * np.cos(9 * y - k) for k in range(3)]
    return np.clip(np.array(waves) + 0.1 * rng.standard_normal((3, 192, 192)), -1, 1)


def test_itself_is_one() -> None:
    assert abs(ms_ssim(picture(), picture()) - 1) < 1e-9


def test_falls_with_noise_and_ignores_a_little_light() -> None:
    rng, a = np.random.default_rng(1), picture()
    noise = rng.standard_normal(a.shape)
    values = [ms_ssim(a, a + scale * noise) for scale in (0.02, 0.1, 0.5)]
    assert 1 > values[0] > values[1] > values[2] > 0
    assert ms_ssim(a, a + 0.05) > 0.95 > ms_ssim(a, -a)


def test_small_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 161"):
        ms_ssim(picture()[:, :160], picture()[:, :160])

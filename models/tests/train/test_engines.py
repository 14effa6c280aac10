"""The Python sampler against a Gaussian, and the arithmetic of the engines' table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain.report import engines  # noqa: E402
from deltatrain.report.evaluate import CHECKS  # noqa: E402
from deltatrain.report.sampler import Denoise, Floats, grid, walk  # noqa: E402

LOW, HIGH, RHO = 0.01, 40.0, 7.0
MEAN, SPREAD = np.float32([0.3, -0.5, 0.1]), np.float32([0.02, 0.3, 2.0])


def gaussian() -> Denoise:
    """Return the best denoiser of a Gaussian with MEAN and SPREAD."""

    def denoise(x: Floats, sigma: float) -> Floats:
        return MEAN + SPREAD**2 / (SPREAD**2 + sigma**2) * (x - MEAN)

    return denoise


def test_the_grid_is_karras_and_ends_where_it_should() -> None:
    levels = grid(20, LOW, HIGH, RHO)
    assert (len(levels), levels[0], levels[-1]) == (21, HIGH, LOW)
    roots = np.array(levels) ** (1 / RHO)
    assert np.allclose(np.diff(roots), np.diff(roots)[0])


@pytest.mark.parametrize("up", [False, True])
def test_walks_end_where_a_gaussian_s_do(*, up: bool) -> None:
    def off(steps: int) -> float:
        levels = grid(steps, LOW, HIGH, RHO)[:: -1 if up else 1]
        start = MEAN + np.sqrt(SPREAD**2 + levels[0] ** 2) * np.float32([0.7, -1.1, 1.3])
        wanted = MEAN + (start - MEAN) * np.sqrt(
            (SPREAD**2 + levels[-1] ** 2) / (SPREAD**2 + levels[0] ** 2)
        )
        made = walk(start, levels, gaussian())
        return float(np.max(np.abs(made - wanted) / np.sqrt(SPREAD**2 + levels[-1] ** 2)))

    assert off(20) < 0.1
    assert off(80) < 0.3 * off(40), "not of second order"


def test_there_and_back_is_the_picture() -> None:
    levels = grid(40, LOW, HIGH, RHO)
    x = np.float32([0.31, -0.1, 1.2])
    noise = walk(x, levels[::-1], gaussian())
    assert np.abs(noise).max() > 1
    assert np.allclose(walk(noise, levels, gaussian()), x, atol=0.02)


def test_prompts_can_be_judged() -> None:
    assert set(engines.WISHES) <= set(CHECKS)
    assert set(engines.SHAPES) < set(engines.WISHES)


def test_background_is_where_nobody_is() -> None:
    a, b = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    b[:2] = 255
    nobody = np.zeros((4, 4), bool)
    nobody[1:3] = True
    assert engines.background(a, b, nobody) == pytest.approx(1.0)
    assert engines.background(a, b, ~nobody & False) == 0


def test_the_diffusion_is_told_of_the_person_s_change_alone() -> None:
    own = np.zeros((1, 3, engines.SIDE, engines.SIDE), np.float32)
    shown, alpha = own + 2 / 127.5, np.zeros((engines.SIDE, engines.SIDE), np.float32)
    shown[..., 100:] = 0.5
    alpha[100:] = 1
    told = engines.told(own, shown, alpha)
    assert np.allclose(told[..., 120:, 120:], 0.5), "the person's change"
    assert np.abs(told[..., :80, :]).max() == 0, "the background's"
    assert np.abs(told[..., :80]).max() == 0, "drift"


def test_pictures_go_there_and_back() -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    assert np.array_equal(engines.flat(engines.planar(image)), image)


def report(l2: float, effect: float) -> dict[str, Any]:
    """Return what judge tells of two engines."""
    edit = {"seconds": 2.0, "identity": 0.3, "background": 0.01, "moved": 0.005}
    edits = {"smiling": edit | {"effect": effect}, "blond hair": edit | {"effect": 1.0}}
    whole = {"l2": l2, "ms_ssim": 0.9, "identity": 0.2, "seconds": 4.0}
    return {"GAN": {"reconstruction": whole, "edits": edits},
            "other": {"reconstruction": whole, "edits": {}}}  # fmt: skip


def test_the_table_averages_photographs_and_tells_shapes_apart() -> None:
    text = engines.table({"a": report(0.1, 1.0), "b": report(0.3, 0.1)}).splitlines()
    assert text[0] == "2 photographs, 4 edits."
    assert text[4].startswith("| GAN | 0.2000 | 0.900 | 0.200 | 0.75 | 0.50 | 0.78 | 0.300 |")
    assert text[4].endswith("| 0.0100 | 0.0050 | 4.0 | 2.0 |")
    assert "nan" in text[5]
    assert len({row.count("|") for row in text[2:]}) == 1


def test_the_sheet_has_a_row_for_each_list(tmp_path: Path) -> None:
    from PIL import Image

    one = np.zeros((256, 256, 3), np.uint8)
    engines.sheet([[one, one], [one]], tmp_path / "s.png")
    with Image.open(tmp_path / "s.png") as made:
        assert made.size == (256, 256)
        assert made.getpixel((200, 200)) == (255, 255, 255)

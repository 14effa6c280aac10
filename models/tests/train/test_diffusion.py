"""The denoiser's arithmetic, and that its pairs, its training and its resuming hold together."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain.data.synth import STYLE_CHANNELS  # noqa: E402
from deltatrain.train import diffusion  # noqa: E402
from deltatrain.train.backbone import held_out  # noqa: E402
from deltatrain.train.denoiser import BANDS, Denoiser, UNet, join, packet, split  # noqa: E402
from deltatrain.train.pairs import Cache, pixels, plan, strange  # noqa: E402
from deltatrain.train.trainer import seed_all  # noqa: E402

WIDTHS, BLOCKS = (16, 16, 32), (1, 1, 1)
SIDE = 64


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors are small here: more threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def model() -> Denoiser:
    torch.manual_seed(0)
    made = Denoiser(UNet(WIDTHS, BLOCKS, 32))
    made.residual_std.copy_(torch.linspace(1, 0.05, BANDS)[:, None, None])
    return made.eval()


def test_the_packet_is_orthonormal_and_undone() -> None:
    flat = packet().reshape(16, 16)
    assert torch.allclose(flat @ flat.T, torch.eye(16), atol=1e-6)
    x = torch.randn(2, 3, 32, 48)
    bands = split(x, packet())
    assert bands.shape == (2, BANDS, 8, 12)
    assert torch.allclose(join(bands, packet()), x, atol=1e-5)
    means = torch.nn.functional.avg_pool2d(x, 4) * 4
    assert torch.allclose(bands[:, ::16], means, atol=1e-5), "not the mean first of each colour"


def test_untrained_it_is_the_best_linear_guess_of_every_band(model: Denoiser) -> None:
    x, c = torch.randn(2, 3, SIDE, SIDE), torch.randn(2, 3, SIDE, SIDE)
    style, sigma = torch.randn(2, STYLE_CHANNELS), torch.tensor([0.1, 2.0])
    with torch.no_grad():
        made = split(model(x, sigma, c, style) - c, packet())
    v = model.residual_std.square()
    wiener = v / (v + sigma.square()[:, None, None, None])
    assert torch.allclose(made, wiener * split(x - c, packet()), atol=1e-5)


def test_without_noise_it_is_the_face_and_the_loss_sees_only_what_is_wrong(
    model: Denoiser,
) -> None:
    torch.nn.init.normal_(model.unet.leave.weight, std=0.1)
    c, style = torch.randn(2, BANDS, 16, 16), torch.zeros(2, STYLE_CHANNELS)
    r, n = torch.randn(2, BANDS, 16, 16), torch.randn(2, BANDS, 16, 16)
    for value in (1e-4, 0.5, 30.0):
        sigma = torch.full((2,), value)
        with torch.no_grad():
            loss, mse = diffusion.loss_of(model, r, c, style, sigma, n)
            x = join(c + r + value * n, packet())
            made = model(x, sigma, join(c, packet()), style * model.style_std + model.style_mean)
        far = (split(made, packet()) - c - r).square().mean((1, 2, 3))
        assert torch.allclose(mse, far, rtol=0.1), "F's loss is not that of D"
        assert (loss > 0).all()
        if value < 1e-3:
            assert float(far.max()) < 1e-5


def test_held_out_faces_stay_held_out() -> None:
    order = plan(90, 180, np.random.default_rng(0))
    for batch in order:
        assert len({bool(held_out(90)[k % 90]) for k in batch}) == 1, batch
    every = np.concatenate(order)
    assert len(every) == len(set(every.tolist())) == 180


def test_strange_faces_are_bounded_and_others() -> None:
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.uniform(-1, 1, (6, 3, 64, 64)).astype(np.float32))
    x = torch.nn.functional.avg_pool2d(x, 5, 1, 2)
    made = strange(x, torch.ones(6, 1, 64, 64), np.random.default_rng(1))
    again = strange(x, torch.ones(6, 1, 64, 64), np.random.default_rng(2))
    assert made.shape == x.shape
    assert torch.isfinite(made).all()
    assert float(made.abs().max()) < 1.6
    assert float((made - x).abs().mean()) > 0.01
    assert not torch.equal(made, again)


def made_up(folder: Path) -> Cache:
    """Return a cache of 18 pairs whose faces are their conditions, lighter by a tenth."""
    cache, rng = Cache(folder, 18), np.random.default_rng(0)
    smooth = torch.from_numpy(rng.uniform(-0.8, 0.8, (18, 3, 8, 8)).astype(np.float32))
    c = torch.nn.functional.interpolate(smooth, size=(256, 256), mode="bilinear")
    cache.conditions[:], cache.faces[:] = pixels(c), pixels(c + 0.2)
    cache.styles[:] = rng.standard_normal((18, STYLE_CHANNELS))
    cache.done[:16] = True
    return cache


def test_it_learns_resumes_and_exports_what_it_learnt(tmp_path: Path) -> None:
    cache = made_up(tmp_path / "pairs")
    assert cache.rows(18, held=True).tolist() == [0, 9]
    assert len(Cache(tmp_path / "pairs").rows(18, held=False)) == 14
    with pytest.raises(FileNotFoundError, match=r"run deltatrain\.pairs first"):
        Cache(tmp_path / "nothing")

    def run(steps: int) -> diffusion.Timed:
        rng = seed_all(0)
        model = Denoiser(UNet(WIDTHS, BLOCKS, 32))
        data = diffusion.Data([tmp_path / "pairs"], 18, rng, model)
        trainer = diffusion.Timed(model, tmp_path / "diffusion.pt", steps, 3e-3)
        if not trainer.step:
            faces, conditions, _ = data.pairs(np.arange(8))
            nobody = torch.zeros(STYLE_CHANNELS)
            model.measure(faces, conditions, nobody, nobody + 1)
            model.residual_std.clamp_(min=0.02)
            trainer.average = {k: v.clone() for k, v in model.state_dict().items()}
        args = argparse.Namespace(
            held=2, widths=WIDTHS, blocks=BLOCKS, minutes=60, batch=2, rate=3e-3, steps=steps,
            every=9,
        )  # fmt: skip
        diffusion.train(trainer, data, rng, args)
        return trainer

    first = run(8)
    again = run(30)
    assert (first.step, again.step) == (8, 30)
    assert [row["step"] for row in again.history] == [8, 30], "it did not go on"
    assert again.minutes > first.minutes
    assert again.history[-1]["loss 3"] < 0.8 * first.history[0]["loss 3"]

    model = again.finish()
    diffusion.write(model, tmp_path / "diffusion.onnx")

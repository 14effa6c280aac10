"""The gradient graph against PyTorch's automatic differentiation.

Training's packages are not part of set-up: run with those of train.lock.
"""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from torch.nn import functional  # noqa: E402

from conftest import runner  # noqa: E402
from deltapack import generator, refiner  # noqa: E402
from deltapack.generator import Weights  # noqa: E402
from deltatrain.data.synth import STYLE_SIZES  # noqa: E402
from deltatrain.train.gan import Trunk  # noqa: E402
from deltatrain.train.preview import inverse_haar  # noqa: E402


class Top:
    """Features and style -> the picture, as deltapack.refiner describes it."""

    def __init__(self, weights: Weights, trunk: Trunk, coarse: int) -> None:
        """Take the kernel of the inverse Haar transform from the trunk."""
        self.weights, self.kernel, self.coarse = weights, trunk.kernel, coarse

    def conv(
        self, x: torch.Tensor, style: torch.Tensor, conv: generator.StyledConv, halvings: int
    ) -> torch.Tensor:
        """Return a styled convolution at a resolution that was halved so often."""
        depthwise, noise = conv.depthwise, torch.from_numpy(conv.noise[None, None])
        for _ in range(halvings):
            depthwise = refiner.shrink_kernel(depthwise)
            noise = functional.avg_pool2d(noise, 2)
        x = x * style[:, :, None, None]
        x = functional.conv2d(x, torch.from_numpy(depthwise), padding=1, groups=x.shape[1])
        x = functional.conv2d(x, torch.from_numpy(conv.weight), torch.from_numpy(conv.bias))
        return functional.leaky_relu(x + noise, 0.2)

    def __call__(self, features: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        """Return the picture at the last resolution."""
        parts = torch.split(style, list(STYLE_SIZES), 1)
        x = features
        for index in range(generator.TRUNK_BLOCKS, generator.BLOCKS):
            block, layer, halvings = (
                self.weights.blocks[index],
                1 + 3 * index,
                max(0, index + 1 - self.coarse),
            )
            x = x * parts[layer][:, :, None, None]
            x = x[:, : x.shape[1] // 4] / 2 if halvings else inverse_haar(x, self.kernel)
            x = self.conv(x, parts[layer + 1], block.conv1, halvings)
            x = self.conv(x, parts[layer + 2], block.conv2, halvings)
        weight, bias = self.weights.image_weight, self.weights.image_bias
        x = x * parts[-1][:, :, None, None]
        x = functional.conv2d(x, torch.from_numpy(weight), torch.from_numpy(bias))
        return functional.avg_pool2d(inverse_haar(x, self.kernel), 2)


def loss_of(image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the documented loss of deltapack.refiner.compare."""
    d = image - target
    total = d.square().sum()
    for dim in (2, 3):
        total = total + refiner.EDGE * d.diff(dim=dim).square().sum()
    rounded = (d.square() + refiner.ROUND**2).sqrt() - refiner.ROUND
    return (total + refiner.ROBUST * rounded.sum()) / d.numel()


@pytest.mark.parametrize(("coarse", "side"), [(6, 0), (7, 256)])
def test_gradients_agree_with_autograd(weights: Weights, coarse: int, side: int) -> None:
    rng = np.random.default_rng(11)
    z = rng.standard_normal((2, 512)).astype(np.float32)
    styles = weights.styles(weights.mapping(z))
    style = torch.from_numpy(styles[:1].copy()).requires_grad_(True)
    shape = (1, 512, 64, 64)
    offset = torch.from_numpy((0.3 * rng.standard_normal(shape)).astype(np.float32))
    offset.requires_grad_(True)
    trunk = Trunk(weights)
    top = Top(weights, trunk, coarse)
    with torch.no_grad():  # another face is what the picture is compared with
        other = functional.avg_pool2d(
            Top(weights, trunk, 7)(
                trunk(torch.from_numpy(styles[1:])), torch.from_numpy(styles[1:])
            ),
            2,
        )
    image = top(trunk(style) + offset, style)
    if image.shape[-1] != 256:
        image = functional.avg_pool2d(image, image.shape[-1] // 256)
    loss = loss_of(image, other)
    loss.backward()
    got = runner(refiner.refiner_graph(weights, coarse, side))(
        style=style.detach().numpy(), offset=offset.detach().numpy(), target=other.numpy()
    )
    assert abs(float(got["loss"][0]) / loss.item() - 1) < 1e-4

    def relative(got: np.ndarray, want: torch.Tensor) -> float:
        wanted = want.numpy()
        return float(np.linalg.norm(got - wanted) / np.linalg.norm(wanted))

    assert relative(got["image"], image.detach()) < 1e-3
    assert relative(got["offset_gradient"], offset.grad) < 1e-3
    start = 0
    for size in STYLE_SIZES:  # each layer, so that a small one cannot hide
        part = slice(start, start + size)
        assert relative(got["style_gradient"][:, part], style.grad[:, part]) < 1e-3
        start += size

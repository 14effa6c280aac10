"""Fixtures: what set-up provides, and the references that lie beside the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from deltapack import generator
from deltapack.generator import Affine, Block, Mapping, StyledConv, Weights
from deltapack.graph import Graph

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).parent / "data"

Arrays = dict[str, np.ndarray]


def provided(path: Path) -> Path:
    """Returns a path that set-up makes; fails the test when it is not there."""
    if not path.exists():
        pytest.fail(f"{path} is missing: run make setup")
    return path


@pytest.fixture(scope="session")
def sources() -> Path:
    """The unpacked third-party files."""
    return provided(ROOT / "build" / "cache" / "sources")


@pytest.fixture(scope="session")
def pack() -> Path:
    """The built-in pack."""
    return provided(ROOT / "build" / "packs" / "faces")


@pytest.fixture(scope="session")
def weights(sources: Path) -> Weights:
    """The generator's weights."""
    return generator.read(sources / "random_face")


@pytest.fixture(scope="session")
def tiny() -> Weights:
    """A generator of all its blocks with eight channels or fewer."""
    rng = np.random.default_rng(5)

    def some(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    def affine(channels: int) -> Affine:
        return Affine(some(channels, 512), some(channels))

    def conv(inputs: int, outputs: int, side: int, *, plain: bool = False) -> StyledConv:
        size = 3 if plain else 1
        weight = some(outputs, inputs, size, size, scale=1.2 / (size * inputs**0.5))
        depthwise = None if plain else some(inputs, 1, 3, 3, scale=0.2)
        if depthwise is not None:
            depthwise[:, :, 1, 1] += 1
        noise, bias = some(side, side, scale=0.02), some(outputs, scale=0.1)
        return StyledConv(affine(inputs), depthwise, weight, noise, bias)

    blocks = []
    for index in range(generator.BLOCKS):
        side = 8 << index
        last = 4 if index + 1 == generator.BLOCKS else 8
        blocks.append(Block(affine(8), conv(2, 4, side), conv(4, last, side)))
    return Weights(
        mapping=Mapping((), (), 0.0),
        constant=some(8, 4, 4),
        conv1=conv(8, 8, 4, plain=True),
        blocks=tuple(blocks),
        image=affine(4),
        image_weight=some(12, 4, 1, 1, scale=0.3),
        image_bias=some(12, scale=0.1),
    )


def reference(name: str) -> Arrays:
    """Returns the arrays of a stored reference."""
    with np.load(DATA / name) as arrays:
        return dict(arrays)


def run(model: onnx.ModelProto, **feeds: np.ndarray) -> Arrays:
    """Runs a model once on the CPU; returns its outputs by name."""
    return runner(model)(**feeds)


def runner(model: onnx.ModelProto | Path):  # noqa: ANN201 - a closure
    """Returns a function that runs the model with inputs by keyword."""
    given = str(model) if isinstance(model, Path) else model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a busy machine
    session = onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def call(**feeds: np.ndarray) -> Arrays:
        return dict(zip(names, session.run(None, feeds), strict=True))

    return call


def off_by(got: np.ndarray, want: np.ndarray) -> float:
    """Returns the largest difference; shapes must agree. NaN stays NaN."""
    assert got.shape == want.shape
    return float(np.max(np.abs(got.astype(np.float64) - want)))


def average(image: np.ndarray, factor: int) -> np.ndarray:
    """Averages factor x factor pixels of [1, C, H, W]."""
    n, c, h, w = image.shape
    return image.reshape(n, c, h // factor, factor, w // factor, factor).mean((3, 5))


def preview_head(output: str = "preview") -> Graph:
    """A stand-in for the trained head: the features' first channels, enlarged."""
    graph = Graph("head")
    features = graph.input("features", [1, 512, 64, 64])
    graph.input("style", [1, 6752])
    rgb = graph.node("Slice", features, graph.ints(0), graph.ints(3), graph.ints(1))
    scales = graph.const(np.float32([1, 1, 4, 4]))
    graph.output(graph.node("Resize", rgb, "", scales, mode="nearest"), output, [1, 3, 256, 256])
    return graph

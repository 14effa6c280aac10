"""Weights in half precision: only where that loses nothing, and with the same results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper

from deltapack.graph import SMALL, Graph, halved, save


def model_of(*weights: np.ndarray) -> onnx.ModelProto:
    """Returns a model that adds all weights to its input."""
    graph = Graph("sums")
    x = graph.input("x", list(weights[0].shape))
    for weight in weights:
        x = graph.node("Add", x, graph.const(weight))
    graph.output(x, "y", list(weights[0].shape))
    return graph.model()


def test_only_what_half_precision_holds_is_halved() -> None:
    some = np.random.default_rng(1).standard_normal(SMALL + 1).astype(np.float32)
    half = some.astype(np.float16).astype(np.float32)
    too_large, too_small, small = half.copy(), half.copy(), half[:1].copy()
    too_large[7], too_small[7] = 65536, 1e-9
    model = model_of(half, some, too_large, too_small, small)
    types = [tensor.data_type for tensor in halved(model).graph.initializer]
    assert types == [TensorProto.FLOAT16] + 4 * [TensorProto.FLOAT]
    assert [tensor.data_type for tensor in model.graph.initializer] == 5 * [TensorProto.FLOAT]
    signed = -np.zeros(SMALL + 1, np.float32)
    (kept,) = halved(model_of(signed)).graph.initializer
    assert np.signbit(numpy_helper.to_array(kept)).all()


def test_halved_models_compute_the_same_and_are_smaller(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    weights = [rng.standard_normal(4096).astype(np.float16).astype(np.float32) for _ in range(2)]
    model = model_of(*weights)
    save(model, tmp_path / "halved.onnx")
    assert (tmp_path / "halved.onnx").stat().st_size < 0.6 * model.ByteSize()
    onnx.checker.check_model(onnx.load(tmp_path / "halved.onnx"), full_check=True)
    x = rng.standard_normal(4096).astype(np.float32)
    want, got = (
        onnxruntime.InferenceSession(source).run(None, {"x": x})[0]
        for source in (model.SerializeToString(), tmp_path / "halved.onnx")
    )
    assert np.array_equal(want, got)

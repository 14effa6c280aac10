"""Reading trained parts: half precision widened, bad files named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import off_by, run
from deltapack import trained

F32, F16 = TensorProto.FLOAT, TensorProto.FLOAT16


def halved(path: Path) -> np.ndarray:
    """Writes y = (x w + b) cast twice, with fp16 weights; returns w."""
    w = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float16)
    b = np.float16([1, 2])
    nodes = [
        helper.make_node("Constant", [], ["b16"], value=numpy_helper.from_array(b)),
        helper.make_node("Cast", ["w16"], ["w"], to=F32),
        helper.make_node("Cast", ["b16"], ["b"], to=F32),
        helper.make_node("MatMul", ["x", "w"], ["xw"]),
        helper.make_node("Add", ["xw", "b"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["y"], to=F32),
    ]
    graph = helper.make_graph(
        nodes,
        "halved",
        [helper.make_tensor_value_info("x", F32, [1, 3])],
        [helper.make_tensor_value_info("y", F32, [1, 2])],
        [numpy_helper.from_array(w, "w16")],
        value_info=[helper.make_tensor_value_info("w16", F16, [3, 2])],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return w


def test_half_precision_weights_are_widened(tmp_path: Path) -> None:
    w = halved(tmp_path / "g.onnx")
    model = trained.graph(tmp_path / "g.onnx")
    assert [t.data_type for t in model.graph.initializer] == [F32]
    ops = [node.op_type for node in model.graph.node]
    assert ops == ["Constant", "MatMul", "Add", "Cast"], "only casts of weights are dropped"
    x = np.float32([[1, -2, 3]])
    assert off_by(run(model, x=x)["y"], x @ w.astype(np.float32) + np.float32([1, 2])) < 1e-5


def test_invalid_graphs_are_refused(tmp_path: Path) -> None:
    halved(tmp_path / "g.onnx")
    model = onnx.load(tmp_path / "g.onnx")
    del model.graph.initializer[:]
    onnx.save(model, tmp_path / "g.onnx")
    with pytest.raises(ValueError, match="not a valid graph"):
        trained.graph(tmp_path / "g.onnx")


@pytest.mark.parametrize(("suffix", "dtype"), [(".f16", "<f2"), (".f32", "<f4")])
def test_matrix_is_read_in_rows(tmp_path: Path, suffix: str, dtype: str) -> None:
    values = np.arange(6, dtype=dtype).reshape(2, 3)
    path = tmp_path / f"m{suffix}"
    values.tofile(path)
    got = trained.matrix(path, 2)
    assert got.dtype == np.float32
    assert np.array_equal(got, values)


def test_bad_matrices_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.f32"
    for values, says in (
        (np.zeros(5), "5 numbers do not fill 2 rows"),
        (np.zeros(0), "0 numbers"),
        (np.array([0, np.nan]), "not finite"),
        (np.array([0, np.inf]), "not finite"),
    ):
        values.astype("<f4").tofile(path)
        with pytest.raises(ValueError, match=says):
            trained.matrix(path, 2)


@pytest.mark.parametrize("text", ["{", "[]", '{"generator": 1}', ""])
def test_bad_parameters_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "params.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"params\.json"):
        trained.params(path)


def test_missing_parts_are_listed(tmp_path: Path) -> None:
    assert trained.missing(tmp_path) == list(trained.FILES)
    for name in trained.FILES[1:]:
        (tmp_path / name).touch()
    assert trained.missing(tmp_path) == ["preview_head.onnx"]

"""MediaPipe's models in ONNX against TFLite and MediaPipe themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import off_by, reference, run
from deltapack import tflite_onnx
from deltapack.tflite_onnx import UnsupportedError, same_padding


def face(times: int, low: float) -> np.ndarray:
    """The reference's face enlarged, as fp32 NHWC in [low, 1]."""
    picture = reference("tflite.npz")["face"].repeat(times, 0).repeat(times, 1)[None]
    scaled = picture / np.float32(255)
    return (scaled * (1 - low) + low).astype(np.float32)


def test_detector(sources: Path) -> None:
    want = reference("tflite.npz")
    got = run(tflite_onnx.detector_graph(sources / "mediapipe"), image=face(2, -1))
    assert off_by(got["boxes"][0], want["boxes"]) < 1e-2  # input pixels
    assert off_by(got["scores"][0], want["scores"]) < 1e-2
    assert got["scores"].max() > 1, "the reference picture holds a face"


def test_landmarks(sources: Path) -> None:
    want = reference("tflite.npz")
    got = run(tflite_onnx.landmarks_graph(sources / "mediapipe"), image=face(3, 0))
    assert off_by(got["points"][0], want["points"]) < 1e-2  # input pixels
    assert off_by(got["score"], want["score"]) < 1e-2


def test_matte(sources: Path) -> None:
    want = reference("tflite.npz")["alpha"]
    got = run(tflite_onnx.matte_graph(sources / "mediapipe"), image=face(4, 0))["alpha"]
    assert off_by(got[0, ::4, ::4, 0], want) < 1e-3
    assert 0.1 < want.mean() < 0.9, "the reference is no empty mask"


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "want"),
    [
        (128, 5, 2, (1, 2)),
        (192, 3, 2, (0, 1)),
        (96, 3, 1, (1, 1)),
        (7, 3, 2, (1, 1)),
        (4, 2, 2, (0, 0)),
        (3, 1, 2, (0, 0)),
    ],
)
def test_same_padding_is_tensorflows(
    size: int, kernel: int, stride: int, want: tuple[int, int]
) -> None:
    assert same_padding(size, kernel, stride) == want


def test_other_files_are_refused(tmp_path: Path, sources: Path) -> None:
    other = tmp_path / "face_landmark.tflite"
    other.write_bytes(b"\x1c\x00\x00\x00ELF! not a model")
    with pytest.raises(UnsupportedError, match="not a TFLite model"):
        tflite_onnx.landmarks_graph(tmp_path)
    model = sources / "mediapipe" / "face_landmark.tflite"
    with pytest.raises(UnsupportedError, match="input 'input_1', want"):
        tflite_onnx.convert(model, {"picture": "image"}, {})
    with pytest.raises(UnsupportedError, match=r"outputs .*conv2d_21"):
        tflite_onnx.convert(model, {"input_1": "image"}, {"points": ("points", (1, 1404))})


def test_unknown_operations_are_named(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(tflite_onnx._HANDLERS, "PRELU")  # noqa: SLF001
    with pytest.raises(UnsupportedError, match="operation PRELU is not supported"):
        tflite_onnx.landmarks_graph(sources / "mediapipe")

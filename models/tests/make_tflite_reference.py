"""Makes data/tflite.npz: what TFLite and MediaPipe say of MediaPipe's models.

Run once, in an environment with ai-edge-litert, mediapipe 0.10.21 and pillow:

    python models/tests/make_tflite_reference.py build/cache/sources/mediapipe FACE.png

FACE is any square picture of a face; it is stored as 64 x 64 bytes and fed to
each model enlarged by repeating pixels. The detector and the mesh run in the
TFLite interpreter. The matte holds an operation that only MediaPipe has, so its
reference is MediaPipe's own pipeline on a picture of the model's size.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation
from PIL import Image


def interpret(path: Path, image: np.ndarray) -> dict[str, np.ndarray]:
    """Runs a model on one NHWC picture; returns its outputs by name."""
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return {d["name"]: interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()}


def main() -> None:
    """Writes the reference beside this script."""
    folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
    face = np.asarray(Image.open(picture).convert("RGB").resize((64, 64), Image.Resampling.BOX))

    def enlarged(times: int) -> np.ndarray:
        return face.repeat(times, 0).repeat(times, 1)

    detector = interpret(
        folder / "face_detection_short_range.tflite",
        (enlarged(2)[None] / np.float32(127.5) - 1).astype(np.float32),
    )
    mesh = interpret(
        folder / "face_landmark.tflite", (enlarged(3)[None] / np.float32(255)).astype(np.float32)
    )
    with SelfieSegmentation(model_selection=0) as matte:
        alpha = matte.process(enlarged(4)).segmentation_mask
    np.savez_compressed(
        Path(__file__).parent / "data" / "tflite.npz",
        face=face,
        boxes=detector["regressors"][0],
        scores=detector["classificators"][0],
        points=mesh["conv2d_21"].reshape(-1),
        score=mesh["conv2d_31"].reshape(-1),
        alpha=alpha[::4, ::4].astype(np.float32),
    )


if __name__ == "__main__":
    main()

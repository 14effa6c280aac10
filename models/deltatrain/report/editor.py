"""The program's edit pipeline in Python, on the built pack, for evaluation.

The same arithmetic as engine/prompt and engine/delta, without the window: what
it draws is the preview (256²), which one run of the trunk gives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from deltatrain.train.calibrate import EDGE, LIMIT, TAIL

BLEND = 4
BACKWARDS = 0.95
INTENSITY = (0.4, 2.0)
WEAK, BEYOND = 0.5, 0.25
TELLING = 0.3
LEAST_BACK, LEAST_AHEAD = 0.15, 1.0

Floats = NDArray[np.float32]


@dataclass
class Direction:
    """What a pair of prompts asks for (engine/prompt.Direction)."""

    vector: Floats
    length: float
    confidence: float
    gain: float
    nearest: list[tuple[str, float]]
    known: bool
    parts: list[tuple[dict[str, Any], float]]
    """Concepts of concepts.json and their coefficients."""

    @property
    def conditioned(self) -> Floats:
        """Return the unit vector (D,) that mapper and mask are given (engine/prompt)."""
        out = self.vector.copy()
        for concept, share in self.parts:
            if "conditioned" in concept:
                delta = np.array(concept["delta"], np.float32)
                delta /= np.linalg.norm(delta)
                out += share * (np.array(concept["conditioned"], np.float32) - delta)
        return out / (np.linalg.norm(out) + 1e-9)

    def threshold(self, default: float) -> float:
        """Return the relevance threshold: the mean of the parts' by their squared shares."""
        total = sum(share**2 for _, share in self.parts)
        if total == 0:
            return default
        own = sum(share**2 * concept.get("threshold", default) for concept, share in self.parts)
        return own / total

    @property
    def weight(self) -> float:
        """Return the share of its strength that the edit is given."""
        return 1.0 if self.known else WEAK * self.confidence**2

    def pace(self, strength: float, face: Floats) -> float:
        """Return the strength that a face (D,) is given (Pace of engine/prompt.Direction)."""
        back = ahead = total = 0.0
        for concept, share in self.parts:
            motion = concept.get("motion", 0.0)
            if motion > 0:
                at = float(face @ np.array(concept["delta"], np.float32))
                rooms = [max(0.0, at - concept["low"]), max(0.0, concept["high"] - at)]
                below, above = rooms if share > 0 else rooms[::-1]
                back += share**2 * below / motion
                ahead += share**2 * above / motion
                total += share**2
        if total == 0:
            return strength
        room = max(LEAST_BACK, back / total) if strength < 0 else max(LEAST_AHEAD, ahead / total)
        size = abs(strength)
        return float(np.sign(strength)) * (
            size if size <= room else room * (1 + float(np.log(size / room)))
        )


class Editor:
    """Opens a pack; not safe for concurrent use."""

    def __init__(self, pack: Path, sources: Path, threads: int = 2) -> None:
        """Open the pack's graphs; sources holds the sentence model's tokenizer."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(pack / f"{name}.onnx", options)

        self._text, self._mapper = session("text_encoder"), session("delta_mapper")
        self._trunk, self._image = session("generator_trunk"), session("image_encoder")
        self._map, self._affine = session("mapping"), session("affine")
        components = json.loads((pack / "manifest.json").read_text())["components"]
        self._params = components["text_encoder"]["params"]
        relevance = components["relevance"]["params"]
        self.threshold, self.typical = relevance["threshold"], relevance["typical"]
        shape = (relevance["rows"], -1)
        self.relevance = np.fromfile(pack / "relevance.f32", "<f4").reshape(shape)
        self.mean, self.std = np.fromfile(pack / "style_stats.f32", "<f4").reshape(2, -1)
        self.concepts = json.loads((pack / "concepts.json").read_text())
        self._deltas = np.array([c["delta"] for c in self.concepts], np.float32)
        self._deltas /= np.linalg.norm(self._deltas, axis=1, keepdims=True)
        self._tokenizer = Tokenizer.from_file(str(sources / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._none = np.zeros((1, 512, 64, 64), np.float32)

    def random(self, seed: int, truncation: float = 0.7) -> Floats:
        """Return the style code (1, 6752) of a face of one w."""
        z = np.random.default_rng([seed, 0xEA]).standard_normal((1, 512)).astype(np.float32)
        w = self._map.run(None, {"z": z, "truncation": np.array([truncation], np.float32)})[0]
        return self.style(w)

    def style(self, w: Floats) -> Floats:
        """Return the style code (1, 6752) of one w (1, 512)."""
        return self._affine.run(None, {"w_plus": np.repeat(w[None], 23, 1).reshape(1, 23, 512)})[0]

    def _run(self, output: str, style: Floats, reference: Floats | None = None) -> Floats:
        before = self._none if reference is None else reference
        feeds = {"style": style, "offset": self._none, "reference": before}
        return self._trunk.run([output], feeds)[0]

    def features(self, style: Floats) -> Floats:
        """Return the features (1, 512, 64, 64) of a style code (1, 6752)."""
        return self._run("features", style)

    def draw(self, style: Floats, reference: Floats | None = None) -> NDArray[np.uint8]:
        """Return the preview (256, 256, 3) of a style code (1, 6752).

        reference are the features before an edit, None for no edit.
        """
        out = self._run("preview", style, reference)[0]
        return np.clip(out.transpose(1, 2, 0) * 127.5 + 128, 0, 255).astype(np.uint8)

    def see(self, image: NDArray[np.uint8]) -> Floats:
        """Return the image vector (1, D) of a preview."""
        small = image.astype(np.float32).reshape(128, 2, 128, 2, 3).mean((1, 3))
        return self._image.run(None, {"image": small.transpose(2, 0, 1)[None] / 127.5 - 1})[0]

    def texts(self, prompt: str) -> tuple[Floats, Floats]:
        """Return (a unit vector for each template (T, D), their normalised mean (D,))."""
        rows = [self._tokenizer.encode(t.format(prompt)).ids for t in self._params["templates"]]
        width = max(map(len, rows))
        ids = np.array([r + [0] * (width - len(r)) for r in rows], np.int64)
        mask = np.array([[1] * len(r) + [0] * (width - len(r)) for r in rows], np.int64)
        each = self._text.run(None, {"ids": ids, "mask": mask})[0]
        mean = each.mean(0)
        return each, mean / np.linalg.norm(mean)

    def direction(self, source: str, target: str) -> Direction:
        """Return the direction from source to target."""
        (each_s, s), (each_t, t) = self.texts(source), self.texts(target)
        step = t - s
        length = float(np.linalg.norm(step))
        vector = step / (length + 1e-9)
        parts, explained = self._pursue(vector)
        units = each_t - each_s
        units /= np.linalg.norm(units, axis=1, keepdims=True) + 1e-9
        n = len(units)
        agreement = 1.0
        if n > 1:
            agreement = float(np.clip((np.square(units.sum(0)).sum() - n) / (n * (n - 1)), 0, 1))
        confidence = explained * agreement * min(1, length / self._params["min_delta"])
        gain, plain, weight = 0.0, 0.0, 0.0
        for k, share in parts.items():
            entry, w = self.concepts[k], share * share
            weight += w
            plain += w * entry["gain"]
            gain += w * entry["gain"] * length / entry["length"]
        gain = min(max(gain, INTENSITY[0] * plain), INTENSITY[1] * plain) / max(weight, 1e-9)
        order = sorted(parts, key=lambda k: -abs(parts[k]))
        nearest = [(self.concepts[k]["name"], round(parts[k], 3)) for k in order]
        bar = self._params["confidence_bar"]
        return Direction(vector, length, confidence / bar if confidence < bar else 1.0, gain,
                         nearest, confidence >= bar,
                         [(self.concepts[k], parts[k]) for k in order])  # fmt: skip

    def _pursue(self, vector: Floats) -> tuple[dict[int, float], float]:
        rest, parts, gone = vector.copy(), {}, 0.0
        for _ in range(BLEND):
            cosines = self._deltas @ rest
            at = int(np.argmax(np.where(cosines < 0, -BACKWARDS * cosines, cosines)))
            best = float(cosines[at])
            if parts and abs(best) < TELLING:
                break
            rest = rest - best * self._deltas[at]
            gone += best * best
            parts[at] = parts.get(at, 0.0) + best
        return parts, min(1.0, gone**0.5)

    def change(self, style: Floats, vector: Floats, delta: Floats) -> Floats:
        """Return Δs (1, 6752), before the mask."""
        feeds = {"style": style, "image_vector": vector, "delta": delta[None].astype(np.float32)}
        return self._mapper.run(None, feeds)[0]

    def masked(self, change: Floats, delta: Floats, threshold: float | None = None) -> Floats:
        """Return Δs behind the relevance mask for the unit direction delta (D,)."""
        threshold = self.threshold if threshold is None else threshold
        score = np.abs(self.relevance @ delta)
        score *= self.typical / max(float(np.quantile(score, TAIL)), 1e-12)
        low, width = threshold * (1 - EDGE), max(2 * EDGE * threshold, 1e-9)
        t = np.clip((score - low) / width, 0, 1)
        return change * (t * t * (3 - 2 * t))

    def asked(self, style: Floats, vector: Floats, direction: Direction) -> Floats:
        """Return the masked Δs (1, 6752) of a direction, at a gain of 1."""
        along = direction.conditioned
        change = self.change(style, vector, along)
        return self.masked(change, along, direction.threshold(self.threshold))

    def moved(self, style: Floats, change: Floats) -> Floats:
        """Return style + change, with the limit on every channel."""
        to = style + change
        free, far = np.abs(style - self.mean), np.abs(to - self.mean)
        room = LIMIT * self.std
        bent = free + room * np.tanh(np.maximum(far - free, 0) / room)
        return self.mean + np.where(far <= free, far, bent) * np.sign(to - self.mean)

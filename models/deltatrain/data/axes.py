"""The axes of the image side: what an image vector says about a face.

An axis is a signed, standardised number per face: 0 is the average face, 1 one
standard deviation above it. Most are measured (deltatrain.data.labels); those that
no network at hand sees (glasses, hats, kinds of hair …) come from annotations
made by eye on a part of the faces, and are NaN on the others until the image
encoder fills them in.

An annotation is a line of a CSV file:
index,glasses,hat,hair,texture,length,tied,fringe,hairline,facial,earrings,
necklace,makeup,lips,freckles,build,expr,gaze (see CODES for the values).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deltatrain.data.attributes import NAMES

Floats = NDArray[np.float32]

AXES = (
    "age", "male", "smile", "teeth", "mouth_open", "angry", "sad", "surprised", "afraid",
    "disgusted", "eye_open", "eye_size", "brow_raise", "yaw", "pitch", "gaze_x", "gaze_y",
    "hair_black", "hair_brown", "hair_blond", "hair_red", "hair_grey", "hair_light", "hair_long",
    "hair_curly", "tied", "fringe", "bald", "beard", "moustache", "brow_dark", "glasses",
    "sunglasses", "hat", "earrings", "necklace", "makeup", "lip_red", "cheek_red", "freckles",
    "wrinkles", "skin_light", "skin_warm", "eye_blue", "chubby", "jaw_width", "nose_width",
    "nose_long", "lip_thick", "cheekbone", "background_light", "background_colour",
    "background_detail", "light", "light_side",
)  # fmt: skip
"""Names of the axes, in the order of the columns of every table of axes."""

FIELDS = (
    "glasses", "hat", "hair", "texture", "length", "tied", "fringe", "hairline", "facial",
    "earrings", "necklace", "makeup", "lips", "freckles", "build", "expr", "gaze",
)  # fmt: skip
"""Fields of an annotation after the index."""

NAN = float("nan")
CODES: dict[str, tuple[str, dict[str, float]]] = {
    "glasses": ("glasses", {"0": 0, "1": 1, "2": 1}),
    "sunglasses": ("glasses", {"0": 0, "1": 0, "2": 1}),
    "hat": ("hat", {"0": 0, "1": 1}),
    "hair_black": ("hair", {"k": 1, "d": 0.4}),
    "hair_brown": ("hair", {"d": 0.7, "b": 1}),
    "hair_blond": ("hair", {"l": 1, "p": 1}),
    "hair_red": ("hair", {"r": 1}),
    "hair_grey": ("hair", {"g": 1, "w": 1}),
    "hair_long": ("length", {"0": 0, "1": 0.5, "2": 2, "3": 3}),
    "hair_curly": ("texture", {"s": 0, "w": 1, "c": 2, "n": NAN}),
    "tied": ("tied", {"0": 0, "1": 1}),
    "fringe": ("fringe", {"0": 0, "1": 1}),
    "bald": ("hairline", {"0": 0, "1": 1, "2": 2}),
    "beard": ("facial", {"0": 0, "s": 1, "m": 0.4, "g": 1.6, "b": 2.4}),
    "moustache": ("facial", {"0": 0, "s": 0.4, "m": 1, "g": 0.8, "b": 1}),
    "teeth": ("expr", {"o": 1, "l": 1, "u": NAN}),
    "earrings": ("earrings", {"0": 0, "1": 1}),
    "necklace": ("necklace", {"0": 0, "1": 1}),
    "makeup": ("makeup", {"0": 0, "1": 0.6, "2": 2}),
    "freckles": ("freckles", {"0": 0, "1": 1}),
    "chubby": ("build", {"t": -1, "a": 0, "c": 1, "d": 1.7}),
}
"""Axes made from a field of the annotations: each code's value, 0 for one not named."""
HIDDEN = {"hair": "xn", "length": "", "texture": "n"}
"""Codes of a field that say that it cannot be told: the axes are NaN there."""


def z(column: Floats) -> Floats:
    """Return a column standardised over its known values, clipped to [-4, 4]."""
    mean, std = np.nanmean(column), np.nanstd(column)
    return np.clip((column - mean) / (std + 1e-6), -4, 4).astype(np.float32)


def _logit(p: Floats) -> Floats:
    return np.log((p + 0.003) / (1.003 - p)).astype(np.float32)


def measured(c: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the axes that come from measurements, from the columns of labels.npy."""
    return {
        "age": c["age"],
        "male": _logit(c["male"]),
        "smile": z(_logit(c["happy"])) + 0.8 * z(c["smile"]) + 0.5 * z(c["mouth_width"]),
        "mouth_open": np.log(c["mouth_open"] + 0.02),
        "angry": z(_logit(c["angry"])) - 0.5 * z(c["brow_raise"]) - 0.3 * z(c["brow_gap"]),
        "sad": _logit(c["sad"]),
        "surprised": z(_logit(c["surprise"])) + 0.4 * z(c["brow_raise"]) + 0.3 * z(c["eye_open"]),
        "afraid": _logit(c["fear"]),
        "disgusted": _logit(c["disgust"]),
        "eye_open": c["eye_open"],
        "eye_size": c["eye_size"],
        "brow_raise": c["brow_raise"],
        "yaw": c["yaw"],
        "pitch": c["pitch"],
        "gaze_x": _without(c["gaze_x"], c["yaw"]),
        "gaze_y": _without(c["gaze_y"], c["pitch"]),
        "hair_light": c["hair_l"],
        "brow_dark": c["brow_dark"],
        "lip_red": c["lip_red"],
        "cheek_red": c["cheek_red"],
        "wrinkles": np.log(c["wrinkles"] + 0.1),
        "skin_light": c["skin_l"],
        "skin_warm": c["skin_b"],
        "eye_blue": -(c["iris_b"] - 0.5 * c["skin_b"]),
        "jaw_width": c["jaw_width"],
        "nose_width": c["nose_width"],
        "nose_long": c["nose_long"],
        "lip_thick": c["lip_thick"],
        "cheekbone": c["cheekbone"],
        "background_light": c["background_l"],
        "background_colour": c["background_c"],
        "background_detail": c["background_detail"],
        "light": c["light"],
        "light_side": c["light_side"],
    }


def _without(y: Floats, x: Floats) -> Floats:
    """Return the residuals of y after a linear fit on x."""
    return (y - np.polyval(np.polyfit(x, y, 1), x)).astype(np.float32)


def annotations(files: Iterable[Path], count: int) -> dict[str, Floats]:
    """Return the annotated axes (count,), NaN where no line or no answer is.

    A field may be left empty: not told. A line of the wrong number of fields or
    with an unknown index raises ValueError. Of several answers about a face the
    last one stands.
    """
    rows: dict[int, dict[str, str]] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            parts = [part.strip().lower() for part in line.split(",")]
            if len(parts) != len(FIELDS) + 1 or not 0 <= int(parts[0]) < count:
                raise ValueError(f"{file}:{number}: want an index and {len(FIELDS)} codes: {line}")
            told = {f: v for f, v in zip(FIELDS, parts[1:], strict=True) if v}
            rows.setdefault(int(parts[0]), {}).update(told)
    out = {}
    for axis, (field, values) in CODES.items():
        column = np.full(count, np.nan, np.float32)
        for index, row in rows.items():
            code = row.get(field)
            if code is not None and code not in HIDDEN.get(field, ""):
                column[index] = values.get(code, 0.0)
        out[axis] = column
    return out


def table(labels: Floats, annotated: Mapping[str, Floats]) -> Floats:
    """Return the axes (N, len(AXES)), standardised, NaN where unknown.

    labels (N, len(NAMES)) must be finite; annotated comes from annotations().
    """
    columns = {name: labels[:, k] for k, name in enumerate(NAMES)}
    have = {**measured(columns), **annotated}
    return np.stack([z(have[name]) for name in AXES], 1)


def main() -> None:
    """Write axes.npy (N, len(AXES)) beside the faces; rows that were not measured are NaN."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument(
        "--annotations", type=Path, action="append", required=True,
        help="a CSV file or a folder of them for each --data; - for none",
    )  # fmt: skip
    args = parser.parse_args()
    if len(args.data) != len(args.annotations):
        parser.error(f"{len(args.data)} --data and {len(args.annotations)} --annotations")
    labels, annotated, sizes = [], [], []
    for folder, source in zip(args.data, args.annotations, strict=True):
        part = np.load(folder / "labels.npy")
        files = sorted(source.glob("*.csv")) if source.is_dir() else [source]
        if str(source) == "-":
            files = []
        labels.append(part)
        annotated.append(annotations(files, len(part)))
        sizes.append(len(part))
    label = np.concatenate(labels)
    known = np.isfinite(label).all(1)
    columns = {k: np.concatenate([a[k] for a in annotated])[known] for k in CODES}
    rows = np.full((len(label), len(AXES)), np.nan, np.float32)
    rows[known] = table(label[known], columns)
    for folder, part in zip(args.data, np.split(rows, np.cumsum(sizes)[:-1]), strict=True):
        np.save(folder / "axes.npy", part)
    for axis, column in columns.items():
        told = np.isfinite(column)
        share = (column[told] > 0).mean() if told.any() else float("nan")
        print(f"{axis:12s} annotated {told.sum():5d}, above zero {share:.3f}")
    print(f"{known.sum()} faces measured")

"""Condition concepts on what comes along with them, and set what looks right on photographs.

In the training faces old people wear glasses and children red lips, so the mapper draws these
with the age. Here a concept's direction is mixed with single axes of the image side (`Recipe.mix`)
before the mapper sees it: "old" asks for grey hair too, and for no glasses, no longer nose and no
other sex. The relevance threshold is chosen by concept as well: ageing and sex need most of the
style channels together (0), a bald head needs few (the pack's default).

The recipes were found on 25 photographs of the evaluation set (every second file of it), by
sheets looked at and by deltatrain.report.readers; the other half was kept for the end. No weights
are trained here. deltatrain.calibrate comes first; this step keeps its gain as `calibrated` and
may be run again and again.

    python -m deltatrain.condition --out faces
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deltatrain.data.axes import AXES
from deltatrain.data.chart import CHART_SEED, Chart

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """What a concept asks of the mapper."""

    threshold: float
    """Relevance threshold, in [0, 1]; 0 masks nothing."""
    factor: float
    """Gain over the calibrated one, which was measured behind the pack's default threshold."""
    mix: Mapping[str, float] = field(default_factory=dict)
    """Axes that are added, in lengths of the concept's own step."""


OLDER = {"nose_long": -0.4, "male": -0.35, "hair_grey": 0.4, "wrinkles": 0.25, "glasses": -0.5}
YOUNGER = {"lip_red": -0.3, "smile": 0.15}
CHILDLIKE = {"makeup": -0.3, "nose_long": -0.2}
RECIPES: dict[str, Recipe] = {
    "old": Recipe(0.0, 1.15, OLDER),
    "very old": Recipe(0.0, 1.05, OLDER | {"male": -0.5}),
    "middle-aged": Recipe(0.0, 0.7, OLDER | {"hair_grey": 0.15}),
    "young": Recipe(0.0, 1.2, YOUNGER | CHILDLIKE | {"lip_red": -0.4, "chubby": -0.3}),
    "teenager": Recipe(0.0, 0.85, YOUNGER | {"lip_red": -0.4}),
    "child": Recipe(0.0, 1.25, CHILDLIKE | {"lip_red": -0.45, "smile": 0.1, "beard": -0.3}),
    "male": Recipe(0.0, 1.05, {"nose_long": -0.2, "age": -0.1}),
    "female": Recipe(
        0.0,
        1.2,
        {"hair_long": 0.3, "makeup": 0.4, "lip_red": -0.1, "nose_long": -0.2, "cheekbone": 0.2},
    ),
    "smiling": Recipe(0.15, 1.3),
    "serious": Recipe(0.15, 1.6),
    "surprised": Recipe(
        0.15,
        1.8,
        {
            "mouth_open": 1.6,
            "eye_open": 1.0,
            "eye_size": 0.4,
            "brow_raise": -0.1,
            "smile": -0.3,
            "lip_red": -0.5,
            "makeup": -0.5,
            "earrings": -0.3,
            "eye_blue": -0.2,
        },
    ),
    "angry": Recipe(0.15, 1.15),
    "bald": Recipe(0.2, 1.25),
    "blond hair": Recipe(0.15, 0.68),
    "black hair": Recipe(0.0, 0.6),
    "dark brown hair": Recipe(0.0, 0.6),
    "brown hair": Recipe(0.0, 0.9),
    "red hair": Recipe(0.15, 0.95),
    "grey hair": Recipe(0.15, 0.65, {"hair_blond": -0.6}),
    "white hair": Recipe(0.15, 0.8, {"hair_blond": -0.3}),
    "platinum hair": Recipe(0.15, 0.75),
}

KEPT_HAIR: dict[str, Mapping[str, float]] = {
    "female": {"hair_long": -0.5, "makeup": 0.1, "lip_red": -0.2},
}
"""Axes added in their place where the photo's hair is long already and stays: the generator would
draw strands of new hair over the cheeks."""

HAIR = {
    "colour": ("black hair", "dark brown hair", "brown hair", "blond hair", "platinum hair",
               "red hair", "grey hair", "white hair"),
    "tone": ("middle-aged", "old", "very old"),
    "grows": ("female",),
    "shape": ("long hair", "medium hair", "short hair", "straight hair", "wavy hair",
              "curly hair", "fringe", "no fringe", "receding hair", "bald", "tied hair", "hat"),
}  # fmt: skip
"""What concepts change of hair: its tone and nothing else of the portrait; its tone beside other
things; short hair to long; its outline or strands. Of all other concepts the program keeps the
photo's hair."""
WORN = {"glasses": ("glasses", "no glasses", "sunglasses"), "hat": ("hat",)}
"""What is put on or taken off. The program keeps what is worn in the photo otherwise."""
MOVES = {
    "hair": ("short hair", "receding hair", "bald", "no fringe", "hat"),
    "brows": ("surprised", "angry", "afraid", "raised brows", "thick brows", "thin brows"),
    "mouth": ("serious", "angry", "sad", "mouth closed", "closed smile", "surprised", "mouth open",
              "child", "teenager", "young", "female"),
    "beard": ("child", "teenager", "young", "female", "clean-shaven"),
}  # fmt: skip
"""Parts that go elsewhere or away, so that the feature offset, which has them where the photo has,
must go there too."""
SKIN_STAYS = (
    "smiling", "closed smile", "open smile", "laughing", "serious", "angry", "sad", "surprised",
    "afraid", "disgusted", "mouth open", "mouth closed", "eyes wide", "eyes narrow", "eyes closed",
    "raised brows", "child", "teenager", "young", "middle-aged", "old", "very old", "male",
    "female",
)  # fmt: skip
"""Concepts that are not about the tone of skin nor the light: both stay the photo's."""
EYES_STAY = ("middle-aged", "old", "very old")
"""Concepts that are not about what is between the eyelids: the generator's old eyes are pale."""
OUTLINE = (
    "child", "teenager", "young", "middle-aged", "old", "very old", "male", "female", "chubby",
    "thin face", "double chin", "wide jaw", "narrow jaw", "high cheekbones", "bald",
)  # fmt: skip
"""Concepts that change the outline of the face: the photo is bent to it."""
NEW_SKIN = ("child", "teenager", "young", "female", "smooth skin", "clean-shaven")
"""Concepts whose skin has none of the photo's wrinkles and stubble."""
HAIR_FADES = ("grey hair", "white hair")
"""Colours of hair that are none: the generator's are greenish, so the photo's fades."""
FLAGS = {
    "hair_fades": HAIR_FADES,
    "skin_stays": SKIN_STAYS,
    "eyes_stay": EYES_STAY,
    "outline": OUTLINE,
    "new_skin": NEW_SKIN,
}
NAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {"worn": WORN, "moves": MOVES}


def axes() -> Floats:
    """Return the unit vectors (len(AXES), D) of the axes in the shared space."""
    return Chart.draw(1.0, CHART_SEED).axes.numpy()  # the spread is the constant's alone


def conditioned(delta: Floats, mix: Mapping[str, float], rows: Floats) -> Floats:
    """Return the unit direction (D,) that the mapper is given for a concept's unit delta (D,)."""
    step = rows @ delta
    step /= np.linalg.norm(step)
    for name, share in mix.items():
        if name not in AXES:
            raise ValueError(f"no axis {name!r}: want one of deltatrain.data.axes.AXES")
        step[AXES.index(name)] += share
    out = step @ rows
    return (out / np.linalg.norm(out)).astype(np.float32)


def direction(delta: Floats, mix: Mapping[str, float], rows: Floats) -> list[float]:
    """Return a conditioned direction as concepts.json has it."""
    return [round(float(v), 5) for v in conditioned(delta, mix, rows)]


def apply(entry: dict[str, Any], rows: Floats) -> dict[str, Any]:
    """Return an entry of concepts.json with its recipe and what it is about, if there are any."""
    made = ("conditioned", "kept_hair", "threshold", "hair", *FLAGS, *NAMED)
    out = {k: v for k, v in entry.items() if k not in made}
    for kind, names in HAIR.items():
        if entry["name"] in names:
            out["hair"] = kind
    out |= {flag: True for flag, names in FLAGS.items() if entry["name"] in names}
    for field_, kinds in NAMED.items():
        if parts := [part for part, names in kinds.items() if entry["name"] in names]:
            out[field_] = parts
    out["gain"] = out.pop("calibrated", out["gain"])
    recipe = RECIPES.get(entry["name"])
    if recipe is None:
        return out
    out["calibrated"] = out["gain"]
    out["gain"] = round(out["gain"] * recipe.factor, 4)
    out["threshold"] = recipe.threshold
    if recipe.mix:
        delta = np.array(entry["delta"], np.float32)
        out["conditioned"] = direction(delta, recipe.mix, rows)
        if other := KEPT_HAIR.get(entry["name"]):
            out["kept_hair"] = direction(delta, {**recipe.mix, **other}, rows)
    return out


def main() -> None:
    """Rewrite concepts.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of concepts.json")
    args = parser.parse_args()
    path = args.out / "concepts.json"
    entries = json.loads(path.read_text(encoding="utf-8"))
    kinds = (HAIR, *NAMED.values())
    named = {
        *RECIPES,
        *(name for names in FLAGS.values() for name in names),
        *(name for kind in kinds for names in kind.values() for name in names),
    }
    unknown = named - {e["name"] for e in entries}
    if unknown:
        raise ValueError(f"{path}: no concepts {sorted(unknown)}")
    rows = axes()
    temporary = path.with_suffix(".tmp")
    temporary.write_text(
        json.dumps([apply(e, rows) for e in entries], separators=(",", ":")) + "\n"
    )
    temporary.replace(path)

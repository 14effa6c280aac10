"""Conditioned concepts: what of a step is added, and that a second run changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deltatrain.data.axes import AXES
from deltatrain.train.condition import RECIPES, Recipe, apply, axes, conditioned

FACES = Path(__file__).resolve().parents[2] / "faces"
ENTRIES = {e["name"]: e for e in json.loads((FACES / "concepts.json").read_text("utf-8"))}


def test_axes_are_those_of_the_pack() -> None:
    """The committed concepts lie along the axes that they are made of."""
    for concept, axis in (("glasses", "glasses"), ("fringe", "fringe"), ("beard", "beard")):
        step = axes() @ np.array(ENTRIES[concept]["delta"], np.float32)
        assert AXES[int(np.abs(step).argmax())] == axis


def test_conditioned_adds_shares_of_the_step() -> None:
    """The direction is a unit vector whose steps along the axes are as mixed."""
    rows = axes()
    age = rows[AXES.index("age")]
    made = conditioned(age, {"glasses": -0.5, "hair_grey": 0.25}, rows)
    assert np.linalg.norm(made) == pytest.approx(1, abs=1e-5)
    along = rows @ made / (age @ made)
    assert along[AXES.index("glasses")] == pytest.approx(-0.5, abs=1e-4)
    assert along[AXES.index("hair_grey")] == pytest.approx(0.25, abs=1e-4)
    assert np.abs(along).sum() == pytest.approx(1.75, abs=1e-3)


def test_unknown_axes_are_refused() -> None:
    """A recipe that names no axis is an error, not another axis."""
    with pytest.raises(ValueError, match="nose"):
        conditioned(axes()[0], {"nose": 1.0}, axes())


@pytest.mark.parametrize("name", ["old", "female", "smiling", "glasses"])
def test_a_second_run_changes_nothing(name: str) -> None:
    """With directions, with a threshold alone, and without a recipe."""
    once = apply(ENTRIES[name], axes())
    assert apply(once, axes()) == once == ENTRIES[name]


def test_hair_that_stays_is_not_asked_to_be_long() -> None:
    """There the direction of a woman has less of long hair; other concepts have one direction."""
    made = apply(ENTRIES["female"], axes())
    long = axes()[AXES.index("hair_long")]
    plain, kept = (np.array(made[k], np.float32) @ long for k in ("conditioned", "kept_hair"))
    assert kept < plain - 0.2
    assert "kept_hair" not in apply(ENTRIES["old"], axes())


def test_a_recipe_that_went_leaves_the_calibrated_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its recipe an entry is what deltatrain.calibrate wrote."""
    entry = apply(ENTRIES["old"], axes())
    monkeypatch.delitem(RECIPES, "old")
    plain = apply(entry, axes())
    assert plain["gain"] == entry["calibrated"]
    assert not {"calibrated", "conditioned", "threshold"} & set(plain)


def test_gain_is_a_share_of_the_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The factor multiplies what was measured, however often it runs."""
    monkeypatch.setitem(RECIPES, "glasses", Recipe(0.1, 0.5))
    made = apply(apply(ENTRIES["glasses"], axes()), axes())
    assert made["gain"] == pytest.approx(ENTRIES["glasses"]["gain"] / 2, abs=1e-4)
    assert made["threshold"] == 0.1


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("smiling", {"skin_stays": True}),
        ("old", {"hair": "tone", "skin_stays": True, "eyes_stay": True}),
        ("blond hair", {"hair": "colour"}),
        ("bald", {"hair": "shape", "moves": ["hair"]}),
        ("grey hair", {"hair": "colour", "hair_fades": True}),
        ("glasses", {"worn": ["glasses"]}),
        ("surprised", {"moves": ["brows", "mouth"], "skin_stays": True}),
    ],
)
def test_what_a_concept_is_about(name: str, about: dict[str, object]) -> None:
    """It says so in the entry, and what it is not about stays the photo's."""
    before = {"worn": ["shoes"], "moves": ["nose"], "skin_stays": "yes"}
    made = apply(ENTRIES[name] | before, axes())
    fields = ("hair", "hair_fades", "worn", "moves", "skin_stays", "eyes_stay")
    assert {k: made[k] for k in fields if k in made} == about

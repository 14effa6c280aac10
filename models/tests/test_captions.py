"""What holds of a face follows from its axes."""

from __future__ import annotations

import numpy as np
import pytest

from deltatrain.data.axes import AXES
from deltatrain.text import captions
from deltatrain.text.concepts import CONCEPTS

SEED = 7
NAMES = [c.name for c in CONCEPTS]


@pytest.fixture(scope="module")
def axes() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    return rng.standard_normal((600, len(AXES))).astype(np.float32)


def test_there_are_as_many_concepts_as_promised_and_none_twice() -> None:
    assert len(NAMES) >= 60
    assert len(set(NAMES)) == len(NAMES)
    targets = [c.target for c in CONCEPTS]
    assert len(set(targets)) == len(targets)


def test_every_axis_is_moved_by_some_concept_and_no_concept_moves_another() -> None:
    moved = {name for c in CONCEPTS for name in c.axes}
    assert moved == set(AXES)


def test_scores_are_standardised(axes: np.ndarray) -> None:
    scores = captions.scores(axes)
    assert scores.shape == (600, len(CONCEPTS))
    np.testing.assert_allclose(scores.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(scores.std(0), 1, atol=1e-3)


def test_a_concept_holds_for_its_share_of_faces(axes: np.ndarray) -> None:
    shares = captions.holds(captions.scores(axes)).mean(0)
    np.testing.assert_allclose(shares, [c.share for c in CONCEPTS], atol=0.01)


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("old", "age", 1), ("child", "age", -1), ("female", "male", -1), ("glasses", "glasses", 1),
     ("black hair", "hair_light", -1), ("clean-shaven", "beard", -1), ("thin face", "chubby", -1),
     ("looking down", "pitch", 1)],
)  # fmt: skip
def test_concepts_follow_their_axes(axes: np.ndarray, name: str, axis: str, sign: int) -> None:
    scores = captions.scores(axes)[:, NAMES.index(name)]
    assert np.corrcoef(scores, axes[:, AXES.index(axis)])[0, 1] * sign > 0.4


def test_middle_age_is_in_the_middle(axes: np.ndarray) -> None:
    holds = captions.holds(captions.scores(axes))[:, NAMES.index("middle-aged")]
    age = axes[holds, AXES.index("age")]
    assert 0 < age.min() < age.max() < 2

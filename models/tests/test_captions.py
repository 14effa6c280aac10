"""Captions: what holds for a face is what its captions say."""

import numpy as np
import pytest

from deltatrain import captions
from deltatrain.attributes import NAMES

SEED = 7


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    table = rng.standard_normal((400, len(NAMES))).astype(np.float32)
    table[:, NAMES.index("hair_l")] = rng.uniform(10, 70, 400)
    table[:, NAMES.index("hair_c")] = rng.uniform(2, 40, 400)
    table[:, NAMES.index("hair_h")] = rng.uniform(30, 90, 400)
    table[:, NAMES.index("age")] = rng.uniform(4, 80, 400)
    return table


def test_scores_are_standardised(labels: np.ndarray) -> None:
    scores = captions.scores(labels)
    assert scores.shape == (400, len(captions.CONCEPTS))
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(scores.std(0), 1, atol=1e-3)


def test_a_concept_holds_for_its_share_of_faces(labels: np.ndarray) -> None:
    shares = captions.holds(captions.scores(labels)).mean(0)
    wanted = np.array([c.share for c in captions.CONCEPTS])
    np.testing.assert_allclose(shares, wanted, atol=0.01)


def test_age_and_hair_follow_the_measured_numbers(labels: np.ndarray) -> None:
    scores = captions.scores(labels)
    names = [c.name for c in captions.CONCEPTS]
    age = labels[:, NAMES.index("age")]
    light = labels[:, NAMES.index("hair_l")]
    assert np.corrcoef(scores[:, names.index("old")], age)[0, 1] > 0.99
    assert np.corrcoef(scores[:, names.index("black hair")], light)[0, 1] < -0.6
    blond = captions.holds(scores)[:, names.index("blond hair")]
    assert abs(light[blond].mean() - 55) < 8


def test_names_targets_and_wordings() -> None:
    names = [c.name for c in captions.CONCEPTS]
    assert len(set(names)) == len(names)
    for concept in captions.CONCEPTS:
        assert concept.adjectives or concept.tails or concept.nouns, concept.name
        assert 0 < concept.share < 0.6
        for wordings in (concept.adjectives, concept.tails, concept.nouns):
            assert len(set(wordings)) == len(wordings), concept.name
            assert all(w == w.strip() and w for w in wordings), concept.name


def test_a_phrase_names_every_concept() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(300):
        chosen = list(rng.choice(len(captions.CONCEPTS), rng.integers(1, 5), replace=False))
        text = captions.phrase(chosen, rng, noun="face")
        for k in chosen:
            concept = captions.CONCEPTS[k]
            assert any(w in text for w in concept.adjectives + concept.tails), (text, concept.name)


def test_captions_are_reproducible() -> None:
    made = [captions.caption([0, 5], np.random.default_rng(SEED)) for _ in range(2)]
    assert made[0] == made[1]

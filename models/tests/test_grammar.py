"""Prompts and captions say what their weights say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deltatrain import grammar, unknown
from deltatrain.concepts import CONCEPTS
from deltatrain.wordings import HELD_NOUNS, NOUNS, WORDINGS

SEED = 11
NAMES = {c.name for c in CONCEPTS}


def draws(number: int, count: int | None = None) -> list[grammar.Caption]:
    rng = np.random.default_rng(SEED)
    return [grammar.wish(rng, count=count) for _ in range(number)]


def test_every_concept_has_wordings_and_three_held_out() -> None:
    assert set(WORDINGS) == NAMES
    for name, words in WORDINGS.items():
        assert words.things or words.adjectives or words.tails, name
        assert len(words.held) >= 3, name
        assert all(h[:2] in {"a:", "t:", "h:"} for h in words.held), name


def test_held_out_wordings_are_in_no_training_wording() -> None:
    for name, words in WORDINGS.items():
        said = " | ".join(
            [*words.things, *words.adjectives, *words.tails, *words.more, *words.less]
        )
        for held in words.held:
            assert held.split(":", 1)[1] not in said, (name, held)
    assert not set(HELD_NOUNS) & set(NOUNS)


def test_there_are_thousands_of_wordings() -> None:
    assert len({text for text, _ in draws(6000, count=1)}) > 3000


def test_weights_name_concepts_and_are_of_a_sane_size() -> None:
    for text, weights in draws(2000):
        assert text.strip()
        assert weights, text
        assert set(weights) <= NAMES
        assert all(0 < abs(w) <= 2.5 for w in weights.values()), (text, weights)


def test_wishes_do_not_contradict_themselves() -> None:
    for text, weights in draws(2000):
        chosen = [n for n in weights if n not in {"male", "female", "young", "child"}]
        for a, b in itertools.combinations(chosen, 2):
            assert not grammar.AXES_OF[a] & grammar.AXES_OF[b], text


@pytest.mark.parametrize("word", ["without", "slightly", "very", "not "])
def test_negations_and_intensities_occur(word: str) -> None:
    hits = [(t, w) for t, w in draws(12000, count=1) if word in f"{t.lower()} "]
    assert len(hits) > 20
    sizes = [next(iter(w.values())) for _, w in hits if len(w) == 1]
    if word == "slightly":
        assert np.median(np.abs(sizes)) < 0.7
    if word == "not ":
        assert min(sizes) < 0


def test_descriptions_name_what_is_true() -> None:
    rng = np.random.default_rng(SEED)
    true = ["smiling", "old", "male", "grey hair", "beard", "pale skin"]
    for _ in range(300):
        _, weights = grammar.describe(rng, true, ["hat", "glasses"])
        positive = {n for n, w in weights.items() if w > 0}
        assert positive <= {*true, "male"}
        assert {n for n, w in weights.items() if w < 0} <= {"hat", "glasses"}


def test_draws_are_reproducible() -> None:
    assert draws(20) == draws(20)


def test_unknown_prompts_use_no_known_word_of_the_list() -> None:
    rng = np.random.default_rng(SEED)
    known = unknown.known_words()
    assert {"glasses", "a beard", "grandmother", "spectacles"} <= known
    assert not {t for t in unknown.THINGS if t in known}
    texts = {unknown.unknown(rng, ["umbrella", "parliament"]) for _ in range(500)}
    assert len(texts) > 200
    assert grammar.NEUTRALS
    assert not texts & set(grammar.NEUTRALS)

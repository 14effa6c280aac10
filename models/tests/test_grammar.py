"""Prompts and captions say what their weights say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deltatrain.text import grammar, heldout, unknown_words
from deltatrain.text.concepts import CONCEPTS
from deltatrain.text.wordings import NOUNS, WORDINGS

SEED = 11
NAMES = {c.name for c in CONCEPTS}


def draws(number: int, count: int | None = None) -> list[grammar.Caption]:
    rng = np.random.default_rng(SEED)
    return [grammar.wish(rng, count=count) for _ in range(number)]


def test_every_concept_has_wordings_of_its_own() -> None:
    assert set(WORDINGS) == NAMES
    owner: dict[str, str] = {}
    for name, words in WORDINGS.items():
        assert len(words.all) >= 20, name
        for wording in words.all:
            assert wording == wording.strip(), (name, wording)
            assert wording, name
            assert owner.setdefault(wording, name) == name, wording


def test_nouns_imply_concepts() -> None:
    assert len(NOUNS) > 300
    for noun, implied in NOUNS.items():
        assert implied, noun
        assert set(implied) <= NAMES, noun
        assert all(0 < weight <= 1.5 for weight in implied.values()), noun


def test_every_affirmative_wording_is_said() -> None:
    for name, words in WORDINGS.items():
        said = grammar.every(name)
        assert {*words.things, *words.adjectives, *words.tails} <= set(said)


def test_held_out_prompts_cover_the_concepts() -> None:
    assert set(heldout.PLAIN) == set(heldout.UNSEEN) == NAMES
    assert all(len(prompts) >= 4 for prompts in heldout.PLAIN.values())
    assert all(len(prompts) >= 6 for prompts in heldout.UNSEEN.values())
    for text, wants in heldout.COMPOSED:
        assert wants, text
        assert set(wants) <= NAMES, text


def test_most_held_out_prompts_hold_no_training_wording() -> None:
    fresh = [heldout.fresh(n, t) for n, prompts in heldout.UNSEEN.items() for t in prompts]
    assert np.mean(fresh) > 0.4
    assert not heldout.fresh("smiling", "Somebody with a SMILE on a sunny day")


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
    known = unknown_words.known_words()
    assert {"glasses", "a beard", "grandmother", "spectacles"} <= known
    assert not {*unknown_words.THINGS, *unknown_words.ADJECTIVES} & unknown_words.known_phrases()
    texts = {unknown_words.unknown(rng, ["umbrella", "parliament"]) for _ in range(500)}
    assert len(texts) > 200
    assert grammar.NEUTRALS
    assert not texts & set(grammar.NEUTRALS)

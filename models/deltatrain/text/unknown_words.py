"""Prompts that ask for what the space knows nothing of.

They teach the text side to say so: a word of the sentence encoder's vocabulary
that is far from every known wording, in the place where a wish would stand, or
a random string of letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deltatrain.text.concepts import CONCEPTS
from deltatrain.text.wordings import NOUNS, PLAIN_NOUNS, WORDINGS, read

_LIST = read("unknown")
THINGS: tuple[str, ...] = tuple(_LIST["things"]["names"])
"""Things that no face editor of this kind knows."""
ADJECTIVES: tuple[str, ...] = tuple(_LIST["adjectives"]["names"])
"""Adjectives that say nothing of how a face looks here."""
FRAMES = (
    "{w}", "{w} face", "a {w}", "face of a {w}", "face with a {w}", "a photo of a {w}",
    "person with a {w}", "with {w}", "a {w} person", "portrait of a {w}", "{w} everywhere",
    "{w} and {v}", "a {w} in a {v}", "turn into a {w}", "made of {w}", "the {w} of the {v}",
    "a man with a {w}", "a woman as a {w}", "{w} {v}", "wearing a {w}",
    "holding a {w}", "in the style of {w}", "a {w} on the head", "who is a {w}", "like a {w}",
)  # fmt: skip


ADJECTIVE_FRAMES = (
    "{w}", "{w} face", "a {w} face", "{w} person", "a {w} person", "a very {w} face",
    "more {w}", "make it {w}", "a {w} man", "a {w} woman", "who is {w}", "looking {w}",
)  # fmt: skip


def known_phrases() -> set[str]:
    """Return every wording and noun, and the concepts' own prompts."""
    phrases = {wording for words in WORDINGS.values() for wording in words.all}
    phrases |= {*NOUNS, *PLAIN_NOUNS}
    for concept in CONCEPTS:
        phrases |= {concept.target, *concept.plain}
    return phrases


def known_words() -> set[str]:
    """Return the known phrases and the words in them."""
    phrases = known_phrases()
    singles = {w.strip(".,'") for phrase in phrases for w in phrase.lower().split()}
    return phrases | {w for w in singles if len(w) > 2}


def letters(rng: np.random.Generator) -> str:
    """Return a string of random letters."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[k] for k in rng.integers(0, 26, rng.integers(4, 10)))


def unknown(rng: np.random.Generator, words: Sequence[str]) -> str:
    """Return a prompt of unknown meaning; words must be unknown ones of any kind."""

    def pick(items: Sequence[str]) -> str:
        return items[int(rng.integers(len(items)))]

    roll = rng.random()
    if roll < 0.08:
        text = letters(rng)
        return text if rng.random() < 0.5 else f"{text} face"
    if roll < 0.28:
        return pick(ADJECTIVE_FRAMES).format(w=pick(ADJECTIVES))
    first = pick(words if words and roll > 0.75 else THINGS)
    return pick(FRAMES).format(w=first, v=pick(THINGS))

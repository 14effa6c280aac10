"""Prompts that ask for what the space knows nothing of.

They teach the text side to say so: a word of the sentence encoder's vocabulary
that is far from every known wording, in the place where a wish would stand, or
a random string of letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deltatrain.concepts import CONCEPTS
from deltatrain.wordings import HELD_NOUNS, NOUNS, PLAIN_NOUNS, WORDINGS

THINGS = (
    "zombie", "vampire", "werewolf", "robot", "cyborg", "elf", "orc", "alien", "ghost", "skeleton",
    "mermaid", "goblin", "demon", "angel", "witch", "wizard", "superhero", "astronaut", "soldier",
    "pirate", "cowboy", "samurai", "ninja", "knight", "clown", "nurse", "police officer",
    "firefighter", "chef", "farmer", "pilot", "dentist", "judge", "priest", "monk", "rock star",
    "cat", "dog", "lion", "tiger", "horse", "elephant", "giraffe", "panda", "fox", "wolf", "owl",
    "shark", "whale", "snake", "lizard", "frog", "spider", "butterfly", "monkey", "gorilla",
    "car", "bicycle", "airplane", "train", "boat", "ship", "truck", "motorcycle", "bridge",
    "house", "castle", "tower", "skyscraper", "church", "temple", "street", "city", "village",
    "forest", "mountain", "desert", "ocean", "river", "waterfall", "volcano", "island",
    "table", "chair", "phone", "laptop", "keyboard", "book", "guitar", "piano",
    "football", "basketball", "tennis racket", "pizza", "hamburger", "banana", "cake",
    "coffee", "wine", "tree", "flower", "rose", "cactus", "mushroom", "cloud", "storm",
    "galaxy", "planet", "rocket", "satellite", "tattoo", "scar", "eye patch", "face paint",
    "horns", "wings", "fangs", "third eye", "green skin", "blue skin", "cat ears", "crown",
    "gas mask", "cigarette", "pipe", "tongue out", "nose ring", "lip piercing", "pimples",
    "bandage", "bruise", "neon lights", "oil painting", "pencil sketch", "watercolour", "cartoon",
    "anime style", "pixel art", "marble statue", "lego figure", "pop art", "stained glass",
)  # fmt: skip
FRAMES = (
    "{w}", "{w} face", "a {w}", "face of a {w}", "face with a {w}", "a photo of a {w}",
    "person with a {w}", "with {w}", "a {w} person", "portrait of a {w}", "{w} at night",
    "{w} and {v}", "a {w} in a {v}", "turn into a {w}", "made of {w}", "the {w} of the {v}",
    "a man with a {w}", "a woman as a {w}", "{w} {v}", "in front of a {w}", "wearing a {w}",
    "holding a {w}", "in the style of {w}", "a {w} on the head", "who is a {w}", "like a {w}",
)  # fmt: skip


def known_words() -> set[str]:
    """Return the phrases and words of every wording, held-out ones among them."""
    phrases: set[str] = set()
    for words in WORDINGS.values():
        phrases |= {*words.things, *words.adjectives, *words.tails, *words.more, *words.less}
        phrases |= {h.split(":", 1)[1] for h in words.held}
    phrases |= {*NOUNS, *HELD_NOUNS, *PLAIN_NOUNS}
    for concept in CONCEPTS:
        phrases |= {concept.target, *concept.plain}
    singles = {w.strip(".,'") for phrase in phrases for w in phrase.lower().split()}
    return phrases | {w for w in singles if len(w) > 2}


def letters(rng: np.random.Generator) -> str:
    """Return a string of random letters."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[k] for k in rng.integers(0, 26, rng.integers(4, 10)))


def unknown(rng: np.random.Generator, words: Sequence[str]) -> str:
    """Return a prompt of unknown meaning from the words, which must be unknown ones."""
    pool = THINGS if rng.random() < 0.3 else words
    first = pool[int(rng.integers(len(pool)))]
    second = words[int(rng.integers(len(words)))]
    if rng.random() < 0.1:
        first = letters(rng)
        return first if rng.random() < 0.5 else f"{first} face"
    return FRAMES[int(rng.integers(len(FRAMES)))].format(w=first, v=second)

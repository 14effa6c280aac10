"""Composes prompts and captions from the wordings, with what they mean.

A caption is a text and the weights of the concepts that it asks for or tells:
1 is the concept's own step, negative ones go the other way, "slightly" is less
than 1 and "very" more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deltatrain.text.concepts import CONCEPTS
from deltatrain.text.wordings import COMMANDS, NOUNS, OPPOSITES, PLAIN_NOUNS, WORDINGS

Caption = tuple[str, dict[str, float]]

NAMES = tuple(concept.name for concept in CONCEPTS)
AXES_OF = {concept.name: frozenset(concept.axes) for concept in CONCEPTS}

INTENSITIES = {
    "very": 1.5, "extremely": 1.7, "really": 1.3, "quite": 1.0, "slightly": 0.5, "a bit": 0.5,
    "somewhat": 0.6, "a little": 0.5, "clearly": 1.2, "strongly": 1.4,
}  # fmt: skip
"""What these words before an adjective multiply."""
MORE, MUCH_MORE, LITTLE_MORE, LESS, NOT = 0.8, 1.4, 0.5, -0.7, -1.0
SUBJECTS = {"he": "man", "she": "woman", "the man": "man", "the woman": "woman",
            "this person": "person", "the person": "person", "someone": "person"}  # fmt: skip
IMPLIED = {"man": {"male": 1.0}, "woman": {"female": 1.0}, "person": {}}
NEUTRALS = (
    "face", "a face", "person", "a person", "portrait", "a portrait", "human face", "a human face",
    "photo of a face", "a photo of a face", "a photo of a person", "someone", "somebody",
    "the person in the picture", "headshot", "a headshot", "picture of a person", "human",
    "a human being", "portrait photo", "portrait of a person", "a picture of someone", "face photo",
    "the face of a person", "an ordinary face", "a normal person", "an average face", "photo",
    "a photograph of a human face", "close-up of a face", "a close-up portrait", "individual",
    "original face", "the same face", "a snapshot of a person", "this person", "this face",
)  # fmt: skip
FRAMES = (
    "{}", "{}", "{}", "{}", "{}", "{}", "a photo of {}", "photo of {}", "a picture of {}",
    "portrait of {}", "a portrait of {}", "an image of {}", "a close-up of {}", "this is {}",
    "make it {}", "turn into {}", "a photograph of {}", "turn them into {}", "turn this into {}",
    "make this {}", "i want {}", "change it to {}", "as {}", "looking like {}", "a snapshot of {}",
    "selfie of {}",
)  # fmt: skip
THING_FRAMES = (
    "add {}", "give them {}", "give the face {}", "give this person {}", "i want {}", "put on {}",
    "someone with {}", "somebody with {}", "a person that has {}", "a person who has {}",
    "face that has {}", "who has {}", "the face has {}", "showing {}", "let them have {}",
)  # fmt: skip
"""Frames of a single thing."""
GONE_FRAMES = (
    "remove {}", "get rid of {}", "take away {}", "take off {}", "lose {}", "delete {}",
    "someone without {}", "without any {}", "no more {}", "erase {}", "remove the {}",
    "get rid of the {}", "take away the {}", "a person who has no {}", "i do not want {}",
)  # fmt: skip
"""Frames of a single thing that is not wanted."""
ADJECTIVE_FRAMES = (
    "make them {}", "make the face {}", "make this person {}", "someone {}", "a {} human",
    "someone who is {}", "somebody who looks {}", "a person who is {}", "a person who looks {}",
    "face that is {}", "face that looks {}", "looking {}", "they look {}", "turn them {}",
    "a {} look", "make it look {}",
)  # fmt: skip
TAIL_FRAMES = ("someone {}", "somebody {}", "a person {}", "a human {}", "face {}", "{}")


def _pick(rng: np.random.Generator, items: Sequence[str]) -> str:
    return items[int(rng.integers(len(items)))]


def compatible(name: str, chosen: Sequence[str]) -> bool:
    """Return whether a concept may stand beside others: they must not move the same axes."""
    return all(not AXES_OF[name] & AXES_OF[other] for other in chosen)


def article(phrase: str) -> str:
    """Return the phrase behind its indefinite article."""
    return ("an " if phrase[0].lower() in "aeiou" else "a ") + phrase


class _Parts:
    """Pieces of one noun phrase."""

    def __init__(self) -> None:
        self.adjectives: list[str] = []
        self.tails: list[str] = []
        self.weights: dict[str, float] = {}

    def add(self, name: str, weight: float) -> None:
        self.weights[name] = self.weights.get(name, 0.0) + weight


def _thing(rng: np.random.Generator, parts: _Parts, name: str, thing: str) -> None:
    roll = rng.random()
    if roll < 0.2:
        bare = thing.removeprefix("a ").removeprefix("an ").removeprefix("the ")
        no = "with no" if rng.random() < 0.3 else "no" if rng.random() < 0.3 else "without"
        if thing.startswith("no "):
            parts.tails.append(f"with {thing}")
            parts.add(name, 1.0)
        else:
            parts.tails.append(f"{no} {bare}")
            parts.add(name, NOT)
        return
    if roll < 0.27 and not thing.startswith(("a ", "an ", "the ", "no ")):
        word, weight = ("more", MORE) if rng.random() < 0.6 else ("less", LESS)
        parts.tails.append(f"with {word} {thing}")
        parts.add(name, weight)
        return
    parts.tails.append(f"{'having' if roll > 0.96 else 'with'} {thing}")
    parts.add(name, 1.0)


def _adjective(rng: np.random.Generator, parts: _Parts, name: str, adjective: str) -> None:
    roll = rng.random()
    if roll < 0.25:
        word = _pick(rng, tuple(INTENSITIES))
        parts.adjectives.append(f"{word} {adjective}")
        parts.add(name, INTENSITIES[word])
    elif roll < 0.35:
        word = _pick(rng, ("not", "non", "no longer"))
        parts.adjectives.append(f"{word} {adjective}")
        parts.add(name, NOT)
    elif roll < 0.43:
        word, weight = (("more", MORE), ("much more", MUCH_MORE), ("less", LESS))[rng.integers(3)]
        parts.adjectives.append(f"{word} {adjective}")
        parts.add(name, weight)
    else:
        parts.adjectives.append(adjective)
        parts.add(name, 1.0)


def _compare(rng: np.random.Generator, parts: _Parts, name: str) -> None:
    words = WORDINGS[name]
    down = bool(words.less) and rng.random() < 0.35
    text = _pick(rng, words.less if down else words.more)
    weight = LESS if down else MORE
    if not text.startswith("with ") and rng.random() < 0.35:
        word, factor = (("much", 1.7), ("slightly", 0.6), ("a bit", 0.6), ("a lot", 1.7))[
            rng.integers(4)
        ]
        text, weight = f"{word} {text}", weight * factor
    if text.startswith("with ") or rng.random() < 0.3 or "ing more" in text:
        parts.tails.append(text)
    else:
        parts.adjectives.append(text)
    parts.add(name, weight)


def _say(rng: np.random.Generator, parts: _Parts, name: str, *, plain: bool) -> None:
    """Put one concept into words; plain means affirmed, at full weight.

    A kind is drawn by how many wordings it has, none of them all but always.
    """
    words = WORDINGS[name]
    sizes = {"h": len(words.things), "a": len(words.adjectives), "t": len(words.tails)}
    if not plain:
        sizes["c"] = len(words.more) + len(words.less) if words.more else 0
    kinds = [k for k, n in sizes.items() if n]
    odds = np.sqrt([sizes[k] for k in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=odds / odds.sum()))]
    if kind == "c":
        _compare(rng, parts, name)
        return
    text = _pick(rng, {"h": words.things, "a": words.adjectives, "t": words.tails}[kind])
    if kind == "t":
        parts.tails.append(text)
        parts.add(name, 1.0)
    elif plain:
        (parts.tails if kind == "h" else parts.adjectives).append(
            f"with {text}" if kind == "h" else text
        )
        parts.add(name, 1.0)
    else:
        (_thing if kind == "h" else _adjective)(rng, parts, name, text)


def _noun(rng: np.random.Generator, parts: _Parts) -> str:
    """Return a noun, its implications added where they fit."""
    if rng.random() < 0.4:
        noun = _pick(rng, tuple(NOUNS))
        if all(compatible(name, tuple(parts.weights)) for name in NOUNS[noun]):
            for name, weight in NOUNS[noun].items():
                parts.add(name, weight)
            return noun
    return _pick(rng, PLAIN_NOUNS)


def _join(rng: np.random.Generator, parts: _Parts, noun: str) -> str:
    comma = ", " if rng.random() < 0.3 else " "
    head = comma.join(parts.adjectives)
    text = f"{head} {noun}" if head else noun
    if parts.tails:
        joint = (" and ", ", ", " ", " but ")[rng.integers(4)]
        text += (", " if rng.random() < 0.15 else " ") + joint.join(parts.tails)
    return text


def _bare(rng: np.random.Generator, parts: _Parts) -> str:
    """Return the pieces without a noun: "smiling, blond hair, no glasses"."""
    pieces = [*parts.adjectives, *(t.removeprefix("with ") for t in parts.tails)]
    pieces = [pieces[k] for k in rng.permutation(len(pieces))]
    return (", ", " and ", " ")[rng.integers(3)].join(pieces)


def wish(rng: np.random.Generator, count: int | None = None) -> Caption:
    """Return a prompt of count concepts (1 to 4 when None), as people type them."""
    if count is None:
        count = int(rng.choice([1, 2, 3, 4], p=[0.5, 0.28, 0.14, 0.08]))
    parts, chosen = _Parts(), []
    for k in rng.permutation(len(NAMES)):
        if len(chosen) == count:
            break
        if compatible(NAMES[k], chosen):
            chosen.append(NAMES[k])
    if count == 1 and rng.random() < 0.45:
        return alone(rng, _pick(rng, NAMES))
    if count == 1 and rng.random() < 0.25:  # a noun is the prompt
        noun = _pick(rng, tuple(NOUNS))
        for name, weight in NOUNS[noun].items():
            parts.add(name, weight)
        return _finish(rng, noun, parts.weights)
    for name in chosen:
        _say(rng, parts, name, plain=rng.random() < 0.45)
    style = rng.random()
    if style < 0.2:
        return _cased(rng, _bare(rng, parts)), parts.weights
    if style < 0.3:
        return _sentence(rng, parts)
    return _finish(rng, _join(rng, parts, _noun(rng, parts)), parts.weights)


def alone(rng: np.random.Generator, name: str) -> Caption:
    """Return a prompt that asks for one concept alone, as a command or in a frame of its own."""
    words = WORDINGS[name]
    roll = rng.random()
    if roll < 0.3:
        opposite = OPPOSITES.get(name, ())
        if opposite and rng.random() < 0.3:
            return _cased(rng, _pick(rng, opposite)), {name: NOT}
        return _cased(rng, _pick(rng, COMMANDS[name])), {name: 1.0}
    kinds = [k for k in (words.things, words.things, words.adjectives, words.tails) if k]
    source = kinds[int(rng.integers(len(kinds)))]
    text = _pick(rng, source)
    if source is words.tails:
        return _cased(rng, _pick(rng, TAIL_FRAMES).format(text)), {name: 1.0}
    if source is words.adjectives:
        return _cased(rng, _pick(rng, ADJECTIVE_FRAMES).format(text)), {name: 1.0}
    if rng.random() < 0.25 and not text.startswith("no "):
        bare = text.removeprefix("a ").removeprefix("an ").removeprefix("the ")
        return _cased(rng, _pick(rng, GONE_FRAMES).format(bare)), {name: NOT}
    return _cased(rng, _pick(rng, THING_FRAMES).format(text)), {name: 1.0}


def every(name: str) -> list[str]:
    """Return a prompt of each affirmative wording of a concept, in a plain frame."""
    words = WORDINGS[name]
    out = [f"face with {t}" for t in words.things] + list(words.things)
    out += [f"{a} face" for a in words.adjectives] + [f"{a} person" for a in words.adjectives]
    out += list(words.adjectives)
    out += [f"{n} {t}" for t in words.tails for n in ("face", "person")] + list(words.tails)
    return out + list(COMMANDS[name])


def _finish(rng: np.random.Generator, phrase: str, weights: dict[str, float]) -> Caption:
    roll = rng.random()
    subject = phrase if roll < 0.35 else f"the {phrase}" if roll < 0.45 else article(phrase)
    return _cased(rng, _pick(rng, FRAMES).format(subject)), weights


def _sentence(rng: np.random.Generator, parts: _Parts) -> Caption:
    """Return a sentence such as "she has black hair and is smiling"."""
    subject = _pick(rng, tuple(SUBJECTS))
    weights = dict(parts.weights)
    for name, weight in IMPLIED[SUBJECTS[subject]].items():
        if compatible(name, tuple(weights)):
            weights[name] = weights.get(name, 0.0) + weight
    clauses = [f"is {a}" for a in parts.adjectives]
    for tail in parts.tails:
        if tail.startswith("with "):
            clauses.append(f"has {tail.removeprefix('with ')}")
        elif tail.startswith(("who ", "that ")):
            clauses.append(tail.split(" ", 1)[1])
        elif tail.startswith("whose "):
            clauses.append(f"is someone {tail}")
        else:
            clauses.append(f"is {tail}")
    return _cased(rng, f"{subject} {' and '.join(clauses)}"), weights


def _cased(rng: np.random.Generator, text: str) -> str:
    roll = rng.random()
    if roll < 0.1:
        text = text[0].upper() + text[1:]
    return text + "." if roll < 0.05 else text


def describe(
    rng: np.random.Generator, true: Sequence[str], false: Sequence[str] = (),
    count: int | None = None,
) -> Caption:  # fmt: skip
    """Return a caption that names up to count of the concepts that are true of a face.

    3 to 12 when count is None. Now and then it says of one in false that it is
    not there.
    """
    if count is None:
        count = int(rng.integers(3, 13))
    parts, chosen = _Parts(), []
    for k in rng.permutation(len(true)):
        if len(chosen) == count:
            break
        if compatible(true[k], chosen):
            chosen.append(true[k])
    for name in chosen:
        _say(rng, parts, name, plain=True)
    if len(false) and rng.random() < 0.3:
        name = false[int(rng.integers(len(false)))]
        things = [t for t in WORDINGS[name].things if not t.startswith("no ")]
        if things and compatible(name, chosen):
            bare = _pick(rng, things).removeprefix("a ").removeprefix("an ").removeprefix("the ")
            parts.tails.append(f"without {bare}")
            parts.add(name, NOT)
    noun = _pick(rng, PLAIN_NOUNS)
    if "male" in chosen or "female" in chosen:
        sex = "male" if "male" in chosen else "female"
        noun = {"male": "man", "female": "woman"}[sex] if rng.random() < 0.7 else noun
    if len(parts.tails) > 3 and rng.random() < 0.5:
        cut = len(parts.tails) // 2
        rest, parts.tails = parts.tails[cut:], parts.tails[:cut]
        second = ", ".join(rest)
        text = f"{article(_join(rng, parts, noun))}, {second}"
    else:
        text = article(_join(rng, parts, noun))
    return _cased(rng, text), parts.weights


def neutral(rng: np.random.Generator) -> str:
    """Return a prompt that says nothing of a face but that it is one."""
    return _cased(rng, _pick(rng, NEUTRALS))

"""Concepts, their wordings, and captions composed from measured attributes.

A concept is a score computed from the measured attributes (standardised, so 0
is the average face and 1 a standard deviation above it) and wordings for its
high side. Opposites are concepts of their own. Captions name a few concepts
that clearly hold for a face, in one of several sentence patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deltatrain.attributes import NAMES

Floats = NDArray[np.float32]
Columns = Mapping[str, Floats]


@dataclass(frozen=True)
class Concept:
    """A named direction.

    score maps raw columns to one number per face, higher meaning more of it.
    adjectives go before a noun ("smiling face"), tails after it ("face with
    blond hair"), nouns replace it ("grandmother"); share is the part of faces,
    the highest in score, that the wordings are true of.
    """

    name: str
    target: str
    score: Callable[[Columns], Floats]
    share: float
    adjectives: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()


def _z(column: Floats) -> Floats:
    return (column - np.mean(column)) / (np.std(column) + 1e-6)


def _near(value: Floats, centre: float, width: float) -> Floats:
    return -np.abs(value - centre) / width


def _hair(c: Columns, light: float, chroma: float, hue: float) -> Floats:
    angle = np.abs((c["hair_h"] - hue + 180) % 360 - 180)
    return (
        _near(c["hair_l"], light, 9) + _near(c["hair_c"], chroma, 8)
        - angle / 30 * np.clip(c["hair_c"] / 12, 0, 1)
    ).astype(np.float32)  # fmt: skip


def _smile(c: Columns) -> Floats:
    return _z(c["happy"]) + 0.7 * _z(c["smile"]) + 0.5 * _z(c["mouth_width"])


def _calm(c: Columns) -> Floats:
    return -_smile(c)


def _column(name: str, sign: float = 1.0) -> Callable[[Columns], Floats]:
    return lambda c: sign * c[name]


CONCEPTS: tuple[Concept, ...] = (
    Concept(
        "smiling", "smiling face", _smile, 0.4,
        ("smiling", "happy", "cheerful", "joyful", "grinning", "delighted", "beaming", "pleased"),
        ("with a smile", "with a big smile", "with a happy expression", "with a grin",
         "that smiles", "with a broad smile", "with a cheerful look"),
    ),
    Concept(
        "serious", "serious face", _calm, 0.35,
        ("serious", "unsmiling", "solemn", "stern", "neutral", "expressionless", "not smiling"),
        ("without a smile", "with a serious expression", "with a neutral expression",
         "with a straight face", "that does not smile", "with closed lips"),
    ),
    Concept(
        "laughing", "laughing face", lambda c: _smile(c) + 1.2 * _z(c["mouth_open"]), 0.15,
        ("laughing", "roaring with laughter", "giggling"),
        ("that laughs", "with an open smile", "with a toothy smile", "showing teeth",
         "with a laughing mouth"),
    ),
    Concept(
        "angry", "angry face",
        lambda c: _z(c["angry"]) - 0.8 * _smile(c) - 0.6 * _z(c["brow_raise"])
        + 0.4 * _z(c["disgust"]),
        0.08,
        ("angry", "furious", "mad", "grumpy", "annoyed", "irritated", "frowning", "scowling"),
        ("with an angry expression", "with a frown", "with furrowed brows", "in a rage"),
    ),
    Concept(
        "sad", "sad face", lambda c: _z(c["sad"]) - 0.6 * _smile(c), 0.1,
        ("sad", "unhappy", "gloomy", "depressed", "sorrowful", "melancholic", "crying"),
        ("with a sad expression", "with a sad look", "close to tears"),
    ),
    Concept(
        "surprised", "surprised face",
        lambda c: _z(c["surprise"]) + 0.7 * _z(c["brow_raise"]) + 0.6 * _z(c["mouth_open"])
        + 0.6 * _z(c["eye_open"]) - 0.3 * _smile(c), 0.08,
        ("surprised", "shocked", "amazed", "astonished", "startled"),
        ("with a surprised expression", "with an open mouth and raised brows"),
    ),
    Concept(
        "mouth open", "face with an open mouth", _column("mouth_open"), 0.15,
        ("open-mouthed",), ("with an open mouth", "with the mouth open", "with parted lips"),
    ),
    Concept(
        "mouth closed", "face with a closed mouth", _column("mouth_open", -1), 0.4,
        ("closed-mouthed",),
        ("with a closed mouth", "with the mouth shut", "with lips together"),
    ),
    Concept(
        "eyes wide", "face with wide open eyes", _column("eye_open"), 0.12,
        ("wide-eyed",), ("with wide open eyes", "with big eyes", "with large eyes"),
    ),
    Concept(
        "eyes narrow", "face with narrow eyes", _column("eye_open", -1), 0.12,
        ("squinting",),
        ("with narrow eyes", "with squinting eyes", "with half-closed eyes", "with small eyes"),
    ),
    Concept(
        "facing left", "face turned to the left", _column("yaw", -1), 0.12,
        ("left-facing",), ("turned to the left", "looking left", "looking to the left"),
    ),
    Concept(
        "facing right", "face turned to the right", _column("yaw"), 0.12,
        ("right-facing",), ("turned to the right", "looking right", "looking to the right"),
    ),
    Concept(
        "looking up", "face looking up", _column("pitch", -1), 0.1, (),
        ("looking up", "with the head tilted up", "with the chin up"),
    ),
    Concept(
        "looking down", "face looking down", _column("pitch"), 0.1, (),
        ("looking down", "with the head tilted down", "with the chin down"),
    ),
    Concept(
        "old", "old face", _column("age"), 0.14,
        ("old", "elderly", "aged", "senior", "wrinkled", "older", "ancient"),
        ("of an old person", "with wrinkles", "in old age", "with wrinkled skin"),
        ("grandmother", "grandfather", "pensioner", "old person", "old man", "old woman",
         "senior citizen", "grandparent"),
    ),
    Concept(
        "middle-aged", "middle-aged face", lambda c: _near(c["age"], 46, 8), 0.2,
        ("middle-aged", "mature"), ("in middle age", "of about fifty years"),
        ("middle-aged person",),
    ),
    Concept(
        "young", "young face", _column("age", -1), 0.25,
        ("young", "youthful", "younger", "smooth-skinned"),
        ("of a young person", "without wrinkles", "with smooth skin"),
        ("young person", "young adult", "youth", "teenager", "teen", "adolescent"),
    ),
    Concept(
        "child", "face of a child", _column("age", -1), 0.09,
        ("childlike", "very young", "baby-faced"), ("of a child", "of a kid", "of a little child"),
        ("child", "kid", "toddler", "little girl", "little boy", "schoolchild"),
    ),
    Concept(
        "male", "face of a man", _column("male"), 0.42,
        ("male", "masculine", "manly"), ("of a man", "with masculine features", "of a male"),
        ("man", "guy", "gentleman", "boy", "male", "dude"),
    ),
    Concept(
        "female", "face of a woman", _column("male", -1), 0.45,
        ("female", "feminine", "womanly"), ("of a woman", "with feminine features", "of a female"),
        ("woman", "lady", "girl", "female", "gal"),
    ),
    Concept(
        "blond hair", "face with blond hair", lambda c: _hair(c, 55, 26, 72), 0.12,
        ("blond", "blonde", "fair-haired", "golden-haired"),
        ("with blond hair", "with blonde hair", "with golden hair", "with fair hair",
         "with light hair", "with platinum blond hair", "with yellow hair"),
        ("blonde",),
    ),
    Concept(
        "black hair", "face with black hair", lambda c: -c["hair_l"] - 0.5 * c["hair_c"], 0.18,
        ("black-haired", "dark-haired", "raven-haired"),
        ("with black hair", "with dark hair", "with jet black hair"),
    ),
    Concept(
        "brown hair", "face with brown hair", lambda c: _hair(c, 30, 14, 55), 0.22,
        ("brown-haired", "brunette"),
        ("with brown hair", "with brunette hair", "with chestnut hair", "with dark brown hair"),
        ("brunette",),
    ),
    Concept(
        "red hair", "face with red hair", lambda c: _hair(c, 36, 32, 48), 0.06,
        ("red-haired", "ginger", "redheaded"),
        ("with red hair", "with ginger hair", "with auburn hair", "with copper hair"),
        ("redhead", "ginger"),
    ),
    Concept(
        "grey hair", "face with grey hair",
        lambda c: _near(c["hair_l"], 55, 14) - c["hair_c"] / 5 + 0.6 * _z(c["age"]), 0.09,
        ("grey-haired", "gray-haired", "white-haired", "silver-haired"),
        ("with grey hair", "with gray hair", "with white hair", "with silver hair"),
    ),
    Concept(
        "long hair", "face with long hair", _column("hair_long"), 0.25,
        ("long-haired",), ("with long hair", "with long flowing hair", "with lengthy hair"),
    ),
    Concept(
        "short hair", "face with short hair", _column("hair_long", -1), 0.3,
        ("short-haired",), ("with short hair", "with cropped hair", "with a short haircut"),
    ),
    Concept(
        "fringe", "face with a fringe", _column("fringe"), 0.12, (),
        ("with a fringe", "with bangs", "with hair over the forehead"),
    ),
    Concept(
        "bald", "bald face",
        lambda c: -_z(c["hair_share"]) + 0.7 * _z(c["top_skin"]) - _z(c["fringe"])
        + 0.5 * _z(c["male"]), 0.06,
        ("bald", "balding", "bald-headed"),
        ("with a bald head", "with a receding hairline", "without hair", "with a high forehead"),
    ),
    Concept(
        "beard", "face with a beard",
        lambda c: _z(c["beard"]) + 0.8 * _z(c["beard_texture"]) + 0.7 * _z(c["moustache"])
        + 1.0 * _z(c["male"]) + 0.3 * _z(np.minimum(c["age"], 30)), 0.12,
        ("bearded", "unshaven", "stubbly"),
        ("with a beard", "with stubble", "with facial hair", "with a full beard", "with a goatee",
         "with a moustache", "with a mustache"),
    ),
    Concept(
        "clean-shaven", "clean-shaven man",
        lambda c: -_z(c["beard"]) - 0.8 * _z(c["beard_texture"]) - 0.7 * _z(c["moustache"])
        + 0.8 * _z(c["male"]), 0.15,
        ("clean-shaven", "beardless", "smooth-shaven"),
        ("without a beard", "with no facial hair", "with a shaved chin"),
    ),
    Concept(
        "glasses", "face with glasses",
        lambda c: _z(c["bridge_edge"]) + 0.8 * _z(c["under_eye_edge"]) + 0.3 * _z(c["age"]), 0.1,
        ("bespectacled",),
        ("with glasses", "wearing glasses", "with eyeglasses", "with spectacles", "in glasses"),
    ),
    Concept(
        "no glasses", "face without glasses",
        lambda c: -_z(c["bridge_edge"]) - 0.8 * _z(c["under_eye_edge"]), 0.4, (),
        ("without glasses", "with no glasses", "not wearing glasses", "without spectacles"),
    ),
    Concept(
        "make-up", "face with make-up",
        lambda c: _z(c["lip_red"]) + 0.8 * _z(c["eye_shadow"]) - 0.8 * _z(c["male"]), 0.12,
        ("made-up", "glamorous"),
        ("with make-up", "with makeup", "with heavy make-up", "with eye shadow", "with mascara"),
    ),
    Concept(
        "lipstick", "face with red lipstick",
        lambda c: 1.5 * _z(c["lip_red"]) - 0.4 * _z(c["male"]), 0.12, (),
        ("with red lipstick", "with lipstick", "with red lips", "with painted lips"),
    ),
    Concept(
        "pale skin", "face with pale skin", _column("skin_l"), 0.15,
        ("pale", "fair-skinned", "light-skinned"),
        ("with pale skin", "with fair skin", "with light skin", "with white skin"),
    ),
    Concept(
        "dark skin", "face with dark skin", _column("skin_l", -1), 0.12,
        ("dark-skinned", "tanned", "brown-skinned"),
        ("with dark skin", "with tanned skin", "with brown skin", "with a tan", "with black skin"),
    ),
    Concept(
        "rosy cheeks", "face with rosy cheeks", _column("cheek_red"), 0.12,
        ("blushing", "rosy-cheeked"), ("with rosy cheeks", "with red cheeks", "that blushes"),
    ),
    Concept(
        "thick brows", "face with thick eyebrows", _column("brow_dark"), 0.15, (),
        ("with thick eyebrows", "with bushy eyebrows", "with dark eyebrows", "with strong brows"),
    ),
    Concept(
        "thin brows", "face with thin eyebrows", _column("brow_dark", -1), 0.15, (),
        ("with thin eyebrows", "with light eyebrows", "with faint brows"),
    ),
    Concept(
        "chubby", "chubby face", lambda c: _z(c["face_width"]) + _z(c["jaw_width"]), 0.15,
        ("chubby", "fat", "plump", "round-faced", "overweight"),
        ("with a round face", "with chubby cheeks", "with a double chin", "with a wide face"),
    ),
    Concept(
        "thin face", "thin face", lambda c: -_z(c["face_width"]) - _z(c["jaw_width"]), 0.15,
        ("thin", "slim", "skinny", "gaunt", "narrow-faced"),
        ("with a thin face", "with a narrow face", "with hollow cheeks", "with a long face"),
    ),
    Concept(
        "big nose", "face with a big nose", _column("nose_width"), 0.12, (),
        ("with a big nose", "with a large nose", "with a wide nose", "with a broad nose"),
    ),
    Concept(
        "small nose", "face with a small nose", _column("nose_width", -1), 0.12, (),
        ("with a small nose", "with a narrow nose", "with a little nose", "with a slim nose"),
    ),
    Concept(
        "full lips", "face with full lips", _column("lip_thick"), 0.12,
        ("full-lipped",), ("with full lips", "with thick lips", "with big lips"),
    ),
    Concept(
        "thin lips", "face with thin lips", _column("lip_thick", -1), 0.12,
        ("thin-lipped",), ("with thin lips", "with narrow lips"),
    ),
    Concept(
        "raised brows", "face with raised eyebrows", _column("brow_raise"), 0.1, (),
        ("with raised eyebrows", "with lifted brows"),
    ),
    Concept(
        "light background", "face in front of a light background", _column("background_l"), 0.15,
        (), ("in front of a light background", "with a bright background", "on a white background"),
    ),
    Concept(
        "dark background", "face in front of a dark background", _column("background_l", -1), 0.15,
        (), ("in front of a dark background", "with a dark background", "on a black background"),
    ),
    Concept(
        "bright light", "brightly lit face", _column("light"), 0.12,
        ("brightly lit", "bright"), ("in bright light", "in daylight"),
    ),
    Concept(
        "dim light", "dimly lit face", _column("light", -1), 0.12,
        ("dimly lit", "dark"), ("in dim light", "in the shadow", "at night"),
    ),
)  # fmt: skip

NOUNS = ("face", "person", "portrait", "human face", "human", "headshot", "photo of a face")
NEUTRAL = ("face", "a face", "person", "a person", "portrait", "a photo of a face", "human face")
PATTERNS = ("{}", "a {}", "the {}", "a photo of a {}", "a picture of a {}", "portrait of a {}")


def columns(labels: Floats) -> dict[str, Floats]:
    """Return the labels (N, A) by name."""
    return {name: labels[:, k] for k, name in enumerate(NAMES)}


def scores(labels: Floats) -> Floats:
    """Return the concepts' scores (N, C), each standardised over the faces."""
    c = columns(labels)
    return np.stack([_z(concept.score(c)) for concept in CONCEPTS], 1).astype(np.float32)


def holds(score: Floats) -> NDArray[np.bool_]:
    """Return which concepts clearly hold (N, C): the highest share of each."""
    bars = [np.quantile(score[:, k], 1 - c.share) for k, c in enumerate(CONCEPTS)]
    return score > np.array(bars)


def phrase(concepts: list[int], rng: np.random.Generator, noun: str | None = None) -> str:
    """Compose a noun phrase that names the concepts (indices into CONCEPTS)."""
    adjectives, tails = [], []
    for k in rng.permutation(concepts):
        concept = CONCEPTS[k]
        ways = []
        if concept.adjectives:
            ways.append("adjective")
        if concept.tails:
            ways += ["tail", "tail"]
        if concept.nouns and noun is None:
            ways += ["noun", "noun"]
        way = ways[rng.integers(len(ways))]
        if way == "noun":
            noun = concept.nouns[rng.integers(len(concept.nouns))]
        elif way == "adjective":
            adjectives.append(concept.adjectives[rng.integers(len(concept.adjectives))])
        else:
            tails.append(concept.tails[rng.integers(len(concept.tails))])
    joint = (" and ", ", ", " ")[rng.integers(3)]
    words = [*adjectives, noun or NOUNS[rng.integers(len(NOUNS))]]
    text = " ".join(words)
    if tails:
        text += " " + joint.join(tails)
    return text


def caption(concepts: list[int], rng: np.random.Generator) -> str:
    """Return a caption naming the concepts in one of the sentence patterns."""
    return PATTERNS[rng.integers(len(PATTERNS))].format(phrase(concepts, rng))

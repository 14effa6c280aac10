"""How people say each concept: the word lists in deltatrain/text/words.

Kinds of wordings, so that the grammar can put them together:

- things follow "with", "without", "no", "wearing": "a beard", "blond hair";
- adjectives go before a noun: "smiling", and after "very", "not", "more";
- tails follow a noun: "that laughs", "in old age";
- more and less are comparatives: "older", "with longer hair".

No wording is said twice, nor do any of the held-out prompts (deltatrain.text.heldout)
take part in training.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words")
"""Folder of the lists."""
FILES = ("expression", "hair", "looks", "light")
"""Lists of the concepts' wordings."""


@dataclass(frozen=True)
class Wordings:
    """Wordings of one concept."""

    things: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return the wordings of every kind."""
        return (*self.things, *self.adjectives, *self.tails, *self.more, *self.less)


def read(name: str) -> dict[str, Any]:
    """Return the tables of the list of that name; a syntax error is ValueError."""
    path = WORDS / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as err:
        raise ValueError(f"{path}: {err}") from err


def _wordings() -> dict[str, Wordings]:
    out = {}
    for file in FILES:
        for name, kinds in read(file).items():
            if name in out:
                raise ValueError(f"{file}.toml: {name!r} stands in another list too")
            out[name] = Wordings(**{k: tuple(dict.fromkeys(v)) for k, v in kinds.items()})
    return out


WORDINGS: dict[str, Wordings] = _wordings()
"""Wordings by the concept's name."""

NOUNS: dict[str, dict[str, float]] = read("nouns")["nouns"]
"""Nouns that imply concepts, with the weights of these."""

COMMANDS: dict[str, list[str]] = read("commands")["commands"]
"""Prompts that tell the editor what to do ("dye the hair blond"), by the concept's name."""

OPPOSITES: dict[str, list[str]] = read("commands")["opposites"]
"""Commands that take the concept away, of those that can be."""

PLAIN_NOUNS = (
    "face", "person", "portrait", "human face", "human", "headshot", "photo of a face", "somebody",
    "human being", "individual", "face of a person",
)  # fmt: skip
"""Nouns that imply nothing."""

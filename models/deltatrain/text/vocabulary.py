"""List the words that prompts were composed of in training.

The text side was never taught what other words ask for. engine/prompt names
those of them that the pack does not know alone either, even where the rest of a
prompt is known ("smiling zombie").

    python -m deltatrain.vocabulary --out faces
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from deltatrain.text.wordings import COMMANDS, NOUNS, OPPOSITES, PLAIN_NOUNS, WORDINGS


def keys(text: str) -> Iterable[str]:
    """Yield the words of a text as Split of engine/prompt/lexicon makes their keys."""
    for field in text.lower().split():
        while field and not field[0].isalnum():
            field = field[1:]
        while field and not field[-1].isalnum():
            field = field[:-1]
        if field:
            yield field.removesuffix("'s")


def vocabulary() -> list[str]:
    """Return the words of all wordings, commands and nouns, each once, in order."""
    texts: list[str] = [*NOUNS, *PLAIN_NOUNS]
    for wordings in WORDINGS.values():
        texts += wordings.all
    for commands in (COMMANDS, OPPOSITES):
        for prompts in commands.values():
            texts += prompts
    return sorted({key for text in texts for key in keys(text)})


def main() -> None:
    """Write words.txt, a word to a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    words = vocabulary()
    (args.out / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(words)} words")

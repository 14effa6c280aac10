"""The list of learned words: what is in it, and that the program splits as it does."""

from __future__ import annotations

from pathlib import Path

from deltatrain.text.vocabulary import keys, vocabulary

MODELS = Path(__file__).parents[1]


def test_keys_are_those_of_the_program() -> None:
    # TestSplit of engine/prompt/lexicon has the same text.
    text = "  A clean-shaven man’s “Zombie”, the man's … 2nd"
    assert list(keys(text)) == ["a", "clean-shaven", "man’s", "zombie", "the", "man", "2nd"]


def test_it_holds_what_prompts_are_made_of_and_no_unknown_things() -> None:
    words = set(vocabulary())
    assert {"smiling", "grandmother", "beard", "blond", "brows", "dye"} <= words
    assert not {"zombie", "pizza", "skyscraper", "asdfgh"} & words


def test_the_committed_list_is_up_to_date() -> None:
    stored = (MODELS / "faces" / "words.txt").read_text(encoding="utf-8").split()
    assert stored == vocabulary(), "run: python -m deltatrain.vocabulary --out faces"

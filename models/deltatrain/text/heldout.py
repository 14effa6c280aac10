"""Prompts that no training step sees, to measure the text side with.

words/heldout.toml was written apart from the training lists, by somebody who had
not seen them. A prompt of it that training happens to compose as well is taken
out of training (deltatrain.train.tower).
"""

from __future__ import annotations

from deltatrain.text.wordings import COMMANDS, WORDINGS, read

_LIST = read("heldout")

PLAIN: dict[str, list[str]] = _LIST["plain"]
"""What most people would type, by the concept's name."""
UNSEEN: dict[str, list[str]] = _LIST["unseen"]
"""Less usual wordings of the same."""
COMPOSED: list[tuple[str, dict[str, float]]] = [
    (entry["text"], entry["wants"]) for entry in _LIST["composed"]
]
"""Prompts for several concepts, and the weights of these concepts."""
UNKNOWN: list[str] = _LIST["unknown"]["prompts"]
"""Prompts that ask for what no face editor of this kind can know."""
NEUTRAL: list[str] = _LIST["neutral"]["prompts"]
"""Prompts that ask for nothing."""


def unseen() -> set[str]:
    """Return what no training text may be, in lower case."""
    texts = {t for prompts in UNSEEN.values() for t in prompts} | set(UNKNOWN)
    return {t.lower().strip() for t in texts | {text for text, _ in COMPOSED}}


def fresh(name: str, prompt: str) -> bool:
    """Return whether no training wording of the concept stands in the prompt as it is."""
    padded = f" {prompt.lower()} "
    return not any(
        f" {wording.lower()} " in padded for wording in (*WORDINGS[name].all, *COMMANDS[name])
    )

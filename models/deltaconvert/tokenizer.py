"""CLIP's byte-pair encoding, as the pack's `tokenizer` of kind "clip_bpe".

The engine has its own in Go (engine/prompt/token); this one is for the PyTorch side of
comparisons and for training. It does without the repair of mis-decoded text (ftfy)
that the official code begins with, which plain text passes through unchanged.
"""

from __future__ import annotations

import gzip
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

BYTES = 256
SPECIALS = 2
CONTRACTIONS = re.compile(r"'(?:s|t|re|ve|m|ll|d)", re.IGNORECASE)
END = "</w>"
START_TEXT, END_TEXT = "<|startoftext|>", "<|endoftext|>"


def read_merges(path: Path, vocabulary: int) -> list[str]:
    """Reads the merges of a vocabulary of that size from CLIP's `bpe_simple_vocab`.

    The file's first line is a version; CLIP uses only the first 48,894 of its merges.
    Raises ValueError when the file holds fewer or is not a list of merges.
    """
    count = vocabulary - 2 * BYTES - SPECIALS
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    lines = raw.decode("utf-8").split("\n")[1 : count + 1]
    if count < 1 or len(lines) < count or any(len(line.split()) != 2 for line in lines):
        raise ValueError(
            f"{path}: want a first line and {count} merges, two pieces to a line, for a "
            f"vocabulary of {vocabulary}; this is no bpe_simple_vocab_16e6.txt.gz of CLIP"
        )
    return lines


def byte_characters() -> list[str]:
    """Returns the character that stands for each byte; printable ones for themselves."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(BYTES, 2 * BYTES))
    return [chr(b if b in plain else next(others)) for b in range(BYTES)]


class Tokenizer:
    """Encodes text; immutable but for a cache."""

    def __init__(self, merges: list[str], context: int) -> None:
        """Takes the merges, best first, and the most tokens a text may have."""
        self.context = context
        self._bytes = byte_characters()
        # The ids follow the printable bytes first, then the others.
        order = sorted(self._bytes, key=ord)
        pairs = [tuple(line.split()) for line in merges]
        names = [*order, *(c + END for c in order), *("".join(p) for p in pairs)]
        self._ids = {name: index for index, name in enumerate(names)}
        self._ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self.start, self.end = len(names), len(names) + 1
        self._word = lru_cache(4096)(self._merge)

    def encode(self, text: str) -> list[int]:
        """Returns the ids between the start and the end, at most `context` in all."""
        ids = [self.start]
        for token in split(" ".join(html.unescape(html.unescape(text)).split()).lower()):
            ids += self.token(token)
        return [*ids[: self.context - 1], self.end]

    def token(self, token: str) -> tuple[int, ...]:
        """Returns the ids of one token of `split`."""
        marks = {START_TEXT: self.start, END_TEXT: self.end}
        return (marks[token],) if token in marks else self._word(token)

    def rows(self, texts: list[str]) -> npt.NDArray[np.int64]:
        """Returns ids (N, T), shorter texts filled with 0; T is the longest's."""
        encoded = [self.encode(text) for text in texts]
        out = np.zeros((len(encoded), max(map(len, encoded))), np.int64)
        for row, ids in zip(out, encoded, strict=True):
            row[: len(ids)] = ids
        return out

    def _merge(self, token: str) -> tuple[int, ...]:
        parts = [self._bytes[b] for b in token.encode("utf-8")]
        parts[-1] += END
        while len(parts) > 1:
            rank, first, second = min(
                (self._ranks.get(pair, len(self._ranks)), *pair) for pair in pairwise(parts)
            )
            if rank == len(self._ranks):
                break
            made, k = [], 0
            while k < len(parts):
                if parts[k : k + 2] == [first, second]:
                    made.append(first + second)
                    k += 2
                else:
                    made.append(parts[k])
                    k += 1
            parts = made
        return tuple(self._ids[part] for part in parts)


def split(text: str) -> Iterator[str]:
    """Yields special tokens, contractions, runs of letters, single numerals, runs of others."""
    at = 0
    while at < len(text):
        for special in (START_TEXT, END_TEXT):
            if text.startswith(special, at):
                yield special
                at += len(special)
                break
        else:
            if text[at].isspace():
                at += 1
                continue
            if found := CONTRACTIONS.match(text, at):
                yield found[0]
                at = found.end()
                continue
            kind, end = _kind(text[at]), at + 1
            while kind != "N" and end < len(text) and _kind(text[end]) == kind:
                end += 1
            yield text[at:end]
            at = end


def _kind(character: str) -> str:
    if character.isspace():
        return " "
    kind = unicodedata.category(character)[0]
    return kind if kind in "LN" else "other"

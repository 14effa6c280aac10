"""The text tower: the frozen sentence encoder, what it has encoded, and the trained head.

The head is described in deltapack.text_head, which writes the same arithmetic
into the pack; a parity test holds the two together.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from deltapack import minilm
from deltapack.text_head import EPS, HEADS, MASKED

WIDTH = 192
QUERIES = 4
SENTENCE = minilm.WIDTH
LONGEST = 48
"""Tokens of a caption that are kept; longer ones are cut."""

Floats = NDArray[np.float32]


class Layer(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, width: int) -> None:
        """Make its projections and norms."""
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.before, self.between = nn.LayerNorm(width, EPS), nn.LayerNorm(width, EPS)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return states (N, T, C); hidden (N, 1, 1, T) is added to the logits."""
        n, t, c = x.shape
        y = self.before(x)

        def heads(layer: nn.Linear) -> torch.Tensor:
            return layer(y).reshape(n, t, HEADS, c // HEADS).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            heads(self.query), heads(self.key), heads(self.value), attn_mask=hidden
        )
        x = x + self.out(mixed.transpose(1, 2).reshape(n, t, c))
        return x + self.narrow(functional.gelu(self.wide(self.between(x))))


class TextHead(nn.Module):
    """(token states (N, T, 384), sentence vector (N, 384), mask (N, T)) -> coordinates (N, K).

    Coordinates are in the units of the axes (deltatrain.data.axes), the last one
    being how far the text lies outside what the space knows.
    """

    def __init__(self, coordinates: int, layers: int = 2, drop: float = 0.1) -> None:
        """Make the head; drop is the dropout while training."""
        super().__init__()
        self.into = nn.Linear(SENTENCE, WIDTH)
        self.layers = nn.ModuleList(Layer(WIDTH) for _ in range(layers))
        self.norm = nn.LayerNorm(WIDTH, EPS)
        self.pool = nn.Linear(WIDTH, QUERIES, bias=False)
        self.first = nn.Linear((1 + QUERIES) * WIDTH + SENTENCE, 512)
        self.second = nn.Linear(512, coordinates)
        self.skip = nn.Linear(SENTENCE, coordinates, bias=False)
        self.drop = nn.Dropout(drop)
        nn.init.zeros_(self.skip.weight)

    def forward(
        self, tokens: torch.Tensor, sentence: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return the coordinates."""
        hidden = (1 - mask) * MASKED
        x = self.drop(self.into(tokens))
        for layer in self.layers:
            x = layer(x, hidden[:, None, None])
        x = self.norm(x)
        mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        weights = (self.pool(x) + hidden[..., None]).transpose(1, 2).softmax(-1)
        pools = (weights @ x).flatten(1)
        scaled = sentence * SENTENCE**0.5
        joint = self.drop(torch.cat([mean, pools, scaled], 1))
        return self.second(self.drop(functional.gelu(self.first(joint)))) + self.skip(scaled)

    def arrays(self, matrix: torch.Tensor, bias: torch.Tensor) -> dict[str, Floats]:
        """Return what deltapack.text_head reads.

        matrix (K, D) and bias (D,) lead from coordinates to the vector before it
        is scaled to unit length.
        """
        out = {}
        for name, value in self.state_dict().items():
            stem, kind = name.rsplit(".", 1)
            stem = stem.replace("layers.", "layer")
            array = value.T if value.ndim == 2 else value
            out[f"{stem}.{'w' if kind == 'weight' else 'b'}"] = array.numpy()
        return out | {"space.w": matrix.numpy(), "space.b": bias.numpy()}


def read_head(path: Path, head: TextHead) -> None:
    """Fill a head, in place, with the weights of a text_head.npz of the same size."""
    with np.load(path) as file:
        arrays = {k: file[k].astype(np.float32) for k in file.files}
    state = {}
    for name, value in head.state_dict().items():
        stem, kind = name.rsplit(".", 1)
        key = f"{stem.replace('layers.', 'layer')}.{'w' if kind == 'weight' else 'b'}"
        if key not in arrays:
            raise ValueError(f"{path}: no array {key}: is it an exported text head?")
        array = arrays[key].T if value.ndim == 2 else arrays[key]
        if array.shape != tuple(value.shape):
            raise ValueError(f"{path}: {key} is {array.shape}, want {tuple(value.shape)}")
        state[name] = torch.from_numpy(np.ascontiguousarray(array))
    head.load_state_dict(state)


class Sentences:
    """Encodes texts with the frozen sentence encoder."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Open the encoder from the unpacked sentence package; threads 0 means all cores."""
        model = minilm.encoder_graph(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def words(self) -> list[str]:
        """Return the whole lower-case words of the vocabulary, in its order."""
        vocabulary = sorted(self._tokenizer.get_vocab().items(), key=lambda item: item[1])
        return [word for word, _ in vocabulary if word.isalpha() and len(word) > 2]

    def encode(self, texts: list[str], batch: int = 64) -> Encoded:
        """Return token states and sentence vectors of the texts."""
        ids = [e.ids for e in self._tokenizer.encode_batch(texts)]
        lengths = np.array([len(row) for row in ids])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        tokens = np.zeros((starts[-1], SENTENCE), np.float16)
        vectors = np.zeros((len(texts), SENTENCE), np.float32)
        order = np.argsort(lengths, kind="stable")
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            width = int(lengths[chosen].max())
            rows = np.zeros((len(chosen), width), np.int64)
            mask = np.zeros((len(chosen), width), np.int64)
            for row, k in enumerate(chosen):
                rows[row, : lengths[k]] = ids[k]
                mask[row, : lengths[k]] = 1
            states, means = self._session.run(["tokens", "vector"], {"ids": rows, "mask": mask})
            vectors[chosen] = means
            for row, k in enumerate(chosen):
                tokens[starts[k] : starts[k + 1]] = states[row, : lengths[k]]
        return Encoded(tokens, starts, vectors)


class Encoded:
    """Token states of many texts in one array, and their sentence vectors."""

    def __init__(self, tokens: NDArray[np.float16], starts: NDArray, vectors: Floats) -> None:
        """Hold tokens (sum of lengths, 384), starts (N + 1,) and vectors (N, 384)."""
        self.tokens, self.starts, self.vectors = tokens, starts, vectors

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.vectors)

    def batch(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (token states (n, T, 384), sentence vectors (n, 384), mask (n, T))."""
        first, last = self.starts[rows], self.starts[np.asarray(rows) + 1]
        width = int((last - first).max())
        states = np.zeros((len(rows), width, SENTENCE), np.float32)
        mask = np.zeros((len(rows), width), np.float32)
        for k in range(len(rows)):
            states[k, : last[k] - first[k]] = self.tokens[first[k] : last[k]]
            mask[k, : last[k] - first[k]] = 1
        return (
            torch.from_numpy(states),
            torch.from_numpy(self.vectors[rows]),
            torch.from_numpy(mask),
        )


def cached(sentences: Sentences, texts: list[str], path: Path) -> Encoded:
    """Return the encoded texts, from the file at path when it holds the same texts."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    if path.exists():
        with np.load(path) as file:
            if str(file["digest"]) == digest:
                return Encoded(file["tokens"], file["starts"], file["vectors"])
    made = sentences.encode(texts)
    np.savez(
        path, digest=np.array(digest), tokens=made.tokens, starts=made.starts, vectors=made.vectors
    )
    return made

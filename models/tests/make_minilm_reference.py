"""Makes data/minilm.npz: what Hugging Face's BERT says of MiniLM's weights.

Run once, with transformers and torch installed, from the repository's root:

    python models/tests/make_minilm_reference.py build/cache/sources/minilm

The texts are one padded batch, so the mask is exercised too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, PreTrainedTokenizerFast

TEXTS = [
    "face",
    "smiling face",
    "a photo of a face with blond hair",
    "an elderly man with a grey beard and glasses",
    "",
    "a close-up portrait of a young woman laughing, soft light, blurred background",
    "笑顔 😀 café",
    "word " * 200,
]


def main() -> None:
    """Writes the reference beside this script."""
    folder = sys.argv[1]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=f"{folder}/tokenizer.json",
        pad_token="[PAD]",  # noqa: S106
    )
    model = AutoModel.from_pretrained(folder).eval()
    batch = tokenizer(
        TEXTS, padding="longest", truncation=True, max_length=128, return_tensors="pt"
    )
    ids, mask = batch["input_ids"], batch["attention_mask"]
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
    kept = mask[..., None].float()
    mean = (states * kept).sum(1) / kept.sum(1)
    vectors = torch.nn.functional.normalize(mean, dim=1)
    np.savez_compressed(
        Path(__file__).parent / "data" / "minilm.npz",
        ids=ids.numpy(),
        mask=mask.numpy(),
        vectors=vectors.numpy(),
    )


if __name__ == "__main__":
    main()

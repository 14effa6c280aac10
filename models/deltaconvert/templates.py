"""The wordings in which the official code puts a prompt before it is encoded.

They are CLIP's ImageNet templates less "a photo of many {}.", which DeltaEdit's code
leaves out: 79, in `templates.txt`. The list is data that the published relevance
threshold and delta mapper go with, in the official order.
"""

from __future__ import annotations

from pathlib import Path

TEMPLATES = tuple(
    Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
)

"""The wordings in which the official code puts a prompt before it is encoded.

They are CLIP's 80 ImageNet templates less one that DeltaEdit's code leaves out (MANY).
The published relevance threshold and delta mapper go with them. The list is read out of
a module of the PyPI package open_clip_torch, which set-up fetches; it is not run.
"""

from __future__ import annotations

import ast
from pathlib import Path

FETCHED = Path(__file__).parents[2] / "build/cache/sources/clip/zero_shot_metadata.py"
NAME = "OPENAI_IMAGENET_TEMPLATES"
MANY = "a photo of many {}."


def read_templates(path: Path) -> list[str]:
    """Reads the templates, with {} for the prompt, in the official order.

    The module assigns NAME a tuple of functions of one argument, each a formatted string.
    ValueError when it does not.
    """
    try:
        module = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{path}: this is no Python module: {error}") from error
    for statement in module.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == NAME for target in statement.targets
        ):
            items = getattr(statement.value, "elts", [])
            found = [_template(path, item) for item in items]
            if MANY not in found:
                raise ValueError(f"{path}: {len(found)} templates without {MANY!r}")
            return [text for text in found if text != MANY]
    raise ValueError(f"{path}: it does not define {NAME}")


def _template(path: Path, item: ast.expr) -> str:
    body = item.body if isinstance(item, ast.Lambda) else None
    if not isinstance(body, ast.JoinedStr):
        raise ValueError(f"{path}: line {item.lineno} is no template")
    parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in body.values]
    return "".join(parts)

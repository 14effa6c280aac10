"""Command line: `python -m deltapack.build` writes the built-in pack `faces`.

    python -m deltapack.build --sources build/cache/sources --out build/packs/faces
    python -m deltapack.build ... --only generator --only text

`--sources` is the folder of unpacked third-party files (see `deltapack.fetch`).
With `--only` the named parts' graphs are written into `--out` as they are, no
manifest and nothing else touched: that is for training, which needs them before
the trained parts exist. "text" is the plain sentence encoder of 384 numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import onnx

from deltapack import assemble, generator, minilm, trained
from deltapack.graph import save
from deltapack.openvino_ir import IRError

Models = dict[str, onnx.ModelProto]


def generator_models(sources: Path, parts: Path) -> Models:
    """Builds mapping, affine, trunk (with the preview head if trained) and top."""
    weights = generator.read(sources / "random_face")
    head = parts / "preview_head.onnx"
    return {
        "mapping.onnx": generator.mapping_graph(weights),
        "affine.onnx": generator.affine_graph(weights),
        "generator_trunk.onnx": generator.trunk_graph(
            weights, trained.graph(head) if head.is_file() else None
        ),
        "generator_top.onnx": generator.top_graph(weights),
    }


def text_models(sources: Path, _: Path) -> Models:
    """Builds the sentence encoder without the trained projection."""
    return {"sentence_encoder.onnx": minilm.encoder_graph(sources / "minilm")}


PARTS: dict[str, Callable[[Path, Path], Models]] = {
    "generator": generator_models,
    "text": text_models,
}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="deltapack.build",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sources", type=Path, default=Path("build/cache/sources"))
    parser.add_argument("--trained", type=Path, default=Path("models/faces"))
    parser.add_argument("--out", type=Path, default=Path("build/packs/faces"))
    parser.add_argument("--only", action="append", choices=sorted(PARTS))
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="leave out components whose trained parts do not exist yet",
    )
    options = parser.parse_args(arguments)
    try:
        if options.only:
            for part in options.only:
                for name, model in PARTS[part](options.sources, options.trained).items():
                    save(model, options.out / name)
                    print(f"wrote {options.out / name}", file=sys.stderr)
            return 0
        absent = assemble.assemble(
            options.sources, options.trained, options.out, allow_missing=options.allow_missing
        )
    except (IRError, ValueError, OSError) as err:
        print(f"pack not built: {err}", file=sys.stderr)
        return 1
    for name in absent:
        print(f"missing: {options.trained / name} (pack is incomplete)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

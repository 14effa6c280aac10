"""Command line: `python -m deltapack.build` writes the parts of the pack `faces`.

    python -m deltapack.build --sources build/cache/sources --out build/packs/faces
    python -m deltapack.build ... --only generator

`--sources` is the folder of unpacked third-party files (see `deltapack.fetch`).
With `--only` the named parts' graphs are written into `--out` as they are, no
manifest and nothing else touched: that is for training, which needs the
generator before the trained parts exist.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import onnx

from deltapack import generator
from deltapack.graph import save

Models = dict[str, onnx.ModelProto]


def generator_models(sources: Path, trained: Path) -> Models:
    """Builds mapping, affine, trunk (with the preview head if trained) and top."""
    weights = generator.read(sources / "random_face")
    head = trained / "preview_head.onnx"
    return {
        "mapping.onnx": generator.mapping_graph(weights),
        "affine.onnx": generator.affine_graph(weights),
        "generator_trunk.onnx": generator.trunk_graph(
            weights, onnx.load(head) if head.exists() else None
        ),
        "generator_top.onnx": generator.top_graph(weights),
    }


PARTS: dict[str, Callable[[Path, Path], Models]] = {"generator": generator_models}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltapack.build", description=__doc__)
    parser.add_argument("--sources", type=Path, default=Path("build/cache/sources"))
    parser.add_argument("--trained", type=Path, default=Path("models/faces"))
    parser.add_argument("--out", type=Path, default=Path("build/packs/faces"))
    parser.add_argument("--only", action="append", choices=sorted(PARTS), required=True)
    options = parser.parse_args(arguments)
    for part in options.only:
        for name, model in PARTS[part](options.sources, options.trained).items():
            save(model, options.out / name)
            print(f"{options.out / name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Rehearses a conversion with random weights, and measures it.

    python -m deltaconvert.rehearse --work FOLDER            # full size: 5 GB in FOLDER
    python -m deltaconvert.rehearse --work FOLDER --tiny

Writes checkpoints of the official formats, makes an edit with the PyTorch statements,
converts, and compares graphs and edit. Prints one JSON object: differences, times of
both edits (of a second round, when nothing is new to memory), time and peak memory of
the conversion, which runs in a process of its own. The pack stays in FOLDER/pack.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import torch

from deltaconvert import convert, parity, samples
from deltaconvert.__main__ import MERGES, ROOT, report
from deltaconvert.tokenizer import read_merges


def measured(inputs: convert.Inputs, pack: Path, choices: convert.Choices) -> dict[str, Any]:
    """Checks and converts, in a process of its own; returns seconds and peak memory."""
    start = time.monotonic()
    checked = convert.check(inputs, choices, report)
    convert.convert(inputs, checked, choices, pack, report)
    return {
        "seconds": round(time.monotonic() - start, 1),
        "peak_mb": round(convert.peak_memory()),
    }


def rehearse(
    work: Path, sizes: samples.Sizes, faces: Path, merges: Path, *, half: bool = False
) -> dict[str, Any]:
    """Does it all in `work`; returns the report."""
    torch.set_num_threads(os.cpu_count() or 1)
    inputs = convert.Inputs(
        **samples.write(work / "checkpoints", sizes), merges=merges, faces=faces
    )
    # The same share of the generator as at full size comes before the preview.
    side = sizes.generator.side // 4
    choices = convert.Choices("rehearsal", half, side)
    wish = parity.Wish(parity.sample_picture())
    want = parity.edit_in_torch(inputs, choices, wish, rounds=2)
    choices = convert.Choices("rehearsal", half, side, float(want.values["threshold"]))
    pack = work / "pack"
    shutil.rmtree(pack, ignore_errors=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        told: dict[str, Any] = {"conversion": pool.apply(measured, (inputs, pack, choices))}
    told["differences"] = parity.components(inputs, pack)
    lines = read_merges(merges, sizes.towers.vocabulary)
    got = parity.edit_in_pack(pack, lines, wish, rounds=2)
    moved = float((want.values["moved"] != 0).mean())
    told["edit"] = {
        "difference": parity.off(got.image, want.image),
        "channels_moved": round(moved, 3),
        "torch_ms": {k: round(v, 1) for k, v in want.times.items()},
        "pack_ms": {k: round(v, 1) for k, v in got.times.items()},
        "ratio": round(sum(got.times.values()) / sum(want.times.values()), 3),
    }
    told["pack_mb"] = round(sum(p.stat().st_size for p in pack.iterdir()) / 1e6)
    return told


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="deltaconvert.rehearse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--fp16", action="store_true")
    parser.add_argument("--faces", type=Path, default=ROOT / "build" / "packs" / "faces")
    parser.add_argument("--merges", type=Path, default=MERGES)
    o = parser.parse_args(arguments)
    sizes = samples.TINY if o.tiny else samples.Sizes()
    print(json.dumps(rehearse(o.work, sizes, o.faces, o.merges, half=o.fp16), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

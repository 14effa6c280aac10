r"""Command line: official checkpoints in, a pack out.

    python -m deltaconvert --stylegan stylegan2-ffhq-config-f.pt --e4e e4e_ffhq_encode.pt \
        --clip ViT-B-32.pt --mapper delta_mapper.pt --relevance fs3.npy --out PACK

models/OFFICIAL.md says where the files are and under which licences. --dry-run checks
every input and lists what would be written. Nothing in a checkpoint is executed.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from deltaconvert import convert
from deltaconvert.checkpoints import CheckpointError

ROOT = Path(__file__).resolve().parents[2]
MERGES = ROOT / "build" / "cache" / "sources" / "clip" / "bpe_simple_vocab_16e6.txt.gz"


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"convert: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="deltaconvert",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    need = parser.add_argument_group("checkpoints")
    for option, text in (
        ("--stylegan", "StyleGAN2, rosinality's layout: g_ema and latent_avg"),
        ("--e4e", "e4e: state_dict with encoder.*, latent_avg, opts"),
        ("--clip", "CLIP ViT-B/32: OpenAI's TorchScript archive, or its state dict"),
        ("--mapper", "the delta mapper's state dict"),
        ("--relevance", "the relevance matrix, fs3.npy"),
    ):
        need.add_argument(option, type=Path, required=True, metavar="FILE", help=text)
    parser.add_argument("--out", type=Path, required=True, metavar="PACK", help="folder to write")
    parser.add_argument("--merges", type=Path, default=MERGES, metavar="FILE",
                        help="CLIP's bpe_simple_vocab_16e6.txt.gz (make setup)")  # fmt: skip
    parser.add_argument("--faces", type=Path, default=ROOT / "build" / "packs" / "faces",
                        metavar="PACK", help="built-in pack, for its face detector")  # fmt: skip
    default = convert.Choices()
    parser.add_argument("--name", help="the pack's name (the folder's)")
    parser.add_argument("--fp16", action="store_true",
                        help="store weights in half precision: half the size")  # fmt: skip
    parser.add_argument("--preview", type=int, default=default.preview, metavar="SIDE",
                        help="side of the first picture (%(default)s)")  # fmt: skip
    parser.add_argument("--threshold", type=float, default=default.threshold,
                        help="default relevance threshold (%(default)s)")  # fmt: skip
    parser.add_argument("--image-norm", choices=sorted(convert.NORMS), default=default.norm,
                        help="what CLIP's image tower is given: [-1, 1] as DeltaEdit's code does, "
                        "or CLIP's own mean and deviation (%(default)s)")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="check, and list what it would do")
    o = parser.parse_args(arguments)
    # The engine finds a pack by its folder's name, which should be its own.
    name = o.name or o.out.resolve().name
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", name):
        parser.error(f"the pack's name is {name!r}: want letters, digits, '-', '_' or '.'")
    if not 0 <= o.threshold <= 1:
        parser.error(f"--threshold is {o.threshold}: want a number in [0, 1]")
    inputs = convert.Inputs(o.stylegan, o.e4e, o.clip, o.mapper, o.relevance, o.merges, o.faces)
    choices = convert.Choices(name, o.fp16, o.preview, o.threshold, o.image_norm)
    try:
        checked = convert.check(inputs, choices, report)
        if o.dry_run:
            for name, source, size in convert.plan(inputs, checked, choices):
                print(f"{size / 1e6:9,.1f} MB  {name}  from {source}")
            print(f"would be written to {o.out} as the pack {choices.name}")
        else:
            convert.convert(inputs, checked, choices, o.out, report)
    except (CheckpointError, OSError) as err:
        report(f"failed: {err}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Compare the GAN with the diffusion model on photographs, in one table.

    python -m deltatrain.engines --pack ../build/packs/faces --photos PHOTOS \
        --sources ../build/cache/sources/minilm --networks work/labelers --dlib DLIB \
        --data work/data --limit 12 --out faces/engines

Engines: the GAN's style code alone; the GAN with its feature offset; the diffusion
model at each number of `--steps` (which may be repeated), with the pack's network and grid
or those of `--diffusion` and the params.json beside it. All pictures are 256²: the GAN's
are averaged down from 1024², as the program's are. For each engine

- reconstruction against the aligned photograph: mean squared error on [-1, 1], MS-SSIM,
  and the distance of a face-recognition descriptor;
- the prompts of deltatrain.report.fidelity and one more at strength 1, each on the half of the
  photographs that has least of it: hits (does the judge see the attribute move the
  right way from the engine's own reconstruction), over all prompts and over those that
  change more than colour; the descriptor's distance to the photograph;
- background: the mean absolute difference on [-1, 1] from the photograph, and from the
  engine's own reconstruction (moved), where neither photograph nor result has a person;
- seconds of a reconstruction (of diffusion: there and back) and of an edit, on this
  machine with `--threads`, from the style code on.

Photographs are aligned faces, or any photographs when `--program` is given, which aligns
them. Results are kept by photograph in OUT.json: a run that was killed goes on. OUT.jpg is
the sheet of edits to look at.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from deltatrain.report.editor import Editor
from deltatrain.report.evaluate import VISIBLE, asked
from deltatrain.report.fidelity import (
    PROMPTS,
    Program,
    deviations,
    photographs,
    reconstruction,
    small,
)  # fmt: skip
from deltatrain.report.judges import Judges
from deltatrain.report.sampler import Network

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

WISHES = PROMPTS | {"angry": "angry face"}
SHAPES = ("smiling", "serious", "mouth open", "glasses", "beard", "old", "angry")
"""Prompts of WISHES that change more than colour."""
NOBODY = 0.05
"""Share of a person below which a pixel is background."""
SMOOTH, FROM, FULL = 4, 0.08, 0.45
"""How a matte is smoothed, in pixels, and the shares from which changes show, and in full."""
COUNTS = (4, 12)
"""Levels from which a difference of two previews counts, and in full."""
SIDE = 256


def planar(image: Bytes) -> Floats:
    """Return a picture (H, W, 3) as (1, 3, H, W) in [-1, 1]."""
    return image.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1


def flat(x: Floats) -> Bytes:
    """Return (1, 3, H, W) in about [-1, 1] as a picture (H, W, 3)."""
    return np.clip(np.round((x[0].transpose(1, 2, 0) + 1) * 127.5), 0, 255).astype(np.uint8)


class Pack:
    """What the evaluation needs of a pack beside its editor."""

    def __init__(self, pack: Path, editor: Editor, threads: int) -> None:
        """Open the graphs of a pack."""
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.editor, self.folder = editor, pack
        self._inverter, self._trunk = self._open("inverter"), self._open("generator_trunk")
        self._top, self._matte = self._open("generator_top"), self._open("matte")
        self._none = np.zeros((1, 512, 64, 64), np.float32)

    def _open(self, name: str) -> Any:
        return onnxruntime.InferenceSession(self.folder / f"{name}.onnx", self.options)

    def invert(self, face: Floats) -> tuple[Floats, Floats]:
        """Return the style code and the feature offset of a face (1, 3, 256, 256)."""
        return tuple(self._inverter.run(["style", "offset"], {"image": face}))

    def features(
        self, style: Floats, offset: Floats | None = None, before: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Return the features and the preview (1, 3, 256, 256) of a style code.

        before are the features before an edit, None for no edit.
        """
        feeds = {"style": style, "offset": self._none if offset is None else offset,
                 "reference": self._none if before is None else before}  # fmt: skip
        return tuple(self._trunk.run(["features", "preview"], feeds))

    def picture(self, style: Floats, features: Floats) -> Floats:
        """Return the generator's picture, averaged down to (1, 3, 256, 256)."""
        x = self._top.run(None, {"style": style, "features": features})[0]
        return x.reshape(1, 3, SIDE, 4, SIDE, 4).mean((3, 5))

    def matte(self, image: Bytes) -> Floats:
        """Return the share of a person (256, 256) in every pixel of a picture."""
        feeds = {"image": image[None].astype(np.float32) / 255}
        return self._matte.run(None, feeds)[0].reshape(SIDE, SIDE)

    def edited(self, style: Floats, vector: Floats, prompt: str) -> Floats:
        """Return the style code edited by a prompt at strength 1; vector (1, D) is the face's."""
        d = self.editor.direction("face", prompt)
        change = self.editor.asked(style, vector, d)
        return self.editor.moved(style, change * d.gain * d.weight * d.pace(1.0, vector[0]))


class Gan:
    """The GAN, with the inverter's feature offset or without."""

    def __init__(self, pack: Pack, *, offset: bool) -> None:
        """Draw with a pack's generator."""
        self._pack, self._uses = pack, offset

    def begin(self, _face: Floats, style: Floats, offset: Floats) -> Floats:
        """Return the reconstruction (1, 3, 256, 256) of a face, whose edits follow."""
        self._offset = offset if self._uses else None
        self._before, _ = self._pack.features(style)
        return self._pack.picture(style, self._pack.features(style, self._offset)[0])

    def edit(self, style: Floats) -> Floats:
        """Return the picture of an edited style code."""
        features, _ = self._pack.features(style, self._offset, self._before)
        return self._pack.picture(style, features)


def smoothed(plane: Floats) -> Floats:
    """Return a plane (SIDE, SIDE) under a bell of deviation SMOOTH."""
    reach = np.arange(-3 * SMOOTH, 3 * SMOOTH + 1)
    bell = np.exp(-0.5 * (reach / SMOOTH) ** 2)
    bell /= bell.sum()
    for axis in (0, 1):
        ends = [(0, 0), (0, 0)]
        ends[axis] = (3 * SMOOTH, 3 * SMOOTH)
        wide = np.pad(plane, ends, "edge")
        plane = np.lib.stride_tricks.sliding_window_view(wide, len(bell), axis) @ bell
    return plane


def ramp(x: Floats, low: float, high: float) -> Floats:
    """Return 0 below low, 1 above high, and smoothly between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def told(own: Floats, shown: Floats, alpha: Floats) -> Floats:
    """Return what the diffusion is told of an edit, as in the program.

    own and shown (1, 3, SIDE, SIDE) are previews without and with the edit; alpha (SIDE, SIDE)
    is the person in either. Away from the person, and where only the generator's drift
    tells the two apart, it is told of none.
    """
    drift = smoothed(np.abs(np.clip(shown, -1, 1) - np.clip(own, -1, 1))[0].mean(0) * 127.5)
    share = ramp(smoothed(alpha), FROM, FULL) * ramp(drift, *COUNTS)
    return own + share * (shown - own)


class Diffusion:
    """The diffusion model at a number of steps, conditioned on the GAN's image with offset.

    Of an edit it is given only what lies within the person (see told).
    """

    def __init__(self, pack: Pack, network: Network, steps: int) -> None:
        """Draw with a network under previews of a pack's generator."""
        self._pack, self._network, self._steps = pack, network, steps

    def begin(self, face: Floats, style: Floats, offset: Floats) -> Floats:
        """Return the reconstruction (1, 3, 256, 256) of a face, whose edits follow."""
        self._offset, self._face = offset, flat(face)
        self._before, _ = self._pack.features(style)
        _, self._shown = self._pack.features(style, offset)
        self._noise = self._network.encode(face, style, self._shown, self._steps)
        return self._network.decode(self._noise, style, self._shown, self._steps)

    def edit(self, style: Floats) -> Floats:
        """Return the picture of an edited style code."""
        _, shown = self._pack.features(style, self._offset, self._before)
        alphas = [self._pack.matte(self._face), self._pack.matte(flat(shown))]
        shown = told(self._shown, shown, np.maximum(*alphas))
        return self._network.decode(self._noise, style, shown, self._steps)


Engines = dict[str, Gan | Diffusion]


def background(a: Bytes, b: Bytes, nobody: NDArray[np.bool_]) -> float:
    """Return the mean absolute difference on [-1, 1] of two pictures where nobody is."""
    return float(np.abs(a.astype(float) - b)[nobody].mean() / 127.5) if nobody.any() else 0.0


def judge(
    pack: Pack, judges: Judges, engines: Engines, photo: Bytes, wishes: list[str],
    deviation: Floats,
) -> tuple[dict[str, Any], dict[str, list[Bytes]]]:  # fmt: skip
    """Return the numbers of each engine on one aligned photograph, and its pictures."""
    face, alone = planar(photo), pack.matte(photo) < NOBODY
    style, offset = pack.invert(face)
    vector, person = pack.editor.see(photo), judges.identity(photo)
    moved = {name: pack.edited(style, vector, WISHES[name]) for name in wishes}
    report: dict[str, Any] = {}
    pictures: dict[str, list[Bytes]] = {}
    for title, engine in engines.items():
        start = time.time()
        made = flat(engine.begin(face, style, offset))
        row = reconstruction(judges, photo, made) | {"seconds": time.time() - start}
        before, pictures[title] = judges.measure(made), []
        edits = {}
        for name, code in moved.items():
            start = time.time()
            after = flat(engine.edit(code))
            spent = time.time() - start
            nobody = alone & (pack.matte(after) < NOBODY)
            change = (judges.measure(after) - before)[None] / deviation
            edits[name] = {
                "effect": float(asked(name, change)[0]), "seconds": spent,
                "identity": float(np.linalg.norm(judges.identity(after) - person)),
                "background": background(after, photo, nobody),
                "moved": background(after, made, nobody),
            }  # fmt: skip
            pictures[title].append(after)
        report[title] = {"reconstruction": row, "edits": edits}
    return report, pictures


def line(title: str, reports: list[dict[str, Any]]) -> str:
    """Return an engine's line of the table, of its numbers on each photograph."""

    def mean(rows: list[dict[str, float]], name: str) -> float:
        return float(np.mean([row[name] for row in rows])) if rows else float("nan")

    whole = [r["reconstruction"] for r in reports]
    edits = [(name, e) for r in reports for name, e in r["edits"].items()]
    every = [e | {"hit": float(e["effect"] > VISIBLE)} for _, e in edits]
    shapes = [e for (name, _), e in zip(edits, every, strict=True) if name in SHAPES]
    cells = [
        f"{mean(whole, 'l2'):.4f}", f"{mean(whole, 'ms_ssim'):.3f}",
        f"{mean(whole, 'identity'):.3f}", f"{mean(every, 'hit'):.2f}",
        f"{mean(shapes, 'hit'):.2f}", f"{mean(every, 'effect'):.2f}",
        f"{mean(every, 'identity'):.3f}", f"{mean(every, 'background'):.4f}",
        f"{mean(every, 'moved'):.4f}", f"{mean(whole, 'seconds'):.1f}",
        f"{mean(every, 'seconds'):.1f}",
    ]  # fmt: skip
    return " | ".join(["", title, *cells, ""]).strip()


def table(reports: dict[str, dict[str, Any]]) -> str:
    """Return the means over photographs as Markdown."""
    titles = list(next(iter(reports.values())))
    edits = sum(len(r[titles[0]]["edits"]) for r in reports.values())
    head = ("engine", "L2", "MS-SSIM", "identity", "hits", "of shapes", "effect",
            "identity, edited", "background", "moved", "s", "s, edit")  # fmt: skip
    return "\n".join([
        f"{len(reports)} photographs, {edits} edits.", "", "| " + " | ".join(head) + " |",
        "| --- |" + " ---: |" * (len(head) - 1),
        *(line(t, [r[t] for r in reports.values()]) for t in titles),
    ]) + "\n"  # fmt: skip


def faces(photos: list[Path], program: Program | None) -> dict[str, Bytes]:
    """Return the aligned faces (256, 256, 3) of photographs, as the program aligns them."""
    if program is None:
        return {p.name: small(p) for p in photos}
    found = {}
    for photo in photos:
        with tempfile.TemporaryDirectory() as scratch:
            wish = {"target": "smiling face", "strength": 0, "aligned": True}
            made = program.edit(photo, {"": wish}, Path(scratch))
            if made:
                found[photo.name] = small(made[""])
    return found


def sheet(pictures: list[list[Bytes]], path: Path) -> None:
    """Write pictures (256, 256, 3) at half their side: a row for each list."""
    width = max(map(len, pictures))
    white = np.full((SIDE, SIDE, 3), 255, np.uint8)
    rows = [np.concatenate([*row, *[white] * (width - len(row))], 1) for row in pictures]
    whole = Image.fromarray(np.concatenate(rows))
    whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.BOX).save(path)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="the sentence model's files")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--program", type=Path, help="aligns the photographs")
    parser.add_argument("--diffusion", type=Path, help="an export, instead of the pack's")
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--dlib", type=Path, required=True, help="folder of dlib's model files")
    parser.add_argument("--data", type=Path, required=True, help="faces, for natural deviations")
    parser.add_argument("--limit", type=int, default=0, help="photographs, evenly chosen; 0: all")
    parser.add_argument("--steps", type=int, action="append", help="of diffusion: 10, 20 and 50")
    parser.add_argument("--wish", action="append", choices=WISHES, help="instead of all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    args = parser.parse_args()
    judges = Judges(args.dlib, args.networks)
    pack = Pack(args.pack, Editor(args.pack, args.sources, args.threads), args.threads)
    if args.diffusion:
        path = args.diffusion
        params = json.loads((path.parent / "params.json").read_text())["diffusion"]
    else:
        path = args.pack / "diffusion.onnx"
        manifest = json.loads((args.pack / "manifest.json").read_text())
        params = manifest["components"]["diffusion"]["params"]
    network = Network(path, params, args.threads)
    engines: Engines = {"GAN, style code alone": Gan(pack, offset=False),
                        "GAN with offset": Gan(pack, offset=True)}  # fmt: skip
    for steps in args.steps or (10, 20, 50):
        engines[f"diffusion, {steps} steps"] = Diffusion(pack, network, steps)

    photos = photographs(args.photos, args.limit)
    found = faces(photos, Program(args.program, args.pack) if args.program else None)
    deviation = deviations(judges, args.data)
    measures = np.array([judges.measure(face) for face in found.values()]) / deviation
    few = {name: set(np.argsort(asked(name, measures))[: (len(found) + 1) // 2].tolist())
           for name in args.wish or WISHES}  # fmt: skip
    kept = args.out.with_suffix(".json")
    reports = json.loads(kept.read_text()) if kept.exists() else {}
    rows: list[list[Bytes]] = []
    for k, (name, face) in enumerate(found.items()):
        if name in reports:
            continue
        wishes = [wish for wish, lacking in few.items() if k in lacking]
        reports[name], pictures = judge(pack, judges, engines, face, wishes, deviation)
        kept.write_text(json.dumps(reports, indent=1) + "\n")
        rows += [[face, *row] for row in pictures.values()]
        sheet(rows, args.out.with_suffix(".jpg"))
        print(table(reports), flush=True)
    args.out.with_suffix(".md").write_text(table(reports))

"""Measure how photographs survive: reconstruction, and identity after edits.

    python -m deltatrain.fidelity --program ../build/deltaedit --photos PHOTOS --data work/data \
        --networks work/labelers --dlib DLIB --refine 0 --generated 12 --out faces/fidelity

Runs the program itself on every photograph of a folder, and on generated faces held out
from training that were carried toward photographs (deltatrain.data.augment):

- reconstruction from style code and feature offset alone (`invert --aligned`), as it
  comes from the inverter and after each number of refinement steps of `--refine`, against
  the aligned face: mean squared error on [-1, 1] and MS-SSIM at 256², and the distance of a
  face-recognition descriptor that took no part in training (dlib's);
- the program's result for ten prompts at strengths 0.5 and 1 (`batch`, aligned): the
  same distance to the photograph, and whether the judges of deltatrain.report.judges see
  the attribute move the right way, on all photographs and on the half that has least
  of it (nobody asks a serious face to be serious);
- the share of the whole photograph's pixels that an edit leaves exactly as they were.

Writes the table as Markdown and JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deltatrain.data import augment
from deltatrain.report.evaluate import VISIBLE, asked
from deltatrain.report.judges import Judges
from deltatrain.report.similarity import ms_ssim
from deltatrain.train.backbone import held_out
from deltatrain.train.pairs import picture, pixels
from deltatrain.train.trainer import seed_all

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Rows = list[dict[str, float]]
T = TypeVar("T")

PROMPTS = {
    "smiling": "smiling face", "serious": "serious face", "mouth open": "face with an open mouth",
    "glasses": "face with glasses", "beard": "face with a beard", "old": "old face",
    "blond hair": "face with blond hair", "make-up": "face with make-up",
    "pale skin": "face with pale skin", "blue eyes": "face with blue eyes",
}  # fmt: skip
"""Concept (a name of deltatrain.report.evaluate.CHECKS) -> prompt; half of them move the shape."""
STRENGTHS = (0.5, 1.0)
SIDE = 256
GENERATED = "generated-"
"""How the names of generated faces begin."""
SEED = 5


def small(path: Path) -> Bytes:
    """Return a square picture averaged down to (SIDE, SIDE, 3)."""
    with Image.open(path) as image:
        return np.array(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))


class Program:
    """The program under test."""

    def __init__(self, binary: Path, pack: Path | None, provider: str = "cpu") -> None:
        """Name the binary and the folder of the pack, None for its own choice."""
        self._head = [str(binary)]
        self._batch = ["--provider", provider] + (["--pack", str(pack)] if pack else [])
        self._tail = [*self._batch, "--json"]

    def run(self, command: str, photo: Path, out: Path, *options: object) -> dict[str, Any]:
        """Run a subcommand; return its JSON, or {} with a word on stderr when it failed."""
        line = [*self._head, command, *self._tail, "--out", out, *options, photo]
        done = subprocess.run(  # noqa: S603 - the program under test
            list(map(str, line)), capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"{photo.name}: {command}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
            return {}
        return json.loads(done.stdout)

    def edit(self, photo: Path, wishes: dict[str, dict[str, Any]], out: Path) -> dict[str, Path]:
        """Edit one photograph in several ways, lines of a batch plan without their photo.

        Returns the pictures by the wishes' names, without those that failed.
        """
        plan = out / "plan.jsonl"
        lines = [{"in": str(photo.resolve()), "source": "face", "id": str(k), "out": f"{k}.png"}
                 | wish for k, wish in enumerate(wishes.values())]  # fmt: skip
        plan.write_text("".join(json.dumps(line) + "\n" for line in lines))
        line = [*self._head, "batch", *self._batch, "--plan", plan, "--out", out / "edited"]
        done = subprocess.run(  # noqa: S603 - the program under test
            list(map(str, line)), capture_output=True, text=True, check=False
        )
        told = [json.loads(row) for row in done.stdout.splitlines()]
        fine = {int(row["id"]) for row in told if row["status"] == "ok"}
        if len(fine) < len(wishes):
            print(f"{photo.name}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return {n: out / "edited" / f"{k}.png" for k, n in enumerate(wishes) if k in fine}


def photographs(folder: Path, limit: int) -> list[Path]:
    """Return at most limit photographs of a folder, chosen at equal intervals; 0 is all."""
    photos = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".png"))
    return evenly(photos, limit or len(photos))


def evenly(things: Sequence[T], count: int) -> list[T]:
    """Return count of the things, evenly chosen, at most all."""
    count = min(count, len(things))
    return [things[k] for k in np.linspace(0, len(things) - 1, count).astype(int)]


def deviations(judges: Judges, data: Path) -> Floats:
    """Return the deviation of each measure over generated faces held out from training."""
    images = np.load(data / "images.npy", mmap_mode="r")
    natural = np.array([judges.measure(np.array(images[k])) for k in range(0, 1800, 9)])
    return natural.std(0) + 1e-6


def reconstruction(judges: Judges, photo: Bytes, made: Bytes) -> dict[str, float]:
    """Return how a reconstruction (256, 256, 3) differs from the aligned photograph."""
    a, b = (x.astype(np.float64).transpose(2, 0, 1) / 127.5 - 1 for x in (photo, made))
    return {
        "l2": float(np.square(a - b).mean()),
        "ms_ssim": ms_ssim(a, b),
        "identity": float(np.linalg.norm(judges.identity(photo) - judges.identity(made))),
    }


def untouched(photo: Path, edited: Path) -> float:
    """Return the share of a photograph's pixels that are exactly the same after an edit."""
    with Image.open(photo) as a, Image.open(edited) as b:
        first, second = (np.asarray(x.convert("RGB")) for x in (a, b))
    return float((first == second).all(-1).mean()) if first.shape == second.shape else 0.0


def measure(
    program: Program, judges: Judges, photo: Path, steps: list[int], deviation: Floats,
    scratch: Path, *, edits: bool,
) -> dict[str, Any] | None:  # fmt: skip
    """Return everything about one photograph, None when it was refused."""
    wishes = {"": {"target": "smiling face", "strength": 0, "aligned": True}}
    if edits:
        wishes["whole"] = {"target": "smiling face"}
        for name, prompt in PROMPTS.items():
            for strength in STRENGTHS:
                wish = {"target": prompt, "strength": strength, "aligned": True}
                wishes[f"{name} {strength:g}"] = wish
    made, out = program.edit(photo, wishes, scratch), scratch / "out.png"
    if "" not in made:
        return None
    before = small(made.pop(""))
    report: dict[str, Any] = {"reconstruction": {}, "edits": {}}
    for n in steps:
        told = program.run("invert", photo, out, "--aligned", *(("--refine", n) if n else ()))
        if told:
            numbers = reconstruction(judges, before, small(out))
            stages = told["timings_ms"]
            spent = (stages.get("invert", 0) + stages.get("refine", 0)) / 1000
            report["reconstruction"][str(n)] = numbers | {"seconds": spent}
    if "whole" in made:
        report["untouched"] = untouched(photo, made.pop("whole"))
    measures, person = judges.measure(before), judges.identity(before)
    for key, path in made.items():
        after, name = small(path), key.rsplit(" ", 1)[0]
        change = (judges.measure(after) - measures)[None] / deviation
        report["edits"][key] = {
            "has": float(asked(name, measures[None] / deviation)[0]),
            "hit": float(asked(name, change)[0] > VISIBLE),
            "identity": float(np.linalg.norm(judges.identity(after) - person)),
        }
    return report


def lacking(rows: Rows) -> Rows:
    """Return the half of the photographs that show the requested concept least."""
    return sorted(rows, key=lambda row: row["has"])[: (len(rows) + 1) // 2]


def edit_line(title: str, rows: Rows, few: Rows) -> str:
    """Return a line of the table of edits."""
    hits, of_few = (float(np.mean([r["hit"] for r in part])) for part in (rows, few))
    identity = float(np.mean([r["identity"] for r in rows]))
    return f"| {title} | {hits:.2f} | {of_few:.2f} | {identity:.3f} |"


def generated(data: Path, count: int, folder: Path) -> list[Path]:
    """Write held-out generated faces, as a camera might have taken them; return the files."""
    images = np.load(data / "images.npy", mmap_mode="r")
    held = np.flatnonzero(np.load(data / "done.npy") & held_out(len(images)))
    rng, files = seed_all(SEED), []
    for k in evenly(held, count):
        face = augment.warp(picture(images[k][None]), rng, 0.7)
        files.append(folder / f"{GENERATED}{k:04d}.png")
        Image.fromarray(pixels(augment.photograph(face, rng))[0]).save(files[-1])
    return files


def table(reports: dict[str, Any], what: str = "photographs") -> str:
    """Return the means over photographs as Markdown."""
    found = {k: r for k, r in reports.items() if r is not None}
    lost = len(reports) - len(found)
    lines = [f"{len(found)} {what}; {lost} more were refused.", "",
             "| reconstruction, steps of refinement | L2 | MS-SSIM | identity distance | s |",
             "| ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    steps = sorted({int(n) for r in found.values() for n in r["reconstruction"]})
    for n in steps:
        rows = [r["reconstruction"][str(n)] for r in found.values() if str(n) in
                r["reconstruction"]]  # fmt: skip
        mean = {k: float(np.mean([row[k] for row in rows])) for k in rows[0]}
        lines.append(f"| {n} | {mean['l2']:.4f} | {mean['ms_ssim']:.3f} | {mean['identity']:.3f} | "
                     f"{mean['seconds']:.1f} |")  # fmt: skip
    names = [f"{name} {s:g}" for name in PROMPTS for s in STRENGTHS]
    rows_of = {k: [r["edits"][k] for r in found.values() if k in r["edits"]] for k in names}
    if any(rows_of.values()):
        lines += ["", "| edit | hits | on the half that has least of it | identity distance |",
                  "| --- | ---: | ---: | ---: |"]  # fmt: skip
        lines += [edit_line(key, rows, lacking(rows)) for key, rows in rows_of.items() if rows]
        for s in STRENGTHS:
            lists = [v for k, v in rows_of.items() if k.endswith(f" {s:g}")]
            rows = [x for v in lists for x in v]
            if rows:
                few = [x for v in lists for x in lacking(v)]
                lines.append(edit_line(f"all at {s:g}", rows, few))
    shares = [r["untouched"] for r in found.values() if "untouched" in r]
    if shares:
        lines += ["", f"Pixels of the whole photograph left exactly as they were by a smile: "
                  f"{np.mean(shares):.1%}."]  # fmt: skip
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--pack", type=Path, help="folder of the pack; the program's own choice")
    parser.add_argument("--provider", default="cpu", help="execution provider of the program")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--dlib", type=Path, required=True, help="folder of dlib's model files")
    parser.add_argument("--data", type=Path, required=True, help="faces, for natural deviations")
    parser.add_argument(
        "--refine", type=int, action="append", help="steps; 0 is the inverter alone"
    )
    parser.add_argument("--generated", type=int, default=0, help="faces held out from training")
    parser.add_argument("--limit", type=int, default=0, help="photographs, evenly chosen; 0: all")
    parser.add_argument("--no-edits", action="store_true")
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    args = parser.parse_args()
    judges = Judges(args.dlib, args.networks)
    program = Program(args.program, args.pack, args.provider)
    deviation = deviations(judges, args.data)
    photos = photographs(args.photos, args.limit)
    reports: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for photo in [*photos, *generated(args.data, args.generated, Path(folder))]:
            with tempfile.TemporaryDirectory() as scratch:
                reports[photo.name] = measure(
                    program, judges, photo, args.refine or [0], deviation, Path(scratch),
                    edits=not args.no_edits,
                )  # fmt: skip
            told = reports[photo.name]
            print(photo.name, told and told["reconstruction"], flush=True)
            args.out.with_suffix(".json").write_text(json.dumps(reports, indent=1) + "\n")
    drawn = {k: r for k, r in reports.items() if k.startswith(GENERATED)}
    text = table({k: r for k, r in reports.items() if k not in drawn}) if photos else ""
    if drawn:
        text += "\n" + table(drawn, "generated faces, carried toward photographs")
    args.out.with_suffix(".md").write_text(text)
    print(text)

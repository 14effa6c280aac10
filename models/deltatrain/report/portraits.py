"""Measure edits of photographs as somebody would see them: the whole program, one command.

    python -m deltatrain.portraits --program ../build/deltaedit --pack ../build/packs/faces \
        --photos PHOTOS --networks work/labelers --dlib DLIB --out faces/portraits

Every photograph is aligned by the program, and the aligned square is edited as a photograph of its
own: detection, inversion, drawing and compositing all take part, and the face lies where the
readers expect it. For each edit and strength the table says

- hits: of the photographs that it can be asked of, the share of which the readers (most took no
  part in training: deltatrain.report.readers) would say that it was done;
- identity: the distance of dlib's face descriptor from the photograph;
- nose and eyes: their lengths over those of the photograph, less 1; lips: how much redder;
- ring: the mean difference, in levels, 3 to 12 pixels around the person (at 256²); beyond: the
  same further away than that, where nothing should change at all;

and the hits again by group: dark and light skin, under and over 45, women and men (as perceived).
OUT.json keeps it by photograph, so that a run that was killed goes on; OUT.jpg is the sheet to look
at, 12 edits of 12 photographs at 384 pixels. Tune on one half of the photographs (`--half 0`) and
keep the other (`--half 1`) for the end.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from deltatrain.report.fidelity import Program, evenly, photographs, small
from deltatrain.report.readers import APPLIES, HITS, Readers, Reading

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

EDITS = {
    "smiling": "smiling face", "serious": "serious face", "angry": "angry face",
    "surprised": "surprised face", "old": "old face", "young": "young face",
    "child": "face of a child", "male": "face of a man", "female": "face of a woman",
    "blond hair": "face with blond hair", "black hair": "face with black hair",
    "bald": "bald face", "glasses": "face with glasses", "beard": "face with a beard",
}  # fmt: skip
"""Concept -> prompt."""
SHOWN = ("smiling", "serious", "angry", "old", "young", "child", "male", "female", "blond hair",
         "black hair", "bald", "beard")  # fmt: skip
"""Edits of the sheet."""
GROUPS: dict[str, Callable[[Reading], bool]] = {
    "dark skin": lambda a: a["skin_l"] < 55,
    "light skin": lambda a: a["skin_l"] >= 55,
    "under 45": lambda a: a["age"] < 45,
    "over 45": lambda a: a["age"] >= 45,
    "women": lambda a: a["male"] < 0.5,
    "men": lambda a: a["male"] >= 0.5,
}
CELL = 384
RING = (3, 12)
"""Pixels at 256² between which the ring around the person lies."""


def grown(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Return a mask widened by a number of pixels."""
    wide = Image.fromarray(mask.astype(np.uint8) * 255).filter(
        ImageFilter.MaxFilter(2 * pixels + 1)
    )
    return np.asarray(wide) > 0


class Surroundings:
    """Tells how far a picture changed around a person."""

    def __init__(self, pack: Path) -> None:
        """Open the pack's matte."""
        self._matte: Any = onnxruntime.InferenceSession(pack / "matte.onnx")

    def person(self, image: Bytes) -> NDArray[np.bool_]:
        """Return where a picture (256, 256, 3) shows a person."""
        feeds = {"image": image[None].astype(np.float32) / 255}
        return self._matte.run(None, feeds)[0].reshape(256, 256) > 0.5

    def changes(self, before: Bytes, after: Bytes) -> dict[str, float]:
        """Return the mean change, in levels, in the ring around both persons and beyond it."""
        person = self.person(before) | self.person(after)
        levels = np.abs(before.astype(np.float32) - after.astype(np.float32)).mean(-1)
        near, far = grown(person, RING[0]), grown(person, RING[1])
        ring, beyond = far & ~near, ~far
        return {
            "ring": float(levels[ring].mean()) if ring.any() else 0.0,
            "beyond": float(levels[beyond].mean()) if beyond.any() else 0.0,
        }


def measure(
    program: Program,
    readers: Readers,
    around: Surroundings,
    photo: Path,
    strengths: Sequence[float],
    kept: Path,
) -> dict[str, Any] | None:
    """Return the readings of a photograph and its edits; leave small pictures in kept."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        align = {"": {"target": "smiling face", "strength": 0, "aligned": True}}
        made = program.edit(photo, align, scratch)
        if "" not in made:
            return None
        square = scratch / "square.png"
        made[""].replace(square)
        before = small(square)
        lines = {
            f"{name} {strength:g}": {"target": prompt, "strength": strength}
            for name, prompt in EDITS.items() for strength in strengths
        }  # fmt: skip
        again = scratch / "again"
        again.mkdir()
        edited = program.edit(square, lines, again)
        reading, person = readers.read(before), readers.judges.identity(before)
        report: dict[str, Any] = {"photo": reading, "edits": {}}
        thumbnail(square, kept / f"{photo.stem}.jpg")
        for key, path in edited.items():
            after = small(path)
            far = float(np.linalg.norm(readers.judges.identity(after) - person))
            report["edits"][key] = {
                "reading": readers.read(after), "identity": far, **around.changes(before, after),
            }  # fmt: skip
            thumbnail(path, kept / f"{photo.stem} {key}.jpg")
    return report


def rounded(value: Any) -> Any:
    """Return a report with its numbers to four places."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def thumbnail(picture: Path, out: Path) -> None:
    """Write a picture, scaled to a cell of the sheet."""
    with Image.open(picture) as image:
        image.convert("RGB").resize((CELL, CELL), Image.Resampling.LANCZOS).save(out, quality=90)


def rows(reports: dict[str, Any], name: str, key: str) -> list[tuple[Reading, dict[str, Any]]]:
    """Return (reading of the photograph, report of the edit) where the edit can be asked."""
    applies = APPLIES.get(name, lambda _: True)
    return [(r["photo"], r["edits"][key]) for r in reports.values()
            if r and key in r["edits"] and applies(r["photo"])]  # fmt: skip


def hits(name: str, pairs: list[tuple[Reading, dict[str, Any]]]) -> float:
    """Return the share of pairs of which the edit can be seen, NaN for none."""
    return mean([float(HITS[name](a, e["reading"])) for a, e in pairs])


def mean(values: Sequence[float]) -> float:
    """Return the mean of the values that are numbers, NaN for none."""
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def line(title: str, found: str, pairs: list[tuple[Reading, dict[str, Any]]]) -> str:
    """Return a line of the table."""

    def change(field: str) -> list[float]:
        return [e["reading"][field] / a[field] - 1 for a, e in pairs]

    redder = [e["reading"]["lip_red"] - a["lip_red"] for a, e in pairs]
    numbers = [mean([e["identity"] for _, e in pairs]), mean(change("nose")), mean(change("eye")),
               mean(redder)]  # fmt: skip
    around = [mean([e[k] for _, e in pairs]) for k in ("ring", "beyond")]
    cells = [
        f"{numbers[0]:.2f}",
        *(f"{v:+.3f}" for v in numbers[1:]),
        *(f"{v:.1f}" for v in around),
    ]
    return f"| {title} | {len(pairs)} | {found} | " + " | ".join(cells) + " |"


def table(reports: dict[str, Any], strengths: Sequence[float]) -> str:
    """Return the report as Markdown."""
    found = {k: r for k, r in reports.items() if r}
    lines = [f"{len(found)} photographs; {len(reports) - len(found)} more were refused.", ""]
    for strength in strengths:
        lines += [f"Strength {strength:g}:", "",
                  "| edit | asked of | hits | identity | nose | eyes | lips | ring | beyond |",
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
        together, shares = [], []
        for name in EDITS:
            pairs = rows(found, name, f"{name} {strength:g}")
            share = hits(name, pairs) if name in HITS else float("nan")
            lines.append(line(name, "" if np.isnan(share) else f"{share:.2f}", pairs))
            if name in HITS:
                together += pairs
                shares.append(share)
        lines += [line("all that are read", f"{mean(shares):.2f}", together), ""]
    lines += ["Hits by group, strength 1:", "",
              "| group | photographs | " + " | ".join(HITS) + " | all |",
              "| --- | ---: |" + " ---: |" * (len(HITS) + 1)]  # fmt: skip
    for group, belongs in GROUPS.items():
        some = {k: r for k, r in found.items() if belongs(r["photo"])}
        shares = [hits(name, rows(some, name, f"{name} 1")) for name in HITS]
        cells = ["" if np.isnan(v) else f"{v:.2f}" for v in [*shares, mean(shares)]]
        lines.append(f"| {group} | {len(some)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def sheet(kept: Path, names: Sequence[str], out: Path) -> None:
    """Write the sheet of SHOWN edits at strength 1 of the photographs."""
    head = 24
    size = ((len(SHOWN) + 1) * CELL, head + len(names) * CELL)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for x, title in enumerate(("photograph", *SHOWN)):
        draw.text((x * CELL + 6, 4), title, fill="black", font_size=16)
    for y, name in enumerate(names):
        files = [kept / f"{name}.jpg", *(kept / f"{name} {edit} 1.jpg" for edit in SHOWN)]
        for x, file in enumerate(files):
            if file.exists():
                with Image.open(file) as cell:
                    picture.paste(cell, (x * CELL, head + y * CELL))
    picture.save(out, quality=80)


def main() -> None:
    """Measure, write the table and the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True, help="folder of the pack")
    parser.add_argument("--provider", default="cpu", help="execution provider of the program")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--dlib", type=Path, required=True, help="folder of dlib's model files")
    parser.add_argument("--half", type=int, choices=[0, 1], help="every second photograph, from")
    parser.add_argument("--limit", type=int, default=0, help="photographs, evenly chosen; 0: all")
    parser.add_argument("--strength", type=float, action="append", help="1 by default")
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    parser.add_argument("--pictures", type=Path, help="folder for the pictures of the sheet")
    args = parser.parse_args()
    photos = photographs(args.photos, 0)
    if args.half is not None:
        photos = photos[args.half :: 2]
    photos = evenly(photos, args.limit or len(photos))
    kept = args.pictures or args.out.parent / f"{args.out.name}_pictures"
    kept.mkdir(parents=True, exist_ok=True)
    strengths = sorted({*(args.strength or [1.0]), 1.0})
    program, around = Program(args.program, args.pack, args.provider), Surroundings(args.pack)
    readers = Readers(args.dlib, args.networks)
    store = args.out.with_suffix(".json")
    reports: dict[str, Any] = json.loads(store.read_text()) if store.exists() else {}
    for photo in photos:
        if photo.name in reports:
            continue
        reports[photo.name] = measure(program, readers, around, photo, strengths, kept)
        entries = (f"{json.dumps(k)}: {json.dumps(rounded(r))}" for k, r in reports.items())
        store.write_text("{\n" + ",\n".join(entries) + "\n}\n")
        print(photo.name, "refused" if reports[photo.name] is None else "measured", flush=True)
    text = table(reports, strengths)
    args.out.with_suffix(".md").write_text(text)
    names = [Path(k).stem for k, r in reports.items() if r]
    sheet(kept, evenly(names, 12), args.out.with_suffix(".jpg"))
    print(text)

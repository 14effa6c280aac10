"""Measure the edits of a built pack with judges that took no part in training.

    python -m deltatrain.evaluate --pack ../build/packs/faces --work work --data work/data \
        --networks work/labelers --sources ../build/cache/sources/minilm --out faces/evaluation

For every concept that a judge can measure (CHECKS), on faces that no training
step saw, out of the half of a pool that has least of it: does the asked
attribute move the right way by more than VISIBLE of its natural deviation
(hits), by how much, does it grow steadily with strength (Spearman over
−2 … 2), how far the face-recognition descriptor moves, and how
far the measures that were not asked for drift, as a mean over the other groups
in their natural deviations. Beside it, at equal mean effect: a supervised
linear direction in W, the mapper without the relevance mask, and a random
direction in style space of the same length.

Writes evaluation.json and evaluation.md. With --workers 2 two processes share the
concepts. With --only some concepts are measured again, and the others kept.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deltatrain.data.dataset import to_bytes
from deltatrain.data.synth import Synth, shrink
from deltatrain.report.editor import Editor
from deltatrain.report.judges import GROUPS, MEASURES, Judges
from deltatrain.text.concepts import CONCEPTS, Concept
from deltatrain.text.heldout import PLAIN, UNSEEN
from deltatrain.train.backbone import held_out

VISIBLE = 0.2
"""Natural deviations of a measure from which a change counts as a hit."""
STRENGTHS = (-2.0, -1.0, 1.0, 2.0)

CHECKS: dict[str, tuple[tuple[str, int], ...]] = {
    "smiling": (("smile", 1),), "serious": (("smile", -1),), "open smile": (("smile", 1),),
    "closed smile": (("mouth_open", -1),),
    "laughing": (("mouth_open", 1),), "surprised": (("mouth_open", 1), ("brow_raise", 1)),
    "angry": (("brow_raise", -1), ("smile", -1)), "sad": (("smile", -1),),
    "mouth open": (("mouth_open", 1),), "mouth closed": (("mouth_open", -1),),
    "eyes wide": (("eye_open", 1),), "eyes narrow": (("eye_open", -1),),
    "eyes closed": (("eye_open", -1),), "raised brows": (("brow_raise", 1),),
    "gaze left": (("gaze", -1),), "gaze right": (("gaze", 1),),
    "facing left": (("yaw", -1),), "facing right": (("yaw", 1),),
    "looking up": (("pitch", -1),), "looking down": (("pitch", 1),),
    "child": (("age", -1),), "teenager": (("age", -1),), "young": (("age", -1),),
    "middle-aged": (("age", 1),), "old": (("age", 1),), "very old": (("age", 1),),
    "male": (("male", 1),), "female": (("male", -1),),
    "bald": (("scalp", 1),), "receding hair": (("scalp", 1),),
    "black hair": (("hair_l", -1),), "blond hair": (("hair_l", 1), ("hair_b", 1)),
    "platinum hair": (("hair_l", 1),), "red hair": (("hair_a", 1),),
    "grey hair": (("hair_l", 1), ("hair_b", -1)),
    "white hair": (("hair_l", 1),), "long hair": (("sides", 1),), "short hair": (("sides", -1),),
    "fringe": (("fringe", 1),), "no fringe": (("fringe", -1),),
    "beard": (("beard", 1),), "stubble": (("beard", 1),), "moustache": (("moustache", 1),),
    "goatee": (("beard", 1),), "clean-shaven": (("beard", -1),),
    "thick brows": (("brow_dark", 1),), "thin brows": (("brow_dark", -1),),
    "blue eyes": (("eye_colour", 1),), "brown eyes": (("eye_colour", -1),),
    "glasses": (("bridge", 1),), "no glasses": (("bridge", -1),), "sunglasses": (("shades", 1),),
    "make-up": (("lid_dark", 1),), "lipstick": (("lip_red", 1),),
    "rosy cheeks": (("cheek_red", 1),), "pale skin": (("skin_l", 1),),
    "tanned skin": (("skin_b", 1),), "dark skin": (("skin_l", -1),),
    "chubby": (("face_width", 1),), "thin face": (("face_width", -1),),
    "wide jaw": (("jaw", 1),), "narrow jaw": (("jaw", -1),),
    "big nose": (("nose_width", 1),), "small nose": (("nose_width", -1),),
    "long nose": (("nose_long", 1),), "short nose": (("nose_long", -1),),
    "full lips": (("lips", 1),), "thin lips": (("lips", -1),),
    "light background": (("background_l", 1),), "dark background": (("background_l", -1),),
    "bright light": (("skin_l", 1),), "dim light": (("skin_l", -1),),
    "light from left": (("light_side", -1),), "light from right": (("light_side", 1),),
}  # fmt: skip
"""What a judge sees of a concept: measures and signs, of which the mean is taken."""

RELATED: dict[str, tuple[str, ...]] = {
    "smiling": ("eyes", "shape"), "open smile": ("eyes", "shape"), "laughing": ("eyes", "shape"),
    "surprised": ("eyes", "brows"), "angry": ("eyes", "mouth", "brows"),
    "child": ("shape", "skin"), "young": ("shape", "skin"), "old": ("shape", "skin"),
    "very old": ("shape", "skin", "hair"), "male": ("brows", "beard", "shape"),
    "female": ("brows", "beard", "shape"), "sunglasses": ("glasses",),
    "bright light": ("light", "hair"), "dim light": ("light", "hair"),
    "eyes closed": ("glasses",), "thick brows": ("glasses",), "lipstick": ("mouth",),
}  # fmt: skip
"""Groups that belong to a concept beside those of its own measures."""


Draw = Callable[[NDArray[np.float32], NDArray[np.float32] | None], NDArray[np.uint8]]
"""(style code (1, 6752), features before the edit or None) -> picture (256, 256, 3)."""


@dataclass
class Scores:
    """Numbers of one method over concepts; each list has an entry a concept."""

    hits: dict[str, float] = field(default_factory=dict)
    effect: dict[str, float] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    identity: dict[str, float] = field(default_factory=dict)
    spearman: dict[str, float] = field(default_factory=dict)
    curve: dict[str, float] = field(default_factory=dict)


@dataclass
class Faces:
    """Faces to try an edit on, as they are."""

    styles: list[NDArray[np.float32]]
    """Style codes, (1, 6752) each."""
    vectors: list[NDArray[np.float32]]
    """Image vectors, (1, D) each."""
    before: NDArray[np.float32]
    """(F, M), the judges' measures."""
    people: NDArray[np.float32]
    """(F, 128), descriptors."""
    features: list[NDArray[np.float32]]
    """The generator's features, (1, 512, 64, 64) each."""

    def chosen(self, rows: NDArray[np.int64]) -> Faces:
        """Return some of them."""
        return Faces([self.styles[k] for k in rows], [self.vectors[k] for k in rows],
                     self.before[rows], self.people[rows],
                     [self.features[k] for k in rows])  # fmt: skip


class Trial:
    """A pool of faces, what is drawn and judged, and the judges' scale."""

    def __init__(self, editor: Editor, judges: Judges, styles: Sequence[NDArray[np.float32]],
                 deviation: NDArray[np.float32], draw: Draw, count: int = 8,
                 concepts: Sequence[Concept] = CONCEPTS) -> None:  # fmt: skip
        """Measure the pool as it is; deviation (M,) is natural, of each measure.

        draw makes the picture that is judged. Every concept is tried on count faces of the
        pool.
        """
        self.editor, self.judges, self.deviation = editor, judges, deviation
        self.draw, self.count = draw, count
        self.concepts = [c for c in concepts if c.name in CHECKS]
        images = [draw(s, None) for s in styles]
        self.pool = Faces(
            list(styles), [editor.see(editor.draw(s)) for s in styles],
            np.array([judges.measure(image) for image in images]),
            np.array([judges.identity(image) for image in images]),
            [editor.features(s) for s in styles],
        )  # fmt: skip

    def faces(self, name: str) -> Faces:
        """Return the faces that a concept is tried on.

        They are spread evenly over the half of the pool that has least of it, since nobody
        asks to add a beard to a bearded face.
        """
        order = np.argsort(asked(name, self.pool.before / self.deviation), kind="stable")
        half = order[: max(self.count, (len(order) + 1) // 2)]
        return self.pool.chosen(half[np.linspace(0, len(half) - 1, self.count).astype(int)])

    def pictures(
        self, faces: Faces, moved: Sequence[NDArray[np.float32]], *, whole: bool = False
    ) -> list[NDArray[np.uint8]]:
        """Return the pictures of edited style codes, one for each face.

        whole draws them without regard to the features before, as other methods do.
        """
        before = [None] * len(moved) if whole else faces.features
        return [self.draw(s, f) for s, f in zip(moved, before, strict=True)]

    def changes(self, faces: Faces, after: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return how the faces' measures changed (F, M), in natural deviations."""
        told = np.array([self.judges.measure(image) for image in after])
        return (told - faces.before) / self.deviation

    def identity(self, faces: Faces, after: Sequence[NDArray[np.uint8]]) -> float:
        """Return the mean distance of the faces' descriptors, before and after."""
        told = np.array([self.judges.identity(image) for image in after])
        return float(np.linalg.norm(told - faces.people, axis=1).mean())


def asked(name: str, changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the change that the concept asks for (F,)."""
    return np.mean([sign * changes[:, MEASURES.index(m)] for m, sign in CHECKS[name]], 0)


def drifted(name: str, changes: NDArray[np.float32]) -> float:
    """Return the mean absolute change of the measures of groups that were not asked for."""
    own = {g for g, members in GROUPS.items() for m, _ in CHECKS[name] if m in members}
    own |= set(RELATED.get(name, ()))
    others = [k for g, members in GROUPS.items() if g not in own
              for k in map(MEASURES.index, members)]  # fmt: skip
    return float(np.clip(np.abs(changes[:, others]), 0, 4).mean())


def spearman(values: NDArray[np.float32]) -> float:
    """Return the rank correlation of values with their order, 0 for constant ones.

    Equal values have the mean of their ranks, as usual.
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    if len(counts) == 1:
        return 0.0
    return float(np.corrcoef(ranks, np.arange(len(values)))[0, 1])


def evaluate(trial: Trial, source: str = "face") -> tuple[Scores, dict[str, list]]:
    """Try every concept's plain prompt; returns scores and Δs by concept for the references."""
    editor, scores, made = trial.editor, Scores(), {}
    for concept in trial.concepts:
        d, faces = editor.direction(source, concept.target), trial.faces(concept.name)
        scale = d.gain * d.weight
        along, threshold = d.conditioned, d.threshold(editor.threshold)
        raw = [editor.change(s, v, along) * scale
               for s, v in zip(faces.styles, faces.vectors, strict=True)]  # fmt: skip
        masked = [editor.masked(c, along, threshold) for c in raw]
        series = {0.0: np.zeros(len(raw))}
        for strength in STRENGTHS:
            moved = [editor.moved(s, d.pace(strength, v[0]) * c) for s, v, c
                     in zip(faces.styles, faces.vectors, masked, strict=True)]  # fmt: skip
            after = trial.pictures(faces, moved)
            changes = trial.changes(faces, after)
            series[strength] = asked(concept.name, changes)
            if strength == 1.0:
                scores.hits[concept.name] = float((series[1.0] > VISIBLE).mean())
                scores.effect[concept.name] = float(series[1.0].mean())
                scores.drift[concept.name] = drifted(concept.name, changes)
                scores.identity[concept.name] = trial.identity(faces, after)
        order = sorted(series)
        table = np.array([series[s] for s in order])
        scores.spearman[concept.name] = float(np.mean([spearman(row) for row in table.T]))
        scores.curve[concept.name] = spearman(table.mean(1))
        made[concept.name] = [raw, masked]
        print(f"{concept.name:20s} hits {scores.hits[concept.name]:.2f} effect "
              f"{scores.effect[concept.name]:+.2f} drift {scores.drift[concept.name]:.2f} identity "
              f"{scores.identity[concept.name]:.2f} spearman {scores.spearman[concept.name]:.2f} "
              f"known {d.known}", flush=True)  # fmt: skip
    return scores, made


def worded(trial: Trial, prompts: dict[str, list[str]]) -> tuple[Scores, list[str]]:
    """Try prompts of every concept, one after the other over the faces.

    Returns the scores and the prompts that the pack says it does not know.
    """
    editor, scores, refused = trial.editor, Scores(), []
    for concept in trial.concepts:
        directions = [editor.direction("face", prompt) for prompt in prompts[concept.name]]
        refused += [
            t for t, d in zip(prompts[concept.name], directions, strict=True) if not d.known
        ]
        moved, faces = [], trial.faces(concept.name)
        for k, (s, v) in enumerate(zip(faces.styles, faces.vectors, strict=True)):
            d = directions[k % len(directions)]
            change = editor.asked(s, v, d) * d.gain * d.weight
            moved.append(editor.moved(s, change))
        series = asked(concept.name, trial.changes(faces, trial.pictures(faces, moved)))
        scores.hits[concept.name] = float((series > VISIBLE).mean())
        scores.effect[concept.name] = float(series.mean())
    return scores, refused


def at_effect(
    trial: Trial, name: str, steps: Sequence[NDArray[np.float32]], effect: float,
    grid: Sequence[float], *, whole: bool = False,
) -> tuple[float, float, float]:  # fmt: skip
    """Scale steps until their mean effect is the given one.

    Returns (scale, drift, identity there); the largest scale when none reaches it.
    """
    faces = trial.faces(name)

    def drawn(scale: float) -> list[NDArray[np.uint8]]:
        both = zip(faces.styles, steps, strict=True)
        moved = [trial.editor.moved(s, scale * c) for s, c in both]
        return trial.pictures(faces, moved, whole=whole)

    reached = [0.0]
    for scale in grid:
        reached.append(float(asked(name, trial.changes(faces, drawn(scale))).mean()))
        if reached[-1] >= effect:
            break
    rising = np.maximum.accumulate(reached)
    scale = float(np.interp(effect, rising + 1e-6 * np.arange(len(rising)),
                            [0.0, *grid[: len(rising) - 1]]))  # fmt: skip
    after = drawn(scale)
    return scale, drifted(name, trial.changes(faces, after)), trial.identity(faces, after)


def linear_direction(w: NDArray[np.float32], score: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the supervised direction in W (512,) of a score: ridge regression."""
    x = w - w.mean(0)
    gram = x.T @ x / len(x)
    gram += 0.05 * np.trace(gram) / len(gram) * np.eye(len(gram))
    return np.linalg.solve(gram, x.T @ (score - score.mean()) / len(x)).astype(np.float32)


def measure(args: argparse.Namespace, part: int) -> dict[str, dict]:
    """Return the report of every args.workers-th concept, from the part-th on."""
    threads = 1 if args.workers > 1 else 2
    editor = Editor(args.pack, args.sources, threads)
    judges = Judges(args.dlib, args.networks)
    images = np.load(args.data / "images.npy", mmap_mode="r")
    held = np.flatnonzero(held_out(len(images)))
    natural = np.array([judges.measure(np.array(images[k])) for k in held[:200]])
    styles = [editor.random(seed) for seed in range(args.pool)]
    if args.previews:
        draw: Draw = editor.draw
    else:
        synth = Synth(args.pack, threads)

        def draw(
            style: NDArray[np.float32], before: NDArray[np.float32] | None
        ) -> NDArray[np.uint8]:
            picture = synth.image(style[0], None if before is None else before[0])
            return to_bytes(shrink(picture))

    concepts = [c for c in CONCEPTS if not args.only or c.name in args.only][part :: args.workers]
    trial = Trial(editor, judges, styles, natural.std(0) + 1e-6, draw, args.faces, concepts)
    ours, made = evaluate(trial)
    report: dict[str, dict] = {"ours": vars(ours)}
    if not args.quick:
        for key, prompts in (("plain", PLAIN), ("unseen", UNSEEN)):
            scores, refused = worded(trial, prompts)
            report[key] = vars(scores) | {"refused": refused}
        if not args.no_references:
            report |= references(trial, ours, made, args)
    return report


def merge(reports: Sequence[dict[str, dict]]) -> dict[str, dict]:
    """Return the reports of several parts as one, the concepts in their order.

    Of a concept that several reports have, the last counts.
    """
    order = {c.name: k for k, c in enumerate(CONCEPTS)}
    out: dict[str, dict] = {}
    for key in reports[-1]:
        out[key] = {}
        for part in reports[0][key]:
            values = [r[key][part] for r in reports]
            if part == "refused":
                out[key][part] = list(dict.fromkeys(text for v in values for text in v))
            else:
                joint = {k: x for v in values for k, x in v.items()}
                out[key][part] = dict(sorted(joint.items(), key=lambda item: order[item[0]]))
    return out


def main() -> None:
    """Run everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--dlib", type=Path, required=True, help="folder of dlib's model files")
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="path without suffix")
    parser.add_argument("--pool", type=int, default=40, help="faces to choose from")
    parser.add_argument("--faces", type=int, default=8, help="that a concept is tried on")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--previews", action="store_true", help="judge previews: quicker")
    parser.add_argument("--quick", action="store_true", help="the concepts' own prompts only")
    parser.add_argument("--no-references", action="store_true", help="keep those of other methods")
    parser.add_argument("--only", action="append", help="measure these concepts, keep the others")
    args = parser.parse_args()
    path = args.out.with_suffix(".json")
    kept = [json.loads(path.read_text())] if args.only or args.no_references else []
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        found = pool.starmap(measure, [(args, k) for k in range(args.workers)], 1)
    report = merge(kept + found)
    if kept:
        report = kept[0] | report
    path.write_text(json.dumps(report, indent=1) + "\n")
    text = table(report)
    args.out.with_suffix(".md").write_text(text)
    print(text)


def references(
    trial: Trial, ours: Scores, made: dict[str, list], args: argparse.Namespace
) -> dict[str, dict]:
    """Return scores of the three references at our mean effect."""
    editor = trial.editor
    space = np.load(args.work / "space.npz")
    names = [str(n) for n in space["names"]]
    w3 = np.load(args.data / "w3.npy", mmap_mode="r")
    single = np.flatnonzero((np.arange(len(w3)) % 2 == 0) & ~held_out(len(w3)))
    w = np.asarray(w3[single, 0])
    base = editor.style(w.mean(0)[None])
    rng = np.random.default_rng(0)
    out = {"linear": Scores(), "no_relevance": Scores(), "random": Scores()}
    for name, effect in ours.effect.items():
        if effect < 0.1:
            continue
        v = linear_direction(w, space["scores"][single, names.index(name)])
        v *= np.sqrt(np.square(w - w.mean(0)).sum(1).mean()) / np.linalg.norm(v)
        step = editor.style(w.mean(0)[None] + v[None]) - base
        _, drift, identity = at_effect(trial, name, [step] * trial.count, effect,
                                       (0.15, 0.3, 0.5, 0.75, 1.0, 1.4), whole=True)  # fmt: skip
        out["linear"].drift[name], out["linear"].identity[name] = drift, identity
        raw, masked = made[name]
        _, drift, identity = at_effect(trial, name, raw, effect, (0.4, 0.7, 1.0, 1.5))
        out["no_relevance"].drift[name], out["no_relevance"].identity[name] = drift, identity
        noise = rng.standard_normal(step.shape).astype(np.float32) * editor.std
        noise *= np.linalg.norm(masked[0] / editor.std) / np.linalg.norm(noise / editor.std)
        faces = trial.faces(name)
        moved = [editor.moved(s, noise) for s in faces.styles]
        after = trial.pictures(faces, moved, whole=True)
        changes = trial.changes(faces, after)
        out["random"].hits[name] = float((asked(name, changes) > VISIBLE).mean())
        out["random"].drift[name] = drifted(name, changes)
        out["random"].identity[name] = trial.identity(faces, after)
        print(f"{name:20s} linear drift {out['linear'].drift[name]:.2f} identity "
              f"{out['linear'].identity[name]:.2f}", flush=True)  # fmt: skip
    return {k: vars(v) for k, v in out.items()}


def table(report: dict[str, dict]) -> str:
    """Return the report as Markdown."""
    ours = report["ours"]

    def mean(of: dict[str, float], over: Sequence[str] | None = None) -> str:
        values = [v for k, v in of.items() if over is None or k in over]
        return f"{np.mean(values):.3f}" if values else "–"

    lines = ["| | hits | effect | Spearman, a face | their mean | identity distance | drift |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    lines.append(
        f"| the concepts' own prompts, {len(ours['hits'])} concepts | {mean(ours['hits'])} | "
        f"{mean(ours['effect'])} | {mean(ours['spearman'])} | {mean(ours['curve'])} | "
        f"{mean(ours['identity'])} | {mean(ours['drift'])} |"
    )
    for key in ("plain", "unseen"):
        if key in report:
            part = report[key]
            lines.append(f"| held-out {key} wordings ({len(part['refused'])} called unknown) | "
                         f"{mean(part['hits'])} | {mean(part['effect'])} | | | | |")  # fmt: skip
    titles = {"linear": "supervised linear direction in W, at equal effect",
              "no_relevance": "without the relevance mask, at equal effect",
              "random": "random direction of the same length"}  # fmt: skip
    for key, title in titles.items():
        if key not in report:
            continue
        part = report[key]
        lines.append(f"| {title} | {mean(part['hits'])} | | | | {mean(part['identity'])} | "
                     f"{mean(part['drift'])} |")  # fmt: skip
        same = list(part["drift"])
        hits = mean(ours["hits"], same)
        lines.append(f"| ours on the same {len(same)} concepts | {hits} | | | | "
                     f"{mean(ours['identity'], same)} | {mean(ours['drift'], same)} |")  # fmt: skip
    lines += ["", "| concept | hits | plain | unseen | effect | Spearman | identity | drift | "
              "identity, linear | drift, linear |",
              "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip

    def cell(key: str, part: str, name: str) -> str:
        value = report.get(key, {}).get(part, {}).get(name)
        return "–" if value is None else f"{value:.2f}"

    for name in ours["hits"]:
        lines.append(
            f"| {name} | {ours['hits'][name]:.2f} | {cell('plain', 'hits', name)} | "
            f"{cell('unseen', 'hits', name)} | {ours['effect'][name]:+.2f} | "
            f"{ours['spearman'][name]:.2f} | {ours['identity'][name]:.2f} | "
            f"{ours['drift'][name]:.2f} | {cell('linear', 'identity', name)} | "
            f"{cell('linear', 'drift', name)} |"
        )
    return "\n".join(lines) + "\n"

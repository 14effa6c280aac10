"""Every training step in a tiny configuration, from drawn faces to a pack that edits.

What is left out is what set-up does not fetch: the labelling networks (their
measurements are made up from the style codes here) and the judges of the
evaluation, which a stand-in replaces.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deltapack import build
from deltatrain.data.attributes import NAMES
from deltatrain.data.axes import AXES, FIELDS
from deltatrain.data.synth import STYLE_CHANNELS
from deltatrain.report.editor import Editor
from deltatrain.text.concepts import CONCEPTS

MODELS = Path(__file__).resolve().parents[2]
FACES = 72


def step(module: str, *arguments: object) -> str:
    """Run a training step as a person would; returns what it printed."""
    command = [sys.executable, "-m", f"deltatrain.{module}", *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 - commands of our own
        command, cwd=MODELS, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(MODELS)},
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr[-3000:]}"
    return done.stdout


def made_up_labels(data: Path) -> None:
    """Write labels.npy: numbers of plausible ranges that follow from the faces' codes."""
    w3 = np.load(data / "w3.npy")
    rng = np.random.default_rng(0)
    rows = w3.reshape(len(w3), -1) @ rng.standard_normal((1536, len(NAMES))) / 30
    chances = {"male", "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}
    columns = [NAMES.index(name) for name in chances]
    rows[:, columns] = 1 / (1 + np.exp(-rows[:, columns]))
    for name in ("mouth_open", "wrinkles"):
        rows[:, NAMES.index(name)] = np.abs(rows[:, NAMES.index(name)]) + 0.1
    np.save(data / "labels.npy", rows.astype(np.float32))


def made_up_annotations(path: Path) -> None:
    """Write annotations of every face, codes drawn at random."""
    rng = np.random.default_rng(1)
    codes = dict.fromkeys(FIELDS, "01") | {
        "hair": "kdblpgr", "texture": "swc", "length": "0123", "hairline": "012",
        "facial": "0smgb", "makeup": "012", "lips": "npr", "build": "tacd", "expr": "onl",
        "gaze": "clr",
    }  # fmt: skip
    lines = [
        ",".join([str(k), *(codes[f][rng.integers(len(codes[f]))] for f in FIELDS)])
        for k in range(FACES)
    ]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, pack: Path, sources: Path) -> Path:
    """Run all steps; returns the folder of the trained parts."""
    root = tmp_path_factory.mktemp("tiny")
    work, data, out = root / "work", root / "work" / "data", root / "faces"
    out.mkdir()
    for name in ("preview_head.onnx", "inverter.onnx", "params.json"):
        shutil.copy(MODELS / "faces" / name, out / name)
    step("dataset", "--pack", pack, "--out", data, "--count", FACES, "--preview")
    made_up_labels(data)
    made_up_annotations(root / "annotations.csv")
    step("axes", "--data", data, "--annotations", root / "annotations.csv")
    common = ("--data", data, "--work", work)
    step("backbone", *common, "--steps", 3, "--batch", 8)
    step("space", *common, "--out", out)
    step("tower", "--work", work, "--sources", sources / "minilm", "--out", out, "--steps", 4,
         "--each", 2, "--strange", 0, "--wishes", 60, "--neutrals", 10, "--unknowns", 10,
         "--descriptions", 1, "--batch", 16)  # fmt: skip
    step("vocabulary", "--out", out)
    step("mapper", *common, "--out", out, "--steps", 3, "--batch", 8)
    step("mapper", *common, "--out", out, "--steps", 2, "--batch", 8, "--ablate", "linear")
    more = (*common, "--sources", sources / "random_face", "--out", out)
    step("relevance", *more, "--faces", 1)
    step("response", *more, "--pack", pack, "--steps", 2, "--batch", 2, "--faces", 4)
    resumed = step("response", *more, "--pack", pack, "--steps", 3, "--batch", 2, "--faces", 4)
    assert "resumed response.pt at step 2" in resumed
    step("offset", *more, "--steps", 1, "--batch", 2, "--held", 1, "--width", 16)
    draw = ("--pack", pack, "--sources", sources / "random_face", "--faces", out,
            "--offset", work / "offset.pt")  # fmt: skip
    step("pairs", *draw, "--data", data, "--inverter", out / "inverter.onnx",
         "--work", work / "pairs", "--count", 24, "--most", 24)  # fmt: skip
    step("pairs", *draw, "--again", work / "pairs", "--work", work / "again", "--most", 12)
    first, again = (np.load(work / name / "conditions.npy") for name in ("pairs", "again"))
    kept = np.load(work / "again" / "done.npy")
    assert kept.sum() == 12
    assert np.array_equal(first[kept], again[kept])
    tiny = ("--widths", 16, 16, 32, "--blocks", 1, 1, 1, "--of", FACES, "--work", work)
    step("diffusion", *tiny, "--pairs", work / "pairs", "--pairs", work / "again", "--stats",
         out / "style_stats.f32", "--steps", 2, "--batch", 2, "--held", 2)  # fmt: skip
    step("diffusion", *tiny, "--export", out / "diffusion.onnx")
    step("calibrate", *more, "--faces", 1, "--gains", 1)
    return out


@pytest.fixture(scope="module")
def editor(trained: Path, sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Editor:
    """The pack that the builder makes of them."""
    out = tmp_path_factory.mktemp("built") / "faces"
    build.main(["--sources", str(sources), "--trained", str(trained), "--out", str(out)])
    return Editor(out, sources / "minilm")


def test_trained_parts_make_a_pack_that_edits(editor: Editor) -> None:
    style = editor.random(3)
    picture = editor.draw(style)
    d = editor.direction("face", "smiling face")
    assert np.isfinite(d.vector).all()
    assert np.linalg.norm(d.vector) == pytest.approx(1, abs=1e-4)
    change = editor.change(style, editor.see(picture), d.vector)
    assert change.shape == (1, STYLE_CHANNELS)
    assert np.isfinite(change).all()
    moved = editor.moved(style, editor.masked(change, d.vector, 0.0))
    assert not np.array_equal(editor.draw(moved), picture)
    np.testing.assert_allclose(editor.moved(style, 0 * change), style, rtol=1e-4, atol=1e-4)


def test_every_concept_is_calibrated(trained: Path) -> None:
    concepts = json.loads((trained / "concepts.json").read_text())
    assert [c["name"] for c in concepts] == [c.name for c in CONCEPTS]
    for c in concepts:
        assert c["gain"] > 0, c["name"]
        assert c["length"] > 0, c["name"]
        assert len(c["delta"]) >= len(AXES), c["name"]


def test_reports_are_written(trained: Path) -> None:
    report = json.loads((trained.parent / "work" / "space_report.json").read_text())
    assert report["pairs"] == 1500
    assert -1 <= report["delta_cosine"] <= 1
    assert 0 <= report["unseen_above_half"] <= 1
    curve = json.loads((trained.parent / "work" / "mapper_report.json").read_text())
    assert curve[-1]["step"] == 3

"""The converter of official weights, on random weights in the tiny variant."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from conftest import ROOT
from deltaconvert import archive, checkpoints, convert, parity, samples, train
from deltaconvert.__main__ import MERGES, main
from deltaconvert.checkpoints import CheckpointError
from deltaconvert.templates import FETCHED, MANY, read_templates
from deltaconvert.tokenizer import Tokenizer, read_merges
from deltapack.stamp import digest
from deltatrain.train import mapper as mapper_command

CHOICES = convert.Choices("tiny", preview=16)
TOLERANCE = 1e-3


def silent(_: str) -> None:
    """Takes a report."""


@pytest.fixture(autouse=True, scope="module")
def single() -> None:
    """The networks are too small for more than one thread."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory, pack: Path) -> convert.Inputs:
    files = samples.write(tmp_path_factory.mktemp("checkpoints"), samples.TINY, seed=3)
    return convert.Inputs(**files, merges=MERGES, faces=pack)


@pytest.fixture(scope="module")
def wish() -> parity.Wish:
    return parity.Wish(parity.sample_picture(3))


@pytest.fixture(scope="module")
def wanted(inputs: convert.Inputs, wish: parity.Wish) -> parity.Edit:
    """The edit that the networks in PyTorch make of the prompts."""
    return parity.edit_in_torch(inputs, CHOICES, wish)


def converted(inputs: convert.Inputs, choices: convert.Choices, out: Path) -> Path:
    convert.convert(inputs, convert.check(inputs, choices, silent), choices, out, silent)
    return out


@pytest.fixture(scope="module")
def made(
    inputs: convert.Inputs, wanted: parity.Edit, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The converted pack, with a threshold that no channel is near."""
    choices = replace(CHOICES, threshold=float(wanted.values["threshold"]))
    return converted(inputs, choices, tmp_path_factory.mktemp("packs") / "tiny")


def test_every_graph_agrees_with_pytorch(inputs: convert.Inputs, made: Path) -> None:
    differences = parity.components(inputs, made)
    assert len(differences) == 9
    for name, difference in differences.items():
        assert difference <= TOLERANCE, name  # NaN fails


def test_an_edit_agrees_with_pytorch(
    inputs: convert.Inputs, made: Path, wish: parity.Wish, wanted: parity.Edit
) -> None:
    merges = read_merges(inputs.merges, samples.TINY.towers.vocabulary)
    got = parity.edit_in_pack(made, merges, wish)
    moved = wanted.values["moved"]
    assert 0 < np.count_nonzero(moved) < moved.size
    for name in ("style", "w_plus", "vector", "delta", "moved"):
        assert parity.off(got.values[name].reshape(wanted.values[name].shape),
                          wanted.values[name]) <= TOLERANCE, name  # fmt: skip
    assert parity.off(got.image, wanted.image) <= TOLERANCE
    untouched = parity.edit_in_pack(made, merges, replace(wish, strength=0.0))
    assert parity.off(untouched.image, wanted.image) > 10 * TOLERANCE


def test_half_precision_is_half_the_size_and_close(
    inputs: convert.Inputs, made: Path, tmp_path: Path
) -> None:
    half = converted(inputs, replace(CHOICES, half=True), tmp_path / "half")
    for name, difference in parity.components(inputs, half).items():
        assert difference <= 5e-3, name
    sizes = [(p / "inverter.bin").stat().st_size for p in (half, made)]
    assert sizes[0] < 0.6 * sizes[1]


def test_the_manifest_tells_hashes_and_licences(made: Path, inputs: convert.Inputs) -> None:
    found = json.loads((made / "manifest.json").read_text())
    assert {p.name for p in made.iterdir()} == {*found["files"], "manifest.json"}
    for name, entry in found["files"].items():
        assert digest(made / name) == entry["sha256"], name
        assert (made / name).stat().st_size == entry["bytes"], name
        assert entry["license"], name
    assert "non-commercial" in found["files"]["generator_high.onnx"]["notice"]
    assert digest(inputs.stylegan) in found["files"]["generator_low.onnx"]["source"]
    assert str(inputs.stylegan.parent) not in json.dumps(found)
    text = found["components"]["text_encoder"]["params"]
    templates = read_templates(FETCHED)
    assert text["templates"] == templates
    assert len(set(templates)) == 79
    assert all(t.count("{}") == 1 for t in templates)


def test_dry_run_tells_and_writes_nothing(
    inputs: convert.Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pack"
    assert main([*options(inputs), "--out", str(out), "--preview", "16", "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "inverter" in told.out
    assert str(out) in told.out
    assert "sha256" in told.err
    assert not list(tmp_path.iterdir())


def options(inputs: convert.Inputs) -> list[str]:
    names = ("stylegan", "e4e", "clip", "mapper", "relevance", "merges", "faces")
    return [text for n in names for text in (f"--{n}", str(getattr(inputs, n)))]


def test_an_existing_pack_stays(inputs: convert.Inputs, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    out.mkdir()
    (out / "mine").write_text("keep")
    assert main([*options(inputs), "--out", str(out), "--preview", "16"]) == 1
    assert [p.name for p in tmp_path.rglob("*")] == ["pack", "mine"]


def test_a_state_dict_of_clip_will_do(inputs: convert.Inputs, tmp_path: Path) -> None:
    assert archive.is_archive(inputs.clip)
    layout, state = checkpoints.towers(inputs.clip)
    path = tmp_path / "clip_state.pt"
    torch.save({name: t.float() for name, t in state.items()}, path)
    again, same = checkpoints.towers(path)
    assert again == layout
    assert all(torch.equal(same[name], t.float()) for name, t in state.items())


READERS: dict[str, Callable[[Path], Any]] = {
    "stylegan": checkpoints.stylegan,
    "e4e": checkpoints.encoder,
    "clip": checkpoints.towers,
    "mapper": checkpoints.delta_mapper,
}


@pytest.mark.parametrize("given", ["stylegan", "e4e", "clip", "mapper", "relevance"])
@pytest.mark.parametrize("wanted_part", sorted(READERS))
def test_swapped_checkpoints_are_named(
    inputs: convert.Inputs, given: str, wanted_part: str
) -> None:
    if given == wanted_part:
        return
    path = getattr(inputs, given)
    with pytest.raises(CheckpointError) as told:
        READERS[wanted_part](path)
    assert str(told.value).startswith(f"{path}: this is ")
    assert f"goes to --{given}" in str(told.value)


@pytest.mark.parametrize("part", [*READERS, "relevance"])
@pytest.mark.parametrize("kept", [0, 10, 0.5, -100])
def test_truncated_checkpoints_are_refused(
    inputs: convert.Inputs, tmp_path: Path, part: str, kept: float
) -> None:
    data = getattr(inputs, part).read_bytes()
    cut = data[: int(len(data) * kept) if isinstance(kept, float) else kept]
    path = tmp_path / "cut.pt"
    path.write_bytes(cut)
    read = READERS.get(part, lambda p: checkpoints.relevance(p, 70, 16))
    with pytest.raises(CheckpointError, match=r"truncated|whole") as told:
        read(path)
    assert str(path) in str(told.value)


def altered(path: Path, out: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    value = torch.load(path, weights_only=True)
    change(value)
    torch.save(value, out)
    return out


def test_faults_are_named(inputs: convert.Inputs, tmp_path: Path) -> None:
    def drop(v: dict[str, Any]) -> None:
        del v["g_ema"]["convs.7.conv.weight"]

    def add(v: dict[str, Any]) -> None:
        v["g_ema"]["convs.99.noise.weight"] = torch.zeros(1)

    def reshape(v: dict[str, Any]) -> None:
        v["g_ema"]["to_rgb1.bias"] = torch.zeros(1, 4, 1, 1)

    def spoil(v: dict[str, Any]) -> None:
        v["g_ema"]["style.1.weight"][0, 0] = float("nan")

    def headless(v: dict[str, Any]) -> None:
        del v["latent_avg"]

    for change, words in (
        (drop, "1 tensors are missing: convs.7.conv.weight"),
        (add, "1 are not expected: convs.99.noise.weight"),
        (reshape, r"to_rgb1.bias \[1, 4, 1, 1\] instead of \[1, 3, 1, 1\]"),
        (spoil, "style.1.weight holds numbers that are not finite"),
        (headless, 'lacks the entry "latent_avg"'),
    ):
        path = altered(inputs.stylegan, tmp_path / "bad.pt", change)
        with pytest.raises(CheckpointError, match=words) as told:
            checkpoints.stylegan(path)
        assert str(told.value).startswith(str(path))

    def other(v: dict[str, Any]) -> None:
        v["opts"]["encoder_type"] = "GradualStyleEncoder"

    path = altered(inputs.e4e, tmp_path / "psp.pt", other)
    with pytest.raises(CheckpointError, match="encoder_type GradualStyleEncoder"):
        checkpoints.encoder(path)


def test_networks_that_do_not_fit_are_refused(inputs: convert.Inputs, tmp_path: Path) -> None:
    sizes = replace(
        samples.TINY, generator=replace(samples.TINY.generator, channels=(8, 8, 8, 8, 4))
    )
    files = samples.write(tmp_path, sizes)
    with pytest.raises(CheckpointError, match="do not belong together") as told:
        convert.check(replace(inputs, mapper=files["mapper"]), CHOICES, silent)
    assert str(told.value).startswith(str(files["mapper"]))
    with pytest.raises(CheckpointError, match="want 70 style channels") as told:
        convert.check(replace(inputs, relevance=files["relevance"]), CHOICES, silent)
    assert str(told.value).startswith(str(files["relevance"]))
    with pytest.raises(CheckpointError, match="no bpe_simple_vocab"):
        convert.check(replace(inputs, merges=Path(__file__)), CHOICES, silent)
    with pytest.raises(CheckpointError, match="run make setup"):
        convert.check(replace(inputs, faces=tmp_path), CHOICES, silent)


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        """Takes the file that the command makes."""
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Returns what unpickling calls."""
        return os.system, (f"touch {self.mark}",)


def test_code_in_a_checkpoint_is_not_run(inputs: convert.Inputs, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = tmp_path / "evil.pt"
    torch.save({"g_ema": Evil(mark)}, evil)
    plain = tmp_path / "plain.pkl"
    plain.write_bytes(pickle.dumps(Evil(mark)))
    scripted = tmp_path / "scripted.pt"
    shutil.copy(inputs.clip, scripted)
    with zipfile.ZipFile(inputs.clip) as old, zipfile.ZipFile(scripted, "w") as new:
        for name in old.namelist():
            data = pickle.dumps(Evil(mark)) if name.endswith("/data.pkl") else old.read(name)
            new.writestr(name, data)
    array = tmp_path / "array.npy"
    np.save(array, np.array([Evil(mark)], object), allow_pickle=True)
    for path in (evil, plain, scripted):
        for read in READERS.values():
            with pytest.raises(CheckpointError, match=path.name):
                read(path)
    with pytest.raises(CheckpointError, match=array.name):
        checkpoints.relevance(array, 70, 16)
    assert not mark.exists()
    pickle.loads(plain.read_bytes())  # noqa: S301 - shows that it would have been run
    assert mark.exists()


def test_tokenizer_agrees_with_the_reference() -> None:
    path = ROOT / "engine" / "prompt" / "token" / "testdata" / "bytepair_reference.json"
    tokenizer = Tokenizer(read_merges(MERGES, 49408), 77)
    cases = json.loads(path.read_text())
    # Only texts that need no repair: repairing is the engine's work.
    plain = [c for c in cases if re.fullmatch(r"[\t\n -%'-~]*", c["text"])]
    assert len(plain) > 20
    for case in plain:
        assert tokenizer.encode(case["text"]) == case["ids"], case["text"]


def test_training_the_official_way(
    inputs: convert.Inputs, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(3):
        Image.fromarray(parity.sample_picture(seed)).save(photos / f"{seed}.png")
    work = ["--pack", str(made), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    command = [*work, "--photos", str(photos), "--count", "120", "--batch", "16"]
    sys_argv = ["deltatrain.mapper", *command, "--steps", "100"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", sys_argv)
        mapper_command.main()
    seen = np.load(tmp_path / "data" / "cspace_noise_feat.npy")
    assert seen.shape == (120, 16)
    assert np.linalg.norm(seen, axis=1) == pytest.approx(np.ones(120), abs=1e-4)
    assert np.load(tmp_path / "data" / "sspace_photos_feat.npy").shape == (3, 70)

    # The arrays and the state are there: a second run goes on.
    train.main([*command, "--steps", "200"])
    assert "resumed at step 100" in capsys.readouterr().out
    state = torch.load(tmp_path / "out" / "training.pt", weights_only=True)
    losses = [point["loss"] for point in state["curve"]]
    assert losses[-1] < 0.85 * losses[0]

    # What was trained goes into a pack like the official one.
    trained = replace(inputs, mapper=tmp_path / "out" / "delta_mapper.pt")
    again = converted(trained, CHOICES, tmp_path / "again")
    assert parity.components(trained, again)["delta_mapper delta_style"] <= TOLERANCE


def test_areas_are_averaged_exactly() -> None:
    planes = np.random.default_rng(0).standard_normal((1, 3, 16, 16)).astype(np.float32)
    want = torch.from_numpy(planes).repeat_interleave(7, 2).repeat_interleave(7, 3)
    want = torch.nn.functional.avg_pool2d(want, 8)
    assert parity.off(train.areas(planes, 14), want) < 1e-5
    assert parity.off(train.areas(planes, 16), planes) < 1e-6


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = (", "no Python module"),
        ("X = ()", "does not define"),
        ("OPENAI_IMAGENET_TEMPLATES = (lambda c: f'a {c}',)", "1 templates without"),
        ("OPENAI_IMAGENET_TEMPLATES = ('a photo',)", "line 1 is no template"),
    ],
)
def test_other_modules_are_no_templates(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "templates.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=told):
        read_templates(path)


def test_made_up_words_have_the_form_of_clips(tmp_path: Path) -> None:
    made = samples.write_words(tmp_path)
    assert len(read_merges(made["merges"], samples.TINY.towers.vocabulary)) == samples.MERGES
    assert MANY not in read_templates(made["templates"])

"""Assembling a pack from real third-party parts and stand-ins for trained ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from conftest import preview_head, runner
from deltapack import assemble, build, trained
from deltapack.graph import Graph, save
from test_minilm import head

pytestmark = pytest.mark.slow  # each test assembles a whole pack

STYLE, SPACE = 6752, 8
SAMPLER = {"sigma_min": 0.01, "sigma_max": 40.0, "rho": 7.0, "steps": 20}


def constant(name: str, inputs: dict[str, list[int]], outputs: dict[str, list[int]]) -> Graph:
    """A graph with the given tensors whose outputs are fixed numbers."""
    graph = Graph(name)
    for role, shape in inputs.items():
        graph.input(role, shape)
    for role, shape in outputs.items():
        graph.output(graph.const(np.full(shape, 0.5, np.float32)), role, shape)
    return graph


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A folder that holds a stand-in for every trained part."""
    folder = tmp_path / "parts"
    graphs = {
        "preview_head": preview_head(),
        "inverter": constant("inverter", {"image": [1, 3, 128, 128]}, {"style": [1, STYLE]}),
        "offset": constant(
            "offset",
            {
                "image": [1, 3, 256, 256],
                "preview": [1, 3, 256, 256],
                "features": [1, 512, 64, 64],
                "style": [1, STYLE],
            },
            {"offset": [1, 512, 64, 64]},
        ),
        "image_encoder": constant("encoder", {"image": [1, 3, 128, 128]}, {"vector": [1, SPACE]}),
        "delta_mapper": constant(
            "mapper",
            {"style": [1, STYLE], "image_vector": [1, SPACE], "delta": [1, SPACE]},
            {"delta_style": [1, STYLE]},
        ),
    }
    for name, graph in graphs.items():
        save(graph.model(), folder / f"{name}.onnx")
    rng = np.random.default_rng(0)
    np.savez(folder / "text_head.npz", **head(SPACE))
    rng.standard_normal((STYLE, SPACE), np.float32).astype("<f2").tofile(folder / "relevance.f16")
    np.ones((2, STYLE), "<f4").tofile(folder / "style_stats.f32")
    concept = {"name": "x", "source": "a", "target": "b", "gain": 1.5}
    concept["delta"] = [1.0] + [0.0] * (SPACE - 1)
    (folder / "concepts.json").write_text(json.dumps([concept]))
    (folder / "words.txt").write_text("face\nsmiling\n")
    (folder / "params.json").write_text('{"delta_mapper": {"gain": 2.5}}')
    assert trained.missing(folder) == []
    return folder


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text())


def test_complete_pack(sources: Path, parts: Path, tmp_path: Path) -> None:
    out = tmp_path / "packs" / "faces"
    assert assemble.assemble(sources, parts, out) == []
    said = manifest(out)
    assert said["format"] == 1
    assert {p.name for p in out.iterdir()} == {*said["files"], "manifest.json"}
    for name, entry in said["files"].items():
        content = (out / name).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["license"]
        assert entry["source"]
    assert "non-commercial" in said["files"]["generator_top.onnx"]["notice"]
    for component in said["components"].values():
        for graph in component["graphs"]:
            model = onnx.load(out / graph["model"])
            assert {i.name for i in model.graph.input} == set(graph["inputs"])
            assert {o.name for o in model.graph.output} == set(graph["outputs"])
    components = said["components"]
    assert len(components["generator"]["graphs"]) == 2
    assert components["generator"]["graphs"][0]["outputs"]["preview"]["shape"] == [1, 3, 256, 256]
    assert set(components["refiner"]["graphs"][0]["outputs"]) >= {"loss", "style_gradient", "image"}
    assert components["refiner"]["params"]["steps"] > 0
    assert components["text_encoder"]["graphs"][0]["outputs"]["vector"]["shape"] == [-1, SPACE]
    assert components["text_encoder"]["params"]["concepts"] == "concepts.json"
    assert components["delta_mapper"]["params"] == {"gain": 2.5}
    assert components["relevance"]["params"]["cols"] == SPACE
    stored = np.fromfile(parts / "relevance.f16", "<f2").astype("<f4")
    assert np.array_equal(np.fromfile(out / "relevance.f32", "<f4"), stored)
    assert [p.name for p in out.parent.iterdir()] == ["faces"], "no scratch folder is left"


def test_same_inputs_give_the_same_pack(sources: Path, parts: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assemble.assemble(sources, parts, tmp_path / name)
    assert manifest(tmp_path / "a") == manifest(tmp_path / "b")


def test_missing_parts_fail_and_are_named(sources: Path, parts: Path, tmp_path: Path) -> None:
    (parts / "inverter.onnx").unlink()
    out = tmp_path / "faces"
    with pytest.raises(assemble.MissingError, match=r"inverter\.onnx missing"):
        assemble.assemble(sources, parts, out)
    assert not out.exists()
    assert assemble.assemble(sources, parts, out, allow_missing=True) == ["inverter.onnx"]
    assert "inverter" not in manifest(out)["components"]


def denoiser(parts: Path, side: int = 256, style: int = STYLE, **sampler: float) -> None:
    """Adds a stand-in for the diffusion model, which a pack may do without."""
    square = [1, 3, side, side]
    tensors = {"picture": square, "sigma": [1], "condition": square, "style": [1, style]}
    save(constant("d", tensors, {"denoised": square}).model(), parts / trained.DIFFUSION)
    (parts / "params.json").write_text(json.dumps({"diffusion": SAMPLER | sampler}))


def test_a_pack_may_have_a_diffusion_model(sources: Path, parts: Path, tmp_path: Path) -> None:
    denoiser(parts, sigma_max=4.0)
    out = tmp_path / "faces"
    assert assemble.assemble(sources, parts, out) == []
    component = manifest(out)["components"]["diffusion"]
    assert component["params"] == SAMPLER | {"sigma_max": 4.0}
    (graph,) = component["graphs"]
    assert {k: v["shape"] for k, v in graph["inputs"].items()} == {
        "picture": [1, 3, 256, 256], "sigma": [1], "condition": [1, 3, 256, 256],
        "style": [1, STYLE],
    }  # fmt: skip
    assert graph["outputs"]["denoised"]["shape"] == [1, 3, 256, 256]
    assert "non-commercial" in manifest(out)["files"]["diffusion.onnx"]["notice"]

    (parts / trained.DIFFUSION).unlink()  # its parameters may stay
    assert assemble.assemble(sources, parts, out) == []
    assert "diffusion" not in manifest(out)["components"]
    assert not (out / "diffusion.onnx").exists()


def test_a_pack_may_have_a_parser(sources: Path, parts: Path, tmp_path: Path) -> None:
    shapes = {"image": [1, 256, 256, 3]}, {"parts": [1, assemble.PARTS, 128, 128]}
    save(constant("p", *shapes).model(), parts / trained.PARSER)
    out = tmp_path / "faces"
    assert assemble.assemble(sources, parts, out) == []
    (graph,) = manifest(out)["components"]["parser"]["graphs"]
    assert graph["outputs"]["parts"]["shape"] == [1, assemble.PARTS, 128, 128]
    assert "non-commercial" in manifest(out)["files"]["parser.onnx"]["notice"]

    (parts / trained.PARSER).unlink()
    assert assemble.assemble(sources, parts, out) == []
    assert "parser" not in manifest(out)["components"]


def wrong_space(parts: Path) -> None:
    tensors = {"image": [1, 3, 128, 128]}, {"vector": [1, SPACE + 1]}
    save(constant("encoder", *tensors).model(), parts / "image_encoder.onnx")


def wrong_relevance(parts: Path) -> None:
    np.zeros((STYLE, SPACE + 1), "<f2").tofile(parts / "relevance.f16")


def wrong_concept(parts: Path) -> None:
    concept = {"name": "x", "source": "", "target": "", "gain": 1, "delta": [2.0] * SPACE}
    (parts / "concepts.json").write_text(json.dumps([concept]))


def wrong_params(parts: Path) -> None:
    (parts / "params.json").write_text('{"generater": {}}')


def wrong_role(parts: Path) -> None:
    tensors = {"photo": [1, 3, 256, 256]}, {"style": [1, STYLE]}
    save(constant("inverter", *tensors).model(), parts / "inverter.onnx")


def small_denoiser(parts: Path) -> None:
    denoiser(parts, side=128)


def other_denoiser(parts: Path) -> None:
    denoiser(parts, style=9)


def no_sampler(parts: Path) -> None:
    denoiser(parts)
    (parts / "params.json").write_text("{}")


def odd_sampler(parts: Path) -> None:
    denoiser(parts, guidance=2)


def no_noise(parts: Path) -> None:
    denoiser(parts, sigma_min=40.0)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (small_denoiser, r"'picture' is FLOAT\[1, 3, 128, 128\], want \[1, 3, 256, 256\]"),
        (other_denoiser, r"diffusion\.onnx: input 'style' is FLOAT\[1, 9\], want \[1, 6752\]"),
        (no_sampler, r"params\.json: diffusion: has \[\], want \['rho', 'sigma_max'"),
        (odd_sampler, r"params\.json: diffusion: has \['guidance'"),
        (no_noise, r"noise from 40\.0 to 40\.0, want 0 < sigma_min"),
        (wrong_space, r"image_encoder\.onnx: output 'vector' is FLOAT\[1, 9\], want \[1, 8\]"),
        (wrong_relevance, r"relevance\.f16: 9 columns, want 8"),
        (wrong_concept, r"concepts\.json: x: delta has 8 numbers and norm 5\.657"),
        (wrong_params, "no component is called 'generater'"),
        (wrong_role, r"inputs \[.photo.\] are not fed"),
    ],
)
def test_parts_that_do_not_fit_leave_the_old_pack(
    sources: Path, parts: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    out = tmp_path / "faces"
    out.mkdir()
    (out / "old").write_text("pack")
    spoil(parts)
    with pytest.raises(ValueError, match=says):
        assemble.assemble(sources, parts, out)
    assert [p.name for p in out.iterdir()] == ["old"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["faces", "parts"]


def test_command_line_says_why_it_failed(
    sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--trained", str(tmp_path), "--out", str(tmp_path / "faces")]
    assert build.main(["--sources", str(sources), *places]) == 1
    assert "pack not built" in capsys.readouterr().err
    assert build.main(["--sources", str(tmp_path), *places, "--allow-missing"]) == 1
    assert "SynthesisNetwork.xml" in capsys.readouterr().err


def test_training_can_have_parts_alone(sources: Path, tmp_path: Path) -> None:
    places = ["--sources", str(sources), "--trained", str(tmp_path), "--out", str(tmp_path / "x")]
    assert build.main([*places, "--only", "text"]) == 0
    encoder = runner(tmp_path / "x" / "sentence_encoder.onnx")
    ids = np.array([[101, 2227, 102]])
    assert encoder(ids=ids, mask=np.ones_like(ids))["vector"].shape == (1, 384)

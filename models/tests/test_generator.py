"""The generator's graphs against what OpenVINO says of the same weights."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import off_by, preview_head, reference, run, runner
from deltapack import generator, refiner
from deltapack.generator import Weights
from deltapack.rows import Rows
from make_generator_reference import PATCH, STRIDE

NO_OFFSET = np.zeros((1, 512, 64, 64), np.float32)


def test_style_code_has_the_documented_layers(weights: Weights) -> None:
    sizes = (512, *(512, 128, 512) * 4, 512, 128, 256, 256, 64, 128, 128, 32, 64, 64)
    assert weights.style_sizes == sizes
    assert weights.style_channels == 6752


def test_mapping_agrees_with_the_ir(weights: Weights) -> None:
    want = reference("generator.npz")
    mapping = runner(generator.mapping_graph(weights))
    for seed, w in zip(want["seeds"], want["w"], strict=True):
        z = np.random.default_rng(seed).standard_normal((1, 512)).astype(np.float32)
        got = mapping(z=z, truncation=np.float32([1]))["w"]
        assert off_by(got[0], w) < 1e-4
        assert off_by(weights.mapping(z)[0], w) < 1e-4


def test_truncation_pulls_toward_the_mean(weights: Weights) -> None:
    mapping = runner(generator.mapping_graph(weights))
    z = np.random.default_rng(1).standard_normal((1, 512)).astype(np.float32)
    mean = weights.mapping.mean()
    whole = mapping(z=z, truncation=np.float32([1]))["w"]
    half = mapping(z=z, truncation=np.float32([0.5]))["w"]
    none = mapping(z=z, truncation=np.float32([0]))["w"]
    assert off_by(none[0], mean) < 1e-6
    assert off_by(half, (whole + mean) / 2) < 1e-5
    assert off_by(whole[0], mean) > 0.1


def test_mean_is_deterministic(weights: Weights) -> None:
    assert np.array_equal(weights.mapping.mean(2500), weights.mapping.mean(2500))


def test_affine_takes_each_layers_own_w(weights: Weights) -> None:
    affine = runner(generator.affine_graph(weights))
    w = np.random.default_rng(2).standard_normal((1, 23, 512)).astype(np.float32)
    parts = [w[:, i] @ a.weight.T + a.bias for i, a in enumerate(weights.affines)]
    assert off_by(affine(w_plus=w)["style"], np.concatenate(parts, 1)) < 1e-3


def test_pictures_agree_with_the_ir_in_fp32(weights: Weights) -> None:
    want = reference("generator.npz")
    trunk = runner(generator.trunk_graph(weights))
    top = runner(generator.top_graph(weights))
    assert len(want["w_used"]) == 8
    for w, pixels, patch in zip(want["w_used"], want["pixels"], want["patch"], strict=True):
        style = weights.styles(w[None])
        features = trunk(style=style, offset=NO_OFFSET, reference=NO_OFFSET)["features"]
        image = top(style=style, features=features)["image"][0]
        assert image.shape == (3, 1024, 1024)
        assert off_by(image[:, ::STRIDE, ::STRIDE], pixels) < 1e-3
        assert off_by(image[:, *PATCH], patch) < 1e-3


def test_strips_make_the_whole_picture(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    style = weights.styles(reference("generator.npz")["w"][:1])
    features = runner(generator.trunk_graph(weights))(
        style=style, offset=NO_OFFSET, reference=NO_OFFSET
    )["features"]
    strips = runner(generator.top_graph(weights))(style=style, features=features)["image"]
    monkeypatch.setattr(generator, "STRIPS", 1)
    whole = runner(generator.top_graph(weights))(style=style, features=features)["image"]
    assert off_by(strips, whole) < 1e-5


def test_offset_is_added_to_the_features(weights: Weights) -> None:
    trunk = runner(generator.trunk_graph(weights))
    style = weights.styles(reference("generator.npz")["w"][:1])
    offset = np.random.default_rng(3).standard_normal((1, 512, 64, 64)).astype(np.float32)
    plain = trunk(style=style, offset=NO_OFFSET, reference=NO_OFFSET)["features"]
    for reference_features in (NO_OFFSET, plain):
        got = trunk(style=style, offset=offset, reference=reference_features)["features"]
        assert off_by(got, plain + offset) < 1e-5


def test_edits_stay_where_they_move_and_offsets_yield_there(weights: Weights) -> None:
    trunk = runner(generator.trunk_graph(weights))
    style = weights.styles(reference("generator.npz")["w"][:1])
    offset = np.random.default_rng(3).standard_normal((1, 512, 64, 64)).astype(np.float32)
    plain = trunk(style=style, offset=NO_OFFSET, reference=NO_OFFSET)["features"]
    before = plain * np.float32(0.98)  # a little everywhere, much in one place
    before[:, :, 20:30, 40:50] = -3 * plain[:, :, 20:30, 40:50]
    far = np.ones((64, 64), bool)
    far[18:32, 38:52] = False
    inner = (..., slice(22, 28), slice(42, 48))
    edited = trunk(style=style, offset=NO_OFFSET, reference=before)["features"]
    assert off_by(edited[inner], plain[inner]) < 1e-4, "the edit is not done where it is"
    assert off_by(edited[0, :, far], before[0, :, far]) < 1e-4, "it reaches elsewhere"
    kept = trunk(style=style, offset=offset, reference=before)["features"] - edited
    assert np.abs(kept[inner]).max() < 1e-2, "the old offset shows through the edit"
    assert off_by(kept[0, :, far], offset[0, :, far]) < 1e-3, "it yields elsewhere"


def test_interleaving_is_a_permutation_that_groups_bands() -> None:
    assert generator.interleave(8).tolist() == [0, 2, 3, 4, 1, 5, 6, 7]
    assert sorted(generator.interleave(512).tolist()) == list(range(512))


def test_inverse_haar_matches_its_definition(weights: Weights) -> None:
    bands = np.random.default_rng(4).standard_normal((1, 12, 4, 4)).astype(np.float32)
    low, high = bands[0, :3], bands[0, 3:].reshape(3, 3, 4, 4)
    want = np.empty((3, 8, 8), np.float32)
    for a in (0, 1):
        for b in (0, 1):
            p, q = (-1) ** a, (-1) ** b
            mixed = low + p * high[:, 0] + q * high[:, 1] + p * q * high[:, 2]
            want[:, a::2, b::2] = mixed / 2
    writer = generator._Writer("haar", weights)  # noqa: SLF001 - the unit under test
    x = writer.graph.input("x", [1, 12, 4, 4])
    writer.graph.output(writer.haar(x, 12, Rows.all(4)), "y", [1, 3, 8, 8])
    style = np.zeros((1, weights.style_channels), np.float32)
    got = run(writer.graph.model(), x=bands[:, generator.interleave(12)], style=style)["y"]
    assert off_by(got[0], want) < 1e-6


def test_preview_head_is_appended_behind_the_offset(weights: Weights) -> None:
    trunk = runner(generator.trunk_graph(weights, preview_head().model()))
    style = weights.styles(reference("generator.npz")["w"][:1])
    got = trunk(style=style, offset=NO_OFFSET + 1, reference=NO_OFFSET)
    assert off_by(got["preview"][0, :, 2::4, 2::4], got["features"][0, :3]) < 1e-6


def test_preview_head_without_a_preview_is_refused(weights: Weights) -> None:
    with pytest.raises(ValueError, match="want preview"):
        generator.trunk_graph(weights, preview_head("other").model())


def test_no_plane_is_added_as_a_constant(weights: Weights) -> None:
    """OpenVINO would keep such a plane of noise once for every channel."""
    refine = refiner.refiner_graph(weights)
    for model in (generator.trunk_graph(weights), generator.top_graph(weights), refine):
        planes = {t.name for t in model.graph.initializer if np.prod(t.dims[2:4]) > 1}
        added = [set(node.input) & planes for node in model.graph.node if node.op_type == "Add"]
        assert planes
        assert added
        assert not any(added)


def test_graphs_avoid_what_webgpu_cannot_run(weights: Weights) -> None:
    for model in (generator.trunk_graph(weights), generator.top_graph(weights)):
        for node in model.graph.node:
            assert node.op_type != "Split", "too many storage buffers"
            groups = [a.i for a in node.attribute if a.name == "group"]
            assert node.op_type != "ConvTranspose" or groups in ([], [1]), "wrong results"
        assert all(t.data_type != 10 for t in model.graph.initializer), "fp16 initializer"

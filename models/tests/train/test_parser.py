"""The parser's labels, its training pictures and the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deltapack import assemble
from deltatrain.data import parts as labels
from deltatrain.data.parts import BACKGROUND, CLOTHES, FRONT, GRID, HAIR, HAT, PARTS
from deltatrain.data.scenes import OUT, Scenes, moved
from deltatrain.train.parser import Parser, report

SIDE = 256


def face(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of bands, and its parts in 1/255: hair, skin, clothes, background."""
    share = np.zeros((len(PARTS), GRID, GRID), np.uint8)
    share[HAIR, :20, 16:48] = 255
    share[PARTS.index("skin"), 20:48, 16:48] = 255
    share[CLOTHES, 48:, 8:] = 255
    share[BACKGROUND] = 255 - share.sum(0)
    colours = rng.integers(0, 255, (len(PARTS), 3))
    picture = colours[share.argmax(0)].repeat(4, 0).repeat(4, 1)
    return picture.astype(np.uint8), share


@pytest.fixture
def scenes() -> Scenes:
    """Return scenes of four faces, of which three are labelled."""
    rng = np.random.default_rng(1)
    pairs = [face(rng) for _ in range(4)]
    images = np.stack([p[0] for p in pairs])
    parts = np.stack([p[1] for p in pairs])[[3, 0, 2]]
    return Scenes(images, parts, np.array([3, 0, 2]), rng)


def test_scenes_are_pictures_with_parts_that_sum_to_one(scenes: Scenes) -> None:
    seen = torch.zeros(len(PARTS))
    for _ in range(8):
        image, parts = scenes.draw(np.array([0, 1, 2]))
        assert image.shape == (3, SIDE, SIDE, 3)
        assert parts.shape == (3, len(PARTS), OUT, OUT)
        assert image.min() >= 0
        assert image.max() <= 1
        assert torch.allclose(parts.sum(1), torch.ones(3, OUT, OUT), atol=1e-4)
        seen += parts.mean((0, 2, 3))
    assert seen[HAT] > 0.01, "no hats"
    assert seen[FRONT] > 0.01, "nothing in front"


def test_a_picture_and_its_parts_move_together() -> None:
    rng = np.random.default_rng(2)
    x = torch.from_numpy(rng.random((4, 1, 64, 64)).astype(np.float32))
    both = moved(torch.cat([x, x], 1), rng)
    assert torch.equal(both[:, 0], both[:, 1])
    assert not torch.allclose(both[:, 0], x[:, 0])


def test_things_cover_some_and_not_all(scenes: Scenes) -> None:
    drawn = [scenes.draw(np.array([0, 1, 2]))[1][:, FRONT].mean((1, 2)) for _ in range(10)]
    covered = torch.cat(drawn)
    assert 0.005 < covered.mean() < 0.5
    assert covered.max() < 0.9


def test_outside_of_the_person_is_background() -> None:
    share = np.full((len(PARTS), GRID, GRID), 1 / len(PARTS), np.float32)
    person = np.zeros((GRID, GRID), np.float32)
    person[:, 32:] = 1
    got = labels.within(share, person)
    assert np.allclose(got.sum(0), 1, atol=1e-5)
    assert np.allclose(got[BACKGROUND, :, :32], 1)
    assert np.allclose(got[:, :, 32:], 1 / len(PARTS))


def test_the_classifier_learns_the_clusters_that_have_a_label(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    width, faces = 1024, 6
    means = rng.standard_normal((3, width)).astype(np.float32) * 3
    rows = np.repeat(np.arange(3), GRID * GRID // 3 + 1)[: GRID * GRID]
    pixels = means[rows] + rng.standard_normal((faces, GRID * GRID, width)).astype(np.float32)
    np.save(tmp_path / "features.npy", pixels.astype(np.float16))
    basis = np.linalg.qr(rng.standard_normal((width, labels.COMPONENTS)))[0].astype(np.float32)
    np.savez(
        tmp_path / "clusters.npz", mean=np.zeros(width, np.float32),
        scale=np.ones(width, np.float32), basis=basis, faces=np.arange(faces),
        labels=np.repeat(rows[None], faces, 0).astype(np.uint8),
    )  # fmt: skip
    table = tmp_path / "parts.csv"
    table.write_text("cluster,part\n0,hair\n2,clothes\n")
    labels.fit(table, tmp_path, 0)
    model = labels.load(tmp_path / "parts.npz")
    with torch.no_grad():
        found = model(torch.from_numpy(means)).argmax(1).tolist()
    assert found[0] == HAIR
    assert found[2] == CLOTHES


def test_the_table_names_parts(tmp_path: Path) -> None:
    table = tmp_path / "parts.csv"
    table.write_text("cluster,part\n5,clothes\n7,hair\n")
    assert labels.read_table(table) == {5: CLOTHES, 7: HAIR}
    table.write_text("cluster,part\n5,elbow\n")
    with pytest.raises(ValueError, match="elbow"):
        labels.read_table(table)


def test_the_pack_has_as_many_parts() -> None:
    assert len(PARTS) == assemble.PARTS


def test_a_parser_gives_shares() -> None:
    model = Parser().eval()
    with torch.no_grad():
        got = model(torch.rand(2, SIDE, SIDE, 3))
    assert got.shape == (2, len(PARTS), OUT, OUT)
    assert torch.allclose(got.sum(1), torch.ones(2, OUT, OUT), atol=1e-4)


def test_the_report_is_perfect_for_perfect_parts() -> None:
    picture, share = face(np.random.default_rng(4))

    class Knows(Parser):
        def forward(self, _: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(share.repeat(2, 1).repeat(2, 2)[None] / 255.0)

    told = report(Knows(), picture[None], share[None], np.array([0]), np.array([0]))
    assert "hair 1.00" in told
    assert "clothes 1.00" in told

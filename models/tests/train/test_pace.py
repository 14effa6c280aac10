"""How an edit is kept on the manifold: relevance, response, and the room of a face."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from conftest import off_by, runner  # noqa: E402
from deltapack import generator  # noqa: E402
from deltapack.generator import Weights  # noqa: E402
from deltatrain.report import evaluate  # noqa: E402
from deltatrain.report.editor import Direction  # noqa: E402
from deltatrain.train import calibrate, relevance  # noqa: E402
from deltatrain.train.gan import Affine, Trunk, edited  # noqa: E402


def test_features_of_an_edit_agree_with_the_pack(weights: Weights) -> None:
    rng = np.random.default_rng(3)
    w = torch.from_numpy(weights.mapping(rng.standard_normal((2, 512)).astype(np.float32)))
    style = Affine(weights)(w[:, None].expand(2, 3, 512))
    after = torch.cat([style[:1, :1024], torch.lerp(style[:1], style[1:], 0.1)[:, 1024:]], 1)
    trunk = Trunk(weights)
    with torch.no_grad():
        before = trunk(style[:1])
        whole = trunk(after)
        made = edited(whole, before)
    feeds = {"style": after.numpy(), "offset": np.zeros_like(before), "reference": before.numpy()}
    wanted = runner(generator.trunk_graph(weights, None))(**feeds)["features"]
    assert off_by(made.numpy(), wanted) < 1e-3
    assert off_by(whole.numpy(), wanted) > 0.01, "nothing was kept: the test tells nothing"


def test_relevance_rows_have_length_one_or_none() -> None:
    rows = np.array([[3, 4], [0, 0], [1e-6, 0]], np.float32)
    np.testing.assert_allclose(relevance.unit(rows), [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-6)


CONCEPTS = (
    {"delta": [1, 0, 0], "low": -0.5, "high": 0.5, "motion": 0.4},
    {"delta": [0, 1, 0], "low": -0.2, "high": 0.6, "motion": 0.2},
    {"delta": [0, 0, 1]},
)


def direction(*shares: float) -> Direction:
    parts = [(c, s) for c, s in zip(CONCEPTS, shares, strict=True) if s]
    return Direction(np.array(shares, np.float32), 1.0, 1.0, 1.0, [], True, parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shares", "face", "back", "ahead"),
    [  # the cases of engine/prompt/pace_test.go
        ((1, 0, 0), (0, 0, 0), 1.25, 1.25),
        ((1, 0, 0), (0.5, 0, 0), 2.5, 1),
        ((1, 0, 0), (-0.5, 0, 0), 0.15, 2.5),
        ((-1, 0, 0), (-0.5, 0, 0), 2.5, 1),
        ((0.7, 0.7, 0), (-0.5, 0.4, 0), 1.5, 1.75),
        ((0.7, 0, 0.7), (0.5, 0, 0), 2.5, 1),
    ],
)
def test_strength_slows_down_beyond_the_range_of_faces(
    shares: tuple[float, ...], face: tuple[float, ...], back: float, ahead: float
) -> None:
    d, v = direction(*shares), np.array(face, np.float32)
    for room, sign in ((back, -1), (ahead, 1)):
        assert d.pace(0.9 * sign * room, v) == pytest.approx(0.9 * sign * room)
        assert d.pace(2 * sign * room, v) == pytest.approx(sign * room * (1 + math.log(2)))


def test_strength_is_left_alone_where_no_range_is_known() -> None:
    assert direction(0, 0, 1).pace(-3.5, np.ones(3, np.float32)) == -3.5


class Flat:
    """A bench whose faces move by what they are told, up to 2 steps."""

    def motion(self, change: torch.Tensor) -> torch.Tensor:
        """Return the change, limited."""
        return change.clamp(max=2)


def test_response_stops_where_it_is_enough() -> None:
    change = torch.tensor([[1.0, 0.5]]).expand(3, 2)
    along, rows = torch.tensor([1.0, 0.0]), torch.eye(2)
    own, beside = calibrate.respond(Flat(), change, (0.5, 1, 1.5, 2), along, rows, 1.2)  # type: ignore[arg-type]
    assert own == pytest.approx([0.5, 1, 1.5])
    assert beside == pytest.approx([0.25, 0.5, 0.75])
    own, _ = calibrate.respond(Flat(), change, (1, 3, 5), along, rows, 9)  # type: ignore[arg-type]
    assert own == pytest.approx([1, 2, 2])


@pytest.mark.parametrize(
    ("values", "rank"), [((1, 2, 3, 9), 1), ((4, 3, 2, 1), -1), ((0, 0, 0, 1), 0.7746), ((5, 5), 0)]
)
def test_spearman_gives_ties_the_mean_rank(values: tuple[float, ...], rank: float) -> None:
    assert evaluate.spearman(np.array(values, np.float32)) == pytest.approx(rank, abs=1e-4)

"""The evaluation's arithmetic, on faces and judges that are made up."""

from __future__ import annotations

import numpy as np
import pytest

from deltatrain.data.annotate import ranked
from deltatrain.data.axes import AXES
from deltatrain.data.chart import Chart
from deltatrain.report import deltaspace, evaluate
from deltatrain.report.judges import GROUPS, MEASURES
from deltatrain.text.concepts import CONCEPTS
from deltatrain.train.response import Steps


def test_every_check_names_a_concept_and_measures() -> None:
    names = {c.name for c in CONCEPTS}
    for table in (evaluate.CHECKS, evaluate.RELATED):
        assert set(table) <= names
    for checks in evaluate.CHECKS.values():
        assert all(m in MEASURES and sign in (1, -1) for m, sign in checks)
    assert all(set(groups) <= set(GROUPS) for groups in evaluate.RELATED.values())
    assert len(evaluate.CHECKS) >= 60


def test_asked_and_drift_look_at_their_own_measures() -> None:
    changes = np.zeros((2, len(MEASURES)), np.float32)
    changes[:, MEASURES.index("age")] = (1.5, -0.5)
    assert evaluate.asked("old", changes).tolist() == [1.5, -0.5]
    assert evaluate.asked("young", changes).tolist() == [-1.5, 0.5]
    assert evaluate.drifted("old", changes) == 0, "the asked attribute is no drift"
    assert evaluate.drifted("smiling", changes) > 0


def test_concepts_measured_again_take_the_place_of_their_old_figures() -> None:
    def report(hits: dict[str, float], refused: list[str]) -> dict[str, dict]:
        return {"ours": {"hits": hits}, "plain": {"hits": hits, "refused": refused}}

    old = report({"smiling": 0.5, "serious": 0.7}, ["a", "b"])
    joint = evaluate.merge([old, report({"serious": 0.9, "old": 1.0}, ["b"])])
    assert joint["ours"]["hits"] == {"smiling": 0.5, "serious": 0.9, "old": 1.0}
    assert joint["plain"]["refused"] == ["a", "b"]


class Seer:
    """An editor and judges to whom a picture is its style code's first value, an age."""

    def see(self, image: np.ndarray) -> np.ndarray:
        """Return the picture."""
        return image

    def measure(self, image: np.ndarray) -> np.ndarray:
        """Return an age and zeros."""
        out = np.zeros(len(MEASURES), np.float32)
        out[MEASURES.index("age")] = image[0, 0]
        return out

    def identity(self, image: np.ndarray) -> np.ndarray:
        """Return the picture's row."""
        return image[0]

    def features(self, style: np.ndarray) -> np.ndarray:
        """Return the code."""
        return style

    def draw(self, style: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
        """Return the code, with what was before where that is given."""
        return style if before is None else style + before / 100


def test_edits_are_tried_on_faces_that_lack_the_attribute() -> None:
    seer = Seer()
    styles = [np.full((1, 3), age, np.float32) for age in (50, 20, 80, 40, 10, 70, 30, 60)]
    one = np.ones(len(MEASURES), np.float32)
    trial = evaluate.Trial(seer, seer, styles, one, seer.draw, 3)  # type: ignore[arg-type]
    assert [float(s[0, 0]) for s in trial.faces("old").styles] == [10, 20, 40]
    assert [float(s[0, 0]) for s in trial.faces("young").styles] == [80, 70, 50]
    faces = trial.faces("old")
    assert [float(p[0, 0]) for p in trial.pictures(faces, faces.styles)] == pytest.approx(
        [10.1, 20.2, 40.4]
    )
    assert trial.pictures(faces, faces.styles, whole=True) == faces.styles
    older = [s + 5 for s in faces.styles]
    changes = trial.changes(faces, older)  # type: ignore[arg-type]
    assert evaluate.asked("old", changes).tolist() == [5, 5, 5]
    assert trial.identity(faces, older) == pytest.approx(5 * 3**0.5)  # type: ignore[arg-type]


def test_drift_of_one_broken_measure_is_bounded() -> None:
    changes = np.zeros((1, len(MEASURES)), np.float32)
    changes[0, MEASURES.index("age")] = 1e6
    assert evaluate.drifted("smiling", changes) < 0.3


def test_linear_direction_finds_what_a_score_follows() -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal((4000, 512)).astype(np.float32)
    score = 2 * w[:, 7] + 0.1 * rng.standard_normal(4000)
    v = evaluate.linear_direction(w, score.astype(np.float32))
    assert int(np.argmax(np.abs(v))) == 7
    assert v[7] > 5 * np.abs(np.delete(v, 7)).max()


def test_deltaspace_figures_tell_paired_from_shuffled() -> None:
    rng = np.random.default_rng(1)
    image = deltaspace.unit(rng.standard_normal((400, 32)))
    noisy = deltaspace.unit(image + 0.05 * rng.standard_normal(image.shape))
    f = deltaspace.figures(image, noisy)
    assert f["paired"] > 0.9
    assert abs(f["shuffled"]) < 0.1
    assert f["recall_at_1"] == 1
    apart = deltaspace.figures(image, deltaspace.unit(noisy + 1))
    assert apart["means"] > f["means"] + 0.5
    lost = deltaspace.figures(image, noisy[rng.permutation(400)])
    assert lost["recall_at_1"] < 0.05


def test_picture_has_a_row_for_every_set() -> None:
    rng = np.random.default_rng(2)
    some = [deltaspace.unit(rng.standard_normal((30, 8))) for _ in range(4)]
    one = deltaspace.picture([deltaspace.Clouds("a", *some)])
    two = deltaspace.picture([deltaspace.Clouds("a", *some), deltaspace.Clouds("b", *some)])
    assert two.height == 2 * one.height
    assert len(set(one.getdata())) >= 3


def test_faces_to_annotate_are_the_highest_that_are_not_known() -> None:
    axes = np.random.default_rng(3).standard_normal((2000, len(AXES))).astype(np.float32)
    first, second = np.argsort(-axes[:, AXES.index("hat")])[:2]
    chosen = ranked(axes, {int(first)})
    assert int(first) not in chosen
    assert int(second) in chosen
    assert len(chosen) < 1900


def test_directions_of_concepts_lead_where_they_point() -> None:
    import torch

    chart = Chart.draw(3.0, 3)
    steps = torch.eye(len(AXES))
    delta, length = chart.toward(steps)
    assert torch.allclose(delta.norm(dim=1), torch.ones(len(AXES)), atol=1e-5)
    assert bool((length > 0).all())
    cosines = delta @ chart.axes.T
    assert cosines.argmax(1).tolist() == list(range(len(AXES)))
    assert cosines.diagonal().min() > 0.95


@pytest.mark.parametrize("seed", range(5))
def test_drawn_steps_are_finite_and_not_nothing(seed: int) -> None:
    table = np.random.default_rng(4).standard_normal((len(CONCEPTS), len(AXES)))
    steps = Steps(table.astype(np.float32))
    rng = np.random.default_rng(seed)
    for _ in range(20):
        step = steps.draw(rng)
        assert step.shape == (len(AXES),)
        assert 0 < np.linalg.norm(step) < 100

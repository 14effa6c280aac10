"""The pack that set-up built: whole, intact, and its graphs run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from conftest import ROOT, runner
from deltapack import trained
from deltapack.stamp import digest

COMPONENTS = {
    "mapping",
    "affine",
    "generator",
    "inverter",
    "refiner",
    "image_encoder",
    "text_encoder",
    "delta_mapper",
    "relevance",
    "style_stats",
    "detector",
    "landmarks",
    "matte",
    "parser",
    "diffusion",
}


def test_nothing_is_missing(pack: Path) -> None:
    assert trained.missing(ROOT / "models" / "faces") == []
    said = json.loads((pack / "manifest.json").read_text())
    assert set(said["components"]) == COMPONENTS
    assert "preview" in said["components"]["generator"]["graphs"][0]["outputs"]


def test_hashes_are_right(pack: Path) -> None:
    said = json.loads((pack / "manifest.json").read_text())
    for name, entry in said["files"].items():
        assert digest(pack / name) == entry["sha256"], name


def test_every_graph_gives_finite_numbers_of_the_said_shape(pack: Path) -> None:
    said = json.loads((pack / "manifest.json").read_text())
    rng = np.random.default_rng(0)
    for component in said["components"].values():
        for graph in component["graphs"]:
            feeds = {}
            for tensor in graph["inputs"].values():
                shape = [3 if dim == -1 else dim for dim in tensor["shape"]]
                if tensor["type"] == "int64":
                    feeds[tensor["name"]] = np.ones(shape, np.int64)
                else:
                    feeds[tensor["name"]] = rng.random(shape, np.float32)
            outputs = runner(pack / graph["model"])(**feeds)
            for tensor in graph["outputs"].values():
                value = outputs[tensor["name"]]
                shape = tuple(3 if dim == -1 else dim for dim in tensor["shape"])
                assert value.shape == shape, graph["model"]
                assert np.isfinite(value).all(), graph["model"]

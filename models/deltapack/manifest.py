"""Describes a pack: its files with hashes and licences, and its components."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto

from deltapack.stamp import digest

FORMAT = 1

_TYPES = {TensorProto.FLOAT: "float32", TensorProto.INT64: "int64"}


@dataclass(frozen=True)
class Origin:
    """Where a file comes from and under which licence it may be used."""

    source: str
    license: str = "Apache-2.0"
    notice: str = ""

    def entry(self, path: Path) -> dict[str, Any]:
        """Returns the manifest's entry for the file at `path`."""
        entry = {
            "sha256": digest(path),
            "bytes": path.stat().st_size,
            "license": self.license,
            "source": self.source,
        }
        if self.notice:
            entry["notice"] = self.notice
        return entry


@dataclass
class Component:
    """One stage: its graphs in the order they run, and its parameters."""

    graphs: list[dict[str, Any]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)


Shapes = dict[str, list[int]]


def describe(file: str, model: onnx.ModelProto, inputs: Shapes, outputs: Shapes) -> dict[str, Any]:
    """Returns the manifest's entry for a graph, whose tensors are named by role.

    `inputs` and `outputs` give the wanted shape by role, where -1 is dynamic
    and 0 is any fixed size. A role ending in "?" is optional. ValueError says
    which tensor differs.
    """
    return {
        "model": file,
        "inputs": _tensors(file, "input", model.graph.input, inputs),
        "outputs": _tensors(file, "output", model.graph.output, outputs),
    }


def _tensors(file: str, side: str, values: Any, wanted: Shapes) -> dict[str, Any]:
    optional = {role.removesuffix("?") for role in wanted if role.endswith("?")}
    shapes = {role.removesuffix("?"): shape for role, shape in wanted.items()}
    found = {}
    for value in values:
        tensor = value.type.tensor_type
        shape = [d.dim_value if d.HasField("dim_value") else -1 for d in tensor.shape.dim]
        if value.name not in shapes:
            raise ValueError(f"{file}: {side} {value.name!r}, want one of {sorted(shapes)}")
        want = shapes[value.name]
        fits = len(shape) == len(want) and all(
            got == dim or (dim == 0 and got > 0) for got, dim in zip(shape, want, strict=True)
        )
        if not fits or tensor.elem_type not in _TYPES:
            kind = TensorProto.DataType.Name(tensor.elem_type)
            raise ValueError(f"{file}: {side} {value.name!r} is {kind}{shape}, want {want}")
        found[value.name] = {
            "name": value.name,
            "type": _TYPES[tensor.elem_type],
            "shape": shape,
        }
    absent = sorted(set(shapes) - set(found) - optional)
    if absent:
        raise ValueError(f"{file}: {side}s {absent} are missing, has {sorted(found)}")
    return found


def write(
    folder: Path,
    head: dict[str, str],
    origins: dict[str, Origin],
    components: dict[str, Component],
) -> None:
    """Writes `folder`/manifest.json over the files that are already there."""
    manifest = {
        "format": FORMAT,
        **head,
        "files": {name: origins[name].entry(folder / name) for name in sorted(origins)},
        "components": {
            name: {"graphs": part.graphs, "params": part.params}
            for name, part in components.items()
        },
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")

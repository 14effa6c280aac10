"""Reads OpenVINO IR (an XML graph beside a blob of weights) with numpy alone.

Only what a weight converter needs is here: layers by name, who feeds whom, and
the constants' values. Nothing is executed. The format is the XML that OpenVINO
calls IR version 10: `<layers>` hold `<layer id name type>` with a `<data>` of
attributes, `<edges>` join output ports to input ports, and a `Const` layer's
value lies at `offset` for `size` bytes in the `.bin` file.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_DTYPES: dict[str, npt.DTypeLike] = {
    "f32": np.dtype("<f4"),
    "f16": np.dtype("<f2"),
    "i64": np.dtype("<i8"),
    "i32": np.dtype("<i4"),
}


class IRError(ValueError):
    """The IR does not have the form that the converter was written for."""


@dataclass(frozen=True)
class Layer:
    """One operation of the IR."""

    id: str
    name: str
    type: str
    data: dict[str, str] = field(default_factory=dict)


class IR:
    """An IR graph: its layers, its edges and its constants."""

    def __init__(self, xml: Path, weights: Path) -> None:
        """Reads the graph at `xml` and keeps the blob at `weights` in memory."""
        try:
            root = ET.parse(xml).getroot()  # noqa: S314 - hash-pinned file
        except ET.ParseError as err:
            raise IRError(f"{xml}: not an XML graph: {err}") from err
        self.path = xml
        self._blob = weights.read_bytes()
        self.layers: dict[str, Layer] = {}
        for node in root.iterfind("layers/layer"):
            data = node.find("data")
            layer = Layer(
                id=node.attrib["id"],
                name=node.attrib["name"],
                type=node.attrib["type"],
                data=dict(data.attrib) if data is not None else {},
            )
            self.layers[layer.id] = layer
        if not self.layers:
            raise IRError(f"{xml}: no layers found")
        self._by_name = {layer.name: layer for layer in self.layers.values()}
        self._sources: dict[str, dict[int, str]] = {}
        self._targets: dict[str, list[str]] = {}
        for edge in root.iterfind("edges/edge"):
            source, target = edge.attrib["from-layer"], edge.attrib["to-layer"]
            self._sources.setdefault(target, {})[int(edge.attrib["to-port"])] = source
            self._targets.setdefault(source, []).append(target)

    def __iter__(self) -> Iterator[Layer]:
        """Yields the layers in file order, which is a topological order."""
        return iter(self.layers.values())

    def layer(self, name: str) -> Layer:
        """Returns the layer called `name`; IRError if there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise IRError(f"{self.path}: no layer named {name!r}") from None

    def has(self, name: str) -> bool:
        """Tells whether a layer called `name` exists."""
        return name in self._by_name

    def inputs(self, layer: Layer) -> list[Layer]:
        """Returns the layers that feed `layer`, in port order."""
        ports = self._sources.get(layer.id, {})
        return [self.layers[ports[port]] for port in sorted(ports)]

    def consumer(self, layer: Layer, kind: str) -> Layer:
        """Returns the only layer of type `kind` that `layer` feeds."""
        found = [
            self.layers[target]
            for target in self._targets.get(layer.id, [])
            if self.layers[target].type == kind
        ]
        if len(found) != 1:
            raise IRError(
                f"{self.path}: {layer.name} feeds {len(found)} layers of type {kind}, want 1"
            )
        return found[0]

    def constant(self, layer: Layer | str) -> npt.NDArray[Any]:
        """Returns a `Const` layer's value as a copy in its own shape."""
        if isinstance(layer, str):
            layer = self.layer(layer)
        if layer.type != "Const":
            raise IRError(f"{self.path}: {layer.name} is a {layer.type}, want a Const")
        kind = layer.data["element_type"]
        if kind not in _DTYPES:
            raise IRError(f"{self.path}: {layer.name} holds {kind}, want one of {sorted(_DTYPES)}")
        dtype = np.dtype(_DTYPES[kind])
        shape = tuple(int(dim) for dim in layer.data["shape"].split(",") if dim.strip())
        offset, size = int(layer.data["offset"]), int(layer.data["size"])
        want = math.prod(shape) * dtype.itemsize
        if size != want or offset < 0 or offset + size > len(self._blob):
            raise IRError(
                f"{self.path}: {layer.name} of shape {shape} wants {want} bytes at {offset}, "
                f"the graph declares {size} and the weights have {len(self._blob)}"
            )
        count = math.prod(shape)
        return np.frombuffer(self._blob, dtype, count, offset).reshape(shape).copy()

    def weight_of(self, layer: Layer) -> npt.NDArray[Any]:
        """Returns the value of the only `Const` that feeds `layer`."""
        found = [source for source in self.inputs(layer) if source.type == "Const"]
        if len(found) != 1:
            raise IRError(f"{self.path}: {layer.name} has {len(found)} constant inputs, want 1")
        return self.constant(found[0])

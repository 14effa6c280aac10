"""Reads what this project trained itself: `models/faces`.

Weights are committed in half precision to keep the repository small. Models are made of them
in single precision, which every execution provider runs; see also `deltapack.graph.halved`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GRAPHS = ("preview_head", "inverter", "offset", "image_encoder", "delta_mapper")
FILES = (
    *(f"{name}.onnx" for name in GRAPHS),
    "text_head.npz",
    "relevance.f16",
    "style_stats.f32",
    "concepts.json",
    "words.txt",
    "params.json",
)
"""Every trained file that a complete pack is built from."""
DIFFUSION = "diffusion.onnx"
"""A trained file that a pack may do without: it then has the GAN alone."""
PARSER = "parser.onnx"
"""Another: without it, hair of another colour is drawn anew."""


def missing(folder: Path) -> list[str]:
    """Returns the names of the trained files that are not there yet."""
    return [name for name in FILES if not (folder / name).is_file()]


def graph(path: Path) -> onnx.ModelProto:
    """Reads a trained graph and widens its half-precision weights."""
    model = onnx.load(path)
    widen(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as err:
        raise ValueError(f"{path}: not a valid graph: {err}") from err
    return model


def widen(model: onnx.ModelProto) -> None:
    """Turns fp16 initializers and constants into fp32, in place.

    Casts of such a constant to fp32, which stand in the stored file so that it
    is valid by itself, are dropped.
    """
    graph = model.graph
    constants = set()
    for tensor in graph.initializer:
        constants.add(tensor.name)
        if tensor.data_type == TensorProto.FLOAT16:
            array = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    for node in graph.node:
        if node.op_type != "Constant":
            continue
        constants.update(node.output)
        for attribute in node.attribute:
            if attribute.name == "value" and attribute.t.data_type == TensorProto.FLOAT16:
                array = numpy_helper.to_array(attribute.t).astype(np.float32)
                attribute.t.CopyFrom(numpy_helper.from_array(array))
    del graph.value_info[:]

    ends = {value.name for value in graph.output}
    rename: dict[str, str] = {}
    kept = []
    for node in graph.node:
        if (
            node.op_type == "Cast"
            and node.input[0] in constants
            and node.output[0] not in ends
            and helper.get_node_attr_value(node, "to") == TensorProto.FLOAT
        ):
            rename[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    for node in kept:
        node.input[:] = [rename.get(name, name) for name in node.input]
    del graph.node[:]
    graph.node.extend(kept)


def matrix(path: Path, rows: int) -> np.ndarray:
    """Reads raw little-endian floats (`.f16` or `.f32`) as fp32 [rows, n]."""
    kinds = {".f16": np.dtype("<f2"), ".f32": np.dtype("<f4")}
    data = np.fromfile(path, kinds[path.suffix]).astype(np.float32)
    if data.size == 0 or data.size % rows:
        raise ValueError(f"{path}: {data.size} numbers do not fill {rows} rows")
    if not np.isfinite(data).all():
        raise ValueError(f"{path}: holds numbers that are not finite")
    return data.reshape(rows, -1)


def params(path: Path) -> dict[str, dict[str, Any]]:
    """Reads `params.json`: parameters by component, laid over the defaults."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as err:
        raise ValueError(f"{path}: not JSON: {err}") from err
    if not isinstance(value, dict) or not all(isinstance(v, dict) for v in value.values()):
        raise ValueError(f"{path}: want an object of objects, one a component")
    return value

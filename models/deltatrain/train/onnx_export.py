"""Write a trained network as ONNX with half-precision weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from deltapack.graph import CHANGED_IN_18, OPSET

HALF_FROM = 64
"""Initializers with at least this many values are stored in half precision."""


def export(
    module: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], path: Path
) -> None:
    """Write module as ONNX with named tensors and half-precision weights.

    Weights are cast back to single precision inside the graph: inputs, outputs
    and arithmetic are fp32.
    """
    module.eval()
    temporary = path.with_suffix(".tmp.onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        temporary,
        input_names=list(inputs),
        output_names=outputs,
        opset_version=18,
        external_data=False,
        dynamo=True,
        verbose=False,
    )
    model = onnx.load(temporary)
    temporary.unlink()
    halve(model)
    if not CHANGED_IN_18 & {node.op_type for node in model.graph.node}:
        model.opset_import[0].version = OPSET
        model.ir_version = 8
    del model.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def halve(model: onnx.ModelProto) -> None:
    """Store large fp32 initializers as fp16 followed by a Cast."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        value = numpy_helper.to_array(tensor)
        if value.size < HALF_FROM or np.abs(value).max() > 60000:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), name + "_half"))
        casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)

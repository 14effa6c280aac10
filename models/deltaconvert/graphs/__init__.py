"""The official networks as ONNX, in operations that CPU, CUDA and WebGPU run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from deltaconvert.stylegan2 import GAIN, LR_MUL, SLOPE
from deltapack.graph import Graph

Array = npt.NDArray[np.float32]
State = dict[str, Tensor]


def array(value: Tensor) -> Array:
    """Returns a tensor's numbers in single precision."""
    return value.detach().float().numpy()


def concat(graph: Graph, parts: list[str], axis: int) -> str:
    """Joins tensors, a few at a time: WebGPU binds few buffers to a shader."""
    while len(parts) > 1:
        parts = [
            graph.node("Concat", *parts[k : k + 6], axis=axis) if len(parts[k : k + 6]) > 1
            else parts[k]
            for k in range(0, len(parts), 6)
        ]  # fmt: skip
    return parts[0]


def linear(graph: Graph, x: str, weight: Array, bias: Array | None = None) -> str:
    """Adds x (..., inputs) · weightᵀ + bias, for a weight (outputs, inputs)."""
    y = graph.node("MatMul", x, graph.const(np.ascontiguousarray(weight.T), "weight"))
    return y if bias is None else graph.node("Add", y, graph.const(bias, "bias"))


def active(graph: Graph, x: str, state: State, name: str) -> str:
    """Adds an equalised layer of learning-rate multiplier 0.01, leaky ReLU of gain √2.

    The gain goes into weight and bias, which leaky ReLU lets through.
    """
    weight = array(state[f"{name}.weight"])
    scale = np.float32(GAIN * LR_MUL / np.sqrt(weight.shape[1]))
    bias = array(state[f"{name}.bias"]) * np.float32(GAIN * LR_MUL)
    return graph.node("LeakyRelu", linear(graph, x, weight * scale, bias), alpha=SLOPE)


def pixel_norm(graph: Graph, x: str) -> str:
    """Adds the scaling to unit mean square along axis 1."""
    square = graph.node("ReduceMean", graph.node("Mul", x, x), axes=[1], keepdims=1)
    root = graph.node("Sqrt", graph.node("Add", square, graph.const(np.float32(1e-8))))
    return graph.node("Div", x, root)


def part(graph: Graph, x: str, start: int, end: int, axis: int) -> str:
    """Adds a slice along one axis."""
    return graph.node("Slice", x, graph.ints(start), graph.ints(end), graph.ints(axis))


def unit(graph: Graph, x: str) -> str:
    """Adds the scaling of rows to unit length."""
    norm = graph.node("ReduceL2", x, axes=[-1], keepdims=1)
    return graph.node("Div", x, graph.node("Max", norm, graph.const(np.float32(1e-12))))

"""A small builder for ONNX graphs: names, initializers and checks in one place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
CHANGED_IN_18 = {
    "Pad", "Resize", "Split", "ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin",
    "ReduceProd", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ScatterND",
}  # fmt: skip
"""Operations that the next opset defines otherwise."""
IR_VERSION = 8

_TYPES = {
    "float32": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL,
}  # fmt: skip

Shape = Sequence[int | str]


class Graph:
    """Collects nodes and initializers and turns them into a checked model.

    Method `node` returns the name of the node's (first) output, so that graphs
    are written as expressions. Equal constants are stored once.
    """

    PRODUCER = "deltapack"
    """What models say made them."""

    def __init__(self, name: str, around: Graph | None = None) -> None:
        """Starts an empty graph; `name` is what viewers show.

        Constants of a graph `around` another's operation (see `loop`) lie in the latter.
        """
        self.name, self._around = name, around
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._serial = 0

    def fresh(self, hint: str) -> str:
        """Returns a tensor name that no other call returns."""
        if self._around:
            return self._around.fresh(hint)
        self._serial += 1
        return f"{hint}_{self._serial}"

    def input(self, name: str, shape: Shape, dtype: str = "float32") -> str:
        """Declares an input and returns its name."""
        self._inputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], list(shape)))
        return name

    def output(self, tensor: str, name: str, shape: Shape, dtype: str = "float32") -> None:
        """Declares `tensor` as an output called `name`."""
        self._nodes.append(helper.make_node("Identity", [tensor], [name], name=f"out_{name}"))
        self._outputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], list(shape)))

    def const(self, value: npt.ArrayLike, hint: str = "const") -> str:
        """Stores an initializer (float64 becomes float32) and returns its name."""
        if self._around:
            return self._around.const(value, hint)
        array = np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = self.fresh(hint)
            self._initializers.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def ints(self, *values: int) -> str:
        """Stores an int64 vector."""
        return self.const(np.asarray(values, np.int64), "ints")

    def node(self, op: str, *inputs: str, hint: str = "", **attributes: Any) -> str:
        """Appends a node with one output and returns that output's name."""
        name = self.fresh(hint or op.lower())
        self._nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def inner(self, name: str) -> Graph:
        """Returns the empty body of a loop, which may use every tensor written here so far."""
        return Graph(name, self)

    def loop(self, body: Graph, times: int, *states: str) -> list[str]:
        """Runs a body `times` times and returns the names of the final states.

        The body, of `inner`, has the inputs step (int64) and go_on (bool), and the states
        in order; its outputs are go_on and the states.
        """
        ends = [self.fresh("state") for _ in states]
        inside = helper.make_graph(body._nodes, body.name, body._inputs, body._outputs)
        first = [self.const(np.int64(times)), self.const(np.bool_(True))]
        node = helper.make_node("Loop", [*first, *states], ends, name=ends[0], body=inside)
        self._nodes.append(node)
        return ends

    def splice(self, model: onnx.ModelProto, feeds: dict[str, str], prefix: str) -> dict[str, str]:
        """Copies another model's graph in and returns its outputs' new names.

        `feeds` maps the model's input names to tensors of this graph; every
        other name gets `prefix`. The model must use this builder's opset.
        """
        for opset in model.opset_import:
            if opset.domain in ("", "ai.onnx") and opset.version != OPSET:
                raise ValueError(f"{prefix}: opset {opset.version}, want {OPSET}")
        graph = model.graph
        stored = {tensor.name for tensor in graph.initializer}
        missing = {i.name for i in graph.input} - stored - set(feeds)
        if missing:
            raise ValueError(f"{prefix}: inputs {sorted(missing)} are not fed")
        rename = dict(feeds)

        def renamed(name: str) -> str:
            if not name:
                return name
            return rename.setdefault(name, f"{prefix}/{name}")

        for tensor in graph.initializer:
            copy = onnx.TensorProto()
            copy.CopyFrom(tensor)
            array = numpy_helper.to_array(tensor)
            key = (array.dtype.str, array.shape, array.tobytes())
            copy.name = rename[tensor.name] = self._known.get(key) or renamed(tensor.name)
            if key not in self._known:
                self._known[key] = copy.name
                self._initializers.append(copy)
        for index, node in enumerate(graph.node):
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.name = f"{prefix}/{node.name or index}"
            copy.input[:] = [renamed(name) for name in node.input]
            copy.output[:] = [renamed(name) for name in node.output]
            self._nodes.append(copy)
        return {value.name: renamed(value.name) for value in graph.output}

    def model(self) -> onnx.ModelProto:
        """Returns the checked model, shapes inferred strictly."""
        model = self._assembled()
        onnx.checker.check_model(model, full_check=True)
        return model

    def _assembled(self) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes, self.name, self._inputs, self._outputs, self._initializers
        )
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name=self.PRODUCER,
        )


SMALL = 1024
"""How many values an initializer has at most that is not worth storing in half precision."""


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Returns a model whose large initializers are in half precision where that loses nothing.

    So it is for all that is committed in half precision: the files have half the size. A Cast
    widens each initializer, and the runtime does that once, when it opens the model. What the
    model computes is the same to the bit.
    """
    out = onnx.ModelProto()
    out.CopyFrom(model)
    casts = []
    for tensor in out.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        same = half.astype(np.float32).view(np.uint32) == values.view(np.uint32)  # -0, too
        if values.size <= SMALL or not same.all():
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}/half"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = list(out.graph.node)
    del out.graph.node[:]
    out.graph.node.extend([*casts, *nodes])
    return out


def save(model: onnx.ModelProto, path: Path) -> None:
    """Writes a model deterministically, halved, so that equal inputs give equal hashes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(halved(model).SerializeToString(deterministic=True))

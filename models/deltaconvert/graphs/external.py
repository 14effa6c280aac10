"""A graph builder that puts large weights into a file of their own as they come.

A model of a gigabyte would otherwise stand in memory several times: as the network's
weights, as the message, and as the bytes that the checker and the file are made of.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from deltapack.graph import Graph

INLINE = 1024
"""Constants of fewer values stay in the graph."""
ALIGN = 64
"""Weights begin at multiples of this."""
LARGEST_HALF = 60000


class ExternalGraph(Graph):
    """Writes `name`.onnx and `name`.bin into a folder; use as a context manager."""

    PRODUCER = "deltaconvert"

    def __init__(self, folder: Path, name: str, *, half: bool = False) -> None:
        """Opens the weights' file; half stores weights as fp16, arithmetic stays fp32."""
        super().__init__(name)
        self.path = folder / f"{name}.onnx"
        self.weights = folder / f"{name}.bin"
        self.half = half
        self._file: BinaryIO = self.weights.open("wb")
        self._stored: dict[bytes, str] = {}

    def __enter__(self) -> ExternalGraph:
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Closes the weights' file."""
        self._file.close()

    def const(self, value: npt.ArrayLike, hint: str = "const") -> str:
        """Stores an initializer, in the graph or in the weights' file."""
        return self._store(value, hint, half=self.half)

    def exact(self, value: npt.ArrayLike, hint: str = "const") -> str:
        """Stores an initializer in single precision always."""
        return self._store(value, hint, half=False)

    def table(self, value: npt.NDArray[np.float32], indices: str) -> str:
        """Looks rows up in a table; of one in half precision, only those are widened."""
        if not self._halves(value, self.half):
            return self.node("Gather", self.exact(value, "table"), indices, axis=0)
        stored = self._external(value.astype(np.float16), "table")
        rows = self.node("Gather", stored, indices, axis=0)
        return self.node("Cast", rows, to=TensorProto.FLOAT)

    @staticmethod
    def _halves(value: npt.NDArray[Any], half: bool) -> bool:
        return half and value.size >= INLINE and float(np.abs(value).max()) < LARGEST_HALF

    def _store(self, value: npt.ArrayLike, hint: str, *, half: bool) -> str:
        array = np.asarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        if array.size < INLINE or array.dtype != np.float32:
            return super().const(array, hint)
        if not self._halves(array, half):
            return self._external(array, hint)
        return self.node("Cast", self._external(array.astype(np.float16), hint),
                         to=TensorProto.FLOAT)  # fmt: skip

    def _external(self, array: npt.NDArray[Any], hint: str) -> str:
        array = np.ascontiguousarray(array)
        data = memoryview(array).cast("B")
        key = hashlib.sha256(data).digest() + repr((array.dtype.str, array.shape)).encode()
        if key in self._stored:
            return self._stored[key]
        name = self._stored[key] = self.fresh(hint)
        self._file.write(bytes(-self._file.tell() % ALIGN))
        place = {"location": self.weights.name, "offset": self._file.tell(), "length": len(data)}
        self._file.write(data)
        tensor = TensorProto(
            name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
            data_location=TensorProto.EXTERNAL,
        )  # fmt: skip
        for field, value in place.items():
            tensor.external_data.add(key=field, value=str(value))
        self._initializers.append(tensor)
        return name

    def model(self) -> onnx.ModelProto:
        """Writes both files; returns the model, checked, shapes inferred strictly."""
        self._file.close()
        model = self._assembled()
        self.path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(str(self.path), full_check=True)
        if self.weights.stat().st_size == 0:
            self.weights.unlink()
        return model

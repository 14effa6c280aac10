"""Reads the tensors of a TorchScript archive without running anything in it.

`torch.jit.load` would compile the program that the archive holds. Here only its data
are read: a zip of `data.pkl`, a pickle whose modules are objects of made-up classes
below `__torch__`, and a file for each storage. The unpickler knows tensors, those
classes and nothing else.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_STORAGES = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "BoolStorage": torch.bool,
    "ByteStorage": torch.uint8,
}


class ArchiveError(ValueError):
    """The archive is damaged or holds more than tensors in modules."""


class _Module:
    """What stands for a scripted module: its attributes."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def is_archive(path: Path) -> bool:
    """Returns whether the file is a TorchScript archive."""
    try:
        with zipfile.ZipFile(path) as file:
            return any(name.split("/", 1)[-1].startswith("code/") for name in file.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def read(path: Path) -> dict[str, Tensor]:
    """Returns parameters and buffers by dotted name; ArchiveError says what is wrong."""
    try:
        with zipfile.ZipFile(path) as file:
            (pickled,) = (n for n in file.namelist() if n.split("/", 1)[-1] == "data.pkl")
            root = pickled.removesuffix("data.pkl")
            with file.open(pickled) as stream:
                top = _Unpickler(stream, file, f"{root}data/").load()
    except (zipfile.BadZipFile, pickle.UnpicklingError, KeyError, EOFError, ValueError) as err:
        raise ArchiveError(f"{path}: {err}") from err
    found: dict[str, Tensor] = {}
    _collect(top, "", found)
    return found


def _collect(module: Any, prefix: str, found: dict[str, Tensor]) -> None:
    for name, value in vars(module).items():
        if isinstance(value, Tensor):
            found[prefix + name] = value
        elif isinstance(value, _Module):
            _collect(value, f"{prefix}{name}.", found)


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: Any, file: zipfile.ZipFile, folder: str) -> None:
        super().__init__(stream)
        self._file, self._folder = file, folder
        self._kinds: dict[str, type] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "__torch__":
            return self._kinds.setdefault(f"{module}.{name}", type(name, (_Module,), {}))
        if module == "torch._utils" and name == "_rebuild_tensor_v2":
            return _tensor
        if module == "collections" and name == "OrderedDict":
            return OrderedDict
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if module == "torch.jit._pickle" and name.startswith("build_"):
            return list
        raise pickle.UnpicklingError(f"it names {module}.{name}, which has no place in weights")

    def persistent_load(self, pid: Any) -> Tensor:
        kind, dtype, key, _, count = pid
        if kind != "storage" or not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError(f"it refers to a {kind}, want a storage")
        data = bytearray(self._file.read(f"{self._folder}{key}"))
        values = torch.frombuffer(data, dtype=dtype)
        if len(values) != count:
            raise pickle.UnpicklingError(f"storage {key} has {len(values)} values, want {count}")
        return values


def _tensor(storage: Tensor, offset: int, shape: Any, stride: Any, *_: Any) -> Tensor:
    return torch.as_strided(storage, tuple(shape), tuple(stride), offset)

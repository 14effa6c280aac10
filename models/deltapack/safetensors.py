"""Reads safetensors files with numpy alone.

The format: eight bytes of header length (little-endian), a JSON object that
gives each tensor's dtype, shape and byte range, then the bytes.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_DTYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I64": np.dtype("<i8")}
_HEADER_LIMIT = 100 << 20


def read(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Returns every tensor by name; ValueError when the file is damaged."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(_HEADER_LIMIT, len(data) - 8):
        raise ValueError(f"{path}: header of {length} bytes in a file of {len(data)}")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as err:
        raise ValueError(f"{path}: header is not JSON: {err}") from err
    body = memoryview(data)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in _DTYPES:
            raise ValueError(f"{path}: {name} is {entry['dtype']}, want one of {sorted(_DTYPES)}")
        dtype, shape = _DTYPES[entry["dtype"]], tuple(entry["shape"])
        start, end = entry["data_offsets"]
        if not 0 <= start <= end <= len(body) or end - start != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"{path}: {name} of shape {shape} cannot lie at {start}..{end}")
        tensors[name] = np.frombuffer(body[start:end], dtype).reshape(shape)
    return tensors

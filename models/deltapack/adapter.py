"""Compiles the library that lets OpenVINO run on processors of every vendor.

Standard library only. Its source, `engine/onnx/adapter/openvino.c`, says what it does.
It needs a C compiler, which Go needs as well, and the header of ONNX Runtime that comes
with the Go binding, in the version that go.mod names.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from deltapack import stamp
from deltapack.fetch import run

BINDING = "github.com/yalue/onnxruntime_go"
SOURCE = "engine/onnx/adapter/openvino.c"
LIBRARY = "runtime/openvino/libdeltaedit_openvino.so"
"""What is made, below the build folder."""
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-fvisibility=hidden")


def build(root: Path, out: Path, report: Callable[[str], None]) -> Path:
    """Makes LIBRARY below `out` from the repository at `root`, unless it is up to date.

    FetchError says what is missing or what the compiler said.
    """
    go, library = os.environ.get("GO", "go"), out / LIBRARY
    mark = out / "cache" / "openvino-adapter.stamp"
    key = stamp.key([root / SOURCE, root / "go.mod"], extra=" ".join(FLAGS))
    if stamp.fresh(mark, key):
        return library
    report("compiling the adapter to OpenVINO")
    run([go, "mod", "download", BINDING], "Go could not fetch the runtime's binding", root)
    header = run([go, "list", "-m", "-f", "{{.Dir}}", BINDING], "Go does not find it", root)
    compiler = run([go, "env", "CC"], "Go names no C compiler", root)
    library.parent.mkdir(parents=True, exist_ok=True)
    temporary = library.with_name(library.name + ".part")
    command = [*compiler.split(), *FLAGS, f"-I{header}", "-o", str(temporary), SOURCE, "-ldl"]
    run(command, f"{SOURCE} was not compiled", root)
    temporary.replace(library)
    stamp.write(mark, key, [library])
    return library

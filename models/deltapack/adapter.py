"""Compiles the library that lets OpenVINO run on processors of every vendor.

Standard library only. Its source, `engine/onnx/adapter/openvino.c`, says what it does.
It needs a C compiler, which Go needs as well, and the header of ONNX Runtime that comes
with the Go binding, in the version that go.mod names.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from deltapack import stamp
from deltapack.fetch import FetchError

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
    _run([go, "mod", "download", BINDING], root, "Go could not fetch the runtime's binding")
    header = _run([go, "list", "-m", "-f", "{{.Dir}}", BINDING], root, "Go does not find it")
    compiler = _run([go, "env", "CC"], root, "Go names no C compiler")
    library.parent.mkdir(parents=True, exist_ok=True)
    temporary = library.with_name(library.name + ".part")
    command = [*compiler.split(), *FLAGS, f"-I{header}", "-o", str(temporary), SOURCE, "-ldl"]
    _run(command, root, f"{SOURCE} was not compiled")
    temporary.replace(library)
    stamp.write(mark, key, [library])
    return library


def _run(command: list[str], folder: Path, otherwise: str) -> str:
    """Returns what a command prints."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as err:
        raise FetchError(f"{otherwise}: {command[0]}: {err.strerror}; is it installed?") from err
    if done.returncode != 0:
        raise FetchError(f"{otherwise}\n{done.stderr[-1500:]}")
    return done.stdout.strip()

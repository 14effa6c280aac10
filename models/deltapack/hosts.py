"""The kinds of machine that set-up knows, and what differs between them."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from deltapack.system import PackageError


@dataclass(frozen=True)
class Host:
    """A kind of machine."""

    name: str
    tags: tuple[str, ...]
    """What pip calls it; the first that has a wheel is taken."""
    runtime: dict[str, str]
    """From the path in ONNX Runtime's wheel to the one below the build folder."""
    openvino: bool = False
    """Whether OpenVINO is fetched for it."""


def _runtime(libraries: dict[str, str]) -> dict[str, str]:
    files = {f"onnxruntime/capi/{inside}": f"runtime/{out}" for inside, out in libraries.items()}
    return files | {
        f"onnxruntime/{name}": f"runtime/{name}" for name in ("LICENSE", "ThirdPartyNotices.txt")
    }


LINUX = Host(
    "linux-x86_64",
    ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
    _runtime({"libonnxruntime.so.1.27.0": "libonnxruntime.so"}),
    openvino=True,
)
WINDOWS = Host(  # the other two compile shaders for Direct3D
    "windows-x86_64",
    ("win_amd64",),
    _runtime({name: name for name in ("onnxruntime.dll", "dxcompiler.dll", "dxil.dll")}),
)
MACOS = Host(
    "macos-arm64",
    ("macosx_14_0_arm64",),
    _runtime({"libonnxruntime.1.27.0.dylib": "libonnxruntime.dylib"}),
)
HOSTS = {
    ("linux", "x86_64"): LINUX,
    ("win32", "AMD64"): WINDOWS,
    ("darwin", "arm64"): MACOS,
}


def here() -> Host:
    """Returns the kind of this machine; PackageError if set-up does not know it."""
    found = HOSTS.get((sys.platform, platform.machine()))
    if found is None:
        known = ", ".join(host.name for host in HOSTS.values())
        raise PackageError(f"set-up knows {known}; this is {sys.platform} on {platform.machine()}")
    return found

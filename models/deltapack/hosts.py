"""The kinds of machine that set-up knows, and what differs between them."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from deltapack.system import PackageError


@dataclass(frozen=True)
class Host:
    """A kind of machine."""

    name: str
    tags: tuple[str, ...]
    """What pip calls it; the first that has a wheel is taken."""
    runtime: dict[str, str]
    """From paths in ONNX Runtime's wheel to those below the build folder; the library is first."""
    webgpu: dict[str, str]
    """The same of the wheel with WebGPU's library."""
    openvino: bool = False
    """Whether OpenVINO is fetched for it."""

    @property
    def libraries(self) -> tuple[Path, Path]:
        """The libraries of ONNX Runtime and of WebGPU, below the folder of the former."""
        first, second = (Path(next(iter(files.values()))) for files in (self.runtime, self.webgpu))
        return first.relative_to("runtime"), second.relative_to("runtime")


RUNTIME_VERSION = "1.32.0"
WEBGPU_VERSION = "0.4.0"
TEXTS = ("LICENSE", "ThirdPartyNotices.txt")
"""The licence texts beside each library."""


def _runtime(inside: str, library: str) -> dict[str, str]:
    files = {f"onnxruntime/capi/{inside}": f"runtime/{library}"}
    return files | {f"onnxruntime/{name}": f"runtime/{name}" for name in TEXTS}


def _webgpu(*libraries: str) -> dict[str, str]:
    files = {f"onnxruntime_ep_webgpu/{name}": f"runtime/webgpu/{name}" for name in libraries}
    texts = f"onnxruntime_ep_webgpu-{WEBGPU_VERSION}.dist-info/licenses"
    return files | {f"{texts}/{name}": f"runtime/webgpu/{name}" for name in TEXTS}


LINUX = Host(
    "linux-x86_64",
    ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
    _runtime(f"libonnxruntime.so.{RUNTIME_VERSION}", "libonnxruntime.so"),
    _webgpu("libonnxruntime_providers_webgpu.so"),
    openvino=True,
)
WINDOWS = Host(  # the other two of WebGPU compile shaders for Direct3D
    "windows-x86_64",
    ("win_amd64",),
    _runtime("onnxruntime.dll", "onnxruntime.dll"),
    _webgpu("onnxruntime_providers_webgpu.dll", "dxcompiler.dll", "dxil.dll"),
)
MACOS = Host(
    "macos-arm64",
    ("macosx_14_0_arm64", "macosx_14_0_universal2"),
    _runtime(f"libonnxruntime.{RUNTIME_VERSION}.dylib", "libonnxruntime.dylib"),
    _webgpu("libonnxruntime_providers_webgpu.dylib"),
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

"""What a binary needs of the system, as Debian's packages."""

from __future__ import annotations

import re
from pathlib import Path

from deltarelease.errors import ReleaseError, run

PACKAGES = {
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "libresolv.so.2": "libc6",
    "librt.so.1": "libc6",
    "ld-linux-x86-64.so.2": "libc6",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libXcursor.so.1": "libxcursor1",
    "libXrandr.so.2": "libxrandr2",
    "libXinerama.so.1": "libxinerama1",
    "libXi.so.6": "libxi6",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXext.so.6": "libxext6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""The Debian package that has a library. None of these is ever bundled."""

LOADED = (
    "libgl1", "libwayland-cursor0", "libwayland-egl1", "libx11-6", "libxcursor1", "libxi6",
    "libxinerama1", "libxkbcommon0", "libxrandr2", "libxrender1", "libxxf86vm1",
)  # fmt: skip
"""What is not linked but loaded when the window opens."""


def needed(readelf: str) -> list[str]:
    """Returns the libraries that `readelf --dynamic` lists as needed."""
    return re.findall(r"\(NEEDED\)\s+Shared library: \[([^\]]+)\]", readelf)


def newest(versions: str, prefix: str) -> tuple[int, ...]:
    """Returns the newest version of a library's symbols in `readelf --version-info`."""
    found = re.findall(rf"Name: {re.escape(prefix)}_(\d+(?:\.\d+)+)\s", versions)
    return max((tuple(map(int, v.split("."))) for v in found), default=())


def depends(binaries: list[Path]) -> str:
    """Returns the Depends field for binaries: each package once, with glibc's version."""
    packages, libc = set(LOADED), ()
    for binary in binaries:
        for name in needed(run(["readelf", "--wide", "--dynamic", str(binary)])):
            if name not in PACKAGES:
                raise ReleaseError(f"{binary} needs {name}: add its package to deltarelease.elf")
            packages.add(PACKAGES[name])
        versions = run(["readelf", "--wide", "--version-info", str(binary)])
        libc = max(libc, newest(versions, "GLIBC"))
    packages.discard("libc6")
    return ", ".join([f"libc6 (>= {'.'.join(map(str, libc))})", *sorted(packages)])

"""Finds out which system packages are missing and installs or names them.

Uses the standard library only. On Debian and Ubuntu, dpkg is asked; elsewhere the commands
and headers themselves are searched for, and an error names what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

RUN = ("gcc", "libgl1-mesa-dev", "xorg-dev", "libwayland-dev", "libxkbcommon-dev", "libvulkan1")
"""What it takes to build the program and to reach a GPU: Fyne is built with cgo
against OpenGL, X11 and Wayland, and ONNX Runtime's WebGPU loads Vulkan."""

TEST = ("xvfb", "xauth", "libgl1-mesa-dri", "xdotool", "imagemagick", "chromium")
"""What the tests need on top: a display in memory with software OpenGL, hands and
eyes for the window on it, and SwiftShader, the software Vulkan driver that comes
inside Chromium."""

_SIGNS = {
    "gcc": ("gcc", ""),
    "libgl1-mesa-dev": ("", "/usr/include/GL/gl.h"),
    "xorg-dev": ("", "/usr/include/X11/extensions/Xrandr.h"),
    "libwayland-dev": ("", "/usr/include/wayland-client.h"),
    "libxkbcommon-dev": ("", "/usr/include/xkbcommon/xkbcommon.h"),
    "xvfb": ("Xvfb", ""),
    "xdotool": ("xdotool", ""),
    "imagemagick": ("import", ""),
    "chromium": ("chromium", ""),
}


class PackageError(RuntimeError):
    """Something is missing that this program cannot install."""


def missing(packages: tuple[str, ...]) -> list[str]:
    """Returns those of `packages` that are not installed."""
    query = shutil.which("dpkg-query")
    if query is None:
        return [name for name in packages if name in _SIGNS and not _found(*_SIGNS[name])]
    listed = subprocess.run(  # noqa: S603 - fixed command
        [query, "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in installed]


def _found(command: str, header: str) -> bool:
    return bool(command and shutil.which(command)) or bool(header and Path(header).exists())


def ensure(packages: tuple[str, ...]) -> None:
    """Installs what is missing as root, else raises PackageError naming it."""
    absent = missing(packages)
    if not absent:
        return
    names = " ".join(absent)
    apt = shutil.which("apt-get")
    if apt is None:
        raise PackageError(
            f"these Debian packages, or what your system calls them, are missing: {names}"
        )
    if os.geteuid() != 0:
        raise PackageError(f"system packages are missing; run:\n  sudo apt-get install {names}")
    print(f"installing system packages: {names}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        [apt, "update", "-qq"],
        [apt, "install", "-y", "-qq", "--no-install-recommends", *absent],
    ):
        done = subprocess.run(  # noqa: S603 - fixed command
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PackageError(
                f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n"
                f"install these packages by hand: {names}"
            )

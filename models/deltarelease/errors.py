"""The error of this package, and how it runs commands."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


class ReleaseError(RuntimeError):
    """A package cannot be made; the message says why and what to do."""


TOOLS = {
    "dpkg-deb": "dpkg",
    "xz": "xz-utils",
    "readelf": "binutils",
    "go": "golang",
    "git": "git",
    "appstreamcli": "appstream",
    "desktop-file-validate": "desktop-file-utils",
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "xdotool": "xdotool",
}
"""The Debian package of each command in use."""


def need(*commands: str) -> None:
    """Raises ReleaseError naming the packages of commands that are not installed."""
    absent = sorted({TOOLS[name] for name in commands if shutil.which(name) is None})
    if absent:
        raise ReleaseError(f"these Debian packages are missing: {' '.join(absent)}")


def run(
    command: list[str], *, folder: Path | None = None, env: dict[str, str] | None = None
) -> str:
    """Runs a command and returns what it prints; ReleaseError has what it complains about."""
    try:
        done = subprocess.run(  # noqa: S603 - commands of this package
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    except OSError as err:
        raise ReleaseError(f"{command[0]}: {err.strerror}; is it installed?") from err
    if done.returncode != 0:
        raise ReleaseError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout

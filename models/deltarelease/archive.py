"""Archives that are the same whenever they are made of the same files."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import IO

from deltarelease.errors import ReleaseError


def entries(folder: Path) -> list[Path]:
    """Returns everything below a folder, sorted by its path as bytes."""
    return sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix().encode())


def tar(folder: Path, name: str, epoch: int, out: IO[bytes]) -> None:
    """Writes a folder's contents as a tar, below `name`, without owners, rights or times of here.

    Everything gets the time `epoch`. With name "" the entries begin at the top.
    """
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        for path in [folder, *entries(folder)]:
            inside = (Path(name) / path.relative_to(folder)).as_posix()
            if inside == ".":
                continue
            info = archive.gettarinfo(path, inside)
            info.uid = info.gid = 0
            info.uname = info.gname = "root"
            info.mtime = epoch
            runs = info.isdir() or info.mode & 0o100
            info.mode = 0o777 if info.issym() else 0o755 if runs else 0o644
            if info.islnk():
                raise ReleaseError(f"{path} is a hard link")
            if info.isreg():
                with path.open("rb") as file:
                    archive.addfile(info, file)
            else:
                archive.addfile(info)


def tar_xz(folder: Path, name: str, epoch: int, out: Path, level: int) -> None:
    """Writes a folder as a .tar.xz. Its bytes depend on the level, not on the processor."""
    with out.open("wb") as file:
        # Two threads: xz then cuts the data into blocks that do not depend on their number.
        command = ["xz", f"-{level}", "--threads=2", "--stdout"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file) as xz:  # noqa: S603
            if xz.stdin is None:
                raise ReleaseError("xz has no input")
            tar(folder, name, epoch, xz.stdin)
            xz.stdin.close()
    if xz.returncode != 0:
        raise ReleaseError(f"xz ended with {xz.returncode}; is the disk full?")

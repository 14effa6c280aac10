"""Archives that are the same whenever they are made of the same files."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import time
import zipfile
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


def zipped(folder: Path, epoch: int, out: Path, level: int) -> None:
    """Writes a folder's contents as a .zip with the rights of programs, all of one time."""
    date = time.gmtime(epoch)[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for path in entries(folder):
            if not path.is_file():
                continue
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date)
            info.create_system = 3  # Unix, which has rights
            info.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
            info.file_size = path.stat().st_size
            with path.open("rb") as file, archive.open(info, "w") as entry:
                shutil.copyfileobj(file, entry, 1 << 20)

"""The single file: a program that unpacks the installation into the user's cache and runs it.

Debian has no package with a run time for AppImages, so the file brings its own: a static
program (assets/package/single). What follows it is read from the end:

    program | tar.gz | index as JSON | offsets of tar.gz and index (8 bytes each) | mark
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import struct
from pathlib import Path

from deltarelease import archive
from deltarelease.errors import run

MARK = b"deltaedit-single"


def index(prefix: Path) -> dict[str, int]:
    """Returns the size of every plain file below a folder, by its path."""
    return {
        path.relative_to(prefix).as_posix(): path.stat().st_size
        for path in archive.entries(prefix)
        if path.is_file() and not path.is_symlink()
    }


def starter(root: Path, out: Path) -> None:
    """Builds the program at the front of the file."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": "amd64"}
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="]
    run([*command, "-o", str(out), "./assets/package/single"], folder=root, env=environment)


def build(starter_file: Path, prefix: Path, epoch: int, out: Path, level: int) -> None:
    """Writes the single file of an installation below `prefix`."""
    with out.open("wb") as file:
        file.write(starter_file.read_bytes())
        start = file.tell()
        with gzip.GzipFile("", "wb", level, file, mtime=0) as packed:
            archive.tar(prefix, "", epoch, packed)
        end = file.tell()
    total = hashlib.sha256()
    with out.open("rb") as file:
        file.seek(start)
        while block := file.read(1 << 20):
            total.update(block)
    listing = {"id": total.hexdigest()[:16], "files": index(prefix)}
    with out.open("ab") as file:
        file.write(json.dumps(listing, sort_keys=True).encode())
        file.write(struct.pack("<QQ", start, end) + MARK)
    out.chmod(0o755)

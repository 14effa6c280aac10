"""Remembers what a folder was made from, so that set-up is quick the second time.

Standard library only: set-up runs this before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest(path: Path) -> str:
    """Returns a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key(paths: Iterable[Path], *, extra: str = "") -> str:
    """Returns a digest of the files' names and contents and of `extra`."""
    total = hashlib.sha256(extra.encode())
    for path in sorted(paths):
        total.update(f"\n{path.name} {digest(path)}".encode())
    return total.hexdigest()


def fresh(stamp: Path, wanted: str) -> bool:
    """Tells whether `stamp` was written for `wanted` and its files are still there.

    A file counts as still there when it has the size that was recorded: that
    catches interrupted and half-deleted builds at no cost. Altered contents are
    what the program's own verification is for.
    """
    try:
        record = json.loads(stamp.read_text(encoding="utf-8"))
        return record["key"] == wanted and all(
            Path(path).stat().st_size == size for path, size in record["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def write(stamp: Path, wanted: str, files: Iterable[Path]) -> None:
    """Records that `files` were made for `wanted`."""
    record = {"key": wanted, "files": {str(f): f.stat().st_size for f in sorted(files)}}
    stamp.parent.mkdir(parents=True, exist_ok=True)
    temporary = stamp.with_suffix(".tmp")
    temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
    temporary.replace(stamp)

"""Checks what was packed with tools made for it: `python3 -m deltarelease.check --dist FOLDER`.

AppStream's metadata and the desktop entry are taken out of the archive. Bills of materials are
checked against CycloneDX's schema by CycloneDX's own library, in an environment of its own.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
from pathlib import Path

from deltapack import fetch
from deltarelease.errors import ReleaseError, need, run
from deltarelease.stage import ID

ROOT = Path(__file__).resolve().parents[2]

VALIDATE = """
import sys
from pathlib import Path
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(Path(sys.argv[1]).read_text("utf-8"))
sys.exit(f"{sys.argv[1]}: {fault}" if fault else 0)
"""


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"check: {line}", file=sys.stderr, flush=True)


def metadata(archive: Path) -> None:
    """Checks the metadata in the archive of Linux; ReleaseError has what is wrong."""
    wanted = {
        f"share/metainfo/{ID}.metainfo.xml": ["appstreamcli", "validate", "--no-net", "--pedantic"],
        f"share/applications/{ID}.desktop": ["desktop-file-validate"],
    }
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive, "r|xz") as packed:
        for member in packed:
            inside = member.name.partition("/")[2]
            if inside in wanted:
                file = packed.extractfile(member)
                path = Path(folder) / Path(inside).name
                path.write_bytes(file.read() if file else b"")
                said = run([*wanted.pop(inside), str(path)])
                report(f"{inside}: {said.strip() or 'valid'}")
    if wanted:
        raise ReleaseError(f"{archive} lacks {' '.join(wanted)}")


def bills(dist: Path) -> None:
    """Checks every bill of materials in a folder; ReleaseError has what is wrong."""
    found = sorted(dist.glob("*.cdx.json"))
    if not found:
        raise ReleaseError(f"{dist} has no bill of materials: run make package")
    lock = ROOT / "models" / "release.lock"
    python = fetch.environment(sys.executable, lock, ROOT / "build" / "tools" / "release", report)
    for bill in found:
        run([str(python), "-c", VALIDATE, str(bill)])
        report(f"{bill.name}: valid CycloneDX")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease.check", description=__doc__)
    parser.add_argument("--dist", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        need("appstreamcli", "desktop-file-validate")
        archives = sorted(options.dist.glob("*-linux-x86_64.tar.xz"))
        if len(archives) != 1:
            raise ReleaseError(f"{options.dist} has {len(archives)} archives, want 1")
        metadata(archives[0])
        bills(options.dist)
    except (ReleaseError, fetch.FetchError, OSError) as err:
        report(f"failed: {err}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Lays out what is installed, below a folder that stands for the prefix.

    bin/deltaedit                  a relative link
    lib/deltaedit/                 program, libraries, packs, licences, SBOM
    share/                         desktop entry, metadata, icons

The program looks for everything beside itself, so that the tree may lie anywhere.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deltapack import hosts
from deltarelease import components, notes, sbom
from deltarelease.errors import ReleaseError, run

ID = "app.deltaedit.studio"
LIMIT = 450_000_000
"""How many bytes an installation may have."""


@dataclass(frozen=True)
class Source:
    """What a release is made from."""

    root: Path  # the repository
    runtime: Path  # the folder of the runtime library
    pack: Path
    program: Path
    version: str
    revision: str
    epoch: int  # the commit's time, in seconds since 1970


def version_of(root: Path) -> str:
    """Returns the program's version, from its one source."""
    text = (root / "engine" / "doc.go").read_text(encoding="utf-8")
    found = re.search(r'(?m)^const Version = "([^"]+)"$', text)
    if not found:
        raise ReleaseError(f"{root}/engine/doc.go: no line 'const Version = \"…\"'")
    return found.group(1)


def commit_of(root: Path) -> tuple[str, int]:
    """Returns the commit of a work tree and its time; "+" marks changes after it."""
    revision, epoch = run(["git", "log", "-1", "--format=%H %ct"], folder=root).split()
    changed = run(["git", "status", "--porcelain", "--untracked-files=no"], folder=root).strip()
    return revision + ("+" if changed else ""), int(epoch)


def copy(source: Path, target: Path, *, mode: int = 0o644) -> None:
    """Copies a file that must be there, with plain rights."""
    if not source.is_file():
        raise ReleaseError(f"{source} is missing: run make setup")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def payload(
    source: Source, folder: Path, program: str, host: hosts.Host
) -> list[components.Component]:
    """Fills a folder with program, libraries, pack, licences and SBOM; returns the parts."""
    copy(source.program, folder / program, mode=0o755)
    for library in host.libraries:
        copy(source.runtime / library, folder / library)
    if not (source.pack / "manifest.json").is_file():
        raise ReleaseError(f"{source.pack} is missing: run make setup")
    for file in sorted(source.pack.iterdir()):
        copy(file, folder / "packs" / source.pack.name / file.name)
    parts = components.every(source.root, source.program, host, source.runtime, source.pack)
    own = (source.root / "LICENSE").read_text(encoding="utf-8")
    sbom.write_licences(folder / "licences", own, source.version, parts)
    bill = sbom.document(source.version, source.revision, source.epoch, parts)
    (folder / "sbom.cdx.json").write_text(bill, encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LIMIT:
        raise ReleaseError(f"the installation has {size} bytes, want at most {LIMIT}")
    return parts


def linux(source: Source, prefix: Path) -> list[components.Component]:
    """Lays out an installation on Linux; returns its parts. The prefix must not exist."""
    prefix.mkdir(parents=True)
    parts = payload(source, prefix / "lib" / "deltaedit", "deltaedit", hosts.LINUX)
    (prefix / "bin").mkdir()
    (prefix / "bin" / "deltaedit").symlink_to("../lib/deltaedit/deltaedit")
    share, assets = prefix / "share", source.root / "assets"
    templates = assets / "package" / "linux"
    copy(templates / f"{ID}.desktop", share / "applications" / f"{ID}.desktop")
    copy(templates / "deltaedit.1", share / "man" / "man1" / "deltaedit.1")
    icons = share / "icons" / "hicolor"
    copy(assets / "icon.svg", icons / "scalable" / "apps" / f"{ID}.svg")
    copy(assets / "icon.png", icons / "512x512" / "apps" / f"{ID}.png")
    metadata = metainfo(
        (templates / f"{ID}.metainfo.xml").read_text(encoding="utf-8"),
        (source.root / "CHANGELOG.md").read_text(encoding="utf-8"),
        source.version,
        source.epoch,
    )
    target = share / "metainfo" / f"{ID}.metainfo.xml"
    target.parent.mkdir()
    target.write_text(metadata, encoding="utf-8")
    return parts


def metainfo(template: str, changelog: str, version: str, epoch: int) -> str:
    """Fills in the releases of AppStream's metadata from the changelog."""
    releases = []
    for release in notes.releases(changelog):
        date = release.date
        if not date:
            if release.version != version:
                continue  # what is not released yet
            date = dt.datetime.fromtimestamp(epoch, dt.UTC).date().isoformat()
        releases.append(f'    <release version="{html.escape(release.version)}" date="{date}"/>')
    if not any(f'version="{version}"' in line for line in releases):
        date = dt.datetime.fromtimestamp(epoch, dt.UTC).date().isoformat()
        releases.insert(0, f'    <release version="{version}" date="{date}" type="development"/>')
    return template.replace("    <!-- releases -->", "\n".join(releases))

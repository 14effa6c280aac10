"""Reads the changelog: its releases, and the notes of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deltarelease.errors import ReleaseError

_HEADING = re.compile(r"(?m)^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?[^\n]*$")


@dataclass(frozen=True)
class Release:
    """One part of the changelog. The date is "" if it has none."""

    version: str
    date: str
    text: str


def releases(changelog: str) -> list[Release]:
    """Returns the releases, newest first; what is not released yet is left out."""
    return [part for part in _parts(changelog) if part.version.lower() != "unreleased"]


def _parts(changelog: str) -> list[Release]:
    found = list(_HEADING.finditer(changelog))
    ends = [m.start() for m in found[1:]] + [len(changelog)]
    return [
        Release(m.group(1), m.group(2) or "", changelog[m.end() : end].strip())
        for m, end in zip(found, ends, strict=True)
    ]


def of(changelog: str, version: str) -> str:
    """Returns the notes of a version; ReleaseError if the changelog has none."""
    for part in _parts(changelog):
        if part.version.lower() == version.lower():
            if not part.text:
                raise ReleaseError(f"CHANGELOG.md says nothing about {version}")
            return part.text + "\n"
    raise ReleaseError(f"CHANGELOG.md has no part for {version}")


def release(changelog: str, version: str, date: str) -> str:
    """Returns the changelog with what is not released yet released as `version`."""
    if any(part.version == version for part in releases(changelog)):
        raise ReleaseError(f"CHANGELOG.md has a part for {version} already")
    of(changelog, "Unreleased")  # there must be something to release
    mark = "## [Unreleased]"
    return changelog.replace(mark, f"{mark}\n\n## [{version}] - {date}", 1)

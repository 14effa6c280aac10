"""What is packed for Windows and macOS. Everything lies beside the program, where it looks."""

from __future__ import annotations

import struct
from pathlib import Path

from deltapack import hosts
from deltarelease.errors import ReleaseError
from deltarelease.stage import Source, copy, payload

NAME = "DeltaEdit Studio"


def windows(source: Source, windowed: Path | None, work: Path) -> Path:
    """Lays out the folder of Windows below `work`, and returns it.

    It has the program twice: on a console, and without one for the mouse. The shader compilers
    that set-up fetches stay out, since their licences' texts do not come with them.
    """
    if windowed is None:
        raise ReleaseError("--windowed is missing: the program that was linked without a console")
    folder = work / NAME
    folder.mkdir()
    payload(source, folder, "deltaedit.exe", hosts.WINDOWS)
    copy(windowed, folder / f"{NAME}.exe", mode=0o755)
    return folder


def macos(source: Source, work: Path) -> Path:
    """Lays out the application of macOS below `work`, and returns its folder."""
    folder = work / f"{NAME}.app"
    contents = folder / "Contents"
    programs = contents / "MacOS"
    programs.mkdir(parents=True)
    payload(source, programs, "deltaedit", hosts.MACOS)
    plist = (source.root / "assets/package/macos/Info.plist").read_text(encoding="utf-8")
    (contents / "Info.plist").write_text(
        plist.replace("@VERSION@", source.version), encoding="utf-8"
    )
    (contents / "Resources").mkdir()
    (contents / "Resources" / "icon.icns").write_bytes(
        icns((source.root / "assets" / "icon.png").read_bytes())
    )
    return folder


def icns(png: bytes) -> bytes:
    """Returns an icon of macOS that holds one PNG of 512 by 512 pixels."""
    entry = b"ic09" + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(entry) + 8) + entry

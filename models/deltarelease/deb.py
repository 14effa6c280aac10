"""The Debian package."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import os
import re
import shutil
import textwrap
from pathlib import Path

from deltapack import hosts
from deltarelease import archive, elf
from deltarelease.components import NON_COMMERCIAL
from deltarelease.errors import ReleaseError, run
from deltarelease.stage import Source

_CONTROL = """\
Package: deltaedit
Version: {version}
Section: graphics
Priority: optional
Architecture: amd64
Maintainer: {maintainer}
Installed-Size: {kib}
Depends: {depends}
Recommends: libgl1-mesa-dri, libvulkan1
Suggests: wl-clipboard
Description: edits face photographs with words
 A window and a command line that change a face photograph as two short texts
 say, on this computer. No network is used, unless a batch is given to other
 machines.
 .
 The models are part of the package, which works without a GPU.
 .
 {notice}
"""

_COPYRIGHT = """\
Copyright: the contributors to DeltaEdit Studio, {year}

DeltaEdit Studio is under the Apache License, Version 2.0, which is in
/usr/share/common-licenses/Apache-2.0.

{notice}

The licences of everything in this package are listed, with their texts, in
/usr/lib/deltaedit/licences; /usr/lib/deltaedit/sbom.cdx.json is its bill of
materials (CycloneDX).
"""


def changelog(version: str, epoch: int, maintainer: str) -> str:
    """Returns the package's own changelog, which points to the program's."""
    date = email.utils.formatdate(epoch)
    return (
        f"deltaedit ({version}) stable; urgency=medium\n\n"
        f"  * Version {version}: CHANGELOG.md.gz says what is new.\n\n -- {maintainer}  {date}\n"
    )


def _gzip(path: Path, text: bytes) -> None:
    path.write_bytes(gzip.compress(text, 9, mtime=0))


def _wrap(text: str, indent: str) -> str:
    return f"\n{indent}".join(textwrap.wrap(text, 76))


def control(version: str, maintainer: str, kib: int, depends: str) -> str:
    """Returns the package's control file; ReleaseError if the maintainer has no address."""
    if not re.fullmatch(r"[^<>\s][^<>\n]* <[^<>@\s]+@[^<>@\s]+>", maintainer):
        raise ReleaseError(f"the maintainer is {maintainer!r}: want 'Name <address>'")
    return _CONTROL.format(
        version=version,
        maintainer=maintainer,
        kib=kib,
        depends=depends,
        notice=_wrap(NON_COMMERCIAL, " "),
    )


def build(source: Source, prefix: Path, work: Path, out: Path, level: int, maintainer: str) -> None:
    """Builds the package of an installation below `prefix`, in a folder below `work`."""
    root = work / "deb"
    shutil.copytree(prefix, root / "usr", symlinks=True)
    doc = root / "usr" / "share" / "doc" / "deltaedit"
    doc.mkdir(parents=True)
    year = dt.datetime.fromtimestamp(source.epoch, dt.UTC).year
    (doc / "copyright").write_text(
        _COPYRIGHT.format(year=year, notice=_wrap(NON_COMMERCIAL, "")), encoding="utf-8"
    )
    _gzip(doc / "changelog.gz", changelog(source.version, source.epoch, maintainer).encode())
    _gzip(doc / "CHANGELOG.md.gz", (source.root / "CHANGELOG.md").read_bytes())
    manual = root / "usr" / "share" / "man" / "man1" / "deltaedit.1"
    _gzip(manual.with_suffix(".1.gz"), manual.read_bytes())
    manual.unlink()
    lib = root / "usr" / "lib" / "deltaedit"
    depends = elf.depends([lib / "deltaedit", *(lib / name for name in hosts.LINUX.libraries)])
    files = [path for path in archive.entries(root) if path.is_file() and not path.is_symlink()]
    kib = sum((path.stat().st_size + 1023) // 1024 for path in files)
    debian = root / "DEBIAN"
    debian.mkdir()
    fields = control(source.version, maintainer, kib, depends)
    (debian / "control").write_text(fields, encoding="utf-8")
    sums = run(["md5sum", *(str(path.relative_to(root)) for path in files)], folder=root)
    (debian / "md5sums").write_text(sums, encoding="utf-8")
    for path in [root, *archive.entries(root)]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(root), str(out)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(source.epoch)},
    )
    shutil.rmtree(root)

"""What a release is made of: every part with its version, origin, hash and licence texts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from deltapack import fetch, hosts, stamp
from deltarelease import licences
from deltarelease.errors import ReleaseError, run

NON_COMMERCIAL = (
    "The generator was distilled from NVIDIA's StyleGAN2 FFHQ, whose weights are licensed for "
    "non-commercial use (Nvidia Source Code License-NC)."
)


@dataclass
class Component:
    """One part of a release."""

    name: str
    version: str
    kind: str  # CycloneDX's types: library, file, machine-learning-model, ...
    licence: str  # an SPDX expression
    purl: str = ""
    sha256: str = ""
    notice: str = ""
    texts: dict[str, str] = field(default_factory=dict)  # licence texts by their file's name


# What modules hold without a licence file of its own.
_INSIDE = {
    "fyne.io/fyne/v2": (
        "CC-BY-4.0",
        "Emoji: graphics of EmojiOne (emojione.com) under CC-BY 4.0, as the font EmojiOne Color, "
        "Copyright 2016 Adobe Systems Incorporated.",
    ),
}

_LICENCE = re.compile(r"(?i)(un)?licen[cs]e|copying|notice|patents")
_TEXTS = {"", ".md", ".txt", ".rst"}


def licence_files(folder: Path) -> dict[str, str]:
    """Returns the licence texts below a module's folder, by their paths in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if {"testdata", "cmd", "examples"} & set(inside.parts) or not path.is_file():
            continue
        named = _LICENCE.match(path.name)
        if named and (
            path.suffix.lower() in _TEXTS or path.name.startswith(("LICENSE-", "LICENSE."))
        ):
            found[str(inside)] = path.read_text(encoding="utf-8", errors="replace")
    return found


def module_folder(cache: Path, path: str, version: str) -> Path:
    """Returns a module's folder in Go's cache, where capitals are written as ! and small."""
    escaped = re.sub("[A-Z]", lambda m: "!" + m.group().lower(), f"{path}@{version}")
    return cache / escaped


def linked(listing: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Reads `go version -m`: Go's version, and path, version and sum of each module."""
    go, modules = "", []
    for line in listing.splitlines():
        words = line.split()
        if line and not line.startswith("\t"):
            go = words[-1].removeprefix("go")
        elif words and words[0] == "dep":
            modules.append((words[1], words[2], words[3] if len(words) > 3 else ""))
        elif words and words[0] == "=>":  # a replacement of the one before
            raise ReleaseError(
                f"go.mod replaces a module by {' '.join(words[1:])}: release without"
            )
    if not go:
        raise ReleaseError(f"go version -m says nothing about the program: {listing[:200]}")
    return go, modules


def go_modules(program: Path) -> list[Component]:
    """Returns Go itself and every module that is linked into the program."""
    go, modules = linked(run(["go", "version", "-m", str(program)]))
    root = Path(run(["go", "env", "GOROOT"]).strip())
    cache = Path(run(["go", "env", "GOMODCACHE"]).strip())
    texts = {"LICENSE": (root / "LICENSE").read_text(encoding="utf-8")}
    found = [
        Component(
            "go",
            go,
            "library",
            licences.expression("go", texts),
            f"pkg:golang/std@{go}",
            texts=texts,
        )
    ]
    for path, version, _sum in modules:
        texts = licence_files(module_folder(cache, path, version))
        expression = licences.expression(path, texts)
        more, notice = _INSIDE.get(path, ("", ""))
        expression = f"{expression} AND {more}" if more else expression
        purl = f"pkg:golang/{path}@{version}"
        found.append(
            Component(path, version, "library", expression, purl, notice=notice, texts=texts)
        )
    return found


def libraries(folder: Path, host: hosts.Host, lock: Path) -> list[Component]:
    """Returns the libraries of ONNX Runtime and WebGPU, with the notices beside them.

    `folder` is that of the former.
    """
    pinned = fetch.releases(lock)
    found = []
    for name, library in zip((fetch.RUNTIME, fetch.WEBGPU), host.libraries, strict=True):
        path = folder / library
        texts = {text: (path.parent / text).read_text(encoding="utf-8") for text in hosts.TEXTS}
        version = pinned[name].split()[0].split("==")[1]
        found.append(
            Component(
                name,
                version,
                "library",
                licences.expression(name, {"LICENSE": texts["LICENSE"]}),
                f"pkg:pypi/{name}@{version}",
                stamp.digest(path),
                texts=texts,
            )
        )
    return found


def pack(folder: Path, own: str) -> list[Component]:
    """Returns every file of a pack as its manifest describes it; `own` is Apache-2.0's text."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = []
    for name, file in manifest["files"].items():
        model = name.endswith((".onnx", ".f32"))
        if file["license"] != "Apache-2.0":
            raise ReleaseError(f"{folder}: {name} is under {file['license']}: add the text here")
        found.append(
            Component(
                f"packs/{folder.name}/{name}",
                manifest["version"],
                "machine-learning-model" if model else "data",
                file["license"],
                sha256=file["sha256"],
                notice=f"From {file['source']}. {file.get('notice', '')}".strip(),
                texts={"LICENSE": own},
            )
        )
    return found


def every(
    root: Path, program: Path, host: hosts.Host, runtime: Path, packs: Path
) -> list[Component]:
    """Returns all parts of a release for `host`: program, libraries in `runtime`, and a pack."""
    own = (root / "LICENSE").read_text(encoding="utf-8")
    samples = (root / "assets" / "samples" / "README.md").read_text(encoding="utf-8")
    fonts = {"LICENSE": (root / "assets" / "fonts" / "LICENSE").read_text(encoding="utf-8")}
    return [
        *go_modules(program),
        *libraries(runtime, host, root / "models" / "weights.lock"),
        *pack(packs, own),
        Component(
            "fonts of Chinese and Japanese",
            "2.004",
            "data",
            licences.expression("fonts", fonts),
            notice="Cut from Noto Sans SC and Noto Sans JP. Copyright 2014-2021 Adobe.",
            texts=fonts,
        ),
        Component(
            "sample photographs",
            "1",
            "data",
            "LicenseRef-public-domain",
            notice="Works of the United States government, and faces that the generator drew.",
            texts={"README.md": samples},
        ),
    ]

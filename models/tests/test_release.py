"""What is released: licences, bill of materials, packages that are the same every time."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from deltapack import hosts
from deltarelease import (
    archive,
    bundles,
    check,
    components,
    deb,
    elf,
    licences,
    notes,
    sbom,
    single,
    stage,
)
from deltarelease.components import Component
from deltarelease.errors import ReleaseError, need, run

APACHE = "Apache License\n  Version 2.0, January 2004"
LIBRARIES = tuple(str(library) for library in hosts.LINUX.libraries)

MIT = """Permission is hereby granted, free of charge, to any person
obtaining a copy of this software and associated documentation files (the "Software")"""
BSD2 = "Redistribution and use in source and binary forms, with or without modification"
BSD3 = f"{BSD2} ...\n * Neither the name of Google Inc. nor the names of its contributors"
UNLICENSE = (
    "This is free and unencumbered software released into the public domain.\n\n---\n" + BSD3
)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (APACHE, ["Apache-2.0"]),
        (MIT, ["MIT"]),
        (BSD2, ["BSD-2-Clause"]),
        (BSD3, ["BSD-3-Clause"]),
        ("SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007", ["OFL-1.1"]),
        (f"{APACHE}\n\n{MIT}", ["Apache-2.0", "MIT"]),
        ("All rights reserved.", []),
        ("", []),
    ],
)
def test_licences_are_identified(text: str, want: list[str]) -> None:
    assert licences.identify(text) == want


def test_expressions_name_every_licence() -> None:
    texts = {"LICENSE": BSD3, "font/LICENSE": MIT, "PATENTS": "Additional IP Rights Grant"}
    assert licences.expression("x", texts) == "BSD-3-Clause AND MIT"
    assert licences.expression("x", {"LICENSE": UNLICENSE}) == "(BSD-3-Clause OR Unlicense)"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({}, "no licence"),
        ({"PATENTS": "Additional IP Rights Grant"}, "no licence"),
        ({"LICENSE": MIT, "sub/COPYING": "Ask Bob."}, "sub/COPYING: its licence is not known"),
    ],
)
def test_parts_without_a_known_licence_are_refused(texts: dict[str, str], message: str) -> None:
    with pytest.raises(ReleaseError, match=message):
        licences.expression("x", texts)


def test_linked_modules_are_read() -> None:
    listing = (
        "/x/deltaedit: go1.26.8\n\tpath\tdeltaedit\n\tmod\tdeltaedit\t(devel)\t\n"
        "\tdep\tgithub.com/BurntSushi/toml\tv1.5.0\th1:abc=\n\tbuild\t-trimpath=true\n"
    )
    assert components.linked(listing) == (
        "1.26.8",
        [("github.com/BurntSushi/toml", "v1.5.0", "h1:abc=")],
    )
    with pytest.raises(ReleaseError, match="replaces"):
        components.linked(listing + "\t=>\t./local\t(devel)\n")
    with pytest.raises(ReleaseError, match="says nothing"):
        components.linked("")


def test_folders_of_modules_are_escaped() -> None:
    got = components.module_folder(Path("/c"), "github.com/BurntSushi/toml", "v1.5.0")
    assert got == Path("/c/github.com/!burnt!sushi/toml@v1.5.0")


def test_licence_files_are_found(tmp_path: Path) -> None:
    for name in (
        "LICENSE", "font/LICENSE_Inter.txt", "ico/LICENSE-reader", "COPYING.md", "PATENTS",
        "lib/LICENSE.libwebp", "testdata/LICENSE", "cmd/tool/COPYING", "license.go", "readme.md",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert set(components.licence_files(tmp_path)) == {
        "LICENSE", "font/LICENSE_Inter.txt", "ico/LICENSE-reader", "COPYING.md", "PATENTS",
        "lib/LICENSE.libwebp",
    }  # fmt: skip


def test_every_module_of_this_program_has_a_known_licence() -> None:
    """All modules that go.mod may link, found as for a package."""
    modules = run(
        ["go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "."],
        folder=ROOT,
    )
    cache = Path(run(["go", "env", "GOMODCACHE"]).strip())
    pairs = {tuple(line.split()) for line in modules.splitlines() if len(line.split()) == 2}
    assert len(pairs) > 20
    for path, version in sorted(pairs):
        texts = components.licence_files(components.module_folder(cache, path, version))
        assert licences.expression(path, texts)


PARTS = [
    Component(
        "github.com/x/y", "v1.0.0", "library", "MIT AND OFL-1.1",
        "pkg:golang/github.com/x/y@v1.0.0",
        texts={"LICENSE": MIT, "font/LICENSE.txt": "font"},
    ),
    Component(
        "packs/faces/a.onnx", "0.1.0", "machine-learning-model", "Apache-2.0", sha256="ab" * 32,
        notice="From x.",
    ),
]  # fmt: skip


def test_the_bill_names_every_part_and_is_the_same_every_time() -> None:
    text = sbom.document("1.2.3", "abc", 86400, PARTS)
    assert text == sbom.document("1.2.3", "abc", 86400, PARTS)
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["metadata"]["timestamp"] == "1970-01-02T00:00:00+00:00"
    assert bill["metadata"]["component"]["version"] == "1.2.3"
    first, second = bill["components"]
    assert first["licenses"] == [{"expression": "MIT AND OFL-1.1"}]
    assert first["purl"] == "pkg:golang/github.com/x/y@v1.0.0"
    assert second["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert second["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert bill["dependencies"][0]["dependsOn"] == [first["bom-ref"], second["bom-ref"]]
    assert sbom.document("1.2.3", "abd", 86400, PARTS) != text


def test_licence_texts_are_written(tmp_path: Path) -> None:
    sbom.write_licences(tmp_path / "l", APACHE, "1.2.3", PARTS)
    files = {p.relative_to(tmp_path / "l").as_posix() for p in (tmp_path / "l").rglob("*.*")}
    assert "licences.md" in files
    assert (tmp_path / "l" / "github.com_x_y@v1.0.0" / "font" / "LICENSE.txt").read_text() == "font"
    listing = (tmp_path / "l" / "licences.md").read_text()
    assert "non-commercial" in listing
    assert "| packs/faces/a.onnx | 0.1.0 | Apache-2.0 | LICENSE | From x. |" in listing


CHANGELOG = """# Changelog

## [Unreleased]

- new

## [0.2.0] - 2026-01-02

- second

## [0.1.0]

- first
"""


def test_the_changelog_is_read() -> None:
    assert [(r.version, r.date, r.text) for r in notes.releases(CHANGELOG)] == [
        ("0.2.0", "2026-01-02", "- second"),
        ("0.1.0", "", "- first"),
    ]
    assert notes.of(CHANGELOG, "0.2.0") == "- second\n"
    assert notes.of(CHANGELOG, "unreleased") == "- new\n"
    with pytest.raises(ReleaseError, match=r"no part for 0\.3\.0"):
        notes.of(CHANGELOG, "0.3.0")


def test_a_release_takes_what_was_not_released() -> None:
    text = notes.release(CHANGELOG, "0.3.0", "2026-02-03")
    assert notes.of(text, "0.3.0") == "- new\n"
    assert "## [Unreleased]\n\n## [0.3.0] - 2026-02-03\n" in text
    with pytest.raises(ReleaseError, match="already"):
        notes.release(CHANGELOG, "0.2.0", "2026-02-03")
    with pytest.raises(ReleaseError, match="says nothing"):
        notes.release(text, "0.4.0", "2026-02-03")


def test_metadata_lists_the_releases() -> None:
    template = "<releases>\n    <!-- releases -->\n</releases>"
    got = stage.metainfo(template, CHANGELOG, "0.2.0", 0)
    assert '<release version="0.2.0" date="2026-01-02"/>' in got
    assert "0.1.0" not in got  # it has no date
    assert '<release version="0.1.0" date="1970-01-01"/>' in stage.metainfo(
        template, CHANGELOG, "0.1.0", 0
    )
    assert '<release version="0.3.0" date="1970-01-01" type="development"/>' in stage.metainfo(
        template, CHANGELOG, "0.3.0", 0
    )


def test_the_version_has_one_source(tmp_path: Path) -> None:
    assert stage.version_of(ROOT).count(".") == 2
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "doc.go").write_text("package engine\n")
    with pytest.raises(ReleaseError, match="const Version"):
        stage.version_of(tmp_path)


READELF = """
 0x0000000000000001 (NEEDED)             Shared library: [libGL.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x000000000000001d (RUNPATH)            Library runpath: [$ORIGIN]
"""
VERSIONS = """
  0x0010:   Name: GLIBC_2.4  Flags: none  Version: 4
  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 3
  0x0030:   Name: GLIBCXX_3.4.30  Flags: none  Version: 2
"""


def test_needs_of_a_binary_are_read() -> None:
    assert elf.needed(READELF) == ["libGL.so.1", "libc.so.6"]
    assert elf.newest(VERSIONS, "GLIBC") == (2, 34)
    assert elf.newest(VERSIONS, "OPENSSL") == ()


def test_the_libraries_need_only_known_packages() -> None:
    depends = elf.depends([ROOT / "build" / "runtime" / library for library in LIBRARIES])
    assert depends.startswith("libc6 (>= 2.")
    assert {"libgcc-s1", "libgl1", "libstdc++6", "libx11-6"} <= set(depends.split(", "))


def tree(folder: Path) -> Path:
    """Returns a small installation."""
    (folder / "lib" / "deltaedit").mkdir(parents=True)
    (folder / "bin").mkdir()
    program = folder / "lib" / "deltaedit" / "deltaedit"
    program.write_text('#!/bin/sh\necho started "$@"\n')
    program.chmod(0o755)
    (folder / "lib" / "deltaedit" / "data").write_bytes(b"d" * 100_000)
    (folder / "bin" / "deltaedit").symlink_to("../lib/deltaedit/deltaedit")
    return folder


def test_archives_are_the_same_every_time(tmp_path: Path) -> None:
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    os.utime(two / "lib" / "deltaedit" / "data", (1, 1))
    (two / "lib" / "deltaedit" / "data").chmod(0o600)
    archive.tar_xz(one, "x", 1000, tmp_path / "one.tar.xz", 0)
    archive.tar_xz(two, "x", 1000, tmp_path / "two.tar.xz", 0)
    assert (tmp_path / "one.tar.xz").read_bytes() == (tmp_path / "two.tar.xz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.xz") as packed:
        entries = {m.name: m for m in packed}
    assert list(entries) == [
        "x", "x/bin", "x/bin/deltaedit", "x/lib", "x/lib/deltaedit", "x/lib/deltaedit/data",
        "x/lib/deltaedit/deltaedit",
    ]  # fmt: skip
    assert entries["x/lib/deltaedit/deltaedit"].mode == 0o755
    assert entries["x/lib/deltaedit/data"].mode == 0o644
    assert entries["x/bin/deltaedit"].linkname == "../lib/deltaedit/deltaedit"
    assert {m.mtime for m in entries.values()} == {1000}
    assert {(m.uid, m.uname) for m in entries.values()} == {(0, "root")}


def test_the_single_file_ends_as_its_program_expects(tmp_path: Path) -> None:
    starter = tmp_path / "starter"
    starter.write_bytes(b"program")
    for name in ("one", "two"):
        single.build(starter, tree(tmp_path / name), 1000, tmp_path / f"{name}.run", 1)
    data = (tmp_path / "one.run").read_bytes()
    assert data == (tmp_path / "two.run").read_bytes()
    start, index = struct.unpack("<QQ", data[-32:-16])
    assert (start, data[-16:]) == (7, b"deltaedit-single")
    listing = json.loads(data[index:-32])
    assert listing["files"]["lib/deltaedit/data"] == 100_000
    assert listing["id"] == hashlib.sha256(data[start:index]).hexdigest()[:16]
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data[start:index]))) as packed:
        assert packed.getnames()[0] == "bin"


def test_the_single_file_starts_what_it_brings(tmp_path: Path) -> None:
    single.starter(ROOT, tmp_path / "starter")
    single.build(tmp_path / "starter", tree(tmp_path / "one"), 1000, tmp_path / "x.run", 1)
    for told in (True, False):
        done = subprocess.run(  # noqa: S603
            [str(tmp_path / "x.run"), "a b", "c"],
            env={"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == "started a b c\n"
        assert ("unpacking" in done.stderr) == told


MAINTAINER = "Ada Example <ada@debian.example>"


def test_the_control_file_is_well_formed() -> None:
    text = deb.control("1.2.3", MAINTAINER, 400, "libc6 (>= 2.34), libgl1")
    lines = text.splitlines()
    assert f"Maintainer: {MAINTAINER}" in lines
    assert "Installed-Size: 400" in lines
    assert "Depends: libc6 (>= 2.34), libgl1" in lines
    start = lines.index("Description: edits face photographs with words")
    assert all(line.startswith(" ") and len(line) <= 80 for line in lines[start + 1 :])
    assert "non-commercial" in text
    for maintainer in ("", "Ada", "ada@debian.example", "Ada <ada>", f"{MAINTAINER}\nDepends: x"):
        with pytest.raises(ReleaseError, match="want 'Name <address>'"):
            deb.control("1.2.3", maintainer, 400, "libc6")


SCRIPT = ROOT / "assets" / "package" / "linux" / "install.sh"


def installable(tmp_path: Path) -> Path:
    """Returns an unpacked archive with the script that installs it."""
    folder = tree(tmp_path / "unpacked")
    for name in (
        "share/applications/app.deltaedit.studio.desktop",
        "share/metainfo/app.deltaedit.studio.metainfo.xml",
        "share/man/man1/deltaedit.1",
        "share/icons/hicolor/scalable/apps/app.deltaedit.studio.svg",
        "share/icons/hicolor/512x512/apps/app.deltaedit.studio.png",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Exec=deltaedit %f\nTryExec=deltaedit\n")
    shutil.copy(SCRIPT, folder / "install.sh")
    return folder


def names(folder: Path) -> set[str]:
    """Returns the paths of everything below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def script(folder: Path, *arguments: str, destdir: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the script."""
    return subprocess.run(  # noqa: S603
        ["sh", str(folder / "install.sh"), *arguments],  # noqa: S607
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DESTDIR": destdir},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_installing_and_removing_leaves_no_trace(tmp_path: Path) -> None:
    unpacked = installable(tmp_path)
    prefix = tmp_path / "with blank" / "prefix"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "share").mkdir()
    (prefix / "share" / "theirs").write_text("stays")
    before = names(tmp_path / "with blank")
    for _ in range(2):  # the second is an upgrade
        done = script(unpacked, "--prefix", str(prefix))
        assert done.returncode == 0, done.stderr
    run([str(prefix / "bin" / "deltaedit")])
    desktop = prefix / "share" / "applications" / "app.deltaedit.studio.desktop"
    assert f'Exec="{prefix}/bin/deltaedit" %f' in desktop.read_text()
    assert f"TryExec={prefix}/bin/deltaedit" in desktop.read_text()
    assert script(unpacked, "--uninstall", "--prefix", str(prefix)).returncode == 0
    assert names(tmp_path / "with blank") == before


def test_installing_below_destdir(tmp_path: Path) -> None:
    unpacked = installable(tmp_path)
    dest = tmp_path / "dest"
    dest.mkdir()
    assert script(unpacked, "--prefix=/usr", destdir=str(dest)).returncode == 0
    assert (dest / "usr" / "bin" / "deltaedit").exists()
    desktop = dest / "usr" / "share" / "applications" / "app.deltaedit.studio.desktop"
    assert 'Exec="/usr/bin/deltaedit" %f' in desktop.read_text()
    assert str(tmp_path) not in (dest / "usr" / "lib" / "deltaedit" / "folders").read_text()
    assert script(unpacked, "--uninstall", "--prefix=/usr", destdir=str(dest)).returncode == 0
    assert names(dest) == set()


def test_the_script_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    unpacked = installable(tmp_path)
    assert script(unpacked, "--prefix", "relative").returncode == 2
    assert script(unpacked, "--nonsense").returncode == 2
    shutil.rmtree(unpacked / "lib")
    done = script(unpacked, "--prefix", str(tmp_path / "prefix"))
    assert done.returncode == 1
    assert "unpacked archive" in done.stderr


def test_missing_tools_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ReleaseError, match="missing: dpkg xz-utils"):
        need("xz", "dpkg-deb")


def test_packs_under_other_licences_are_refused(tmp_path: Path) -> None:
    entry = {"sha256": "ab" * 32, "bytes": 1, "license": "MIT", "source": "x 1"}
    manifest = {"version": "1", "files": {"a.onnx": entry}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match=r"a\.onnx is under MIT"):
        components.pack(tmp_path, APACHE)
    manifest["files"] = {"a.onnx": entry | {"license": "Apache-2.0", "notice": "Non-commercial."}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (part,) = components.pack(tmp_path, APACHE)
    assert part.notice == "From x 1. Non-commercial."
    assert part.kind == "machine-learning-model"


def released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, libraries: tuple[str, ...]
) -> stage.Source:
    """Returns the source of a release of small files."""
    program = tmp_path / "program"
    program.write_bytes(b"program")
    runtime, pack = tmp_path / "runtime", tmp_path / "faces"
    for library in libraries:
        folder = (runtime / library).parent
        folder.mkdir(parents=True, exist_ok=True)
        for name in (Path(library).name, "LICENSE", "ThirdPartyNotices.txt"):
            (folder / name).write_text(f"{name}: {MIT}")
    pack.mkdir()
    entry = {"sha256": "ab" * 32, "bytes": 1, "license": "Apache-2.0", "source": "x 1"}
    (pack / "manifest.json").write_text(json.dumps({"version": "1", "files": {"a.onnx": entry}}))
    (pack / "a.onnx").write_bytes(b"a")
    monkeypatch.setattr(components, "go_modules", lambda _: PARTS[:1])
    return stage.Source(ROOT, runtime, pack, program, "1.2.3", "abc", 86400)


def test_an_installation_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = released(tmp_path, monkeypatch, LIBRARIES)
    prefix = tmp_path / "prefix"
    parts = stage.linux(source, prefix)
    assert [part.name for part in parts] == [
        "github.com/x/y", "onnxruntime", "onnxruntime-ep-webgpu", "packs/faces/a.onnx",
        "fonts of Chinese and Japanese", "sample photographs",
    ]  # fmt: skip
    lib = prefix / "lib" / "deltaedit"
    assert (prefix / "bin" / "deltaedit").read_bytes() == b"program"
    assert (lib / "packs" / "faces" / "a.onnx").read_bytes() == b"a"
    assert all((lib / library).exists() for library in LIBRARIES)
    for release in ("onnxruntime@1.32.0", "onnxruntime-ep-webgpu@0.4.0"):
        assert (lib / "licences" / release / "ThirdPartyNotices.txt").exists()
    assert json.loads((lib / "sbom.cdx.json").read_text())["components"]
    script = SCRIPT.read_text()
    for path in (prefix / "share").rglob("*.*"):  # what is installed is removed as well
        if path.is_file():
            assert path.name.replace("app.deltaedit.studio", "$id") in script
    monkeypatch.setattr(stage, "LIMIT", 1000)
    with pytest.raises(ReleaseError, match="bytes, want at most 1000"):
        stage.linux(source, tmp_path / "large")
    (source.pack / "manifest.json").unlink()
    with pytest.raises(ReleaseError, match="run make setup"):
        stage.linux(source, tmp_path / "lacking")


def test_bundles_of_other_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("onnxruntime.dll", "libonnxruntime.dylib")
    below = ("onnxruntime_providers_webgpu.dll", "dxcompiler.dll", "dxil.dll")
    below = (*below, "libonnxruntime_providers_webgpu.dylib")
    source = released(tmp_path, monkeypatch, (*names, *(f"webgpu/{name}" for name in below)))
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(ReleaseError, match="--windowed"):
        bundles.windows(source, None, work)
    folder = bundles.windows(source, source.program, work)
    assert {"DeltaEdit Studio.exe", "deltaedit.exe", "onnxruntime.dll"} <= names_in(folder)
    assert "libonnxruntime.dylib" not in names_in(folder)
    assert names_in(folder / "webgpu") == {"onnxruntime_providers_webgpu.dll"}
    app = bundles.macos(source, work)
    programs = app / "Contents" / "MacOS"
    assert {"deltaedit", "libonnxruntime.dylib", "packs"} <= names_in(programs)
    assert names_in(programs / "webgpu") == {"libonnxruntime_providers_webgpu.dylib"}
    plist = (app / "Contents" / "Info.plist").read_text()
    assert "<key>CFBundleShortVersionString</key><string>1.2.3</string>" in plist
    icon = (app / "Contents" / "Resources" / "icon.icns").read_bytes()
    assert icon[:4] == b"icns"
    assert struct.unpack(">I", icon[4:8])[0] == len(icon)
    for name in ("one.zip", "two.zip"):
        archive.zipped(work, 86400 * 365 * 20, tmp_path / name, 1)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        info = packed.getinfo("DeltaEdit Studio.app/Contents/MacOS/deltaedit")
        assert info.external_attr >> 16 == 0o755
        assert packed.read(info) == b"program"


def names_in(folder: Path) -> set[str]:
    """Returns the names in a folder."""
    return {path.name for path in folder.iterdir()}


def test_the_debian_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = released(tmp_path, monkeypatch, LIBRARIES)
    prefix = tmp_path / "prefix"
    stage.linux(source, prefix)
    lib = prefix / "lib" / "deltaedit"
    for name in ("deltaedit", *LIBRARIES):  # binaries, whose needs are looked at
        shutil.copy("/bin/true", lib / name)
    packages = [tmp_path / "one.deb", tmp_path / "two.deb"]
    for i, package in enumerate(packages):
        work = tmp_path / f"work{i}"
        work.mkdir()
        deb.build(source, prefix, work, package, 0, MAINTAINER)
        assert not list(work.iterdir())
    assert packages[0].read_bytes() == packages[1].read_bytes()
    listed = run(["dpkg-deb", "--contents", str(packages[0])]).splitlines()
    files = {line.split()[5]: line for line in listed}
    assert "-rwxr-xr-x root/root" in files["./usr/lib/deltaedit/deltaedit"]
    assert " -> ../lib/deltaedit/deltaedit" in files["./usr/bin/deltaedit"]
    for name in ("copyright", "changelog.gz", "CHANGELOG.md.gz"):
        assert f"./usr/share/doc/deltaedit/{name}" in files
    assert "./usr/share/man/man1/deltaedit.1.gz" in files
    assert "./usr/share/man/man1/deltaedit.1" not in files
    fields = run(["dpkg-deb", "--field", str(packages[0])])
    assert "Version: 1.2.3\n" in fields
    assert "libgl1" in fields
    assert (lib / "licences" / "licences.md").exists()  # the installation is left as it was
    assert (prefix / "share" / "man" / "man1" / "deltaedit.1").exists()


def small_archive(folder: Path, out: Path, broken: str = "") -> Path:
    """Writes an archive with the metadata alone; `broken` replaces the desktop entry's type."""
    base = folder / "share"
    templates = SCRIPT.parent
    changelog = (ROOT / "CHANGELOG.md").read_text()
    for place, name in (("metainfo", "metainfo.xml"), ("applications", "desktop")):
        text = (templates / f"{stage.ID}.{name}").read_text()
        if name == "desktop" and broken:
            text = text.replace("Type=Application", broken)
        path = base / place / f"{stage.ID}.{name}"
        path.parent.mkdir(parents=True)
        path.write_text(stage.metainfo(text, changelog, stage.version_of(ROOT), 86400 * 365 * 50))
    archive.tar_xz(folder, "x", 0, out, 0)
    return out


@pytest.mark.skipif(
    not (shutil.which("appstreamcli") and shutil.which("desktop-file-validate")),
    reason="a release is checked with the packages appstream and desktop-file-utils",
)
def test_metadata_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.metadata(small_archive(tmp_path / "good", tmp_path / "good.tar.xz"))
    assert "metainfo.xml" in capsys.readouterr().err
    bad = small_archive(tmp_path / "bad", tmp_path / "bad.tar.xz", "Type=Nothing")
    with pytest.raises(ReleaseError, match="desktop-file-validate"):
        check.metadata(bad)
    (tmp_path / "empty").mkdir()
    archive.tar_xz(tmp_path / "empty", "x", 0, tmp_path / "empty.tar.xz", 0)
    with pytest.raises(ReleaseError, match="lacks"):
        check.metadata(tmp_path / "empty.tar.xz")

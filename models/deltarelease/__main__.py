"""The command line: `python3 -m deltarelease package|zip|stage|runtime|notes|version …`."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from deltapack import fetch, hosts, stamp
from deltarelease import archive, bundles, deb, notes, single, stage
from deltarelease.errors import ReleaseError, need

ROOT = Path(__file__).resolve().parents[2]


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"package: {line}", file=sys.stderr, flush=True)


def source(options: argparse.Namespace) -> stage.Source:
    """Returns what the release is made from."""
    revision, epoch = stage.commit_of(ROOT)
    return stage.Source(
        root=ROOT,
        runtime=options.runtime,
        pack=options.pack,
        program=options.program,
        version=stage.version_of(ROOT),
        revision=revision,
        epoch=int(os.environ.get("SOURCE_DATE_EPOCH", epoch)),
    )


def package(options: argparse.Namespace) -> None:
    """Makes the archive, the Debian package, the single file, the SBOM and the checksums."""
    need("git", "go", "xz", "dpkg-deb", "readelf")
    what = source(options)
    dist: Path = options.dist
    dist.mkdir(parents=True, exist_ok=True)
    base = f"deltaedit-{what.version}-linux-x86_64"
    with tempfile.TemporaryDirectory(dir=dist, prefix=".work-") as folder:
        work = Path(folder)
        prefix = work / base
        report("laying out the installation")
        stage.linux(what, prefix)
        shutil.copyfile(prefix / "lib" / "deltaedit" / "sbom.cdx.json", dist / f"{base}.cdx.json")
        made = [dist / f"{base}.cdx.json"]

        report("writing the Debian package")
        made.append(dist / f"deltaedit_{what.version}_amd64.deb")
        deb.build(what, prefix, work, made[-1], options.level, options.maintainer)

        report("writing the single file")
        made.append(dist / f"{base}.run")
        single.starter(ROOT, work / "starter")
        single.build(work / "starter", prefix, what.epoch, made[-1], max(1, options.level))

        report("writing the archive")
        made.append(dist / f"{base}.tar.xz")
        stage.copy(
            ROOT / "assets" / "package" / "linux" / "install.sh", prefix / "install.sh", mode=0o755
        )
        archive.tar_xz(prefix, base, what.epoch, made[-1], options.level)
    finish(dist, base, made)


def finish(dist: Path, base: str, made: list[Path]) -> None:
    """Writes the checksums of what was made, and tells the sizes."""
    sums = "".join(f"{stamp.digest(path)}  {path.name}\n" for path in sorted(made))
    (dist / f"{base}.sha256").write_text(sums, encoding="utf-8")
    for path in made:
        report(f"{path} has {path.stat().st_size / 1e6:.1f} MB")


def zipped(options: argparse.Namespace) -> None:
    """Makes the zip of Windows or macOS from programs that were built for it."""
    need("git", "go")
    what = source(options)
    base = f"deltaedit-{what.version}-{options.system}"
    options.dist.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.dist, prefix=".work-") as folder:
        work = Path(folder)
        if options.system == hosts.WINDOWS.name:
            inner = bundles.windows(what, options.windowed, work)
        else:
            inner = bundles.macos(what, work)
        made = [options.dist / f"{base}.cdx.json", options.dist / f"{base}.zip"]
        shutil.copyfile(next(inner.rglob("sbom.cdx.json")), made[0])
        archive.zipped(work, what.epoch, made[1], options.level)
    finish(options.dist, base, made)


def fetch_runtime(options: argparse.Namespace) -> None:
    """Fetches the libraries of another system, with the Python that set-up made."""
    host = next(host for host in hosts.HOSTS.values() if host.name == options.system)
    python = fetch.interpreter(ROOT / "build" / "cache" / "venv")
    lock = ROOT / "models" / "weights.lock"
    fetch.sources(python, lock, options.dist, report, host, (fetch.RUNTIME, fetch.WEBGPU))


def lay_out(options: argparse.Namespace) -> None:
    """Lays out an installation with its script in a folder, for `make install`."""
    need("git", "go")
    shutil.rmtree(options.dist, ignore_errors=True)
    stage.linux(source(options), options.dist)
    script = ROOT / "assets" / "package" / "linux" / "install.sh"
    stage.copy(script, options.dist / "install.sh", mode=0o755)


def revision(_: argparse.Namespace) -> None:
    """Prints the commit, as it is linked into the program."""
    print(stage.commit_of(ROOT)[0])


def release_notes(options: argparse.Namespace) -> None:
    """Prints the notes of a version from the changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sys.stdout.write(notes.of(changelog, options.version))


def new_version(options: argparse.Namespace) -> None:
    """Makes the tree one of a new version: source, metadata and changelog."""
    version = options.version
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?", version):
        raise ReleaseError(f"the version is {version}: want numbers such as 1.2.3")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    path = ROOT / "CHANGELOG.md"
    changelog = notes.release(path.read_text(encoding="utf-8"), version, today)
    path.write_text(changelog, encoding="utf-8")
    for name, pattern in (
        ("engine/doc.go", r'(?m)^(const Version = ")[^"]+'),
        ("FyneApp.toml", r'(?m)^(Version = ")[^"]+'),
        ("models/pyproject.toml", r'(?m)^(version = ")[^"]+'),
    ):
        file = ROOT / name
        text, count = re.subn(pattern, rf"\g<1>{version}", file.read_text(encoding="utf-8"))
        if count != 1:
            raise ReleaseError(f"{name} has {count} lines with a version: want 1")
        file.write_text(text, encoding="utf-8")


def inputs(sub: argparse.ArgumentParser) -> None:
    """Adds the flags that say what a package is made from."""
    sub.add_argument("--program", type=Path, required=True)
    sub.add_argument("--runtime", type=Path, default=ROOT / "build" / "runtime")
    sub.add_argument("--pack", type=Path, default=ROOT / "build" / "packs" / "faces")
    sub.add_argument("--dist", type=Path, required=True)
    sub.add_argument("--level", type=int, default=6, choices=range(10), help="0 is quick")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, function in (("package", package), ("stage", lay_out)):
        sub = commands.add_parser(name, help=function.__doc__)
        sub.set_defaults(run=function)
        inputs(sub)
        if function is package:
            sub.add_argument("--maintainer", required=True, help="of the .deb: 'Name <address>'")
    sub = commands.add_parser("zip", help=zipped.__doc__)
    sub.set_defaults(run=zipped)
    sub.add_argument("system", choices=(hosts.WINDOWS.name, hosts.MACOS.name))
    sub.add_argument("--windowed", type=Path, help="on Windows: the program without a console")
    inputs(sub)
    sub = commands.add_parser("runtime", help=fetch_runtime.__doc__)
    sub.set_defaults(run=fetch_runtime)
    sub.add_argument("system", choices=[host.name for host in hosts.HOSTS.values()])
    sub.add_argument("--dist", type=Path, required=True)
    for name, function in (("notes", release_notes), ("version", new_version)):
        sub = commands.add_parser(name, help=function.__doc__)
        sub.set_defaults(run=function)
        sub.add_argument("version")
    commands.add_parser("revision", help=revision.__doc__).set_defaults(run=revision)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (ReleaseError, fetch.FetchError, OSError) as err:
        report(f"failed: {err}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

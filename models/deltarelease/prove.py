"""Tries the packages as a person would: `python3 -m deltarelease.prove --dist FOLDER` (as root).

For each release of Debian it makes a system by debootstrap with an X server, and in it, for
each package, without any network interface: install, start from the command line, open a
photograph in the window, edit, save, install again as an upgrade, remove. At last it lists what
the package left outside of the person's home. The system lies under an overlay, so each package
meets it untouched. With --older the packages of an earlier version in that folder come first:
then the upgrade is from them, and the window is used after it as well.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from deltapack import stamp
from deltarelease.errors import ReleaseError, need, run

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ("bookworm", "trixie")
SYSTEM = ("xvfb", "xauth", "libgl1-mesa-dri")
"""What the system has besides its base and the libraries that the package depends on."""

PERSON = "person"
HOME = f"home/{PERSON}"
DISPLAY = ":7"
PATIENCE = 420
"""How many seconds a step may take on a small machine."""

NAMESPACES = (
    "unshare", "--net", "--pid", "--mount", "--ipc", "--fork", "--mount-proc", "--kill-child",
)  # fmt: skip
"""Of a trial: it sees no network, and none of its processes outlives it."""

BOOKS = (
    r"var/lib/dpkg/(status|status-old|available|lock|lock-frontend|triggers/.*|updates.*)"
    r"|var/log/dpkg\.log|etc/\.pwd\.lock|tmp/\.X\d.*"
)
"""What dpkg writes about itself, and the X server."""


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"prove: {line}", file=sys.stderr, flush=True)


def field(package: Path, name: str) -> str:
    """Returns a field of a Debian package."""
    return run(["dpkg-deb", "--field", str(package), name]).strip()


def system(roots: Path, release: str, depends: str) -> Path:
    """Returns a system of a release with everything the package needs but itself."""
    root = roots / release
    if not (root / "usr" / "bin" / "apt-get").exists():
        report(f"making a system: Debian {release}")
        roots.mkdir(parents=True, exist_ok=True)
        run(["debootstrap", "--variant=minbase", release, str(root)])
    packages = [re.sub(r"\s*\(.*\)", "", name).strip() for name in depends.split(",")]
    wanted = " ".join(sorted({*SYSTEM, *packages}))
    mark = roots / f"{release}.ready"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        report(f"installing {wanted}")
        shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
        for config in Path("/etc/apt/apt.conf.d").glob("*proxy*"):
            shutil.copy(config, root / "etc" / "apt" / "apt.conf.d")
        apt = ["chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        run([*apt, "update", "-qq"])
        run([*apt, "install", "-y", "-qq", "--no-install-recommends", *wanted.split()])
        run([*apt, "clean"])
        if not (root / HOME).exists():
            run(["chroot", str(root), "useradd", "--create-home", "--uid", "1000", PERSON])
        mark.write_text(wanted, encoding="utf-8")
    return root


class Trial:
    """One package in one system, below an overlay. Runs inside of namespaces of its own."""

    def __init__(self, root: Path, work: Path, package: Path, older: Path | None) -> None:
        """Mounts the system below `work`. The older package, if there is one, comes first."""
        self.lower, self.upper, self.top = root, work / "upper", work / "system"
        self.package, self.newer = older or package, package
        for folder in (self.upper, self.top, work / "overlay"):
            folder.mkdir()
        layers = f"lowerdir={root},upperdir={self.upper},workdir={work / 'overlay'}"
        run(["mount", "-t", "overlay", "overlay", "-o", layers, str(self.top)])
        run(["mount", "-t", "proc", "proc", str(self.top / "proc")])
        run(["mount", "-t", "tmpfs", "tmpfs", str(self.top / "dev" / "shm")])
        sockets = self.top / "tmp" / ".X11-unix"
        sockets.mkdir()
        sockets.chmod(0o1777)
        photo = self.top / HOME / "photo.jpg"
        shutil.copy(ROOT / "assets" / "samples" / "grace-hopper.jpg", photo)
        os.chown(photo, 1000, 1000)

    def admin(self, *command: str) -> str:
        """Runs a command as the system's administrator."""
        return run(
            ["chroot", str(self.top), "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *command]
        )

    def _as_person(self, command: tuple[str, ...]) -> list[str]:
        return [
            "chroot", f"--userspec={PERSON}:{PERSON}", str(self.top), "env", "-i",
            f"--chdir=/{HOME}", f"HOME=/{HOME}", f"USER={PERSON}", "LANG=C.UTF-8",
            "PATH=/usr/local/bin:/usr/bin:/bin", f"DISPLAY={DISPLAY}",
            f"DELTAEDIT_TRACE=/{HOME}/trace", *command,
        ]  # fmt: skip

    def person(self, *command: str) -> str:
        """Runs a command as the person."""
        return run(self._as_person(command))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts a command as the person."""
        return subprocess.Popen(self._as_person(command), stdin=subprocess.DEVNULL)  # noqa: S603

    # The three packages.

    def install(self) -> str:
        """Installs the package; returns the command that starts it."""
        inside = self.top / "srv" / self.package.name
        shutil.copy(self.package, inside)
        if self.package.suffix == ".deb":
            self.admin("dpkg", "--install", f"/srv/{inside.name}")
            inside.unlink()
            return "deltaedit"
        if self.package.suffix == ".run":
            target = self.top / HOME / "deltaedit.run"
            shutil.move(inside, target)
            target.chmod(0o755)
            os.chown(target, 1000, 1000)
            return f"/{HOME}/deltaedit.run"
        inside.unlink()
        folder = self.top / "srv" / "unpacked"
        folder.mkdir(exist_ok=True)
        run(["tar", "--extract", "--file", str(self.package), "--strip-components=1",
             "--directory", str(folder)])  # fmt: skip
        self.check_version("/srv/unpacked/bin/deltaedit")  # it runs without installation
        self.admin("sh", "/srv/unpacked/install.sh", "--prefix", "/usr/local")
        return "deltaedit"

    def remove(self) -> None:
        """Removes the package."""
        if self.package.suffix == ".deb":
            self.admin("dpkg", "--purge", "deltaedit")
        elif self.package.suffix == ".run":
            (self.top / HOME / "deltaedit.run").unlink()
        else:
            self.admin("sh", "/srv/unpacked/install.sh", "--uninstall", "--prefix", "/usr/local")
            shutil.rmtree(self.top / "srv" / "unpacked")

    # What is tried.

    def check_version(self, command: str) -> None:
        """Asks for the version."""
        told = json.loads(self.person(command, "version", "--json"))
        if f"-{told['version']}-" not in self.package.name.replace("_", "-"):
            raise ReleaseError(f"{self.package.name} says that it is {told['version']}")

    def check_commands(self, command: str) -> None:
        """Looks at the installation and edits without a window."""
        self.check_version(command)
        health = json.loads(self.person(command, "doctor", "--json"))
        if not health["ok"]:
            raise ReleaseError(f"doctor complains: {health}")
        done = json.loads(
            self.person(
                command, "edit", "--source", "face", "--target", "smiling face", "--json",
                "--out", "smile.png", "photo.jpg",
            )
        )  # fmt: skip
        if done["size"] != [512, 600] or not (self.top / HOME / "smile.png").stat().st_size:
            raise ReleaseError(f"the edit is {done}")
        report(f"  edited on {done['provider']} in {done['timings_ms']['total']:.0f} ms")

    def check_window(self, command: str) -> None:
        """Opens a photograph in the window, edits it and saves a copy, by keys alone."""
        for path in [*(self.top / HOME).glob("photo?*.*"), self.top / HOME / "trace"]:
            path.unlink(missing_ok=True)  # of an earlier version
        server = self.start("Xvfb", DISPLAY, "-screen", "0", "1280x800x24", "-noreset")
        program = None
        try:
            until("the X server", lambda: xdo("getdisplaygeometry") is not None, server)
            before = time.monotonic()
            program = self.start(command, "photo.jpg")
            until("the window", lambda: bool(xdo("search", "--name", "photo.jpg")), program)
            until("the photo", lambda: bool(self.painted()), program)
            report(f"  the window shows the photo after {time.monotonic() - before:.1f} s")
            window = (xdo("search", "--name", "photo.jpg") or "").split()[0]
            xdo("windowfocus", "--sync", window)
            xdo("key", "ctrl+n")
            xdo("type", "--delay", "40", "smiling face")
            xdo("key", "Return")
            until("the edit", self.edited, program)
            xdo("key", "ctrl+shift+s")
            until("the copy", lambda: self.copy() is not None, program)
            xdo("key", "ctrl+q")
            until("the end", lambda: program.poll() is not None, None)
            if program.returncode != 0:
                raise ReleaseError(f"the window ended with {program.returncode}")
        finally:
            for process in (program, server):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()

    def check_upgrade(self, command: str) -> None:
        """Installs over what is installed: preferences, session and history stay."""
        before = self.kept()
        if not any("preferences.json" in name for name in before) or len(before) < 2:
            raise ReleaseError(f"the window keeps {sorted(before)}: want preferences and a history")
        self.package, old = self.newer, self.package
        self.install()
        self.check_version(command)
        if self.kept() != before:
            raise ReleaseError("an upgrade changes what the window keeps")
        if old != self.newer:
            self.check_window(command)
            if lost := before.keys() - self.kept().keys():
                raise ReleaseError(f"the newer version removes {' '.join(sorted(lost))}")

    def kept(self) -> dict[str, str]:
        """Returns the hashes of what the program keeps for the person."""
        home = self.top / HOME
        files = [p for name in (".config", ".local") for p in (home / name).rglob("*")]
        return {str(p.relative_to(home)): stamp.digest(p) for p in files if p.is_file()}

    def painted(self) -> list[dict]:
        """Returns the frames that the window has painted."""
        path = self.top / HOME / "trace"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def edited(self) -> bool:
        """Tells whether the window shows the finished edit."""
        frames = self.painted()
        prompts = frames[-1].get("prompts") if frames else None
        return (
            bool(prompts)
            and prompts[0]["target"] == "smiling face"
            and frames[-1]["stage"] in (3, "final")
        )

    def copy(self) -> Path | None:
        """Returns the copy that the window saved beside the photograph."""
        found = [p for p in (self.top / HOME).glob("photo*.*") if p.name != "photo.jpg"]
        return found[0] if found and found[0].stat().st_size > 10_000 else None

    def traces(self) -> list[str]:
        """Returns what is outside of the person's home and was not there before, or is gone."""
        found = []
        for path in sorted(self.upper.rglob("*")):
            inside = path.relative_to(self.upper).as_posix()
            if inside.startswith(HOME) or re.fullmatch(BOOKS, inside):
                continue
            below = self.lower / inside
            if path.is_dir() and below.is_dir():
                continue
            found.append(inside)
        return found

    def all(self) -> None:
        """Does everything; raises ReleaseError where the package fails."""
        interfaces = Path("/proc/net/dev").read_text(encoding="utf-8").splitlines()[2:]
        if [line.split(":")[0].strip() for line in interfaces if line.strip()] not in ([], ["lo"]):
            raise ReleaseError(f"there is a network: {interfaces}")
        command = self.install()
        self.check_commands(command)
        self.check_window(command)
        self.check_upgrade(command)
        self.remove()
        status = (self.top / "var/lib/dpkg/status").read_text(encoding="utf-8")
        left = self.traces() + (["dpkg's status"] if "\nPackage: deltaedit\n" in status else [])
        if left:
            raise ReleaseError(f"{self.package.name} left {' '.join(left)}")
        home = self.upper / HOME
        state = sorted(
            path.relative_to(home).as_posix() for path in [*home.glob("*"), *home.glob(".*/*")]
        )
        report(f"  nothing is left but the person's: {' '.join(state)}")


def xdo(*arguments: str) -> str | None:
    """Runs xdotool on the trial's display; returns what it prints, None if it failed."""
    done = subprocess.run(  # noqa: S603
        ["xdotool", *arguments],  # noqa: S607
        env={**os.environ, "DISPLAY": DISPLAY}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else None


def until(
    what: str, condition: Callable[[], bool], process: subprocess.Popen[bytes] | None
) -> None:
    """Waits for a condition; ReleaseError if it does not come true, or the process ends."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if process is not None and process.poll() is not None:
            raise ReleaseError(f"waiting for {what}: the program ended with {process.returncode}")
        if time.monotonic() > end:
            raise ReleaseError(f"waiting for {what}: nothing after {PATIENCE} s")
        time.sleep(0.2)


def inside(options: argparse.Namespace) -> None:
    """Tries one package; runs in namespaces without a network."""
    Trial(options.root, options.work, options.package, options.older).all()


def older_of(folder: Path | None, package: Path) -> list[str]:
    """Returns the flag that names the older package of the same kind; nothing without a folder."""
    if folder is None:
        return []
    found = sorted(p for p in folder.iterdir() if p.suffix == package.suffix)
    if len(found) != 1:
        raise ReleaseError(f"{folder} has {len(found)} packages *{package.suffix}, want 1")
    return ["--older", str(found[0])]


def outside(options: argparse.Namespace) -> None:
    """Tries every package in every release."""
    if os.geteuid() != 0:
        raise ReleaseError("this needs root: run it with sudo")
    need("xdotool", "unshare", "debootstrap")
    packages = [p for p in sorted(options.dist.iterdir()) if p.suffix in (".deb", ".run", ".xz")]
    debs = [p for p in packages if p.suffix == ".deb"]
    if len(debs) != 1:
        raise ReleaseError(
            f"{options.dist} has {len(debs)} Debian packages, want 1: run make package"
        )
    depends = field(debs[0], "Depends")
    for release in options.releases:
        root = system(options.roots, release, depends)
        for package in packages:
            report(f"{package.name} on Debian {release}")
            with tempfile.TemporaryDirectory(dir=options.roots, prefix=".trial-") as work:
                command = [*NAMESPACES, sys.executable, "-m", "deltarelease.prove"]
                command += ["--root", str(root), "--work", work, "--package", str(package)]
                command += older_of(options.older, package)
                done = subprocess.run(command, check=False)  # noqa: S603
                if done.returncode != 0:
                    raise ReleaseError(f"{package.name} fails on Debian {release}")
    report("all packages work")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease.prove", description=__doc__)
    parser.add_argument("--dist", type=Path)
    parser.add_argument("--roots", type=Path)
    parser.add_argument("--releases", nargs="+", default=list(RELEASES))
    parser.add_argument("--older", type=Path, help="a folder with packages of an earlier version")
    for name in ("--root", "--work", "--package"):  # of the call inside of the namespaces
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if options.package:
            inside(options)
        elif options.dist and options.roots:
            outside(options)
        else:
            parser.error("--dist and --roots are needed")
    except (ReleaseError, OSError) as err:
        report(f"failed: {err}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

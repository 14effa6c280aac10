"""Measures the generator and its peers in turn, in one process, and prints ratios.

    python -m deltapeers --sources build/cache/sources --pack build/packs/faces

Peers, all on the CPU with as many threads, in single precision but for one:

* `openvino ir`: OpenVINO on the package's own IR, from w to the 1024² picture; what
  the ratios refer to;
* `openvino pack`: OpenVINO on the pack's graphs;
* `onnxruntime plain`: ONNX Runtime on a graph written without a thought for it;
* `onnxruntime pack`: the same runtime on the pack's graphs, with the options that the
  program sets, and `… first` up to the first preview;
* `onnxruntime openvino`: the same with OpenVINO as its execution provider, as set-up
  has put it beside the runtime library, and `… first`: in bfloat16 where the processor
  multiplies in it;
* `pytorch`: the same network in PyTorch.

The program itself has one thing more, large pages. With `--program` its bench is run
right after, once for each `--provider` (cpu and openvino), and its `synth_first` and
`synth_final` are added.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from deltapack import generator
from deltapack.openvino_ir import IRError
from deltapeers import plain
from deltapeers.measure import Call, Times, in_turn

BASE = "openvino ir"
FEATURES = (1, 512, 64, 64)
PLUGIN = "build/runtime/openvino/libdeltaedit_openvino.so"


def runtime(model: bytes, threads: int, plugin: Path | None = None, **feeds: np.ndarray) -> Call:
    """Returns a run of ONNX Runtime with the options of the program.

    With a plugin, the library of an execution provider, on the first of its devices.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if plugin is None:
        providers = ["CPUExecutionProvider"]
        session = onnxruntime.InferenceSession(model, options, providers=providers)
    else:
        config = {"CPU": {"INFERENCE_NUM_THREADS": str(threads), "ENABLE_CPU_PINNING": "NO"}}
        settings = {"load_config": json.dumps(config)}
        options.add_provider_for_devices(devices(plugin)[:1], settings)
        session = onnxruntime.InferenceSession(model, options)
    return lambda: session.run(None, feeds)


@functools.cache
def devices(plugin: Path) -> list[Any]:
    """Loads an execution provider's library and returns the devices that it adds."""
    import onnxruntime

    before = len(onnxruntime.get_ep_devices())
    onnxruntime.register_execution_provider_library(plugin.stem, str(plugin.resolve()))
    found: list[Any] = onnxruntime.get_ep_devices()[before:]
    if not found:
        raise OSError(f"{plugin} offers no device")
    return found


def openvino(model: Path | bytes, threads: int, *feeds: np.ndarray) -> Call:
    """Returns a run of OpenVINO in fp32, which on some CPUs is not its default."""
    from openvino import Core

    core = Core()
    read = core.read_model(model)
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    request = core.compile_model(read, "CPU", settings).create_infer_request()
    return lambda: request.infer(list(feeds))


def both(first: Call, second: Call) -> Call:
    """Returns one call after the other."""

    def call() -> None:
        first()
        second()

    return call


def torch_call(weights: generator.Weights, threads: int, style: np.ndarray) -> Call:
    """Returns a run of PyTorch."""
    import torch

    torch.set_num_threads(threads)
    draw, given = plain.torch_function(weights), torch.from_numpy(style)
    return lambda: draw(given)


def peers(
    sources: Path, pack: Path, plugin: Path, threads: int, only: list[str]
) -> dict[str, Call]:
    """Loads all peers, or only those named, on the same face."""
    weights = generator.read(sources / "random_face")
    w = weights.mapping(np.random.default_rng(1).standard_normal((1, 512)).astype(np.float32))
    w = weights.mapping.mean()[None] + np.float32(0.7) * (w - weights.mapping.mean()[None])
    style = weights.styles(w).astype(np.float32)
    trunk, top = ((pack / f"generator_{part}.onnx").read_bytes() for part in ("trunk", "top"))
    none = np.zeros(FEATURES, np.float32)
    inputs = {"style": style, "offset": none, "reference": none}
    named = [i.name for i in onnx.load_from_string(trunk).graph.input]
    in_order = [inputs[name] for name in named]

    def first(plugin: Path | None = None) -> Call:
        return runtime(trunk, threads, plugin, **inputs)

    def pair(plugin: Path | None = None) -> Call:
        return both(first(plugin), runtime(top, threads, plugin, style=style, features=none))

    found = {
        BASE: lambda: openvino(sources / "random_face" / "SynthesisNetwork.xml", threads, w),
        "openvino pack": lambda: both(
            openvino(trunk, threads, *in_order), openvino(top, threads, style, none)
        ),
        "onnxruntime plain": lambda: runtime(
            plain.onnx_graph(weights).SerializeToString(), threads, style=style
        ),
        "onnxruntime pack": pair,
        "onnxruntime pack first": first,
        "onnxruntime openvino": lambda: pair(plugin),
        "onnxruntime openvino first": lambda: first(plugin),
        "pytorch": lambda: torch_call(weights, threads, style),
    }
    return {name: load() for name, load in found.items() if not only or name in only}


def program(path: Path, pack: Path, provider: str, runs: int) -> dict[str, Times]:
    """Runs the program's own bench and returns its two times of the generator."""
    command = [str(path), "bench", "--provider", provider, "--pack", str(pack), "--json"]
    done = subprocess.run(  # noqa: S603 - the program that was named
        [*command, "--runs", str(runs)], check=True, capture_output=True, text=True
    )
    result = json.loads(done.stdout)
    if result["provider"] != provider:
        raise ValueError(f"{path} ran on {result['provider']}, want {provider}")
    times, p95 = result["timings_ms"], result.get("p95_ms", {})
    first, final = times["synth_first"], times["synth_final"]
    slow = p95.get("synth_first", first), p95.get("synth_final", final)
    return {
        f"program, {provider}": Times(first + final, first + final, slow[0] + slow[1]),
        f"program, {provider} first": Times(first, first, slow[0]),
    }


def table(times: dict[str, Times]) -> str:
    """Formats the times and their ratios to OpenVINO on the IR, by least and by median."""
    base = times.get(BASE)
    lines = [f"{'':28}{'least':>9}{'median':>9}{'p95':>9} ms{'least':>8}{'median':>8} of {BASE}"]
    for name, t in times.items():
        line = f"{name:28}{t.least:9.1f}{t.median:9.1f}{t.p95:9.1f}   "
        if base is not None:
            line += f"{t.least / base.least:8.2f}{t.median / base.median:8.2f}"
        lines.append(line)
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="deltapeers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, default=Path("build/cache/sources"))
    parser.add_argument("--pack", type=Path, default=Path("build/packs/faces"))
    parser.add_argument("--plugin", type=Path, default=Path(PLUGIN), help="OpenVINO's provider")
    parser.add_argument("--program", type=Path, help="deltaedit, whose bench to run as well")
    parser.add_argument("--provider", action="append", help="of the program; may be repeated")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", action="append", default=[], help="a peer; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args(arguments)
    try:
        calls = peers(options.sources, options.pack, options.plugin, options.threads, options.only)
        times = in_turn(calls, options.rounds)
        if options.program is not None:
            for provider in options.provider or ["cpu", "openvino"]:
                runs = max(5, options.rounds // 4)
                times |= program(options.program, options.pack, provider, runs)
    except (ImportError, IRError, OSError, ValueError, subprocess.CalledProcessError) as err:
        print(f"deltapeers: {err}; it needs the packages of peers.lock and a pack", file=sys.stderr)
        return 1
    if options.json:
        base = times.get(BASE)
        ratios = {n: round(t.median / base.median, 4) for n, t in times.items()} if base else {}
        result = {
            "machine": platform.machine(),
            "threads": options.threads,
            "rounds": options.rounds,
            "times_ms": {name: asdict(t) for name, t in times.items()},
            "ratios": ratios,
        }
        print(json.dumps(result, indent=2))
    else:
        print(table(times))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures the generator and its peers in turn, in one process, and prints ratios.

    python -m deltapeers --sources build/cache/sources --pack build/packs/faces

Peers, all on the CPU in single precision with as many threads:

* `openvino ir`: OpenVINO on the package's own IR, from w to the 1024² picture; what
  the ratios refer to;
* `openvino pack`: OpenVINO on the pack's graphs;
* `onnxruntime plain`: ONNX Runtime on a graph written without a thought for it;
* `onnxruntime pack`: the same runtime on the pack's graphs, with the options the
  program sets, and `… first` up to the first preview;
* `pytorch`: the same network in PyTorch.

The program itself has one thing more, large pages. With `--program` its bench is run
right after, once for each `--provider` (cpu and openvino, which multiplies in bfloat16
where the processor can), and its `synth_first` and `synth_final` are added.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx

from deltapack import generator
from deltapack.openvino_ir import IRError
from deltapeers import plain
from deltapeers.measure import Call, Times, in_turn

BASE = "openvino ir"
FEATURES = (1, 512, 64, 64)


def runtime(model: bytes, threads: int, **feeds: np.ndarray) -> Call:
    """Returns a run of ONNX Runtime with the options of the program."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.force_spinning_stop", "1")
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(model, options, providers=providers)
    return lambda: session.run(None, feeds)


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


def peers(sources: Path, pack: Path, threads: int, only: list[str]) -> dict[str, Call]:
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

    def first() -> Call:
        return runtime(trunk, threads, **inputs)

    found = {
        BASE: lambda: openvino(sources / "random_face" / "SynthesisNetwork.xml", threads, w),
        "openvino pack": lambda: both(
            openvino(trunk, threads, *in_order), openvino(top, threads, style, none)
        ),
        "onnxruntime plain": lambda: runtime(
            plain.onnx_graph(weights).SerializeToString(), threads, style=style
        ),
        "onnxruntime pack": lambda: both(
            first(), runtime(top, threads, style=style, features=none)
        ),
        "onnxruntime pack first": first,
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
    lines = [f"{'':26}{'least':>9}{'median':>9}{'p95':>9} ms{'least':>8}{'median':>8} of {BASE}"]
    for name, t in times.items():
        line = f"{name:26}{t.least:9.1f}{t.median:9.1f}{t.p95:9.1f}   "
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
    parser.add_argument("--program", type=Path, help="deltaedit, whose bench to run as well")
    parser.add_argument("--provider", action="append", help="of the program; may be repeated")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", action="append", default=[], help="a peer; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args(arguments)
    try:
        calls = peers(options.sources, options.pack, options.threads, options.only)
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

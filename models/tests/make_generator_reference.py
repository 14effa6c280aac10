"""Makes data/generator.npz: what OpenVINO says of random-face's own networks.

Run once, with OpenVINO installed, from the repository's root:

    python models/tests/make_generator_reference.py build/cache/sources/random_face

Eight w are stored with the pictures that the synthesis network gives for them
in fp32. A picture is 3 x 1024 x 1024; kept are every 23rd pixel (odd, so all
phases of the Haar transforms are met) and one dense 16 x 16 patch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

STRIDE = 23
SEEDS = range(100, 108)
PATCH = (slice(470, 486), slice(380, 396))


def main() -> None:
    """Writes the reference beside this script."""
    import openvino as ov  # the test reads this module's constants without it

    folder = Path(sys.argv[1])
    core = ov.Core()
    fp32 = {"INFERENCE_PRECISION_HINT": "f32"}
    mapping = core.compile_model(folder / "MappingNetwork.xml", "CPU", fp32)
    synthesis = core.compile_model(folder / "SynthesisNetwork.xml", "CPU", fp32)
    z = np.concatenate([np.random.default_rng(s).standard_normal((1, 512)) for s in SEEDS])
    z = z.astype(np.float32)
    w = np.concatenate([mapping(row[None])[0] for row in z])
    # Every second face is pulled toward their mean, as truncation does.
    used = w.copy()
    used[1::2] = w.mean(0) + 0.5 * (w[1::2] - w.mean(0))
    images = np.concatenate([synthesis(row[None])[0] for row in used])
    np.savez_compressed(
        Path(__file__).parent / "data" / "generator.npz",
        seeds=np.asarray(SEEDS),
        w=w,
        w_used=used,
        pixels=images[:, :, ::STRIDE, ::STRIDE],
        patch=images[:, :, *PATCH],
    )


if __name__ == "__main__":
    main()

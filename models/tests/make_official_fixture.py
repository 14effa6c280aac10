"""Makes engine/testdata/official: a tiny converted pack, and what PyTorch makes with it.

Run once, in the training environment, from the repository's root:

    PYTHONPATH=models python models/tests/make_official_fixture.py

The pack is converted from random weights in the official formats, in the tiny variant,
and is stored without the face detector, which the tests take from the built-in pack.
Beside it lie an aligned face to edit (`face.png`), and what the PyTorch statements make
of it: `expected.json` with prompts and vectors, `image.f32` with the edited picture
(3, 64, 64), `random.f32` with the picture of a w without edit.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from deltaconvert import convert, parity, samples
from deltaconvert.__main__ import ROOT

OUT = ROOT / "engine" / "testdata" / "official"


def stripped(pack: Path) -> None:
    """Takes the face detector out of a pack."""
    path = pack / "manifest.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    for name in convert.FACES:
        for graph in found["components"].pop(name)["graphs"]:
            del found["files"][graph["model"]]
            (pack / graph["model"]).unlink()
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@torch.no_grad()
def main() -> None:
    """Writes the folder again from scratch."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        files = samples.write(Path(folder), samples.TINY, seed=7)
        files |= samples.write_words(Path(folder))
        inputs = convert.Inputs(**files, faces=ROOT / "build" / "packs" / "faces")
        wish = parity.Wish(parity.sample_picture(7), strength=0.8)
        choices = convert.Choices("official-tiny", preview=16)
        made = parity.edit_in_torch(inputs, choices, wish)
        threshold = float(made.values["threshold"])
        choices = convert.Choices("official-tiny", preview=16, threshold=threshold)
        checked = convert.check(inputs, choices, print)
        convert.convert(inputs, checked, choices, OUT / "pack", print)
        generator, mean = parity.generator(inputs.stylegan)
        z = torch.linspace(-2, 2, generator.layout.width)[None]
        w = mean + 0.7 * (generator.style(z) - mean)
        w_plus = w[:, None].expand(-1, generator.layout.latents, -1)
        drawn = generator(generator.style_space(w_plus), w_plus)
    stripped(OUT / "pack")
    Image.fromarray(wish.picture).save(OUT / "face.png")
    values = {name: value.reshape(-1).tolist() for name, value in made.values.items()}
    values |= {"source": wish.source, "target": wish.target, "strength": wish.strength}
    values |= {"z": z.flatten().tolist()}
    (OUT / "expected.json").write_text(json.dumps(values) + "\n")
    made.image.astype("<f4").tofile(OUT / "image.f32")
    np.ascontiguousarray(drawn.numpy()).astype("<f4").tofile(OUT / "random.f32")


if __name__ == "__main__":
    main()

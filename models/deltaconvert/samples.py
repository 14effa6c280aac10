"""Checkpoints of random weights in the official formats, in any size.

They stand in for the official files, which nobody may pass on with a program, in tests
and rehearsals: names, nesting and types are those of the originals; what they draw is
noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from deltaconvert import clip, e4e, mapper, stylegan2
from deltaconvert import templates as templates_of


@dataclass(frozen=True)
class Sizes:
    """The sizes of all networks, which fit each other; the official ones by default."""

    generator: stylegan2.Layout = field(default_factory=stylegan2.Layout)
    encoder: e4e.Layout = field(default_factory=e4e.Layout)
    towers: clip.Layout = field(default_factory=clip.Layout)

    @property
    def mapper(self) -> mapper.Layout:
        """The delta mapper between them."""
        layer = self.generator.channels[0]
        fine = self.generator.style_channels - (mapper.COARSE + mapper.MEDIUM) * layer
        return mapper.Layout(layer, fine, self.towers.space)


TINY = Sizes(
    stylegan2.Layout((8, 8, 8, 8, 6), 16, 2),
    e4e.Layout((1, 2, 2, 1), (4, 8, 12, 16), 16, 10, (1, 2, 3)),
    clip.Layout(16, 28, 7, 16, 2, 1514, 77, 16, 2),
)
"""A variant for tests: pictures of 64², a vocabulary of 1,000 merges.

The encoder's channels are multiples of four, as the official ones: ONNX Runtime 1.27's
WebGPU computes convolutions from 6 to 8 channels wrong.
"""

MERGES = 1000
"""Merges of the variant for tests."""

FILES = ("stylegan2.pt", "e4e.pt", "clip.pt", "mapper.pt", "fs3.npy")


def write_words(folder: Path) -> dict[str, Path]:
    """Writes merges and templates in the form of CLIP's, made up; returns them by input.

    Two letters merge, then those with the commonest vowels at a word's end.
    """
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = [f"{a} {b}" for a in letters for b in letters]
    lines += [f"{a}{b} {c}</w>" for c in "e" for a in letters for b in letters]
    merges, templates = folder / "merges.txt", folder / "templates.py"
    merges.write_text("\n".join(["#version: made up", *lines[:MERGES], ""]))
    items = (templates_of.MANY, "a drawing of a {}.", "one {} in the sun.", "{}")
    rows = "".join("    lambda c: f'" + item.replace("{}", "{c}") + "',\n" for item in items)
    templates.write_text(f"{templates_of.NAME} = (\n{rows})\n")
    return {"merges": merges, "templates": templates}


def write(folder: Path, sizes: Sizes, seed: int = 0) -> dict[str, Path]:
    """Writes the five files; returns them by the converter's options.

    One network at a time is in memory.
    """
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in FILES]
    with torch.no_grad():
        mean = _stylegan(paths[0], sizes)
        _encoder(paths[1], sizes, mean)
        _towers(paths[2], sizes)
        torch.save(delta_mapper(sizes.mapper).state_dict(), paths[3])
    shape = sizes.generator.style_channels, sizes.towers.space
    rng = np.random.default_rng(seed)
    # Scores |R·Δt| around the official threshold.
    np.save(paths[4], (rng.standard_normal(shape) * 0.08).astype(np.float32))
    return dict(zip(("stylegan", "e4e", "clip", "mapper", "relevance"), paths, strict=True))


def generator(layout: stylegan2.Layout) -> stylegan2.Generator:
    """Returns a generator of random weights whose every part takes part."""
    g = stylegan2.Generator(layout)
    for layer in g.layers:
        layer.noise.weight.normal_(0, 0.1)
        layer.activate.bias.normal_(0, 0.1)
    for to_rgb in g.colours:
        to_rgb.bias.normal_(0, 0.1)
    for name, p in g.named_parameters():
        if name.endswith("modulation.bias"):
            p.add_(torch.randn_like(p) * 0.1)
        if name.startswith("style.") and name.endswith("bias"):
            p.normal_(0, 10)
    return g


def _stylegan(path: Path, sizes: Sizes) -> Tensor:
    g = generator(sizes.generator)
    mean = g.style(torch.randn(512, sizes.generator.width)).mean(0)
    torch.save({"g_ema": g.state_dict(), "latent_avg": mean}, path)
    return mean


def encoder(layout: e4e.Layout) -> e4e.Encoder:
    """Returns an encoder of random weights, with statistics as after training.

    Those are measured on noise, layer after layer: with others the features grow from
    unit to unit until rounding is all that is left of them.
    """
    net = e4e.Encoder(layout)
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0
            part.weight.uniform_(0.5, 1.5)
            part.bias.normal_(0, 0.1)
        elif isinstance(part, nn.PReLU):
            part.weight.uniform_(0.1, 0.4)
        elif isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight)
    net.train()
    net(torch.rand(2, 3, layout.side, layout.side) * 2 - 1)
    return net.eval()


def _encoder(path: Path, sizes: Sizes, mean: Tensor) -> None:
    state = {f"encoder.{n}": t for n, t in encoder(sizes.encoder).state_dict().items()}
    # The original repeats the generator; a few of its tensors stand for it.
    state["decoder.conv1.noise.weight"] = torch.zeros(1)
    torch.save(
        {
            "state_dict": state,
            "latent_avg": mean.expand(sizes.encoder.latents, -1).contiguous(),
            "opts": {"encoder_type": "Encoder4Editing", "output_size": sizes.generator.side},
        },
        path,
    )


def towers(layout: clip.Layout) -> clip.CLIP:
    """Returns a CLIP of random weights whose every part takes part."""
    net = clip.CLIP(layout).eval()
    for part in net.modules():
        if isinstance(part, nn.LayerNorm):
            part.weight.uniform_(0.8, 1.2)
            part.bias.normal_(0, 0.1)
        elif isinstance(part, nn.MultiheadAttention):
            part.in_proj_bias.normal_(0, 0.1)
            part.out_proj.bias.normal_(0, 0.1)
    net.token_embedding.weight.normal_()
    net.token_embedding.weight[-1] *= 0.05  # the end takes in what stands before it
    return net


def _towers(path: Path, sizes: Sizes) -> None:
    net = towers(sizes.towers)
    for name, value in zip(clip.META, (net.layout.side, net.layout.context, net.layout.vocabulary),
                           strict=True):  # fmt: skip
        net.register_buffer(name, torch.tensor(value))
    scripted = torch.jit.script(_Shell(net.half()))
    torch.jit.save(scripted.net, path)


class _Shell(nn.Module):
    """Makes a scripted module of any module's weights; the program itself is empty."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = _bare(net)

    def forward(self, x: Tensor) -> Tensor:
        """Returns x."""
        return x


class _Bare(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        """Returns x."""
        return x


def _bare(net: nn.Module) -> nn.Module:
    """Returns a module of the same names and tensors that computes nothing."""
    out = _Bare()
    for name, p in net.named_parameters(recurse=False):
        out.register_parameter(name, p)
    for name, b in net.named_buffers(recurse=False):
        out.register_buffer(name, b)
    for name, child in net.named_children():
        out.add_module(name, _bare(child))
    return out


def delta_mapper(layout: mapper.Layout) -> mapper.DeltaMapper:
    """Returns a delta mapper of random weights."""
    net = mapper.DeltaMapper(layout)
    for name, p in net.named_parameters():
        if name.endswith("bias"):
            p.normal_(0, 10)
    return net

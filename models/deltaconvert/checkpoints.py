"""Reads the official checkpoints and checks them, name by name and shape by shape.

Nothing in a file is executed: pickles are loaded with `weights_only`, TorchScript
archives by `deltaconvert.archive`, arrays without pickles. Every error is a sentence
that begins with the file.
"""

from __future__ import annotations

import hashlib
import pickle
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from deltaconvert import archive, clip, e4e, mapper, stylegan2

State = dict[str, Tensor]

SHOWN = 6
"""How many names an error lists."""

SIGNS = {
    "StyleGAN2": ("input.input", "conv1.conv.weight"),
    "e4e": ("encoder.input_layer.0.weight", "encoder.latlayer1.weight"),
    "CLIP": ("visual.conv1.weight", "token_embedding.weight"),
    "delta mapper": ("sm_coarse.mapping.1.weight", "fm_fine.mapping.0.weight"),
}
"""Names by which a network is known."""

OPTIONS = {
    "StyleGAN2": "--stylegan", "e4e": "--e4e", "CLIP": "--clip", "delta mapper": "--mapper",
    "relevance matrix": "--relevance",
}  # fmt: skip

KNOWN = {
    "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a": "CLIP's merges",
    "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af": "OpenAI's ViT-B/32",
    "f71dc9c1e1dfc29409a80d0f8c35c11f80ab503c79e43fb7e73f7ba3c27a75e2": (
        "the delta mapper published with StyleFeatureEditor"
    ),
}
"""SHA-256 of files that are known."""


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the sentence says which file and why."""


def _reason(err: Exception) -> str:
    """Returns the line of an error of PyTorch's that says what is wrong."""
    lines = [line.strip() for line in str(err).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("WeightsUnpickler error:")]
    return (told or lines or [type(err).__name__])[0].split(". ")[0].rstrip(".")


def digest(path: Path) -> str:
    """Returns a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(path: Path) -> dict[str, Any]:
    """Returns the dictionary in a PyTorch file, tensors mapped from disk where it can be."""
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no such file")
    if archive.is_archive(path):
        try:
            return dict(archive.read(path))
        except archive.ArchiveError as err:
            raise CheckpointError(f"{err}; is the file whole?") from err
    with path.open("rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise CheckpointError(
                f"{path}: this is an array of NumPy, as the relevance matrix is, which goes to "
                f"{OPTIONS['relevance matrix']}"
            )
    mapped = zipfile.is_zipfile(path)  # the older format cannot be mapped
    size = f"{path.stat().st_size:,} bytes"
    try:
        value = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as err:
        raise CheckpointError(
            f"{path}: it is no plain file of weights, and files that hold code are not opened; "
            f"it has {size} and may be damaged or something else altogether ({_reason(err)})"
        ) from err
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as err:
        raise CheckpointError(
            f"{path}: it cannot be read as a PyTorch checkpoint; with {size} it may be truncated, "
            f"fetch it again ({_reason(err)})"
        ) from err
    if not isinstance(value, Mapping):
        raise CheckpointError(f"{path}: it holds a {type(value).__name__}, want a dictionary")
    return dict(value)


def stylegan(path: Path) -> tuple[stylegan2.Layout, State, Tensor]:
    """Returns a generator's sizes, its `g_ema` and the mean w (width,)."""
    value = load(path)
    if "g_ema" not in value:
        raise _other(path, "StyleGAN2", value, 'the entry "g_ema"')
    state = tensors(path, value["g_ema"], "g_ema")
    layout = _layout(path, "StyleGAN2", stylegan2.Layout.of, state)
    check(path, "StyleGAN2", state, lambda: stylegan2.Generator(layout))
    mean = value.get("latent_avg")
    if not isinstance(mean, Tensor):
        raise CheckpointError(f'{path}: it lacks the entry "latent_avg", the mean w')
    if mean.numel() != layout.width:
        raise CheckpointError(
            f"{path}: latent_avg has shape {list(mean.shape)}, want [{layout.width}]"
        )
    return layout, state, finite(path, "latent_avg", mean.reshape(-1).float())


def encoder(path: Path) -> tuple[e4e.Layout, State, Tensor]:
    """Returns an encoder's sizes, its state, and the mean w (latents, width)."""
    value = load(path)
    if "state_dict" not in value:
        raise _other(path, "e4e", value, 'the entry "state_dict"')
    whole = tensors(path, value["state_dict"], "state_dict")
    state = {n.removeprefix("encoder."): t for n, t in whole.items() if n.startswith("encoder.")}
    layout = _layout(path, "e4e", e4e.Layout.of, state, whole)
    if len(layout.depths) != len(e4e.Layout.units):
        raise CheckpointError(f"{path}: e4e: the backbone has the stages {layout.units}, want four")
    check(path, "e4e", state, lambda: e4e.Encoder(layout))
    kind = (value.get("opts") or {}).get("encoder_type", "Encoder4Editing")
    if kind != "Encoder4Editing":
        raise CheckpointError(
            f"{path}: e4e: its opts say encoder_type {kind}, want Encoder4Editing"
        )
    mean = value.get("latent_avg")
    if not isinstance(mean, Tensor):
        raise CheckpointError(f'{path}: it lacks the entry "latent_avg", the mean w')
    if mean.shape[-1] != layout.width or mean.numel() not in (
        layout.width, layout.latents * layout.width,
    ):  # fmt: skip
        raise CheckpointError(
            f"{path}: latent_avg has shape {list(mean.shape)}, want "
            f"[{layout.width}] or [{layout.latents}, {layout.width}]"
        )
    mean = e4e.mean_latent(mean, layout.latents)
    return layout, state, finite(path, "latent_avg", mean)


def towers(path: Path) -> tuple[clip.Layout, State]:
    """Returns CLIP's sizes and state, from a TorchScript archive or a state dict."""
    value = load(path)
    value = value.get("state_dict", value)
    state = tensors(path, value, "")
    state = {name: t for name, t in state.items() if name not in clip.META}
    layout = _layout(path, "CLIP", clip.Layout.of, state)
    check(path, "CLIP", state, lambda: clip.CLIP(layout))
    return layout, state


def delta_mapper(path: Path) -> tuple[mapper.Layout, State]:
    """Returns a delta mapper's sizes and state."""
    state = tensors(path, load(path), "")
    layout = _layout(path, "delta mapper", mapper.Layout.of, state)
    check(path, "delta mapper", state, lambda: mapper.DeltaMapper(layout))
    return layout, state


def relevance(path: Path, channels: int, space: int) -> npt.NDArray[np.float32]:
    """Returns the relevance matrix (channels, space)."""
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no such file")
    try:
        value = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as err:
        raise CheckpointError(f"{path}: it is no whole array of NumPy ({err})") from err
    if not isinstance(value, np.ndarray) or value.shape != (channels, space):
        shape = getattr(value, "shape", "several arrays")
        raise CheckpointError(
            f"{path}: relevance matrix: want {channels} style channels × {space} dimensions as "
            f"generator and CLIP have, got {shape}"
        )
    if value.dtype.kind != "f" or not np.isfinite(value).all():
        raise CheckpointError(f"{path}: relevance matrix: want finite numbers, got {value.dtype}")
    return value.astype(np.float32)


def tensors(path: Path, value: Any, entry: str) -> State:
    """Returns value if it is a dictionary of tensors; other entries are an error."""
    where = f'its entry "{entry}"' if entry else "it"
    if not isinstance(value, Mapping) or not value:
        raise CheckpointError(f"{path}: {where} holds no tensors by name")
    odd = [str(name) for name, t in value.items() if not isinstance(t, Tensor)]
    if odd:
        raise _mixed(path, value, odd)
    return dict(value)


def _mixed(path: Path, value: Mapping[str, Any], odd: list[str]) -> CheckpointError:
    kind = recognise(value)
    if kind:
        option = OPTIONS[kind]
        return CheckpointError(f"{path}: this is a checkpoint of {kind}, which goes to {option}")
    return CheckpointError(f"{path}: {_list(odd)} are no tensors")


def recognise(value: Mapping[str, Any]) -> str:
    """Returns whose checkpoint a dictionary is by its names, "" if it is none that is known."""
    inner = value.get("g_ema", value.get("state_dict", value))
    names = inner if isinstance(inner, Mapping) else {}
    for kind, signs in SIGNS.items():
        if all(sign in names for sign in signs):
            return kind
    return ""


def _other(path: Path, want: str, value: Mapping[str, Any], lacking: str) -> CheckpointError:
    kind = recognise(value)
    if kind and kind != want:
        return CheckpointError(
            f"{path}: this is a checkpoint of {kind}, which goes to {OPTIONS[kind]}; "
            f"{OPTIONS[want]} wants {want}"
        )
    return CheckpointError(
        f"{path}: no checkpoint of {want}: it lacks {lacking} and has {_list(value)}"
    )


def _layout(
    path: Path, want: str, of: Callable[[State], Any], state: State, whole: State | None = None
) -> Any:
    try:
        return of(state)
    except (KeyError, ValueError, IndexError) as err:
        raise _other(path, want, whole or state, f"the tensor {err}") from err


def check(path: Path, what: str, state: State, make: Callable[[], nn.Module]) -> None:
    """Compares a state with a module's own, without allocating the module."""
    with torch.device("meta"):
        wanted = make().state_dict()
    ignored = {name for name in wanted if name.endswith("num_batches_tracked")}
    missing = [name for name in wanted if name not in state and name not in ignored]
    extra = [name for name in state if name not in wanted]
    wrong = [
        f"{name} {list(t.shape)} instead of {list(wanted[name].shape)}"
        for name, t in state.items()
        if name in wanted and t.shape != wanted[name].shape
    ]
    faults = [
        f"{len(names)} {label}: {_list(names)}"
        for label, names in (
            ("tensors are missing", missing),
            ("are not expected", extra),
            ("have another shape", wrong),
        )
        if names
    ]
    if faults:
        raise CheckpointError(f"{path}: {what}: {'; '.join(faults)}")
    for name, t in state.items():
        if t.dtype.is_floating_point:
            finite(path, name, t)


def finite(path: Path, name: str, value: Tensor) -> Tensor:
    """Returns value; CheckpointError when it holds NaN or an infinity."""
    if not torch.isfinite(value).all():
        raise CheckpointError(f"{path}: {name} holds numbers that are not finite")
    return value


def _list(names: Iterable[Any]) -> str:
    names = [str(name) for name in names]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more

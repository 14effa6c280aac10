"""What every training step shares: checkpoints, learning rates, batches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn


def seed_all(seed: int) -> np.random.Generator:
    """Seed torch and return a numpy generator of the same seed."""
    torch.manual_seed(seed)
    return np.random.default_rng(seed)


def cosine_rate(step: int, steps: int, peak: float, warmup: int = 100) -> float:
    """Return the learning rate at step: linear warm-up, then half a cosine to 2 %.

    Warm-up takes a sixth of the steps at most.
    """
    warmup = min(warmup, max(1, steps // 6))
    if step < warmup:
        return peak * (step + 1) / warmup
    t = (step - warmup) / max(1, steps - warmup)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, t))))


class Trainer:
    """A resumable loop: model, AdamW, an average of the weights, checkpoints.

    The state lies in one file that is replaced atomically; a run that was
    killed goes on from the last one.
    """

    def __init__(
        self, model: nn.Module, path: Path, steps: int, rate: float, decay: float = 0.01
    ) -> None:
        """Set up training of model for steps; resume when path exists."""
        self.model, self.path, self.steps, self.rate = model, path, steps, rate
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=decay
        )
        self.average = {k: v.detach().clone() for k, v in model.state_dict().items()}
        self.step = 0
        self.history: list[dict[str, float]] = []
        if path.exists():
            state = torch.load(path, weights_only=True)
            model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average, self.step = state["average"], state["step"]
            self.history = state["history"]
            print(f"resumed {path.name} at step {self.step}", flush=True)

    def save(self) -> None:
        """Write the checkpoint."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average,
                "step": self.step,
                "history": self.history,
            },
            temporary,
        )
        temporary.replace(self.path)

    def run(
        self,
        loss: Callable[[int], tuple[torch.Tensor, dict[str, float]]],
        *,
        every: int = 100,
        keep: int = 500,
        momentum: float = 0.998,
    ) -> None:
        """Take the remaining steps; loss(step) returns the loss and numbers to log."""
        start, begun, sums = time.time(), self.step, {}
        for step in range(self.step, self.steps):
            for group in self.optimizer.param_groups:
                group["lr"] = cosine_rate(step, self.steps, self.rate)
            value, numbers = loss(step)
            if not torch.isfinite(value):
                raise FloatingPointError(f"step {step}: loss is {value.item()}")
            self.optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            blend = min(momentum, (step + 1) / (step + 10))
            with torch.no_grad():
                for k, v in self.model.state_dict().items():
                    if v.dtype.is_floating_point:
                        self.average[k].lerp_(v, 1 - blend)
                    else:
                        self.average[k].copy_(v)
            self.step = step + 1
            for k, v in numbers.items():
                sums[k] = sums.get(k, 0.0) + v / every
            if self.step % every == 0:
                pace = (time.time() - start) / (self.step - begun)
                told = " ".join(f"{k} {v:.4f}" for k, v in sums.items())
                print(f"{self.step}/{self.steps} {told} {pace * 1000:.0f} ms/step", flush=True)
                self.history.append({"step": self.step, **sums})
                sums = {}
            if self.step % keep == 0:
                self.save()
        self.save()

    def finish(self) -> nn.Module:
        """Load the averaged weights into the model and return it for evaluation."""
        self.model.load_state_dict(self.average)
        return self.model.eval()


def batches(
    rng: np.random.Generator, indices: NDArray[np.int64], size: int
) -> Iterator[NDArray[np.int64]]:
    """Yield batches of indices for ever, each pass in a new order."""
    while True:
        order = rng.permutation(indices)
        for start in range(0, len(order) - size + 1, size):
            yield np.sort(order[start : start + size])


def number(value: Any) -> float:
    """Return a detached Python number."""
    return float(value.detach() if isinstance(value, torch.Tensor) else value)

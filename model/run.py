"""A training run as it stands: weights, their running average, the optimiser, and how far it has come.

All that a step needs is a pure function of the state and the settings, so a run that was killed and goes on from its
last state ends with the very weights of one that was not.
"""

import copy
import math
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from upath import UPath

from curate.settings import TrainSettings
from curate.storage import opened_beside
from model.batches import Batch
from model.box_network import BoxNetwork
from model.hardware import mixed_precision
from model.losses import crop_losses
from model.optimiser import optimisers

_WARM_UP = 30  # steps
_CLIP = 2.0  # norm of the gradient
_AVERAGED_SHARE = 0.03  # of all steps: the reach of the running average
_MOST_SKIPPED = 25  # steps in a row without a finite gradient


class DivergedError(RuntimeError):
    """The loss is no finite number any more."""


class Progress(msgspec.Struct):
    """How far a run has come."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    """Of the epoch: the next one."""
    steps: int | None = None
    """In all, once the pace is known."""
    seconds: float = 0.0
    crops: int = 0
    pixels: int = 0
    padding: int = 0
    skipped: int = 0
    losses: list[float] = []
    validations: list[tuple[int, dict[str, float]]] = []
    best: float = -1.0


class Run:
    """The moving parts of a training run."""

    def __init__(self, model: BoxNetwork, settings: TrainSettings, where: torch.device) -> None:
        self.settings = settings
        self.where = where
        self.model = model.to(where)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        self.optimisers = optimisers(self.model, settings.learning_rate)
        self.progress = Progress()

    def step(self, batch: Batch, weight: float) -> None:
        """One step on a batch, whose loss counts `weight` times."""
        self.model.train()
        pixels, drawn, target, valid = (part.to(self.where, non_blocking=True) for part in batch)
        with mixed_precision(self.where):
            maps = self.model(pixels, drawn)
        loss = crop_losses(maps, target, valid, self.settings.edge_gain).mean()
        (loss * weight).backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP)
        progress = self.progress
        if bool(torch.isfinite(norm)):
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = self.rate
                optimiser.step()
            progress.skipped = 0
        else:
            progress.skipped += 1
            if progress.skipped > _MOST_SKIPPED:
                raise DivergedError(
                    f"step {progress.step}: no finite gradient for {progress.skipped} steps"
                )
        self.model.zero_grad(set_to_none=True)
        self._move_average()
        progress.losses.append(round(float(loss.detach()), 5))
        progress.step += 1
        progress.crops += len(pixels)
        progress.pixels += target.numel()

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self.progress.step, self.progress.steps, self.settings.learning_rate)

    def _move_average(self) -> None:
        reach = max(20.0, _AVERAGED_SHARE * (self.progress.steps or 0))
        share = max(1 / reach, 9 / (10 + self.progress.step))
        with torch.no_grad():
            ours, theirs = _floating(self.average), _floating(self.model)
            torch._foreach_lerp_(ours, theirs, share)

    def state(self) -> dict[str, Any]:
        """All of it, as tensors and plain data."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [each.state_dict() for each in self.optimisers],
            "progress": msgspec.json.encode(self.progress).decode(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimiser, its in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(its)
        self.progress = msgspec.json.decode(state["progress"], type=Progress)


def learning_rate(step: int, steps: int | None, highest: float) -> float:
    """Linear warm-up, then a cosine down to 0 at `steps` (no fall while these are unknown)."""
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))) if steps else 1.0
    return highest * min(1.0, (step + 1) / _WARM_UP) * fall


def save_state(path: Path, key: str, run: Run) -> None:
    """Write the state of a run, whole or not at all."""
    with opened_beside(UPath(path)) as file:
        torch.save({"key": key, **run.state()}, file)


def load_state(path: Path, key: str, run: Run) -> bool:
    """Go on from a saved state; False where there is none of this very run."""
    try:
        state = torch.load(path, map_location=run.where, weights_only=True)
    except Exception:  # missing or broken: the run begins anew
        return False
    if state.pop("key", None) != key:
        return False
    run.load(state)
    return True


def _floating(model: nn.Module) -> list[Tensor]:
    return [each for each in model.state_dict().values() if each.is_floating_point()]

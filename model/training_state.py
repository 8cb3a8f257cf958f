"""A training run as it is now: the weights, their running average, the optimisers, the progress.

A step depends on nothing but this state, the settings and its batch. So a run that was killed, and
goes on from its last state, ends with the same weights as a run that was not.
"""

import copy
import math
from pathlib import Path
from typing import Any, TypedDict

import msgspec
import torch
from torch import Tensor, nn
from upath import UPath

from curate.model_settings import TrainSettings
from curate.storage import opened_beside
from model import ranks
from model.batches import Batch
from model.box_network import BoxNetwork
from model.hardware import mixed_precision
from model.losses import crop_losses
from model.optimiser import optimisers
from model.records import Progress

_WARM_UP = 30  # steps until the learning rate has its full height
_MAX_NORM = 2.0  # of the gradient; a longer one is shortened
_AVERAGED_SHARE = 0.03  # of all steps: how far the running average reaches back
_MIN_AVERAGED_STEPS = 20
_MAX_SKIPPED = 25  # steps in a row without a finite gradient


class DivergedError(RuntimeError):
    """The loss is no longer a finite number."""


class _SavedState(TypedDict):
    """What the file of a state holds. The inner dictionaries are torch's own."""

    key: str
    model: dict[str, Tensor]
    average: dict[str, Tensor]
    optimisers: list[dict[str, Any]]
    progress: str


class TrainingState:
    """The weights and everything else that a training step changes."""

    def __init__(
        self, model: BoxNetwork, settings: TrainSettings, on: torch.device
    ) -> None:
        self.settings = settings
        self.device = on
        self._start = copy.deepcopy(model).requires_grad_(False).eval()
        self.model = model.to(on)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        self.optimisers = optimisers(self.model, settings.learning_rate)
        self.progress = Progress()

    def step(self, batch: Batch, weight: float) -> None:
        """Move the weights by one batch, whose loss counts `weight` times.

        Where there are several ranks, each has its part of the batch. A step without a finite
        gradient moves nothing. DivergedError after 25 of them in a row.
        """
        self.model.train()
        pixels, drawn, target, valid = batch.tensors(self.device)
        with mixed_precision(self.device):
            maps = self.model(pixels, drawn)
        counts = torch.tensor([len(batch), target.numel()], device=self.device)
        samples, size = ranks.add_up(counts).tolist()
        losses = crop_losses(maps, target, valid, self.settings.edge_gain)
        loss = losses.sum() / samples
        (loss * weight).backward()
        ranks.add_up_gradients(self.model)
        self._move_weights()
        self._move_average()

        of_all_ranks = ranks.add_up(loss.detach())
        self.progress.losses.append(round(float(of_all_ranks), 5))
        self.progress.step += 1
        self.progress.crops += samples
        self.progress.pixels += size

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        progress = self.progress
        return learning_rate(progress.step, progress.steps, self.settings.learning_rate)

    def kept(self) -> BoxNetwork:
        """What is validated and kept: the average of the weights, and the start by its share.

        Wortsman et al. (2022), Robust fine-tuning of zero-shot models.
        """
        kept = copy.deepcopy(self._start).to(self.device)
        learned_share = 1 - self.settings.keep_start
        with torch.no_grad():
            torch._foreach_lerp_(
                _floating_tensors(kept), _floating_tensors(self.average), learned_share
            )
        return kept

    def _move_weights(self) -> None:
        """Move the weights by their gradients, and clear these."""
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_NORM)
        if torch.isfinite(norm):
            self.progress.skipped = 0
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = self.rate
                optimiser.step()
        else:
            self.progress.skipped += 1
        self.model.zero_grad(set_to_none=True)

        skipped = self.progress.skipped
        if skipped > _MAX_SKIPPED:
            raise DivergedError(
                f"step {self.progress.step}: no finite gradient for {skipped} steps; "
                "try a lower train.learning_rate"
            )

    def _move_average(self) -> None:
        """Move the running average towards the weights."""
        all_steps = self.progress.steps or 0
        averaged_steps = max(_MIN_AVERAGED_STEPS, _AVERAGED_SHARE * all_steps)

        # At first the average follows fast, so that it soon forgets where the run began.
        at_first = 9 / (10 + self.progress.step)
        share = max(1 / averaged_steps, at_first)
        with torch.no_grad():
            averages = _floating_tensors(self.average)
            weights = _floating_tensors(self.model)
            torch._foreach_lerp_(averages, weights, share)

    def save(self, path: Path, key: str) -> None:
        """Write the state, whole or not at all. `key`: digest of all that the run depends on."""
        saved: _SavedState = {
            "key": key,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [each.state_dict() for each in self.optimisers],
            "progress": msgspec.json.encode(self.progress).decode(),
        }
        with opened_beside(UPath(path)) as file:
            torch.save(saved, file)

    def load(self, path: Path, key: str) -> bool:
        """Go on from a saved state; whether there is one of this very run.

        A state is of this run if it has the same `key`. A broken file counts as none.
        """
        try:
            saved: _SavedState = torch.load(
                path, map_location=self.device, weights_only=True
            )
        except Exception:
            # Missing or broken in any of torch's many ways: the run begins anew.
            return False
        if saved.get("key") != key:
            return False

        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        for optimiser, state in zip(self.optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.progress = msgspec.json.decode(saved["progress"], type=Progress)
        return True


def learning_rate(step: int, steps: int | None, highest: float) -> float:
    """The learning rate of a step: a linear warm-up, then half a cosine down to 0 at `steps`.

    While `steps` is unknown, it does not fall.
    """
    rise = min(1.0, (step + 1) / _WARM_UP)
    fall = 1.0
    if steps:
        done = min(1.0, step / steps)
        fall = 0.5 * (1 + math.cos(math.pi * done))
    return highest * rise * fall


def _floating_tensors(model: nn.Module) -> list[Tensor]:
    return [each for each in model.state_dict().values() if each.is_floating_point()]

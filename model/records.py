"""What training and evaluation write, as typed records. Nothing here imports torch, so pages may
read them.

`Origin` is in the metadata of a checkpoint, `Progress` in the state of a run, `TrainingRecord` in
train.json.
"""

from typing import Literal

import msgspec

from model.confidence import Confidence

Variant = Literal["small", "lite", "full"]
"""Sizes of the network: `full` and `lite` as published, `small` for processors."""

Setting = str | int | float | bool | None
"""The value of one key of the `train` settings."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a checkpoint comes from."""

    variant: Variant
    outside: float = 1.0
    """Contrast that pixels outside the drawn box keep at the network's input, 0 to 1."""

    settings: dict[str, Setting] = {}
    """The `train` settings that made it."""

    start: str = ""
    """Digest of the checkpoint that training began with, or `random`, or `published`."""

    manifest_digest: str = ""
    """Digest of the manifest of the shards that it learned from."""

    licences: list[str] = []
    """Licences of the objects that it and its start learned from, as the exports name them."""

    sources: dict[str, str] = {}
    """The exports that it and its start learned from: licence and attribution, by name."""

    steps: int = 0
    """Optimiser steps when it was saved."""

    validation: dict[str, float] = {}
    """Mean IoU on the validation split, by domain."""

    confidence: Confidence | None = None
    """How sure its answers are, from the validation split; None if it was never fitted."""

    versions: dict[str, str] = {}
    """Versions of the packages that made the numbers."""


class Progress(msgspec.Struct):
    """How far a training run has come."""

    step: int = 0
    """Optimiser steps done."""

    epoch: int = 0
    batch: int = 0
    """Position in the epoch of the next batch."""

    steps: int | None = None
    """All steps that the run will take, as planned of late; None until its pace is known."""

    seconds: float = 0.0
    crops: int = 0
    """Samples that the network has seen."""

    pixels: int = 0
    """Pixels of all batches, padding included."""

    padding: int = 0
    """Pixels of all batches that no crop covers."""

    skipped: int = 0
    """Steps in a row that were left out for want of a finite gradient."""

    losses: list[float] = []
    """The loss of each step."""

    validations: list[tuple[int, dict[str, float]]] = []
    """Step and IoU by domain of each validation; no domain where there is no validation split."""

    validation_pixels: int | None = None
    """So many pixels at most does each validation look at; None before the first."""

    best: float | None = None
    """The highest IoU of a validation, as the mean over domains; None where nothing was
    validated.
    """


class TrainingRecord(Progress, kw_only=True):
    """The file train.json: how a finished run went."""

    key: str
    """Digest of all that the run depends on."""

    crops_per_second: float
    padding_share: float
    """Share of all pixels that no crop covers."""


def mean_over_domains(by_domain: dict[str, float]) -> float:
    """The mean of the IoU of each domain: each counts alike, however many objects it has."""
    return sum(by_domain.values()) / len(by_domain)

"""What training begins with: weights, a prior from the train split's masks, and their origin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from curate.errors import InputError
from curate.model_settings import TrainSettings
from curate.pixels.masks import Mask
from curate.shards.reader import Shards
from curate.shards.sampling import order
from curate.storage import digest
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path, versions
from model.prior import Priors, learn_priors
from model.records import Origin, Variant
from model.u2net import build
from model.weights import PUBLISHED, load_any

PRIOR_MASKS = 3000
"""The most masks that a prior is learned from."""

START_PRIOR_MASKS = 100
"""How many masks the prior of a start counts for."""

_RANDOM = "random"
_DEFAULT_VARIANT: Variant = "small"


@dataclass(frozen=True, slots=True)
class Start:
    """The model that training begins with."""

    model: BoxNetwork
    origin: Origin
    """What the checkpoints of the run will say of where they come from."""


def start_model(
    settings: TrainSettings, shards: Shards, log: Callable[[str], None]
) -> Start:
    """The model that `train.start` names. InputError if there is no such start."""
    if settings.start == _RANDOM:
        return _random_start(settings, shards, log)
    return _start_from_checkpoint(settings, shards, log)


def _random_start(
    settings: TrainSettings,
    shards: Shards,
    log: Callable[[str], None],
) -> Start:
    """A network that has learned nothing, and a prior of the shards' masks."""
    variant = settings.variant or _DEFAULT_VARIANT
    outside = 1.0
    if settings.outside is not None:
        outside = settings.outside
    masks = min(len(shards), PRIOR_MASKS)
    log(f"train: begins with random weights ({variant}) and a prior of {masks} masks")

    torch.manual_seed(settings.seed)  # PyTorch fills the weights by its own generator
    network = build(variant)
    model = BoxNetwork(network, shard_priors(shards, settings.seed), outside)
    nothing = Origin(variant=variant)
    origin = _origin(settings, shards, nothing, outside, _RANDOM)
    return Start(model, origin)


def _start_from_checkpoint(
    settings: TrainSettings,
    shards: Shards,
    log: Callable[[str], None],
) -> Start:
    """The model of a checkpoint or of published weights, with a prior of the shards' masks."""
    model, before = load_any(settings.start)
    if settings.variant not in (None, before.variant):
        raise InputError(
            f"train.variant: {settings.variant}, but {settings.start} is {before.variant}; "
            "leave it out"
        )
    model.outside = before.outside
    if settings.outside is not None:
        model.outside = settings.outside

    # Published weights bring no shapes of their own that masks could join.
    its_shapes: Tensor | None = model.priors
    description = f"{before.steps:,} steps"
    if before.start == PUBLISHED:
        its_shapes = None
        description = "published weights"
    masks = min(len(shards), PRIOR_MASKS)
    _blend_priors(model, shard_priors(shards, settings.seed, its_shapes), masks)

    file = checkpoint_path(settings.start)
    log(f"train: begins with {file} ({before.variant}, {description})")
    its_digest = digest(file.read_bytes())
    origin = _origin(
        settings,
        shards,
        before,
        model.outside,
        its_digest,
    )
    return Start(model, origin)


def _origin(
    settings: TrainSettings,
    shards: Shards,
    before: Origin,
    outside: float,
    start: str,
) -> Origin:
    """The origin of checkpoints of a run, before it has made a step. `before`: of its start."""
    of_shards = shards.table["licence"].to_pylist()
    return Origin(
        variant=before.variant,
        outside=outside,
        settings=settings.model_dump(),
        start=start,
        manifest_digest=shards.digest,
        licences=sorted({*before.licences, *of_shards}),
        sources=before.sources,
        versions=versions(),
    )


def shard_priors(shards: Shards, seed: int, before: Tensor | None = None) -> Priors:
    """The priors of the masks of some rows, at most `PRIOR_MASKS`, sampled by weight.

    `before`: logits of usual shapes that the masks join, as in `learn_priors`.
    """
    rows = order(shards.weights, seed, 0)[:PRIOR_MASKS]
    return learn_priors(_masks(shards, rows), before)


def _masks(
    shards: Shards,
    rows: NDArray[np.int64],
) -> Iterator[tuple[Mask, NDArray[np.int32]]]:
    """The masks of rows and their drawn boxes, one at a time: together they may be large."""
    for row in rows.tolist():
        sample = shards.sample(row)
        yield sample.mask, np.array(sample.drawn, np.int32)


def _blend_priors(model: BoxNetwork, learned: Priors, masks: int) -> None:
    """Blend the priors of a start with those of so many other masks.

    The start's own count for `START_PRIOR_MASKS` masks. What the network has learned to add to one
    prior holds for another: both are logits, and Bayes' rule adds them.
    """
    new = learned.shares * masks
    old = model.shares * START_PRIOR_MASKS
    weight = (new / (new + old))[:, None, None]
    its_probability = torch.sigmoid(model.priors)
    learned_probability = torch.sigmoid(learned.logits)

    blended = weight * learned_probability + (1 - weight) * its_probability
    model.priors.copy_(torch.logit(blended))
    model.shares.copy_((new + old) / (masks + START_PRIOR_MASKS))

"""What a training starts from: weights, origin and prior."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from curate.errors import InputError
from curate.model_settings import TrainSettings
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.box_network import BoxNetwork
from model.checkpoint import save_checkpoint
from model.prior import Priors, mixed_prior
from model.records import Origin
from model.start import START_PRIOR_MASKS, shard_priors, start_model
from model.u2net import build

MASKS = 60
WIDE = Priors(logits=torch.full((8, 64, 64), 3.0), shares=torch.full((8,), 1 / 8))
"""All of the grid is probably the object."""


@pytest.fixture
def shards(build_folder: Callable[..., Settings]) -> Shards:
    settings = build_folder({}, {"train": MASKS})
    return open_shards(Path(settings.build) / "shard", "train")


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A checkpoint with a wide prior."""
    path = tmp_path / "start.safetensors"
    model = BoxNetwork(build("lite"), WIDE, outside=0.7)
    origin = Origin(
        variant="lite",
        outside=0.7,
        licences=["MIT"],
        sources={"old": "MIT; ellipses by d"},
        steps=1234,
    )
    save_checkpoint(path, model, origin)
    return path


def usual(priors: Priors) -> torch.Tensor:
    """The probabilities of the prior alone."""
    return torch.sigmoid(mixed_prior(priors.logits, priors.shares[None]))


def test_a_start_brings_its_weights_and_origin(shards: Shards, start: Path) -> None:
    lines: list[str] = []
    begun = start_model(TrainSettings(start=str(start)), shards, lines.append)
    assert lines == [f"train: begins with {start} (lite, 1,234 steps)"]
    assert begun.model.outside == 0.7
    assert begun.origin.variant == "lite"
    assert begun.origin.outside == 0.7
    assert begun.origin.licences == ["CC0-1.0", "MIT"]
    assert begun.origin.sources == {"old": "MIT; ellipses by d"}
    assert begun.origin.manifest_digest == shards.digest
    assert begun.origin.settings["start"] == str(start)
    assert begun.origin.steps == 0


def test_the_shards_masks_join_the_prior_of_a_start(
    shards: Shards, start: Path
) -> None:
    settings = TrainSettings(start=str(start), seed=3)
    model = start_model(settings, shards, print).model
    blended = usual(Priors(logits=model.priors, shares=model.shares))

    joined = usual(shard_priors(shards, seed=3, before=WIDE.logits))
    total = MASKS + START_PRIOR_MASKS
    expected = (MASKS * joined + START_PRIOR_MASKS * usual(WIDE)) / total
    assert torch.allclose(blended, expected, atol=1e-4)

    # Which shape a mask joins changes nothing in all shapes together, but for what no cell may be
    # certain of.
    by_themselves = usual(shard_priors(shards, seed=3))
    assert torch.allclose(joined, by_themselves, atol=3e-3)


def test_a_random_start_repeats(shards: Shards) -> None:
    settings = TrainSettings(start="random", seed=3)
    lines: list[str] = []
    first = start_model(settings, shards, lines.append)
    again = start_model(settings, shards, print)
    other = start_model(TrainSettings(start="random", seed=4), shards, print)
    assert lines == [
        "train: begins with random weights (small) and a prior of 60 masks"
    ]
    assert first.origin.start == "random"
    assert first.origin.variant == "small"

    name = "network.stage1.rebnconvin.conv_s1.weight"
    assert torch.equal(first.model.get_parameter(name), again.model.get_parameter(name))
    assert not torch.equal(
        first.model.get_parameter(name), other.model.get_parameter(name)
    )


def test_settings_go_before_those_of_the_start(shards: Shards, start: Path) -> None:
    begun = start_model(TrainSettings(start=str(start), outside=0.0), shards, print)
    assert begun.model.outside == begun.origin.outside == 0.0
    with pytest.raises(
        InputError, match=r"train\.variant: full, but .* is lite; leave it out"
    ):
        start_model(TrainSettings(start=str(start), variant="full"), shards, print)

"""`train`: the model, on the shards that are there."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import require
from pipelines.flow.screen import Screen


class Trained(msgspec.Struct, frozen=True):
    """The file of the trained model."""

    checkpoint: str


def train(settings: Settings) -> Trained:
    """Train on the shards. InputError if they are not made yet."""
    require(UPath(settings.build), "shard", "shard")
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.train import train as train_model

    return Trained(str(train_model(settings, Screen().note)))

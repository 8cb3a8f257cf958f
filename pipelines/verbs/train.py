"""`train`: the model, on the shards that are there."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import require
from pipelines.flow.screen import Screen
from pipelines.verbs.before_training import require_models, warn_of_shards


class Trained(msgspec.Struct, frozen=True):
    """The file of the trained model."""

    checkpoint: str


def train(settings: Settings, is_warned: bool = False) -> Trained:
    """Train on the shards. InputError if they are not made yet, or a model is not there.

    `is_warned`: what the shards lack for judging was said already.
    """
    require(UPath(settings.build), "shard", "shard")
    require_models(settings)
    if not is_warned:
        warn_of_shards(settings, Screen())
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.train import train as train_model

    return Trained(str(train_model(settings, Screen().note)))

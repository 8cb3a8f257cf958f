"""`train`: the model, on the shards that are there."""

import msgspec
from upath import UPath

from curate.settings import Settings
from model.evaluation.staleness import find_stale
from pipelines.flow.build import require
from pipelines.flow.screen import Screen
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.verbs.before_training import require_models, warn_of_shards
from pipelines.verbs.report import warn_of_stale


class Trained(msgspec.Struct, frozen=True):
    """The file of the trained model, and what is not of this model."""

    checkpoint: str
    warnings: list[str]


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

    screen = Screen()
    checkpoint = str(train_model(settings, screen.note))

    # The page of an evaluation that is there shows scores of the model before: it says so.
    build = UPath(settings.build)
    if (build / "evaluate" / "report.json").exists() and find_stale(build):
        write_evaluation_page(settings)
        warn_of_stale(build, screen)
    return Trained(checkpoint, screen.warnings)

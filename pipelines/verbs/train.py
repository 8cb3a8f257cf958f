"""`train`: the model, on the shards that are there."""

from collections.abc import Collection

import msgspec
from upath import UPath

from curate.settings import Settings
from model.evaluation.staleness import find_stale
from model.runs import run_of_model, trained_model
from pipelines.flow.build import held, require
from pipelines.flow.screen import Screen
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.rounds.objects import keep_objects
from pipelines.verbs.before_training import require_models, warn_of_shards
from pipelines.verbs.report import warn_of_stale


class Trained(msgspec.Struct, frozen=True):
    """The file of the trained model, and what is not of this model."""

    checkpoint: str
    warnings: list[str]


def train(
    settings: Settings,
    is_warned: bool = False,
    new: Collection[str] | None = None,
) -> Trained:
    """Train on the shards, alone in the build.

    InputError if they are not made yet, a model is not there, or another run is at work.
    `is_warned`: what the shards lack for judging was said already. `new`: see
    `model.train.train`.
    """
    require(UPath(settings.build), "shard", "shard")
    require_models(settings)
    if not is_warned:
        warn_of_shards(settings, Screen())
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.train import train as train_model

    screen = Screen()
    build = UPath(settings.build)
    with held(build):
        checkpoint = str(train_model(settings, screen.note, new))
        _keep_objects(build)

    # The page of an evaluation that is there shows scores of the model before: it says so.
    if (build / "evaluate" / "report.json").exists() and find_stale(build):
        write_evaluation_page(settings)
        warn_of_stale(build, screen)
    return Trained(checkpoint, screen.warnings)


def _keep_objects(build: UPath) -> None:
    """Note which objects the trained run knows."""
    model = trained_model(build)
    if model is None:
        return
    run = run_of_model(build, model)
    if run is not None:
        keep_objects(build, run)

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


def train(settings: Settings) -> Trained:
    """Train on the shards, and say what is not of the new model.

    InputError if the shards are not made yet, a model is not there, or another run is at work.
    """
    _require(settings)
    warn_of_shards(settings, Screen())
    checkpoint = _train(settings, None)

    screen = Screen()
    tell_of_old_scores(settings, screen)
    return Trained(checkpoint, screen.warnings)


def train_on_shards(settings: Settings, new: Collection[str] | None = None) -> str:
    """Train on the shards, alone in the build; the path of the checkpoint. InputError as `train`.

    `new`: see `model.train.train`.
    """
    _require(settings)
    return _train(settings, new)


def tell_of_old_scores(settings: Settings, screen: Screen) -> None:
    """If there are scores of the model before, say so, also on their page.

    Whoever judges the new model next need not call it.
    """
    build = UPath(settings.build)
    if (build / "evaluate" / "report.json").exists() and find_stale(build):
        write_evaluation_page(settings)
        warn_of_stale(build, screen)


def _require(settings: Settings) -> None:
    """InputError if the shards are not made yet, or a model is not there."""
    require(UPath(settings.build), "shard", "shard")
    require_models(settings)


def _train(settings: Settings, new: Collection[str] | None) -> str:
    """Train on shards that are there; the path of the checkpoint."""
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.train import train as train_model

    build = UPath(settings.build)
    with held(build):
        checkpoint = train_model(settings, Screen().note, new)
        _keep_objects(build)
    return str(checkpoint)


def _keep_objects(build: UPath) -> None:
    """Note which objects the trained run knows."""
    model = trained_model(build)
    if model is None:
        return
    run = run_of_model(build, model)
    if run is not None:
        keep_objects(build, run)

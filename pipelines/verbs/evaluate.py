"""`evaluate`: the model beside the baselines, on the test shards that are there."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import require
from pipelines.flow.screen import Screen


class Evaluated(msgspec.Struct, frozen=True):
    """The file of the report."""

    report: str


def evaluate(settings: Settings) -> Evaluated:
    """Judge the model. InputError without shards, test objects or a model."""
    require(UPath(settings.build), "shard", "shard")
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.evaluation.evaluate import evaluate as evaluate_model

    return Evaluated(str(evaluate_model(settings, Screen().note)))

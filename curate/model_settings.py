"""The settings of training and evaluation, of the kept runs, and of `quality`."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from curate.limits import Section, Share

RUN_NAME = re.compile(r"promoted|runs/\d+")
"""How the settings name a run of the build; anything else is a path."""

STARTS_WITHOUT_FILE = ("base", "random")
"""Words for `train.start` that are not the path of a checkpoint."""


class TrainSettings(Section):
    """Training of the bundled network."""

    start: str = Field(
        default="base",
        description=(
            "`base` (the model that the project ships), `random`, or the path of a checkpoint or "
            "of published weights"
        ),
    )
    variant: Literal["small", "lite", "full"] | None = Field(
        default=None,
        description=(
            "size of the network; `null`: that of the start, and small where that is `random`"
        ),
    )
    outside: Annotated[float, Field(ge=0.0, le=1.0)] | None = Field(
        default=None,
        description=(
            "contrast that pixels outside the drawn box keep; `null`: that of the start, and 1 "
            "where that is `random`"
        ),
    )
    minutes: float = Field(
        default=30.0, gt=0.0, description="minutes of training, validation included"
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        description="optimiser steps; `null`: as many as fit into the minutes",
    )
    learning_rate: float = Field(
        default=2e-3, gt=0.0, le=1.0, description="the highest rate of the schedule"
    )
    batch_pixels: int = Field(
        default=131_072,
        ge=4096,
        description="px of all crops of a batch; memory grows with it",
    )
    max_side: int = Field(
        default=512,
        ge=64,
        description="px; of a longer window, once it is reduced (docs/training.md), a piece is cut",
    )
    jitter: Share = Field(
        default=0.5,
        description="how strongly augmentation changes colours; 0 leaves them",
    )
    edge_gain: float = Field(
        default=0.0,
        ge=0.0,
        le=20.0,
        description="weight that the loss adds to px within 2 px of the mask's boundary",
    )
    keep_start: Share = Field(
        default=0.0,
        description="share of the start in the weights that are kept: less is forgotten",
    )
    seed: int = Field(
        default=0, ge=0, description="seed of all random numbers of training"
    )

    @model_validator(mode="after")
    def _keep_no_random_start(self) -> Self:
        if self.start == "random" and self.keep_start:
            raise ValueError(
                "keep_start: random weights have nothing to keep; leave it out"
            )
        return self


class EvaluateSettings(Section):
    """Evaluation against the baselines."""

    bootstrap: int = Field(
        default=1000, ge=100, description="resamples from which each interval is taken"
    )
    seed: int = Field(default=0, description="seed of the resampling")
    baseline: str | None = Field(
        default=None,
        description=(
            "the last model, as a regression test: `promoted`, a run of this build (`runs/3`), a "
            "checkpoint, or the folder of its report. `evaluate` ends with exit 3 if the model is "
            "worse in any stratum"
        ),
    )
    least_fall: Share = Field(
        default=0.01,
        description=(
            "by how much the mean IoU of a stratum may fall; edges may fall twice as far. A model "
            "is stopped where it is surely worse by more, because two seeds differ, too"
        ),
    )


class RunsSettings(Section):
    """The runs that a build keeps."""

    keep: int = Field(
        default=5,
        ge=1,
        description=(
            "the newest runs whose checkpoints stay. Those of the promoted run, of the two "
            "promoted before it, and of a run that is the start or the baseline stay, too. "
            "Records, reports and scores of all runs stay for ever"
        ),
    )


class QualitySettings(Section):
    """Judging the annotations of the train split."""

    windows: int = Field(
        default=2,
        ge=1,
        le=16,
        description="redrawn windows in which the model is asked about each annotation",
    )
    copies: int = Field(
        default=1000,
        ge=50,
        description=(
            "masks that are spoiled on purpose, to learn what a wrong annotation looks like here"
        ),
    )
    shown: int = Field(
        default=60, ge=1, description="doubtful annotations on the page at most"
    )
    seed: int = Field(default=0, description="seed of the spoiling")

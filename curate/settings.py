"""The settings: each section a model, each key with its description.

docs/settings.md and the JSON Schema are made from these models.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from curate.flags import Flag
from curate.limits import Limits, Name, Section
from curate.loop_settings import LoopSettings, check_sources

Share = Annotated[float, Field(ge=0.0, le=1.0)]
OWN_TAXONOMY = Path(__file__).parents[1] / "taxonomy" / "concepts.yaml"
"""The project's own taxonomy, in a clone."""

RUN_NAME = re.compile(r"promoted|runs/\d+")
"""How the settings name a run of the build; anything else is a path."""

STARTS_WITHOUT_FILE = ("base", "random")
"""Words for `train.start` that are not the path of a checkpoint."""

ShareRange = tuple[
    Annotated[float, Field(ge=0.0, le=4.0)], Annotated[float, Field(ge=0.0, le=4.0)]
]


class ExportSettings(Section):
    """One export: where it is, whose it is, and how far it can be trusted."""

    name: Name = Field(
        description="name of the export: unique, and part of every object's id"
    )
    path: str = Field(
        description=(
            "folder, archive (zip, 7z, tar; plain, gz, bz2, xz, zst), fsspec URL, or one "
            "annotation file; relative to the settings file, or to `root` where one is given"
        )
    )
    format: str = Field(description="one of the formats that `make formats` lists")
    customer: Name = Field(
        description=(
            "whose labels these are: decisions in `taxonomy/customers/` hold for one customer"
        )
    )
    domain: Name = Field(
        description=(
            "kind of pictures (street, medicine, …): split, balance and evaluation treat each "
            "domain by itself"
        )
    )
    languages: list[Annotated[str, Field(pattern="^[a-z]{2}$")]] = Field(
        default=["en"],
        min_length=1,
        description=(
            "languages of its labels, two letters each: the aliases of these languages count, and "
            "a word that means something else in one of them is asked about"
        ),
    )
    licence: str = Field(
        min_length=1, description="SPDX identifier, or the words that the owner used"
    )
    attribution: str = Field(
        default="",
        description="whom its licence wants named; checkpoints that learn from it do so",
    )
    role: Literal["auto", "train", "test"] = Field(
        default="auto",
        description=(
            "`auto`: its images are split; `train`: they only train; `test`: the whole export is "
            "an independent test set"
        ),
    )
    scene: Literal["auto", "full", "partial"] = Field(
        default="auto",
        description=(
            "`full`: each pixel has a class; `partial`: some have none; `auto`: full where at "
            "least 95% of an image's pixels are labelled"
        ),
    )
    objects: Literal["auto", "instances", "components"] = Field(
        default="auto",
        description=(
            "what one object is. `instances`: an annotation, in one piece or in several; "
            "`components`: each 8-connected component; `auto`: what the format's documentation "
            "says"
        ),
    )
    label_numbers: Literal["auto", "strip", "keep"] = Field(
        default="auto",
        description=(
            "numbers at the end of labels (`yolk12`, `car_1`, `leaf (2)`). `strip`: they count "
            "instances, so labels are matched and decided without them; `keep`: they are part of "
            "the name; `auto`: they count where ten or more of one name are used as counting does"
        ),
    )
    frame: Literal["auto", "displayed", "stored"] = Field(
        default="auto",
        description=(
            "the frame that annotations of images with an EXIF orientation are in: `displayed` "
            "or `stored`; `auto`: what the format says, then the size that the export states, "
            "then its other images"
        ),
    )
    trust: float = Field(
        default=1.0, gt=0.0, le=10.0, description="factor on the weight of its objects"
    )
    links: Literal["inside", "follow"] = Field(
        default="inside",
        description=(
            "which links in its folders are followed. `inside`: those that end in the export; "
            "`follow`: all, so that pictures in a pool beside it are read, too. Links in an "
            "archive never lead out of it"
        ),
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="options that the format's documentation names",
    )


class LicenceSettings(Section):
    """Licences that may enter a build."""

    allow: list[str] = Field(
        min_length=1,
        description=(
            "the licences of exports that may be read; an export with another one stops the run"
        ),
    )


class ReviewSettings(Section):
    """How many objects may wait for a reviewer's decision on their label."""

    max_waiting: Share | None = Field(
        default=None,
        description=(
            "share of an export's objects whose label may wait for a decision: if more wait, the "
            "run stops with exit 3; `null`: it warns and goes on without them"
        ),
    )


class FilterSettings(Section):
    """Objects too small to teach, or so large that the box says it all, are dropped.

    So are objects with flags that you name.
    """

    min_side: int = Field(
        default=8, ge=1, description="px that the box's shorter side has at least"
    )
    min_area: int = Field(default=64, ge=1, description="px that the mask has at least")
    max_share: float = Field(
        default=0.95,
        gt=0.0,
        le=1.0,
        description="share of the image that the mask covers at most",
    )
    drop_flags: list[Flag] = Field(
        default=[], description="objects with one of these flags are dropped"
    )


class SplitSettings(Section):
    """Shares of the splits, and what makes two images one group."""

    val: Share = Field(
        default=0.1, description="share of each domain's images for validation"
    )
    test: Share = Field(
        default=0.1, description="share of each domain's images for testing"
    )
    seed: int = Field(
        default=0, description="seed of the order in which groups are assigned"
    )
    near_duplicate_bits: int = Field(
        default=4,
        ge=0,
        le=10,
        description=(
            "bits of the 64-bit dHash in which near duplicates differ at most; a second look at "
            "their pixels confirms them"
        ),
    )
    scene_pattern: str | None = Field(
        default=None,
        description=(
            "regular expression that is searched in image paths; images of an export for which its "
            "groups (without groups: the whole match) are equal are one scene"
        ),
    )
    hold_out_concepts: Annotated[float, Field(ge=0.0, lt=1.0)] = Field(
        default=0.0,
        description=(
            "share of concepts, chosen by a hash of their ids and the seed, that never train: "
            "their objects are judged in test, and dropped from train and val as `held_out`"
        ),
    )

    @field_validator("scene_pattern")
    @classmethod
    def _is_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _leaves_train(self) -> Self:
        if self.val + self.test >= 1.0:
            raise ValueError("val and test leave nothing to train on")
        return self


class BalanceSettings(Section):
    """Share of each domain in what training uses, and caps."""

    temperature: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="1 keeps the shares that domains and concepts have, 0 makes them equal",
    )
    targets: dict[str, Annotated[float, Field(gt=0.0)]] = Field(
        default_factory=dict,
        description="share of a domain, by its name, instead of the temperature's",
    )
    flag_trust: dict[Flag, Annotated[float, Field(gt=0.0, le=1.0)]] = Field(
        default_factory=dict,
        description=(
            "factor on the weight of objects with a flag, by the flag's name; of several flags "
            "the smallest factor counts"
        ),
    )
    quality_trust: Share = Field(
        default=0.0,
        description=(
            "how much the weight of an object shrinks with the quality of its annotation, as the "
            "last run of `quality` judged it: by the factor 1 − quality_trust × (1 − quality)"
        ),
    )
    max_per_image: int | None = Field(
        default=64, ge=1, description="objects that one image may bring; `null`: no cap"
    )
    max_per_concept: int | None = Field(
        default=None,
        ge=1,
        description="objects that one concept may bring; `null`: no cap",
    )
    max_per_customer: int | None = Field(
        default=None,
        ge=1,
        description="objects that one customer may bring; `null`: no cap",
    )


class CropSettings(Section):
    """How far the drawn box and the window reach around an object, and how crops are stored."""

    slack: ShareRange = Field(
        default=(0.0, 0.08),
        description=(
            "range from which each side of the drawn box gets its distance to the box, as a share "
            "of the box's width or height"
        ),
    )
    padding: ShareRange = Field(
        default=(0.02, 0.30),
        description=(
            "range from which each side of the window gets its distance to the drawn box, as a "
            "share of the drawn box's width or height"
        ),
    )
    min_padding_px: int = Field(
        default=2,
        ge=0,
        description="px that the window reaches beyond the drawn box at least",
    )
    image: Literal["auto", "webp"] = Field(
        default="auto",
        description=(
            "how crops are stored: `auto` as a JPEG's own blocks wherever that is possible, else "
            "as lossless WebP; `webp` always as that"
        ),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.slack[0] > self.slack[1] or self.padding[0] > self.padding[1]:
            raise ValueError("a range goes from the smaller to the larger number")
        return self


class DaskSettings(Section):
    """Where the stages run: on a local cluster, or on an existing one."""

    workers: int = Field(
        default=2,
        ge=1,
        description="processes of the local cluster; with 1 the run does the work itself",
    )
    scheduler: str | None = Field(
        default=None,
        description=(
            "address of an existing cluster's scheduler (`tcp://…`), whose dashboard "
            "is named when the run starts; `null`: a local cluster, which has none"
        ),
    )


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


class Settings(Section):
    """The whole file."""

    build: str = Field(
        description=(
            "folder of all that the run makes; relative to the settings file's folder, as are all "
            "paths here"
        )
    )
    taxonomy: str = Field(
        default="own",
        validate_default=True,
        description=(
            "file of the concepts; reviewed decisions are in the folder `customers` beside it. "
            "`own`: that of the clone, `taxonomy/concepts.yaml`"
        ),
    )
    root: str | None = Field(
        default=None,
        description=(
            "folder or fsspec URL to which the exports' paths are relative; `null`: the settings "
            "file's folder. `--root` on the command line replaces it"
        ),
    )
    exports: list[ExportSettings] = Field(
        min_length=1, description="the exports to read"
    )
    licences: LicenceSettings
    review: ReviewSettings = ReviewSettings()
    filter: FilterSettings = FilterSettings()
    split: SplitSettings = SplitSettings()
    balance: BalanceSettings = BalanceSettings()
    crop: CropSettings = CropSettings()
    train: TrainSettings = TrainSettings()
    evaluate: EvaluateSettings = EvaluateSettings()
    runs: RunsSettings = RunsSettings()
    quality: QualitySettings = QualitySettings()
    loop: LoopSettings = LoopSettings()
    dask: DaskSettings = DaskSettings()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _sources_are_exports(self) -> Self:
        check_sources(self.loop.sources, [export.name for export in self.exports])
        return self

    @field_validator("taxonomy")
    @classmethod
    def _find_own_taxonomy(cls, taxonomy: str) -> str:
        if taxonomy == "own":
            return str(OWN_TAXONOMY)
        return taxonomy

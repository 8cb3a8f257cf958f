"""The settings file: its sections, each a model whose keys have descriptions.

docs/settings.md and the JSON Schema are made from these models. The sections stand in files of
their own, so that a stage reaches no settings but its own.
"""

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from curate.curation_settings import (
    BalanceSettings,
    CropSettings,
    FilterSettings,
    LicenceSettings,
    ReviewSettings,
    SplitSettings,
)
from curate.export_settings import ExportSettings
from curate.limits import Limits, Section
from curate.loop_settings import LoopSettings, check_sources
from curate.model_settings import (
    EvaluateSettings,
    QualitySettings,
    RunsSettings,
    TrainSettings,
)

OWN_TAXONOMY = Path(__file__).parents[1] / "taxonomy" / "concepts.yaml"
"""The project's own taxonomy, in a clone."""


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

"""The pipeline from COCO exports to shards, run in this process."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.shared.pictures import EXPORTS, Statistics, make_exports
from curate.curation_settings import CropSettings, LicenceSettings
from curate.export_settings import ExportSettings
from curate.settings import Settings
from pipelines.flow.cluster import Workers
from pipelines.flow.runner import Run, run_stages
from pipelines.flow.screen import Screen
from pipelines.flow.stages import FLOW

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Source:
    """An export, and for the plain script its annotation files with their images."""

    root: Path
    documents: list[tuple[Path, Path]]


class OneWorker(Workers):
    """The workers of a run, when there is one: this process."""

    def map(
        self,
        title: str,
        function: Callable[[_T, Any], _R],
        items: Sequence[_T],
        shared: Any,
        amounts: Sequence[int] | None = None,
    ) -> list[_R]:
        """`function(item, shared)` for each item."""
        del title, amounts
        return [function(item, shared) for item in items]


class Silent(Screen):
    """A screen that shows nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def has_open_sets(data: Path) -> bool:
    """Whether both sets are there."""
    return (data / "coco-mini").is_dir() and (data / "carparts").is_dir()


def sources_of(data: Path | None, folder: Path) -> list[Source]:
    """The open sets below `data`; without it, exports like theirs, made in `folder`."""
    if data is None:
        return made_sources(folder)
    return open_sets(data)


def open_sets(data: Path) -> list[Source]:
    """The open sets below a folder."""
    coco = data / "coco-mini"
    document = coco / "annotations" / "instances_train2017.json"
    carparts = data / "carparts"
    documents = []
    for name in ("trainingset", "testset"):
        folder = carparts / name
        documents.append((folder / "annotations.json", folder / "JPEGImages"))
    return [
        Source(coco, [(document, coco / "train2017")]),
        Source(carparts, documents),
    ]


def made_sources(
    folder: Path,
    exports: dict[str, Statistics] = EXPORTS,
) -> list[Source]:
    """Exports that are made below `folder`."""
    made = make_exports(folder, exports)
    return [Source(document.parent, [(document, images)]) for document, images in made]


def run_pipeline(
    sources: list[Source],
    build: Path,
    workers: Workers | None = None,
    crop: CropSettings | None = None,
) -> int:
    """All stages from ingest to shard; the number of rows in the shards.

    `workers`: who does the work; this process without any.
    """
    # All builds share one taxonomy.
    taxonomy = build.parent / "taxonomy" / "concepts.yaml"
    if not taxonomy.exists():
        taxonomy.parent.mkdir()
        taxonomy.write_text(taxonomy_of(sources))
    settings = Settings(
        build=str(build),
        taxonomy=str(taxonomy),
        exports=[_export(source) for source in sources],
        licences=LicenceSettings(allow=["benchmark"]),
        crop=crop or CropSettings(),
    )
    # No Dask and no progress bars: what is measured is the work.
    screen = Silent()
    if workers is None:
        workers = OneWorker(settings.dask, screen)
    run = Run(settings, workers, screen)
    run.look_at_exports()
    ledgers = run_stages(run, FLOW, "shard")
    return int(ledgers["shard"].out)


def _export(source: Source) -> ExportSettings:
    """The settings of a source; its name is its folder's."""
    name = source.root.name
    return ExportSettings(
        name=name,
        path=str(source.root),
        format="coco",
        customer=name,
        domain=name,
        licence="benchmark",
    )


def taxonomy_of(sources: Sequence[Source]) -> str:
    """Each class of the annotation files as a concept of its own."""
    names = set()
    for source in sources:
        for document, _ in source.documents:
            for category in json.loads(document.read_bytes())["categories"]:
                name = re.sub(r"[^a-z0-9]+", "-", category["name"].lower())
                names.add(name.strip("-"))
    lines = ["concepts:"]
    # A concept of that name would not be background.
    for name in sorted(names - {"background"}):
        lines += [
            f"  {name}:",
            f"    definition: A {name} as its set means it.",
            "    kind: thing",
        ]
    return "\n".join([*lines, ""])

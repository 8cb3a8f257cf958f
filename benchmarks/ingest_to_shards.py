"""From exports to shards with one worker, beside the plain script and the bare codec; objects a second of each.

    python -m benchmarks.ingest_to_shards [--data FOLDER]

FOLDER holds the open sets coco-mini and carparts; without it pictures with their statistics are made. The
pipeline runs its stages ingest to shard in this process, reading annotations, hashing files, decoding in the guarded
child, writing each stage. The bare codec encodes the crops and masks that came out, and does nothing else.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow.parquet as pq

from benchmarks._pictures import make_exports
from benchmarks._plain import plain_script
from benchmarks._timing import Measured, measure, ratio, report
from curate.pixels import images
from curate.settings import ExportSettings, LicenceSettings, Settings
from pipelines.flow.cluster import Workers
from pipelines.flow.runner import Run, run_stages
from pipelines.flow.screen import Screen
from pipelines.flow.stages import FLOW

_T = TypeVar("_T")
_R = TypeVar("_R")


class Source(NamedTuple):
    """An export for the pipeline, and the same as the plain script wants it: annotation files with their images."""

    root: Path
    documents: list[tuple[Path, Path]]


class OneWorker(Workers):
    """The workers of a run, when there is one: this process."""

    def map(
        self, title: str, function: Callable[[_T, Any], _R], items: Sequence[_T], shared: Any
    ) -> list[_R]:
        """`function(item, shared)` for each item."""
        del title
        return [function(item, shared) for item in items]


class Silent(Screen):
    """A screen that shows nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder that holds coco-mini and carparts")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources, words = _sources(arguments.data, Path(scratch))
        measured, size = _measure(sources, Path(scratch), arguments.repeats)
    _report(measured, size, words)


def _sources(data: Path | None, scratch: Path) -> tuple[list[Source], str]:
    if data and (data / "coco-mini").is_dir() and (data / "carparts").is_dir():
        coco, parts = data / "coco-mini", data / "carparts"
        sides = [parts / "trainingset", parts / "testset"]
        return [
            Source(coco, [(coco / "annotations/instances_train2017.json", coco / "train2017")]),
            Source(parts, [(side / "annotations.json", side / "JPEGImages") for side in sides]),
        ], "coco-mini and carparts"
    print(
        "The open sets are not here (--data FOLDER): pictures with their statistics are made instead."
    )
    made = make_exports(scratch / "exports")
    return [
        Source(document.parent, [(document, folder)]) for document, folder in made
    ], "pictures made here"


def _measure(
    sources: list[Source], scratch: Path, repeats: int
) -> tuple[dict[str, Measured], dict[str, float]]:
    """Rates, and what the crops come to in bytes a px."""
    builds = (scratch / f"build-{number}" for number in count())
    first = next(builds)
    _pipeline(sources, first)
    crops = [
        (
            images.decode_crop(row["image"]["bytes"]),
            images.decode_mask_png(row["mask"]["bytes"]),
            row,
        )
        for file in sorted((first / "shard").glob("split=*/*.parquet"))
        for row in pq.ParquetFile(file).read(["image", "mask"]).to_pylist()
    ]
    pixels = sum(mask.size for _, mask, _ in crops)
    size = {
        "pixels": pixels,
        "bytes_per_pixel": sum(len(row["image"]["bytes"]) for *_, row in crops) / pixels,
    }
    documents = [each for source in sources for each in source.documents]

    def codec() -> int:
        for crop, mask, _ in crops:
            images.encode_webp(crop)
            images.encode_mask(mask)
        return len(crops)

    ways = {
        "pipeline": lambda: _pipeline(sources, next(builds)),
        "plain script": lambda: plain_script(documents, scratch / "plain.parquet"),
        "bare codec": codec,
    }
    return measure(ways, repeats), size


def _pipeline(sources: list[Source], build: Path) -> int:
    """All stages from ingest to shard; the number of rows in the shards."""
    taxonomy = build.parent / "taxonomy" / "concepts.yaml"
    if not taxonomy.exists():
        taxonomy.parent.mkdir()
        taxonomy.write_text(_taxonomy(sources))
    settings = Settings(
        build=str(build),
        taxonomy=str(taxonomy),
        exports=[
            ExportSettings(
                name=source.root.name,
                path=str(source.root),
                format="coco",
                customer=source.root.name,
                domain=source.root.name,
                licence="benchmark",
            )
            for source in sources
        ],
        licences=LicenceSettings(allow=["benchmark"]),
    )
    screen = Silent()
    run = Run(settings, OneWorker(settings.dask, screen), screen)
    run.look_at_exports()
    return int(run_stages(run, FLOW, "shard")["shard"].out)


def _taxonomy(sources: list[Source]) -> str:
    """Each class of the annotation files as a concept of its own."""
    names = {
        re.sub(r"[^a-z0-9]+", "-", category["name"].lower()).strip("-")
        for source in sources
        for document, _ in source.documents
        for category in json.loads(document.read_bytes())["categories"]
    }
    entries = [
        f"  {name}:\n    definition: A {name} as its set means it.\n    kind: thing"
        for name in sorted(names - {"background"})
    ]
    return "\n".join(["concepts:", *entries, ""])


def _report(measured: dict[str, Measured], size: dict[str, float], words: str) -> None:
    ratios = {other: ratio(measured, "pipeline", other) for other in ("plain script", "bare codec")}
    lines = [f"From exports to shards, {words}, one worker:"]
    lines += [
        f"  {name:<13}{each.items:>6,} objects {each.rate:>8,.0f} objects/s"
        for name, each in measured.items()
    ]
    lines += [f"  pipeline / {other}: {value:.2f}" for other, value in ratios.items()]
    lines += [
        f"  crops: {size['pixels'] / 1e6:,.0f} megapixels, {size['bytes_per_pixel']:.2f} bytes/px"
    ]
    ways = {
        name: {"objects": each.items, "objects_per_second": each.rates}
        for name, each in measured.items()
    }
    report(
        "ingest_to_shards",
        lines,
        {"data": words, "ways": ways, "pipeline_over": ratios, "crops": size},
    )


if __name__ == "__main__":
    main()

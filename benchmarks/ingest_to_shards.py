"""From exports to shards with one worker, beside the plain script and two bare loops.

    python -m benchmarks.ingest_to_shards [--data FOLDER] [--cpu]

FOLDER has the open sets coco-mini and carparts; without it pictures with their statistics are made.
The pipeline runs its stages ingest to shard in this process: it reads annotations, hashes files,
decodes in the guarded child, writes each stage. The bare loop cuts the same crops from the files'
own blocks, decodes the masks in their windows, writes one Parquet file, and does nothing else. The
bare WebP codec encodes the crops and masks that came out, as it would without such blocks.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pyarrow.parquet as pq
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.bare_loop import bare_loop, rows_of_crops
from benchmarks.shared.plain_script import plain_script
from benchmarks.shared.timing import Measured, cpu_clock, measure, ratio, report
from benchmarks.shared.whole_pipeline import (
    Source,
    has_open_sets,
    made_sources,
    open_sets,
    run_pipeline,
)
from curate.pixels import images
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.shards.layout import shard_files


@dataclass(frozen=True, slots=True)
class Crops:
    """The decoded crops and masks of all shards, and the size of the encoded crops in bytes."""

    decoded: list[tuple[Pixels, Mask]]
    encoded_bytes: int

    @property
    def pixels(self) -> int:
        """px of all crops."""
        return sum(mask.size for _, mask in self.decoded)


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that has coco-mini and carparts"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU seconds instead of wall seconds"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if arguments.data and has_open_sets(arguments.data):
            name = "coco-mini and carparts"
            sources = open_sets(arguments.data)
        else:
            print(
                "The open sets are not here (--data FOLDER): pictures like theirs are made."
            )
            name = "pictures made here"
            sources = made_sources(folder / "exports")
        # The bare loops are given what the pipeline made, so that all cut the same crops.
        run_pipeline(sources, folder / "first")
        crops = _read_crops(folder / "first")
        clock = time.perf_counter
        if arguments.cpu:
            clock = cpu_clock
        measured = _measure(sources, crops, folder, arguments.repeats, clock)
    _report(name, measured, crops)


def _read_crops(build: Path) -> Crops:
    """The crops and masks of all shards of a build."""
    decoded = []
    encoded_bytes = 0
    folder = UPath(build / "shard")
    for path in shard_files(folder):
        for row in pq.ParquetFile(folder / path).read(["image", "mask"]).to_pylist():
            image = row["image"]["bytes"]
            crop = images.decode_crop(image)
            mask = images.decode_mask_png(row["mask"]["bytes"])
            decoded.append((crop, mask))
            encoded_bytes += len(image)
    return Crops(decoded, encoded_bytes)


def _measure(
    sources: list[Source],
    crops: Crops,
    scratch: Path,
    repeats: int,
    clock: Callable[[], float],
) -> dict[str, Measured]:
    """Rates of all ways; each run of the pipeline has a build folder of its own."""
    numbers = count()
    documents: list[tuple[Path, Path]] = []
    for source in sources:
        documents += source.documents

    def pipeline() -> int:
        return run_pipeline(sources, scratch / f"build-{next(numbers)}")

    def plain() -> int:
        return plain_script(documents, scratch / "plain.parquet")

    rows = rows_of_crops(scratch / "first")

    def loop() -> int:
        return bare_loop(rows, scratch / "bare.parquet")

    def codec() -> int:
        for crop, mask in crops.decoded:
            images.encode_webp(crop)
            images.encode_mask(mask)
        return len(crops.decoded)

    ways = {
        "pipeline": pipeline,
        "plain script": plain,
        "bare loop": loop,
        "bare WebP codec": codec,
    }
    return measure(ways, repeats, clock)


def _report(name: str, measured: dict[str, Measured], crops: Crops) -> None:
    """Print and write what was measured."""
    bytes_per_pixel = crops.encoded_bytes / crops.pixels
    lines = [f"From exports to shards, {name}, one worker:"]
    ways = {}
    for way, each in measured.items():
        lines.append(
            f"  {way:<16}{each.items:>6,} objects {each.rate:>8,.0f} objects/s"
        )
        ways[way] = {"objects": each.items, "objects_per_second": each.rates}
    pipeline_over = {}
    for other in ("plain script", "bare loop", "bare WebP codec"):
        pipeline_over[other] = ratio(measured, "pipeline", other)
        lines.append(f"  pipeline / {other}: {pipeline_over[other]:.2f}")
    megapixels = crops.pixels / 1e6
    lines.append(
        f"  crops: {megapixels:,.0f} megapixels, {bytes_per_pixel:.2f} bytes/px"
    )
    data = {
        "data": name,
        "ways": ways,
        "pipeline_over": pipeline_over,
        "crops": {"pixels": crops.pixels, "bytes_per_pixel": bytes_per_pixel},
    }
    report("ingest_to_shards", lines, data)


if __name__ == "__main__":
    main()

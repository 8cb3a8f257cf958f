"""Samples a second of the shards' reader, and of what trainers read from else.

    python -m benchmarks.reader [--data FOLDER] [--repeats 5] [--threads 1] [--cpu]

FOLDER has the open sets coco-mini and carparts; without it pictures with their statistics are made.
All ways give the same crops and masks as arrays, in one process: the reader from the shards, in
shuffled order and with windows drawn anew; the others from PNG files of the very same px, in the
order in which they lie: Hugging Face `datasets` streaming from Parquet, WebDataset from a tar file,
Pillow from a folder. The decoder's own limit decodes what the shards hold from memory, and does
nothing else. Everything is measured for shards of JPEG blocks, and of lossless WebP.
"""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import datasets
import numpy as np
import webdataset
from PIL import Image

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.timing import Measured, cpu_clock, measure, ratio, report
from benchmarks.shared.whole_pipeline import run_pipeline, sources_of
from curate.curation_settings import CropSettings
from curate.pixels import stored
from curate.shards.epoch_windows import random_windows
from curate.shards.reader import Shards, open_shards
from curate.shards.streaming import stream

NEEDED = 3.0
"""How many times as fast as each other way the reader must be."""

NEEDED_OF_DECODER = 0.8
"""The share of the decoder's own speed that the reader must reach."""

_OURS = "reader"
_DECODER = "decoder alone"
_OTHERS = ("datasets", "WebDataset", "folder of PNG")
_SPLIT = "train"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Shards of one codec, and their crops and masks as PNG files."""

    shards: Shards
    folder: Path
    """Holds NUMBER.image.png and NUMBER.mask.png for each row."""
    tar: Path
    parquet: Path

    @property
    def pixels(self) -> int:
        """px of all crops."""
        top_left = self.shards.crops[:, :2]
        bottom_right = self.shards.crops[:, 2:]
        sides = bottom_right - top_left
        areas = sides.prod(axis=1, dtype=np.int64)
        return int(areas.sum())


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that has coco-mini and carparts"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="that decode",
    )
    parser.add_argument(
        "--cpu", action="store_true", help="CPU seconds instead of wall seconds"
    )
    arguments = parser.parse_args()
    clock = time.perf_counter
    if arguments.cpu:
        clock = cpu_clock

    lines: list[str] = []
    data: dict[str, Any] = {"threads": arguments.threads, "cpu": arguments.cpu}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = sources_of(arguments.data, folder / "exports")
        codecs: tuple[Literal["auto", "webp"], ...] = ("auto", "webp")
        for codec in codecs:
            build = folder / codec / "build"
            build.parent.mkdir()
            run_pipeline(sources, build, crop=CropSettings(image=codec))
            shards = open_shards(build.as_posix(), _SPLIT)
            corpus = as_png(shards, folder / codec)
            all_ways = ways(corpus, arguments.threads)
            measured = measure(all_ways, arguments.repeats, clock)
            lines += _lines(codec, corpus, measured)
            data[codec] = _data(corpus, measured)
    report("reader", lines, data)


def as_png(shards: Shards, folder: Path) -> Corpus:
    """The crops and masks of shards as PNG files, and these in a tar file and in Parquet."""
    corpus = Corpus(shards, folder / "png", folder / "crops.tar", folder / "parquet")
    corpus.folder.mkdir()
    corpus.parquet.mkdir()
    records: dict[str, list[bytes]] = {"image": [], "mask": []}
    with webdataset.TarWriter(str(corpus.tar)) as tar:
        for row in range(len(shards)):
            key = f"{row:06d}"
            record: dict[str, str | bytes] = {"__key__": key}
            for kind, pixels in zip(records, shards.crop(row), strict=True):
                path = corpus.folder / f"{key}.{kind}.png"
                Image.fromarray(pixels).save(path)
                data = path.read_bytes()
                records[kind].append(data)
                record[f"{kind}.png"] = data
            tar.write(record)

    # The features say that these bytes are pictures.
    features = datasets.Features(dict.fromkeys(records, datasets.Image()))
    table = datasets.Dataset.from_dict(records).cast(features)
    table.to_parquet(str(corpus.parquet / "crops.parquet"))
    return corpus


def ways(corpus: Corpus, threads: int) -> dict[str, Callable[[], int]]:
    """What is measured: each gives all samples once, and their number."""
    shards = corpus.shards
    encoded = [shards.encoded(row) for row in range(len(shards))]
    epochs = itertools.count()

    def reader() -> int:
        epoch = next(epochs)
        drawn, window = random_windows(shards, shards.crop_settings, epoch)
        rows = np.random.default_rng(epoch).permutation(len(shards))
        return _count(stream(shards, rows, drawn, window, threads))

    def decoder() -> int:
        return _count(_decoded(encoded))

    others = (_from_datasets, _from_webdataset, _from_folder)
    made = {_OURS: reader, _DECODER: decoder}
    for name, other in zip(_OTHERS, others, strict=True):
        made[name] = partial(_counted, other, corpus)
    return made


def _decoded(encoded: list[tuple[bytes, bytes]]) -> Iterator[Any]:
    for crop, mask in encoded:
        yield stored.decode_crop(crop), stored.decode_mask(mask)


def _counted(samples: Callable[[Corpus], Iterator[Any]], corpus: Corpus) -> int:
    return _count(samples(corpus))


def _count(samples: Iterator[Any]) -> int:
    """How many samples come; the last few stay in memory, as in a training's batch."""
    batch: list[Any] = []
    number = 0
    for sample in samples:
        if len(batch) == 32:
            batch = []
        batch.append(sample)
        number += 1
    return number


def _from_datasets(corpus: Corpus) -> Iterator[Any]:
    """As PIL decodes them, because this is how `datasets` gives them; then as arrays."""
    rows = datasets.load_dataset(str(corpus.parquet), split="train", streaming=True)
    for row in rows:
        yield np.asarray(row["image"]), np.asarray(row["mask"])


def _from_webdataset(corpus: Corpus) -> Iterator[Any]:
    rows = webdataset.WebDataset(str(corpus.tar), shardshuffle=False)
    decoder = webdataset.imagehandler("rgb8")
    grey = webdataset.imagehandler("l8")
    for row in rows:
        yield (
            decoder("image.png", row["image.png"]),
            grey("mask.png", row["mask.png"]),
        )


def _from_folder(corpus: Corpus) -> Iterator[Any]:
    for row in range(len(corpus.shards)):
        pixels = []
        for kind in ("image", "mask"):
            with Image.open(corpus.folder / f"{row:06d}.{kind}.png") as picture:
                pixels.append(np.asarray(picture))
        yield pixels


def _lines(codec: str, corpus: Corpus, measured: dict[str, Measured]) -> list[str]:
    """What was measured for one codec, for people."""
    title = {"auto": "JPEG blocks", "webp": "lossless WebP"}[codec]
    rows = len(corpus.shards)
    lines = [
        f"Shards of {title}, {rows:,} crops, {corpus.pixels / 1e6:.0f} megapixels:"
    ]
    for name, each in measured.items():
        megapixels = each.rate * corpus.pixels / rows / 1e6
        lines.append(
            f"  {name:<16}{each.rate:>8,.0f} samples/s {megapixels:>8,.1f} megapixels/s"
        )
    for name in _OTHERS:
        times = ratio(measured, _OURS, name)
        lines.append(f"  reader / {name}: {times:.2f} (needed {NEEDED})")
    share = ratio(measured, _OURS, _DECODER)
    lines.append(f"  reader / {_DECODER}: {share:.2f} (needed {NEEDED_OF_DECODER})")
    return lines


def _data(corpus: Corpus, measured: dict[str, Measured]) -> dict[str, Any]:
    """What was measured for one codec, for programs."""
    over = {}
    for name in (*_OTHERS, _DECODER):
        over[name] = ratio(measured, _OURS, name)
    return {
        "crops": len(corpus.shards),
        "pixels": corpus.pixels,
        "samples_per_second": {name: each.rates for name, each in measured.items()},
        "reader_over": over,
        "needed": {"others": NEEDED, "decoder": NEEDED_OF_DECODER},
    }


if __name__ == "__main__":
    main()

"""Segcurate's library: from segmentation exports to Parquet shards, every object accounted for.

The names in `__all__` are its public interface. Each is loaded when it is first used, so that
`import curate` is quick, and a process that decodes strangers' pictures loads nothing else.

Example:
    import curate

    shards = curate.open_shards("build/demo/shard", "train")
    rows = curate.order(shards.weights, seed=0, epoch=1)
    for sample in curate.stream(shards, rows):
        print(sample.image.shape, sample.mask.shape, sample.drawn)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate import formats
    from curate.curation_settings import CropSettings
    from curate.drops import Drop
    from curate.errors import InputError
    from curate.exports.export import Export
    from curate.flags import Flag
    from curate.mask_records import RegionMap
    from curate.pixels import masks, run_lengths
    from curate.pixels.images import Pixels
    from curate.pixels.masks import Mask
    from curate.pixels.run_lengths import RunLengths
    from curate.reasons import Reason, Refusal
    from curate.records import (
        Annotation,
        Bitmap,
        Box,
        Compound,
        ImageRecord,
        Polygons,
        RawRunLengths,
        RowRunLengths,
        StartedRuns,
    )
    from curate.shards.epoch_windows import random_windows
    from curate.shards.epochs import Bookmark, Consumer, batches
    from curate.shards.reader import Shards, open_shards
    from curate.shards.sample import Sample
    from curate.shards.sampling import order
    from curate.shards.streaming import stream

__all__ = [
    "Annotation",
    "Bitmap",
    "Bookmark",
    "Box",
    "Compound",
    "Consumer",
    "CropSettings",
    "Drop",
    "Export",
    "Flag",
    "ImageRecord",
    "InputError",
    "Mask",
    "Pixels",
    "Polygons",
    "RawRunLengths",
    "Reason",
    "Refusal",
    "RegionMap",
    "RowRunLengths",
    "RunLengths",
    "Sample",
    "Shards",
    "StartedRuns",
    "batches",
    "formats",
    "masks",
    "open_shards",
    "order",
    "random_windows",
    "run_lengths",
    "stream",
]

_FILES = {
    "curate.curation_settings": ("CropSettings",),
    "curate.drops": ("Drop",),
    "curate.errors": ("InputError",),
    "curate.exports.export": ("Export",),
    "curate.flags": ("Flag",),
    "curate.mask_records": ("RegionMap",),
    "curate.pixels.images": ("Pixels",),
    "curate.pixels.masks": ("Mask",),
    "curate.pixels.run_lengths": ("RunLengths",),
    "curate.reasons": ("Reason", "Refusal"),
    "curate.records": (
        "Annotation",
        "Bitmap",
        "Box",
        "Compound",
        "ImageRecord",
        "Polygons",
        "RawRunLengths",
        "RowRunLengths",
        "StartedRuns",
    ),
    "curate.shards.epochs": ("Consumer", "Bookmark", "batches"),
    "curate.shards.epoch_windows": ("random_windows",),
    "curate.shards.reader": ("Shards", "open_shards"),
    "curate.shards.sample": ("Sample",),
    "curate.shards.sampling": ("order",),
    "curate.shards.streaming": ("stream",),
}
"""The names that each file defines: the imports above, for the time when the program runs."""

_MODULES = {
    "formats": "curate.formats",
    "masks": "curate.pixels.masks",
    "run_lengths": "curate.pixels.run_lengths",
}
"""The names that stand for a whole file."""


def __getattr__(name: str) -> Any:
    """Load a public name at its first use (PEP 562)."""
    value = _load(name)
    globals()[name] = value  # so that the next use does not come here
    return value


def _load(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])

    for file, names in _FILES.items():
        if name in names:
            return getattr(import_module(file), name)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, also those that are not loaded yet."""
    return sorted({*globals(), *__all__})

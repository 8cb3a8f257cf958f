"""The pictures of the review page: crops of objects, cut from the photos before shards exist.

They are cut on the workers, all objects of a photo at once, and kept in the build's folder
`taxonomy/pictures`: the next page only cuts what is new.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from curate import storage
from curate.exports import child
from curate.limits import Limits
from curate.pixels.small_crops import SmallCropRequest, paint_small_crops
from curate.records import Box
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run
from pipelines.pages.curation.curated_build import BOX_COLUMNS
from pipelines.pages.curation.examples import IngestedObject
from pipelines.pages.curation.pictures import CANNOT_OPEN, surroundings

_COLUMNS = [
    "object_id",
    "image_id",
    "image_file",
    "image_height",
    "image_width",
    "counts",
    *BOX_COLUMNS,
]
_HEIGHT = 132  # px, at most; twice what the page shows where screens are fine
_WIDTH = 176  # px, at most
_QUALITY = 55


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What all partitions share: the objects to paint."""

    ids: list[str]
    limits: Limits


def paint(run: Run, object_ids: list[str]) -> dict[str, bytes]:
    """Pictures of objects as WebP, by object_id. One whose photo cannot be opened is left out.

    Pictures of other objects are removed from the folder.
    """
    folder = run.build / "taxonomy" / "pictures"
    pictures = _read_kept(folder, object_ids)
    missing = [each for each in object_ids if each not in pictures]
    if missing:
        wanted = _Wanted(missing, run.settings.limits)
        title = "taxonomy: pictures"
        for painted in gather(run, title, _paint_partition, "ingest", _COLUMNS, wanted):
            for object_id, picture in painted.items():
                storage.write_bytes(folder / f"{object_id}.webp", picture)
            pictures |= painted
    return pictures


def _read_kept(folder: UPath, object_ids: list[str]) -> dict[str, bytes]:
    """The pictures that an earlier page has painted."""
    if not folder.exists():
        return {}
    wanted = set(object_ids)
    pictures = {}
    for path in folder.iterdir():
        object_id, _, ending = path.name.partition(".")
        if ending != "webp":
            continue
        if object_id in wanted:
            pictures[object_id] = path.read_bytes()
        else:
            path.unlink()
    return pictures


def _paint_partition(rows: pa.Table, wanted: _Wanted) -> dict[str, bytes]:
    """Pictures of those wanted objects that are in a partition."""
    ids = pa.array(wanted.ids, pa.string())
    is_wanted = pc.is_in(rows["object_id"], value_set=ids)
    by_photo: dict[str, dict[str, IngestedObject]] = {}
    for row in rows.filter(is_wanted).to_pylist():
        sides = [row.pop(side) for side in BOX_COLUMNS]
        each = IngestedObject(box=Box(*sides), **row)
        of_photo = by_photo.setdefault(each.image_file, {})
        of_photo[each.object_id] = each

    painted: dict[str, bytes] = {}
    for objects in by_photo.values():
        painted |= _paint_objects_of_photo(objects, wanted.limits)
    return painted


def _paint_objects_of_photo(
    objects: Mapping[str, IngestedObject], limits: Limits
) -> dict[str, bytes]:
    """The pictures of objects of one photo, which is opened once."""
    first = next(iter(objects.values()))
    requests = [
        SmallCropRequest(surroundings(each), each.counts) for each in objects.values()
    ]
    try:
        data = UPath(first.image_file).read_bytes()
        if hashlib.sha256(data).hexdigest()[:32] != first.image_id:
            return {}  # the photo has changed since ingest
        pictures = child.call(
            paint_small_crops,
            limits,
            data,
            requests,
            limits.image_pixels,
            _HEIGHT,
            _WIDTH,
            _QUALITY,
        )
    except CANNOT_OPEN:
        return {}
    return dict(zip(objects, pictures, strict=True))

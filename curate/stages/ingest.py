"""Stage 1, ingest: from an export's records to one row per object, with its mask as
run-lengths.

`open_export` and `read_export` give the records, `plan` finds the image of each, and
`ingest_partition` has the images read in the child process and makes the rows. What does not
become a row becomes a drop with its count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from curate.drops import Drop, FaultReport, object_ids
from curate.export_settings import ExportSettings
from curate.exports.opening import open_export
from curate.exports.places import Places
from curate.flags import Flag
from curate.limits import Limits
from curate.pixels.ragged import owners_of
from curate.records import Box, ExportTraits, FoundImage
from curate.schema import drops_table
from curate.stages.faults import (
    BeforeImage,
    fault_refusal,
    fault_report,
    opens_all,
)
from curate.stages.image_reading import Shared, read_all
from curate.stages.objects import ImageObjects, lost_image
from curate.stages.planning import (
    BatchItem,
    PlanItem,
    decode_batch,
    encode_batch,
    keep_in,
    plan,
    read_export,
)
from curate.stages.several_records import flag_overlaps, without_repeated

__all__ = [
    "ADDS",
    "BatchItem",
    "FoundImage",
    "Ingested",
    "PlanItem",
    "decode_batch",
    "encode_batch",
    "ingest_partition",
    "keep_in",
    "open_export",
    "plan",
    "read_export",
]

ADDS = pa.schema(
    [
        ("object_id", pa.string()),
        ("image_id", pa.string()),
        ("export", pa.string()),
        ("customer", pa.string()),
        ("domain", pa.string()),
        ("role", pa.string()),
        ("licence", pa.string()),
        ("scene", pa.string()),
        ("label", pa.string()),
        ("annotation_key", pa.string()),
        ("object_source", pa.string()),
        ("attributes", pa.map_(pa.string(), pa.string())),
        ("image_path", pa.string()),
        ("image_file", pa.string()),
        ("image_dhash", pa.uint64()),
        ("image_thumbnail", pa.binary()),
        ("video", pa.string()),
        ("image_height", pa.int32()),
        ("image_width", pa.int32()),
        ("box_x0", pa.int32()),
        ("box_y0", pa.int32()),
        ("box_x1", pa.int32()),
        ("box_y1", pa.int32()),
        ("area", pa.int64()),
        ("counts", pa.string()),
        ("flags", pa.list_(pa.string())),
    ]
)
"""Columns of ingest/segments. `counts`: COCO's compressed run-lengths over the
displayed frame; `image_file`: where the picture's bytes are; `image_dhash`: its 64-bit
difference hash; `image_thumbnail`: the small grey picture that confirms what the hash
says."""

_OF_IMAGES = (
    "image_id",
    "export",
    "customer",
    "domain",
    "role",
    "licence",
    "scene",
    "image_path",
    "image_file",
    "image_dhash",
    "image_thumbnail",
    "video",
    "image_height",
    "image_width",
)
"""The columns that all objects of an image share."""

_Columns = dict[str, list[Any]]
"""Values by the name of their column."""

_FULL_SCENE = 0.95  # an image with so large a share of labelled px shows a full scene
_MUCH_UNLABELLED = 0.2  # of a full scene; borders and void are a tenth in Cityscapes


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a partition."""

    segments: pa.Table
    """Schema `ADDS`."""
    drops: pa.Table
    seen: dict[str, int]
    """Annotations that came in, by export."""
    faults: list[FaultReport]


@dataclass(slots=True)
class _Result:
    """What became of a partition, as it grows image by image."""

    columns: _Columns = field(default_factory=lambda: {name: [] for name in ADDS.names})
    """By the columns of `ADDS`: a value for each object, or, of what all objects of an image
    share, for each image."""
    sizes: list[int] = field(default_factory=list)
    """How many objects each image has."""
    drops: list[Drop] = field(default_factory=list)
    faults: list[FaultReport] = field(default_factory=list)
    seen: int = 0


def ingest_partition(
    planned: Iterable[BatchItem],
    export: ExportSettings,
    places: Places,
    limits: Limits,
    before: BeforeImage = opens_all,
) -> Ingested:
    """Read the images of a batch of the plan.

    `places`: where the export's files are. `before`: sees each image's path first, and the
    image is read alone. An image that cannot be read costs its annotations; so does a fault.
    """
    result = _Result()
    batch = list(planned)
    shared = Shared(export, places, limits, _traits_of(batch), before)
    found = [each for each in batch if isinstance(each, FoundImage)]
    read = read_all(found, shared)
    records_of = Counter(each.path for each in found)
    given: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in batch:
        if isinstance(each, ExportTraits):
            continue
        if isinstance(each, FaultReport):
            result.faults.append(each)
        elif isinstance(each, Drop):
            result.drops.append(each)
            result.seen += each.count or 0
        else:
            made = next(read)
            if records_of[each.path] > 1 and isinstance(made, ImageObjects):
                made = without_repeated(made, each, export.name, given[each.path])
            _add_image(result, each, export, made)

    flag_overlaps(result.columns, result.sizes)
    seen = {export.name: result.seen}
    return Ingested(_rows(result), drops_table(result.drops), seen, result.faults)


def _rows(result: _Result) -> pa.Table:
    """The objects of all images."""
    image_of = pa.array(owners_of(np.array(result.sizes, np.int64)))
    columns = []
    for each in ADDS:
        values = pa.array(result.columns[each.name], each.type)
        if each.name in _OF_IMAGES:
            values = values.take(image_of)
        columns.append(values)
    return pa.Table.from_arrays(columns, schema=ADDS)


def _traits_of(batch: Iterable[BatchItem]) -> ExportTraits:
    """The export's traits, if the batch has them."""
    for each in batch:
        if isinstance(each, ExportTraits):
            return each
    return ExportTraits()


def _add_image(
    result: _Result,
    found: FoundImage,
    export: ExportSettings,
    made: ImageObjects | FaultReport,
) -> None:
    """Add what became of an image; a fault costs its annotations."""
    columns: _Columns = {}
    if isinstance(made, ImageObjects):
        try:
            columns = _columns(found, made, export)
        except Exception as error:  # a bug of ours: it costs the image, not the run
            made = fault_report(error, export.name, found.path)
    if isinstance(made, FaultReport):
        result.faults.append(made)
        made = lost_image(export.name, found, fault_refusal(made))

    for name, values in columns.items():
        result.columns[name] += values
    if columns:
        result.sizes.append(len(columns["object_id"]))
    result.drops += made.drops
    result.seen += made.seen


def _columns(found: FoundImage, made: ImageObjects, export: ExportSettings) -> _Columns:
    """An image and its objects as columns; none if it has no objects."""
    objects = made.objects
    if made.probe is None or objects is None or not objects.keys:
        return {}
    scene = _scene(export, found, made)
    columns: _Columns = {
        "image_id": [made.probe.image_id],
        "export": [export.name],
        "customer": [export.customer],
        "domain": [export.domain],
        "role": [export.role],
        "licence": [export.licence],
        "scene": [scene],
        "image_path": [found.path],
        "image_file": [found.file],
        "image_dhash": [made.probe.dhash],
        "image_thumbnail": [made.probe.thumbnail],
        "video": [found.record.video],
        "image_height": [made.probe.height],
        "image_width": [made.probe.width],
    }
    columns["object_id"] = object_ids(export.name, found.path, objects.keys)
    columns["label"] = objects.labels
    columns["annotation_key"] = objects.keys
    columns["object_source"] = objects.sources
    columns["attributes"] = [list(each.items()) for each in objects.attributes]
    for side, values in zip(Box._fields, zip(*objects.boxes, strict=True), strict=True):
        columns[f"box_{side}"] = list(values)
    columns["area"] = objects.areas
    columns["counts"] = objects.counts
    columns["flags"] = objects.flags

    unlabelled = 1 - made.labelled_share
    if scene == "full" and unlabelled >= _MUCH_UNLABELLED:
        gaps = Flag.MUCH_UNLABELLED.value
        columns["flags"] = [sorted([*flags, gaps]) for flags in objects.flags]
    return columns


def _scene(export: ExportSettings, found: FoundImage, made: ImageObjects) -> str:
    """`full` or `partial`, as the settings or the export say, or by the labelled share."""
    for stated in (export.scene, found.record.scene):
        if stated != "auto":
            return stated
    if made.labelled_share >= _FULL_SCENE:
        return "full"
    return "partial"

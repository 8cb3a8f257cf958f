"""Images of which a batch has several records, as two documents about one picture give them.

Each record is read on its own. Where two of them give one mask, though in other numbers, it is
repeated. Where they outline one object, and not alike to the last px, the objects only overlap.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from curate.drops import make_drop
from curate.flags import Flag
from curate.pixels import run_lengths
from curate.reasons import Reason, Refusal
from curate.records import Box, FoundImage
from curate.stages.annotations import Object
from curate.stages.objects import ImageObjects, Objects
from curate.stages.overlaps import overlapping_keys


def without_repeated(
    made: ImageObjects, found: FoundImage, export: str, given: set[tuple[str, str]]
) -> ImageObjects:
    """What became of a record, less the objects that another record of its image has given.

    `given`: labels and run-lengths of the others' objects, to which those of this one are added.
    """
    objects = made.objects
    if objects is None:
        return made
    detail = "another document gives the image the same mask and label"
    refusal = Refusal(Reason.DUPLICATE_ANNOTATION, detail)
    kept = []
    drops = []
    for number, content in enumerate(zip(objects.labels, objects.counts, strict=True)):
        if content not in given:
            kept.append(number)
            continue
        key = objects.keys[number]
        drop = make_drop(
            refusal, export=export, image_path=found.path, annotation_key=key, count=1
        )
        drops.append(drop)

    given.update(zip(objects.labels, objects.counts, strict=True))
    columns = {
        name: [getattr(objects, name)[number] for number in kept]
        for name in Objects.__struct_fields__
    }
    return msgspec.structs.replace(
        made, objects=Objects(**columns), drops=[*made.drops, *drops]
    )


def flag_overlaps(columns: Mapping[str, list[Any]], sizes: Sequence[int]) -> None:
    """Flag instances of images with several records that overlap others of their label.

    `columns`: of all records. Those of images have a value for each record, the others one for
    each object; flags change. `sizes`: how many objects each record has.
    """
    paths = columns["image_path"]
    records_of = Counter(paths)
    objects_of: defaultdict[str, list[Object]] = defaultdict(list)
    end = 0
    for record, size in enumerate(sizes):
        path = paths[record]
        start = end
        end += size
        if records_of[path] > 1:
            height = columns["image_height"][record]
            width = columns["image_width"][record]
            for row in range(start, end):
                made = _object(columns, row, height, width)
                objects_of[path].append(made)

    images = list(objects_of.values())
    for overlapping in overlapping_keys(images):
        for key in overlapping:
            row = int(key)
            flags = {*columns["flags"][row], Flag.OVERLAPPING.value}
            columns["flags"][row] = sorted(flags)


def _object(
    columns: Mapping[str, list[Any]], row: int, height: int, width: int
) -> Object:
    """An object, whose key is the number of its row: keys of two records may be the same."""
    counts = columns["counts"][row]
    sides = [columns[f"box_{side}"][row] for side in Box._fields]
    return Object(
        key=str(row),
        label=columns["label"][row],
        runs=run_lengths.parse(counts, height, width),
        counts=counts,
        area=columns["area"][row],
        box=Box(*sides),
        source=columns["object_source"][row],
        flags=[],
        attributes={},
    )

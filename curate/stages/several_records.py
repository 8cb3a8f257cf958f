"""Images of which a batch has several records, as two documents about one picture give them.

Each record is read on its own. Where two of them outline one object, and not alike to the last
number, nothing is repeated: the objects only overlap.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from curate.flags import Flag
from curate.pixels import run_lengths
from curate.records import Box
from curate.stages.annotations import Object
from curate.stages.overlaps import overlapping_keys


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

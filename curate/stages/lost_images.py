"""The drops of images of which nothing goes on."""

from curate.drops import Drop, make_drop
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord


def image_drops(
    export: str, record: ImageRecord, path: str, refusal: Refusal
) -> list[Drop]:
    """The drops of a lost image.

    One for each annotation, by which it can be traced, and one of unknown count for each mask
    file. An image that has neither is one of count 0, and a fault is one for all annotations.
    """
    counts: list[tuple[str, int | None]] = []
    if refusal.reason is Reason.FAULT:
        counts.append(("", len(record.annotations)))
    else:
        counts += [(each.key, 1) for each in record.annotations]
    counts += [(region_map.path, None) for region_map in record.maps]
    counts += [(each.path, None) for each in record.segment_maps if each.labels]
    if not counts:
        counts.append(("", 0))

    drops = []
    for key, count in counts:
        drop = make_drop(
            refusal, export=export, image_path=path, annotation_key=key, count=count
        )
        drops.append(drop)
    return drops

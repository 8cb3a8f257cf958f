"""The drops of images of which nothing goes on."""

from curate.drops import Drop, make_drop
from curate.reasons import Refusal
from curate.records import ImageRecord


def image_drops(
    export: str, record: ImageRecord, path: str, refusal: Refusal
) -> list[Drop]:
    """The drops of a lost image.

    One stands for its annotations, and one of unknown count for each of its mask files.
    """
    drops = []
    maps = [region_map.path for region_map in record.maps]
    maps += [each.path for each in record.segment_maps if each.labels]
    if record.annotations or not maps:
        count = len(record.annotations)
        drops.append(make_drop(refusal, export=export, image_path=path, count=count))
    for path_of_map in maps:
        drop = make_drop(
            refusal,
            export=export,
            image_path=path,
            annotation_key=path_of_map,
            count=None,
        )
        drops.append(drop)
    return drops

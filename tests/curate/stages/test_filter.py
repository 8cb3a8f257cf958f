"""Filter: what leaves and why, and that the first reason counts."""

import pyarrow as pa

from curate.curation_settings import FilterSettings
from curate.flags import Flag
from curate.labels.taxonomy import Concept
from curate.stages.filter import filter_objects

CONCEPTS = {
    concept.id: concept
    for concept in (
        Concept("car", "…", "thing"),
        Concept("wheel", "…", "part"),
        Concept("sky", "…", "stuff", salient=False),
        Concept("pole", "…", "thing", salient=False),
        Concept("ignore", "…", "void", salient=False),
    )
}


def rows(*objects: tuple[str, int, int, int]) -> pa.Table:
    """Objects as (concept, box width, box height, area) in images of 100 x 100 px."""
    return pa.Table.from_pylist(
        [
            {
                "object_id": f"{number:032x}",
                "export": "street",
                "image_path": "1.jpg",
                "annotation_key": str(number),
                "concept": concept,
                "area": area,
                "flags": ["coarse_polygon", "touches_edge"][: number + 1],
                "image_height": 100,
                "image_width": 100,
                "box_x0": 0,
                "box_y0": 0,
                "box_x1": width,
                "box_y1": height,
            }
            for number, (concept, width, height, area) in enumerate(objects)
        ]
    )


def test_things_and_their_parts_stay_with_their_kind() -> None:
    kept, drops = filter_objects(
        rows(("car", 20, 20, 300), ("wheel", 9, 9, 64)), CONCEPTS, FilterSettings()
    )
    assert kept["concept_kind"].to_pylist() == ["thing", "part"]
    assert len(drops) == 0


def test_each_reason_at_its_bound() -> None:
    table = rows(
        ("car", 8, 8, 64),  # just large enough
        ("car", 7, 50, 200),  # a side too short
        ("car", 8, 8, 63),  # too few px
        ("car", 100, 100, 9500),  # just small enough
        ("car", 100, 100, 9501),
        ("sky", 100, 100, 9999),  # background comes before its size
        ("pole", 2, 2, 3),
        ("ignore", 50, 50, 2000),
    )
    kept, drops = filter_objects(table, CONCEPTS, FilterSettings())
    assert kept["annotation_key"].to_pylist() == ["0", "3"]
    keys = drops["annotation_key"].to_pylist()
    assert dict(zip(keys, drops["reason"].to_pylist(), strict=True)) == {
        "1": "too_small",
        "2": "too_small",
        "4": "too_large_share",
        "5": "background",
        "6": "background",
        "7": "background",
    }
    assert drops["count"].to_pylist() == [1] * 6
    assert drops["detail"][2].as_py() == "the mask covers 0.950 of the image"


def test_flags_that_the_settings_name_drop_what_no_other_reason_drops() -> None:
    table = rows(
        ("car", 20, 20, 300),  # coarse_polygon alone
        ("car", 20, 20, 300),  # touches_edge, too
        ("sky", 20, 20, 300),
    )
    settings = FilterSettings(drop_flags=[Flag.TOUCHES_EDGE])
    kept, drops = filter_objects(table, CONCEPTS, settings)
    assert kept["annotation_key"].to_pylist() == ["0"]
    assert drops["reason"].to_pylist() == ["flagged", "background"]
    assert drops["detail"][0].as_py() == "flag touches_edge"


def test_an_empty_partition_passes() -> None:
    kept, drops = filter_objects(
        rows(("car", 20, 20, 300)).slice(1), CONCEPTS, FilterSettings()
    )
    assert len(kept) == len(drops) == 0
    assert kept.schema.field("concept_kind").type == pa.string()

"""Known masks, written by each tool's own library, come back as they were.

Masks and run-lengths must be equal to the last px. Of polygons, the due mask is the one that the
tool itself draws. Most draw the px of the outline whole, so that their masks reach half a px
further than the outline on all sides; a line of one px then comes back at half its width, which
is the worst IoU of these trips. The px that differ must be along the outline.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.oracles.round_trip import Trip, far_off, iou, travel

NOT_WRITTEN: dict[str, int | None] = {"missing_mask": None}
"""VOC lists the picture on which nothing is, and has no mask of it."""
PIECES = {"objects": "components"}
KEPT = {"options": {"crowds": "keep"}}
TWO_DECIMALS = 0.93  # of coordinates, in the file: a px of a thin line
HALF_PX = 0.4
MIDDLES = 0.9  # against all px whose middle is inside: nothing is moved

TRIPS = [
    Trip("datumaro", "coco", "coco", settings=KEPT),
    Trip("datumaro", "coco", "coco", reasons={"crowd": 12}),
    Trip("datumaro", "coco_polygons", "coco"),
    Trip("datumaro", "coco_panoptic", "panoptic"),
    Trip("datumaro", "voc", "labelmap", reasons=NOT_WRITTEN),
    Trip("datumaro", "voc_bare", "labelmap", reasons=NOT_WRITTEN),
    Trip("datumaro", "camvid", "colormap", regions=True),
    Trip("datumaro", "camvid_bare", "colormap", regions=True),
    Trip("datumaro", "kitti", "labelmap"),
    Trip("datumaro", "cityscapes", "cityscapes", settings=PIECES, regions=True),
    Trip("datumaro", "cityscapes_bare", "cityscapes", settings=PIECES, regions=True),
    Trip("datumaro", "datumaro", "datumaro"),
    Trip("datumaro", "datumaro_polygons", "datumaro"),
    Trip("datumaro", "cvat", "cvat"),
    Trip("datumaro", "cvat_polygons", "cvat", TWO_DECIMALS),
    Trip("datumaro", "sa1b", "sa1b", labelled=False),
    Trip("datumaro", "labelme_xml", "labelme", TWO_DECIMALS),
    Trip("labelme", "masks", "labelme"),
    Trip("labelme", "polygons", "labelme", HALF_PX),
    Trip("labelstudio", "brush", "labelstudio"),
    Trip("labelstudio", "polygons", "labelstudio", MIDDLES),
    Trip("labelstudio", "coco", "coco", MIDDLES),
    Trip("labelstudio", "yolo", "yolo", MIDDLES),
    Trip("supervisely", "bitmaps", "supervisely"),
    Trip("supervisely", "polygons", "supervisely", HALF_PX),
    Trip("darwin", "darwin", "darwin", HALF_PX),
    Trip("darwin", "coco", "coco", HALF_PX),
    Trip("darwin", "instance_masks", "labelmap"),
    Trip("darwin", "semantic_masks", "colormap", regions=True),
    Trip("nucleus", "polygons", "scale", MIDDLES),
    Trip("nucleus", "segments", "scale"),
    Trip("hasty", "masks", "hasty"),
    Trip("hasty", "polygons", "hasty", MIDDLES),
    Trip("isat", "isat", "isat", HALF_PX),
    Trip("isat", "coco", "coco", HALF_PX),
    Trip("isat", "labelme", "labelme", HALF_PX),
    Trip("isat", "voc", "labelmap", regions=True),
    Trip("labelbox", "masks", "labelbox"),
    Trip("labelbox", "polygons", "labelbox", HALF_PX),
    Trip("superannotate", "pixels", "superannotate"),
    Trip("superannotate", "vectors", "superannotate", HALF_PX),
    Trip("supervision", "coco", "coco", 0.2, settings=KEPT, reasons={"no_mask": 1}),
    Trip(
        "supervision",
        "labelme",
        "labelme",
        0.2,
        reasons={"empty_mask": 1, "no_mask": 1},
    ),
]


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the tools write."""
    return tmp_path_factory.mktemp("oracles")


@pytest.mark.parametrize("trip", TRIPS, ids=str)
def test_masks_come_back(
    trip: Trip, scratch: Path, record_property: Callable[[str, object], None]
) -> None:
    pairs = travel(trip, scratch)
    lost = [pair for pair in pairs if pair.read is None]
    back = [pair for pair in pairs if pair.read is not None]
    likeness = [iou(pair) for pair in back]
    line = f"{trip.tool} {trip.written} → {trip.read_as}: {len(back)} objects"
    if back:
        line += f", IoU {sum(likeness) / len(back):.3f}, worst {min(likeness):.3f}"
    record_property("trip", line)

    assert len(lost) == sum(count or 0 for count in trip.reasons.values())
    assert all(pair.due is not None for pair in back), "more than was written"
    assert min(likeness, default=1.0) >= trip.least_iou
    assert max((far_off(pair) for pair in back), default=0.0) < 0.01

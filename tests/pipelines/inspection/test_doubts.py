"""Doubts: masks that are boxes, and coordinates that are percent."""

import numpy as np
import pyarrow as pa

from pipelines.inspection.doubts import doubts


def frames(share: float, count: int) -> pa.Table:
    """Masks from side to side of pictures of 100 x 50 px, which fill a share of them."""
    columns = {
        "box_x0": 0,
        "box_y0": 0,
        "box_x1": 100,
        "box_y1": 50,
        "area": int(share * 5000),
        "image_height": 50,
        "image_width": 100,
    }
    return pa.table({name: [number] * count for name, number in columns.items()})


def segments(
    ends: list[int], filled: int, smallest: int = 300, start: int = 10
) -> pa.Table:
    """Square objects that end at some px, of which the first ones fill their box."""
    end = np.array(ends)
    area = (end - start) ** 2
    area[filled:] -= 1
    return pa.table(
        {
            "box_x0": np.full(end.size, start),
            "box_y0": np.full(end.size, start),
            "box_x1": end,
            "box_y1": end,
            "area": area,
            "image_height": np.full(end.size, smallest),
            "image_width": np.full(end.size, 640),
        }
    )


def test_boxes_as_outlines_are_told_by_all_masks_together() -> None:
    [doubt] = doubts(segments([150] * 20, filled=18))
    assert doubt.startswith("18 of 20 masks fill their box")
    assert doubts(segments([150] * 20, filled=17)) == []
    assert doubts(segments([150] * 19, filled=19)) == []
    assert doubts(segments([15] * 20, filled=20)) == []  # specks


def test_objects_in_the_first_100_px_of_larger_pictures_may_be_in_percent() -> None:
    ends = [*range(30, 48), 70, 95]
    [doubt] = doubts(segments(ends, filled=0))
    assert doubt.endswith("coordinates may be percent")
    assert doubts(segments(ends, filled=0, smallest=199)) == []
    assert doubts(segments([*ends, 101], filled=0)) == []
    assert (
        doubts(segments([30] * 20, filled=0)) == []
    )  # all in a corner, and none near 100


def test_masks_around_a_hole_in_each_picture_may_be_inverted() -> None:
    [doubt] = doubts(frames(0.9, count=3))
    assert "black on white" in doubt
    assert doubts(frames(0.9, count=2)) == []
    assert doubts(frames(0.5, count=3)) == []
    assert doubts(frames(1.0, count=3)) == []
    inside = segments([150] * 20, filled=0)
    assert doubts(pa.concat_tables([frames(0.9, count=3), inside])) == []

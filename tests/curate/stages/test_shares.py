"""Polygons in shares of the image are told from those in px."""

from pathlib import Path

import pytest

from curate.flags import Flag
from curate.records import Annotation, ImageRecord, Polygons
from curate.stages.shares import with_shares
from tests.curate.stages.ingested import SQUARE, annotated, ingested, png

QUARTER = Polygons(rings=[[0.25, 0, 0.75, 0, 0.75, 0.5, 0.25, 0.5]])
SPECK = Polygons(rings=[[0.5, 0, 1, 0.5, 0.5, 1, 0, 0.5]])
NARROW = Polygons(rings=[[0.1, 0.2, 0.3, 0.2, 0.3, 0.9, float("nan"), 0.9]])


def test_shares_become_px_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(40, 30))
    (row,), drops = ingested(tmp_path, [annotated(QUARTER)])
    assert drops == []
    sides = ("box_x0", "box_y0", "box_x1", "box_y1")
    assert [row[side] for side in sides] == [10, 0, 30, 15]
    assert "scaled_mask" in row["flags"]


@pytest.mark.parametrize(
    "shapes",
    [
        [QUARTER, SQUARE],  # one object in px: then all are
        [SPECK],  # the outline of a px
        [Polygons(rings=[[0, 0, 1, 0, 1, 1, 0, 1]])],
        [Polygons(rings=[[0.3, 0.2, 1.2, 0.1, 0.5, 0.9]])],
        [Polygons(rings=[[-0.3, 0.2, 0.2, 0.1, 0.5, 0.9]])],
        [Polygons(rings=[[None]]), Polygons(rings=[])],
        [],
    ],
)
def test_what_may_be_px_stays_so(shapes: list[Polygons]) -> None:
    record = annotated(*shapes)
    assert with_shares(record) is record


def test_what_has_no_polygon_says_nothing() -> None:
    box = Annotation(key="box")
    record = ImageRecord(
        name="a.png",
        document="d.json",
        annotations=[
            box,
            Annotation(key="1", shape=NARROW),
            Annotation(key="2", shape=SPECK),
        ],
    )
    found = with_shares(record).annotations
    assert found[0] == box
    shapes = [each.shape for each in found[1:]]
    assert all(isinstance(each, Polygons) and each.normalised for each in shapes)
    assert found[1].flags == [Flag.SCALED_MASK]


PERCENT = Polygons(rings=[[12.5, 20, 60, 22, 55, 97.5]])


@pytest.mark.parametrize(
    ("shapes", "side", "flagged"),
    [
        ([PERCENT, SQUARE], 300, 2),
        ([PERCENT], 150, 0),  # the picture may well end there
        ([SQUARE], 300, 0),  # nothing reaches far
        ([PERCENT, Polygons(rings=[[2, 2, 120, 2, 60, 50]])], 300, 0),
        ([PERCENT, Polygons(rings=[[-2, 2, 20, 2, 60, 50]])], 300, 0),
    ],
    ids=["percent", "small picture", "near the corner", "beyond", "outside"],
)
def test_outlines_that_may_be_percent_are_flagged(
    tmp_path: Path, shapes: list[Polygons], side: int, flagged: int
) -> None:
    (tmp_path / "a.png").write_bytes(png(side, side))
    rows, _ = ingested(tmp_path, [annotated(*shapes)])
    assert len(rows) == len(shapes)
    assert sum("unit_unsure" in row["flags"] for row in rows) == flagged

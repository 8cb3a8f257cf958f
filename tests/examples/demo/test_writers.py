"""What the demo's writers put into their documents means the masks."""

import numpy as np

from curate.pixels import masks
from curate.pixels.polygons import rasterise
from curate.records import Polygons
from examples.demo.pictures import Marked
from examples.demo.writers import polygons


def test_polygons_cover_their_mask() -> None:
    mask = np.zeros((90, 120), np.bool_)
    mask[20:60, 30:90] = True
    mask[40:60, 30:60] = False
    (ring,) = polygons(Marked("x", masks.encode(mask)))
    covered = masks.decode(rasterise(Polygons(rings=[ring]), 90, 120)[0])
    assert (covered & mask).sum() / (covered | mask).sum() > 0.97

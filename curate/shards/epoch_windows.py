"""The drawn boxes and windows that an epoch uses."""

import numpy as np

from curate.curation_settings import CropSettings
from curate.errors import InputError
from curate.shards import windows
from curate.shards.reader import Shards
from curate.shards.windows import Boxes


def random_windows(
    shards: Shards, crop: CropSettings, epoch: int | None
) -> tuple[Boxes, Boxes]:
    """Drawn boxes and windows of all n rows of the shards, (n, 4) int32 each, px of the crops.

    They are a pure function of each object's id, `crop` and `epoch`, so any process gives the same.
    `crop`: slack and padding, such as `shards.crop_settings`. `epoch`: from 0 on; None for the ones
    that are stored. InputError if `crop` gives windows beyond the crops that the shards hold.
    """
    table = shards.table
    crops = shards.crops
    # Windows are sampled in the image, where they are clipped.
    boxes = windows.shift(windows.box_columns(table, "box"), crops, 1)
    drawn, window = windows.random_windows(
        table["object_id"].to_pylist(),
        boxes,
        table["image_height"].to_numpy(),
        table["image_width"].to_numpy(),
        crop,
        epoch,
    )

    starts, ends = np.hsplit(window, 2)
    first, last = np.hsplit(crops, 2)
    is_outside = (starts < first) | (ends > last)
    if is_outside.any():
        detail = "cut for smaller slack and padding than the settings ask; make the shards anew"
        raise InputError(f"{shards.folder}: {detail}")

    drawn = windows.shift(drawn, crops, -1)
    window = windows.shift(window, crops, -1)
    return drawn, window

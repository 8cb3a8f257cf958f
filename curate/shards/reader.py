"""Samples from the shards, by row.

    shards = open_shards("build/demo/shard", "train")
    sample = shards.sample(0)

Windows are the stored ones, or those that `random_windows` gives for an epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.errors import InputError
from curate.pixels import images
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, OfSides
from curate.records import Box
from curate.settings import CropSettings
from curate.shards import windows
from curate.shards.layout import manifest_folder
from curate.shards.manifest import Manifest, require_manifest
from curate.shards.row_groups import Cache, Group, read_columns
from curate.shards.windows import Boxes

Sides = Sequence[int] | NDArray[np.integer]
"""x0, y0, x1, y1 of one box."""


class EmptySplit(InputError):
    """The shards hold no object of the split that is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What the model sees of one object, and what it shall answer."""

    row: int
    object_id: str
    image_id: str
    export: str
    customer: str
    domain: str
    concept: str
    weight: float
    image: Pixels
    """(H, W, 3) uint8 RGB: the window."""
    mask: Mask
    """(H, W) bool: the object in the window."""
    drawn: Box
    """The drawn box, in the window."""
    window: Box
    """The window, in the crop."""
    at_edge: OfSides
    """Whether each side of the window is the image's own edge."""
    image_height: int
    """px of the whole image"""
    image_width: int


@dataclass(frozen=True, eq=False)
class Shards:
    """The shards of one split.

    They pickle as their address, so that each worker process reads for itself.
    """

    folder: UPath
    """The folder of the manifest."""
    split: str
    manifest: Manifest
    table: pa.Table
    """All columns but image and mask, in the files' order: sample i is row i."""
    groups: list[Group]
    _cache: Cache

    def __len__(self) -> int:
        return len(self.table)

    def __reduce__(self) -> Any:
        return open_shards, (self.folder, self.split)

    @property
    def digest(self) -> str:
        """Of the manifest: names these very shards."""
        return self.manifest.digest

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """(n,) expected number of times that an epoch uses each row."""
        weights: NDArray[np.float64] = (
            self.table["weight"].to_numpy().astype(np.float64)
        )
        return weights

    @cached_property
    def drawn(self) -> Boxes:
        """(n, 4) int32: the stored drawn boxes, in the crops."""
        return windows.box_columns(self.table, "drawn")

    @cached_property
    def windows(self) -> Boxes:
        """(n, 4) int32: the stored windows, in the crops."""
        return windows.box_columns(self.table, "window")

    @cached_property
    def crops(self) -> Boxes:
        """(n, 4) int32: the crops, in the images."""
        return windows.box_columns(self.table, "crop")

    def encoded(self, row: int) -> tuple[bytes, bytes]:
        """The encoded crop and mask of a row."""
        after = np.searchsorted(self._first_rows, row, side="right")
        group = self.groups[int(after) - 1]
        columns = self._cache.get(group)
        place = row - group.first
        image = columns["image"].field("bytes")[place]
        mask = columns["mask"].field("bytes")[place]
        return image.as_py(), mask.as_py()

    def crop(self, row: int) -> tuple[Pixels, Mask]:
        """The crop and mask of a row: (H, W, 3) uint8 RGB and (H, W) bool."""
        image, mask = self.encoded(row)
        return images.decode_crop(image), images.decode_mask_png(mask)

    def sample(
        self, row: int, drawn: Sides | None = None, window: Sides | None = None
    ) -> Sample:
        """The sample of a row.

        `drawn`, `window`: boxes in the crop that replace the stored ones. ValueError if
        the window leaves the crop, IndexError if there is no such row.
        """
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        if drawn is None:
            drawn = self.drawn[row]
        if window is None:
            window = self.windows[row]
        drawn_box = _box(drawn)
        window_box = _box(window)

        image, mask = self.crop(row)
        _check_window(window_box, mask)
        x0, y0, x1, y1 = window_box
        return Sample(
            row=row,
            object_id=self._value("object_id", row),
            image_id=self._value("image_id", row),
            export=self._value("export", row),
            customer=self._value("customer", row),
            domain=self._value("domain", row),
            concept=self._value("concept", row),
            weight=self._value("weight", row),
            image=image[y0:y1, x0:x1],
            mask=mask[y0:y1, x0:x1],
            drawn=_moved(drawn_box, -x0, -y0),
            window=window_box,
            at_edge=self._at_edge(row, window_box),
            image_height=self._value("image_height", row),
            image_width=self._value("image_width", row),
        )

    def _at_edge(self, row: int, window: Box) -> OfSides:
        """Whether each side of a window of the row's crop is the image's own edge."""
        crop = _box(self.crops[row])
        in_image = _moved(window, crop.x0, crop.y0)
        return (
            in_image.x0 == 0,
            in_image.y0 == 0,
            in_image.x1 == self._value("image_width", row),
            in_image.y1 == self._value("image_height", row),
        )

    def _value(self, column: str, row: int) -> Any:
        return self.table[column][row].as_py()

    @cached_property
    def _first_rows(self) -> NDArray[np.int64]:
        """(groups,) the number of the first row of each row group."""
        return np.array([group.first for group in self.groups], np.int64)


def open_shards(folder: UPath | str, split: str) -> Shards:
    """The shards of one split.

    `folder`: that of the manifest (<build>/shard), the build's, or the one that holds
    the shards alone; a path or an fsspec URL. InputError if there are none, or if they
    are of another schema version; EmptySplit if other splits have objects.
    """
    folder = manifest_folder(UPath(folder))
    manifest = require_manifest(folder)
    files = [file for file in manifest.files if file.split == split]
    if not files:
        filled = ", ".join(manifest.rows) or "none"
        detail = f"split {split!r} holds no object; splits with objects: {filled}"
        raise EmptySplit(f"{folder}: {detail}")

    tables = []
    groups = []
    first = 0
    for file in files:
        path = folder / file.path
        table, sizes = read_columns(path, file.rows)
        tables.append(table)
        for number, size in enumerate(sizes):
            groups.append(Group(path, number, first))
            first += size
    table = pa.concat_tables(tables).combine_chunks()
    return Shards(folder, split, manifest, table, groups, Cache())


def random_windows(
    shards: Shards, crop: CropSettings, epoch: int | None
) -> tuple[Boxes, Boxes]:
    """Drawn boxes and windows of all rows, (n, 4) int32 each, in the crops.

    `epoch`: None for the stored ones. InputError if `crop` gives windows beyond the
    crops that the shards hold.
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


def _check_window(window: Box, mask: Mask) -> None:
    """ValueError if a window leaves the crop of a mask, or is empty."""
    height, width = mask.shape
    x0, y0, x1, y1 = window
    is_inside_x = 0 <= x0 < x1 <= width
    is_inside_y = 0 <= y0 < y1 <= height
    if not (is_inside_x and is_inside_y):
        crop = f"the crop of {width} x {height} px"
        raise ValueError(f"window {tuple(window)} leaves {crop}")


def _box(sides: Sides) -> Box:
    x0, y0, x1, y1 = map(int, sides)
    return Box(x0, y0, x1, y1)


def _moved(box: Box, x: int, y: int) -> Box:
    return Box(
        x0=box.x0 + x,
        y0=box.y0 + y,
        x1=box.x1 + x,
        y1=box.y1 + y,
    )

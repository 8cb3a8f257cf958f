"""Samples from the shards, by row.

    shards = open_shards("build/demo/shard", "train")
    sample = shards.sample(0)

Windows are the stored ones, or those that `epoch_windows.random_windows` gives for an epoch.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.curation_settings import CropSettings
from curate.errors import InputError
from curate.pixels import stored
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards import windows
from curate.shards.layout import manifest_folder
from curate.shards.manifest import Manifest, require_manifest
from curate.shards.row_groups import Cache, Group, read_columns
from curate.shards.sample import Sample
from curate.shards.windows import Boxes

Sides = Sequence[int] | NDArray[np.integer]
"""x0, y0, x1, y1 of one box."""

Rows = NDArray[np.integer]
"""(n,) numbers of rows."""

_DESCRIBED = [
    "object_id",
    "image_id",
    "export",
    "customer",
    "domain",
    "concept",
    "weight",
    "image_height",
    "image_width",
]
_OTHER_SIZE = "its pictures are not of the size that is stated"


class EmptySplit(InputError):
    """The shards hold no object of the split that is asked for."""


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
        """The digest of the manifest, which names these very shards."""
        return self.manifest.digest

    @property
    def crop_settings(self) -> CropSettings:
        """The settings by which the crops were cut."""
        return CropSettings(**msgspec.structs.asdict(self.manifest.crop))

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

    def encoded(self, row: int) -> tuple[pa.Buffer, pa.Buffer]:
        """The encoded crop and mask of a row, in the memory where they were read."""
        group = self._group_of(row)
        columns = self._cache.get(group)
        place = row - group.first
        crop = columns["image"][place]
        mask = columns["mask"][place]
        return crop.as_buffer(), mask.as_buffer()

    def group_numbers(self, rows: Rows | int) -> NDArray[np.int64]:
        """The number of the row group that each row is in."""
        return np.searchsorted(self._first_rows, rows, side="right") - 1

    def _group_of(self, row: int) -> Group:
        """The row group that a row is in."""
        number = bisect.bisect_right(self._first_rows, row) - 1
        return self.groups[number]

    def load(self, group: int) -> None:
        """Read a row group into memory, where it stays for a while."""
        self._cache.get(self.groups[group])

    def crop(self, row: int) -> tuple[Pixels, Mask]:
        """The crop and mask of a row: (H, W, 3) uint8 RGB and (H, W) bool.

        InputError if they cannot be decoded, or are not of the size that the row says.
        """
        image, encoded_mask = self.encoded(row)
        try:
            pixels = stored.decode_crop(image)
        except stored.Undecodable as error:
            raise self._broken(row, str(error)) from None
        mask = self._decoded_mask(row, encoded_mask)
        if pixels.shape != (*mask.shape, 3):
            raise self._broken(row, _OTHER_SIZE)
        return pixels, mask

    def mask(self, row: int) -> Mask:
        """The mask of a row alone, (H, W) bool. InputError as `crop`."""
        _, encoded = self.encoded(row)
        return self._decoded_mask(row, encoded)

    def _decoded_mask(self, row: int, encoded: pa.Buffer) -> Mask:
        """The mask of a row. It must have its crop's size. InputError as `crop`."""
        x0, y0, x1, y1 = self.crops[row].tolist()
        try:
            mask = stored.decode_mask(encoded)
        except stored.Undecodable as error:
            raise self._broken(row, str(error)) from None
        if mask.shape != (y1 - y0, x1 - x0):
            raise self._broken(row, _OTHER_SIZE)
        return mask

    def sample(
        self, row: int, drawn: Sides | None = None, window: Sides | None = None
    ) -> Sample:
        """The sample of a row. `drawn`, `window`: one box each; else as `samples`."""
        (sample,) = self.samples([row], _one_box(drawn), _one_box(window))
        return sample

    def samples(
        self,
        rows: Sequence[int] | Rows,
        drawn: Boxes | None = None,
        window: Boxes | None = None,
    ) -> list[Sample]:
        """The samples of n rows.

        `rows`: from 0 on, in any order. `drawn`, `window`: (n, 4) boxes, px of the crops, that
        replace the stored ones. ValueError if a window leaves its crop, IndexError if there is no
        such row, InputError if a crop cannot be read.
        """
        places = np.asarray(rows, np.int64)
        self._check_rows(places)
        if drawn is None:
            drawn = self.drawn[places]
        if window is None:
            window = self.windows[places]
        crops = self.crops[places]
        windows.check_inside(window, crops)

        described = self._described(places)
        drawn_in_window = windows.shift(drawn, window, -1).tolist()
        in_image = windows.shift(window, crops, 1)
        heights = self.table["image_height"].to_numpy()[places]
        widths = self.table["image_width"].to_numpy()[places]
        at_edge = windows.at_edge(in_image, heights, widths).tolist()

        samples = []
        for place, row in enumerate(places.tolist()):
            image, mask = self.crop(row)
            x0, y0, x1, y1 = window[place].tolist()
            sample = Sample(
                row=row,
                image=image[y0:y1, x0:x1],
                mask=mask[y0:y1, x0:x1],
                drawn=Box(*drawn_in_window[place]),
                window=Box(x0, y0, x1, y1),
                at_edge=tuple(at_edge[place]),
                **described[place],
            )
            samples.append(sample)
        return samples

    def _described(self, rows: Rows) -> list[dict[str, Any]]:
        """What the columns `_DESCRIBED` say of some rows."""
        table = self.table.select(_DESCRIBED).take(rows)
        # By column: pyarrow's own way by row takes several times as long.
        columns = [table[name].to_numpy().tolist() for name in _DESCRIBED]
        described = []
        for values in zip(*columns, strict=True):
            named = zip(_DESCRIBED, values, strict=True)
            described.append(dict(named))
        return described

    def _check_rows(self, rows: Rows) -> None:
        """IndexError if there is no such row."""
        is_outside = (rows < 0) | (rows >= len(self))
        if is_outside.any():
            raise IndexError(f"row {rows[is_outside][0]} of {len(self)}")

    def _broken(self, row: int, why: str) -> InputError:
        """What to raise of a row whose pixels are damaged."""
        object_id = self.table["object_id"][row].as_py()
        file = self._group_of(row).file
        return InputError(f"{file}: object {object_id}: {why}; make the shards anew")

    @cached_property
    def _first_rows(self) -> NDArray[np.int64]:
        """(groups,) the number of the first row of each row group."""
        return np.array([group.first for group in self.groups], np.int64)


def _one_box(sides: Sides | None) -> Boxes | None:
    """(1, 4) for one box, or None."""
    if sides is None:
        return None
    return np.array([sides])


def open_shards(folder: UPath | str, split: str) -> Shards:
    """The shards of one split: train, val or test.

    `folder`: <build>/shard, where the manifest is, the build, or the folder that holds the shards
    alone; a path or an fsspec URL. InputError if there are no shards, or if they have another
    schema version; EmptySplit if only other splits have objects.
    """
    folder = manifest_folder(UPath(folder))
    manifest = require_manifest(folder)
    files = [file for file in manifest.files if file.split == split]
    if not files:
        filled = ", ".join(manifest.rows) or "none"
        detail = f"split {split!r} holds no object; splits with objects: {filled}"
        raise EmptySplit(f"{folder}: {detail}")

    tables = []
    groups: list[Group] = []
    first = 0
    for file in files:
        path = folder / file.path
        table, its_groups = read_columns(path, file.rows, first)
        tables.append(table)
        groups += its_groups
        first += file.rows
    table = pa.concat_tables(tables).combine_chunks()
    return Shards(folder, split, manifest, table, groups, Cache())

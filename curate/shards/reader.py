"""Samples from the shards: by row, or as a stream in an order that is a pure function of seed, epoch and rank.

    shards = open_shards("build/demo/shard", "train")
    for sample in stream(shards, order(shards.weights, seed=0, epoch=1)): ...

Balance acts here and nowhere else: `order` draws rows by their weight. Windows are the stored ones, or those
that `random_windows` draws for an epoch.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate import seeded as draws
from curate.errors import InputError
from curate.pixels import images
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.schema import SCHEMA_VERSION
from curate.settings import CropSettings
from curate.shards import windows
from curate.shards.manifest import Manifest, read_manifest
from curate.shards.row_groups import PIXELS, Cache, Group, read_columns
from curate.shards.windows import Boxes
from curate.storage import digest, read_record

_READ_AHEAD = 64  # samples that a stream decodes before they are asked for


class EmptySplit(InputError):
    """The shards hold no object of the split that is asked for."""


class _SchemaVersion(msgspec.Struct):
    """The one thing in a manifest that each version of this code can read."""

    schema_version: int | None = None


class Sample(NamedTuple):
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
    at_edge: tuple[bool, bool, bool, bool]
    """Whether the window's left, top, right and bottom side is the image's own edge."""


@dataclass(frozen=True, eq=False)
class Shards:
    """The shards of one split. Pickles as its address, so that each worker process reads for itself."""

    folder: UPath
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
        return digest(msgspec.to_builtins(self.manifest))

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """(n,) expected draws per epoch."""
        weights: NDArray[np.float64] = self.table["weight"].to_numpy().astype(np.float64)
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
        at = int(np.searchsorted(self._firsts, row, side="right")) - 1
        group = self._cache.get(self.groups[at])
        return tuple(
            group[name].field("bytes")[row - self.groups[at].first].as_py() for name in PIXELS
        )

    def crop(self, row: int) -> tuple[Pixels, Mask]:
        """The crop and mask of a row: (H, W, 3) uint8 RGB and (H, W) bool."""
        image, mask = self.encoded(row)
        return images.decode_crop(image), images.decode_mask_png(mask)

    def sample(
        self, row: int, drawn: Sequence[int] | None = None, window: Sequence[int] | None = None
    ) -> Sample:
        """The sample of a row; `drawn` and `window`, in the crop, take the place of the stored ones.

        ValueError where the window leaves the crop.
        """
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        d0, d1, d2, d3 = (int(each) for each in (self.drawn[row] if drawn is None else drawn))
        x0, y0, x1, y1 = (int(each) for each in (self.windows[row] if window is None else window))
        image, mask = self.crop(row)
        if not (0 <= x0 < x1 <= mask.shape[1] and 0 <= y0 < y1 <= mask.shape[0]):
            raise ValueError(
                f"window {(x0, y0, x1, y1)} leaves the crop of {mask.shape[1]} x {mask.shape[0]} px"
            )
        left, top = (int(each) for each in self.crops[row, :2])
        names = ("object_id", "image_id", "export", "customer", "domain", "concept", "weight")
        fields = {name: self.table[name][row].as_py() for name in names}
        height, width = (self.table[f"image_{side}"][row].as_py() for side in ("height", "width"))
        return Sample(
            row=row,
            **fields,
            image=image[y0:y1, x0:x1],
            mask=mask[y0:y1, x0:x1],
            drawn=Box(d0 - x0, d1 - y0, d2 - x0, d3 - y0),
            window=Box(x0, y0, x1, y1),
            at_edge=(left + x0 == 0, top + y0 == 0, left + x1 == width, top + y1 == height),
        )

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        return np.array([group.first for group in self.groups], np.int64)


def open_shards(folder: UPath | str, split: str) -> Shards:
    """The shards of one split.

    InputError where there are none, or where they are of another schema version; EmptySplit where others are filled.
    """
    folder = UPath(folder)
    manifest = _read_manifest(folder)
    files = [file for file in manifest.files if file.split == split]
    if not files:
        filled = ", ".join(manifest.rows) or "none"
        raise EmptySplit(
            f"{folder}: split {split!r} holds no object; splits with objects: {filled}"
        )
    tables, groups = [], []
    first = 0
    for file in files:
        table, sizes = read_columns(folder / file.path, file.rows)
        tables.append(table)
        for number, size in enumerate(sizes):
            groups.append(Group(folder / file.path, number, first))
            first += size
    return Shards(
        folder, split, manifest, pa.concat_tables(tables).combine_chunks(), groups, Cache()
    )


def random_windows(shards: Shards, crop: CropSettings, epoch: int | None) -> tuple[Boxes, Boxes]:
    """Drawn boxes and windows of all rows for an epoch (None: the default draw), (n, 4) int32 each, in the crops.

    InputError where `crop` draws windows beyond the crops that the shards hold.
    """
    table = shards.table
    boxes = windows.shift(windows.box_columns(table, "box"), shards.crops, 1)
    sizes = table["image_height"].to_numpy(), table["image_width"].to_numpy()
    drawn, window = windows.random_windows(
        table["object_id"].to_pylist(), boxes, *sizes, crop, epoch
    )
    if np.any(window[:, :2] < shards.crops[:, :2]) or np.any(window[:, 2:] > shards.crops[:, 2:]):
        raise InputError(
            f"{shards.folder}: cut for smaller slack and padding than the settings ask; make the shards anew"
        )
    return windows.shift(drawn, shards.crops, -1), windows.shift(window, shards.crops, -1)


def order(
    weights: NDArray[np.floating], seed: int, epoch: int, rank: int = 0, world_size: int = 1
) -> NDArray[np.int64]:
    """The rows that one of `world_size` processes draws in an epoch, in order; a pure function.

    Over all ranks: round(sum of `weights`) draws, so many as rows where the mean weight is 1. A row of weight w
    is drawn ⌊w⌋ or ⌈w⌉ times, w on average over epochs (systematic sampling over a permutation of the
    rows), then the draws are permuted and dealt out: ranks differ by one draw at most.
    """
    if (
        len(weights) == 0
        or not np.all(np.isfinite(weights))
        or np.min(weights) < 0
        or np.sum(weights) <= 0
    ):
        raise ValueError("weights are finite, none negative, and not all 0")
    if not 0 <= rank < world_size:
        raise ValueError(f"rank {rank} of {world_size}")
    stream = draws.branch(draws.branch(draws.row_keys(1), seed), epoch)
    shuffled = _permutation(len(weights), draws.branch(stream, 1))
    ends = np.cumsum(np.asarray(weights, np.float64)[shuffled])
    total = max(1, round(float(ends[-1])))
    points = (np.arange(total) + draws.uniform(stream, 1)[0, 0]) * (ends[-1] / total)
    drawn = shuffled[np.minimum(np.searchsorted(ends, points, side="right"), len(weights) - 1)]
    mixed: NDArray[np.int64] = drawn[_permutation(total, draws.branch(stream, 2))]
    return mixed[rank::world_size]


def stream(
    shards: Shards,
    rows: Sequence[int] | NDArray[np.int64],
    drawn: Boxes | None = None,
    window: Boxes | None = None,
) -> Iterator[Sample]:
    """The samples of `rows` in order, decoded ahead; `drawn` and `window` as `random_windows` gives them, for all rows."""

    def one(row: int) -> Sample:
        return shards.sample(
            row, None if drawn is None else drawn[row], None if window is None else window[row]
        )

    pool = ThreadPoolExecutor(max_workers=2)
    ahead: deque[Future[Sample]] = deque()
    try:
        for row in rows:
            ahead.append(pool.submit(one, int(row)))
            if len(ahead) > _READ_AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read_manifest(folder: UPath) -> Manifest:
    """The manifest. InputError if it is missing or broken, or if it lists shards of another schema version."""
    try:
        version = read_record(folder / "manifest.json", _SchemaVersion)
        if version is not None and version.schema_version != SCHEMA_VERSION:
            raise InputError(
                f"{folder}: shards of schema version {version.schema_version}, this code reads "
                f"{SCHEMA_VERSION}; make them anew"
            )
        manifest = read_manifest(folder)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{folder / 'manifest.json'}: broken ({error}); make the shards anew"
        ) from None
    if manifest is None:
        raise InputError(f"{folder}: no manifest.json here; make the shards first")
    return manifest


def _permutation(count: int, stream: draws.Keys) -> NDArray[np.int64]:
    keys = draws.numbers(stream, count)[0]
    return np.argsort(keys, kind="stable")

"""Regions of a mask file: each becomes an object with its run-lengths, or is lost for a stated reason.

Components: each value's px are cut into 8-connected regions. Instances: a value stays whole. With an instance map
(VOC SegmentationObject) each of its numbers is an object, but 0 and 255 (VOC's border), whose class is the
commonest one under it; regions of a class that no number touches are objects too, as components.

Blends: a region of doubtful px alone that holds no 3 x 3 px block is an edge between two regions, not a region;
those of a mask go in one row of count 0. More than 100,000 regions are noise: the mask is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.class_codes import (
    BACKGROUND,
    FIRST_LABEL,
    VOID,
    ClassCodes,
    Integers,
    class_codes,
)
from curate.pixels.images import MaskPicture
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Flag, RegionMap

MAX_REGIONS = 100_000
_MAX_DISTORTION = (
    0.01  # of a mask that is scaled: by how much width to height may differ from the image's
)
_VOC_BORDER = 255
_VOC_BORDER_COLOUR = 0xE0E0C0


class Region(NamedTuple):
    """An object in the frame of its mask file's image."""

    key: str
    label: str
    runs: RunLengths
    flags: list[Flag]
    source: Literal["instance", "component"]


@dataclass(frozen=True)
class Lost:
    """A region that becomes no object; `count`: annotations that it stands for."""

    key: str
    refusal: Refusal
    count: int


class MapRegions(NamedTuple):
    """All that a mask file holds. `labelled_share`: of its px, those of a listed class, background included."""

    regions: list[Region]
    lost: list[Lost]
    labelled_share: float


class _Numbered(NamedTuple):
    """(H, W) region numbers from 1, 0 elsewhere, and the code of each region, at its number less 1."""

    numbers: NDArray[np.int32]
    codes: NDArray[np.int64]
    ids: list[str] | None


def read_regions(
    region_map: RegionMap,
    picture: MaskPicture,
    instances: MaskPicture | None,
    height: int,
    width: int,
) -> MapRegions:
    """Objects of a mask over an image of height × width px, in the order of class and first px.

    Keys: `PATH#LABEL@X,Y` with a component's topmost, then leftmost px; `PATH#LABEL` for a whole class,
    `PATH#NUMBER` for an object of the instance map.
    Refusal mask_size_mismatch, undecodable_mask, or over_limit.
    """
    scaled = picture.pixels.shape != (height, width)
    fitted = _fitted(picture, region_map, height, width)
    coded = class_codes(region_map, fitted)
    flags = [Flag.JPEG_MASK] * picture.lossy + [Flag.SCALED_MASK] * scaled
    if region_map.pixels == "objects" and region_map.objects == "instances":
        parts = _by_instance(coded, fitted, has_border=False)[:1]
    elif instances is None:
        parts = [_numbered(coded, whole=region_map.objects == "instances")]
    else:
        parts = _by_instance(coded, _fitted(instances, region_map, height, width))
    regions: list[Region] = []
    lost: list[Lost] = []
    for part in parts:
        made, missed = _cut(region_map.path, coded, part, flags)
        regions += made
        lost += missed
    if (
        not regions
        and not lost
        and region_map.pixels == "binary"
        and region_map.objects == "instances"
    ):
        refusal = Refusal(
            Reason.EMPTY_MASK, f"{region_map.path}: the file of one object has no px of it"
        )
        lost.append(Lost(f"{region_map.path}#1", refusal, 1))
    listed = [code == BACKGROUND or name is not None for code, name in enumerate(coded.names)]
    return MapRegions(regions, lost, float(np.array(listed)[coded.codes].mean()))


def _fitted(picture: MaskPicture, region_map: RegionMap, height: int, width: int) -> MaskPicture:
    """The picture at the image's size: as it is, or px of its nearest centres where the map may be scaled."""
    rows, columns = picture.pixels.shape
    if (rows, columns) == (height, width):
        return picture
    distortion = abs(rows * width - columns * height)
    if not region_map.resize:
        hint = "set options.mask_size: scale to scale it"
    elif distortion > max(_MAX_DISTORTION * rows * width, height, width):
        hint = "and of other proportions"
    else:
        y = (np.arange(height) * 2 + 1) * rows // (2 * height)
        x = (np.arange(width) * 2 + 1) * columns // (2 * width)
        alpha = None if picture.alpha is None else picture.alpha[y[:, None], x]
        return MaskPicture(picture.pixels[y[:, None], x], picture.table, alpha, picture.lossy)
    size = f"the mask is {columns} x {rows} px, the image {width} x {height}"
    raise Refusal(Reason.MASK_SIZE_MISMATCH, f"{region_map.path}: {size}; {hint}")


def _numbered(coded: ClassCodes, whole: bool) -> _Numbered:
    """The regions of each code: 8-connected, or all its px in one where `whole` and the code has a name."""
    numbers = np.zeros(coded.codes.shape, np.int32)
    owners: list[int] = []
    for code, rows, columns in _windows(coded.codes, len(coded.names)):
        inside = coded.codes[rows, columns] == code
        if whole and coded.names[code] is not None:
            count, pieces = 2, inside.astype(np.int32)
        else:
            count, pieces = cv2.connectedComponents(
                inside.view(np.uint8), connectivity=8, ltype=cv2.CV_32S
            )
        np.add(pieces, len(owners), out=numbers[rows, columns], where=inside)
        owners += [code] * (count - 1)
        if len(owners) > MAX_REGIONS:
            raise Refusal(
                Reason.OVER_LIMIT, f"more than {MAX_REGIONS:,} regions: noise, not a map of classes"
            )
    codes = np.array(owners, np.int64)
    return _Numbered(numbers, codes, [_own_key(coded, code) for code in owners] if whole else None)


def _own_key(coded: ClassCodes, code: int) -> str:
    """A class's name in the key of all its px; its value too, where two classes of the table bear one name."""
    name = coded.names[code]
    return str(name) if coded.names.count(name) == 1 else f"{name}={coded.values[code]}"


def _windows(codes: Integers, count: int) -> Iterator[tuple[int, slice, slice]]:
    """Each code from FIRST_LABEL that occurs, and the rows and columns that hold it."""
    present = np.bincount(codes.ravel(), minlength=count)[FIRST_LABEL:]
    for code in np.flatnonzero(present) + FIRST_LABEL:
        yield int(code), *_extent(codes == code)


def _extent(mask: Mask) -> tuple[slice, slice]:
    """The rows and columns that hold all px of a mask which is not empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _by_instance(
    coded: ClassCodes, instances: MaskPicture, has_border: bool = True
) -> list[_Numbered]:
    """One part of the numbered objects, one of the class regions that no number touches."""
    coloured = instances.values is None
    ids = instances.colours if coloured else instances.pixels
    distinct, dense = np.unique(ids, return_inverse=True)
    if distinct.size > MAX_REGIONS:
        raise Refusal(Reason.OVER_LIMIT, f"more than {MAX_REGIONS:,} objects in the instance map")
    dense = dense.reshape(ids.shape)
    ballots = dense * len(coded.names) + coded.codes
    votes = np.bincount(ballots.ravel(), minlength=distinct.size * len(coded.names)).reshape(
        distinct.size, -1
    )
    border = _VOC_BORDER_COLOUR if coloured else _VOC_BORDER
    is_object = (distinct != 0) & ((distinct != border) | (not has_border))
    votes[:, [VOID, BACKGROUND]] = 0
    chosen = is_object & (votes.max(1) > 0)
    renumber = np.where(chosen, np.cumsum(chosen), 0).astype(np.int32)
    objects = _Numbered(
        renumber[dense], votes.argmax(1)[chosen], [str(each) for each in distinct[chosen].tolist()]
    )
    pieces = _numbered(coded, whole=False)
    touched = np.zeros(len(pieces.codes) + 1, bool)
    touched[pieces.numbers[is_object[dense]]] = True
    touched[0] = True
    renumber = np.where(touched, 0, np.cumsum(~touched)).astype(np.int32)
    return [objects, _Numbered(renumber[pieces.numbers], pieces.codes[~touched[1:]], None)]


def _cut(
    path: str, coded: ClassCodes, part: _Numbered, flags: list[Flag]
) -> tuple[list[Region], list[Lost]]:
    if not part.codes.size:
        return [], []
    counts, first_x, first_y = _run_lengths(part.numbers, part.codes.size)
    blended, slivers = _blends(coded, part)
    regions, lost = [], []
    for number, code in enumerate(part.codes.tolist()):
        name, value = coded.names[code], coded.values[code]
        place = f"@{first_x[number]},{first_y[number]}"
        if slivers[number]:
            continue
        if name is None:
            detail = f"{path}: a region of value {value} (#{value:06X}), of no listed class, from px {place[1:]}"
            lost.append(Lost(f"{path}#{value}{place}", Refusal(Reason.UNKNOWN_CLASS, detail), 1))
            continue
        key = f"{path}#{name}{place}" if part.ids is None else f"{path}#{part.ids[number]}"
        remarks = (
            [*flags, Flag.BLENDED] if blended[number] and Flag.JPEG_MASK not in flags else flags
        )
        source: Literal["instance", "component"] = "component" if part.ids is None else "instance"
        regions.append(Region(key, name, counts[number], remarks, source))
    if slivers.any():
        detail = f"{path}: {np.count_nonzero(slivers)} slivers of blended colours between regions, of no class"
        lost.append(Lost(path, Refusal(Reason.UNKNOWN_CLASS, detail), 0))
    return regions, lost


def _blends(coded: ClassCodes, part: _Numbered) -> tuple[Mask, Mask]:
    """For each region: whether it owns doubtful px, and whether it is a sliver of nothing else."""
    count = part.codes.size
    if coded.doubtful is None:
        return np.zeros(count, bool), np.zeros(count, bool)
    blended = np.bincount(part.numbers[coded.doubtful], minlength=count + 1)[1:] > 0
    if part.ids is not None:
        return blended, np.zeros(count, bool)
    codes, block = (
        np.pad(coded.codes.astype(np.float32), 1, constant_values=-1),
        np.ones((3, 3), np.uint8),
    )
    core = ((cv2.erode(codes, block) == codes) & (cv2.dilate(codes, block) == codes))[1:-1, 1:-1]
    solid = np.bincount(part.numbers[core | ~coded.doubtful], minlength=count + 1)[1:] > 0
    return blended, ~solid


def _run_lengths(
    numbers: NDArray[np.int32], count: int
) -> tuple[list[RunLengths], list[int], list[int]]:
    """Run-lengths of each of the regions 1 to `count`, and x and y of its topmost, then leftmost px; in one pass."""
    height, width = numbers.shape
    inner_rows, inner_columns = _extent(numbers > 0)
    window = numbers[inner_rows, inner_columns].T
    padded = np.pad(
        window, ((0, 0), (0, 1))
    )  # an empty row below: no run goes on into the next column
    flat = padded.ravel()
    starts = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1)
    lengths = np.diff(starts, append=flat.size)
    owners = flat[starts]
    order = np.argsort(owners, kind="stable")[np.count_nonzero(owners == 0) :]
    owners, lengths = owners[order], lengths[order]
    columns, rows = np.divmod(starts[order], padded.shape[1])
    columns, rows = columns + inner_columns.start, rows + inner_rows.start
    first_run = np.searchsorted(owners, np.arange(1, count + 1))
    first_y, first_x = np.divmod(np.minimum.reduceat(rows * width + columns, first_run), width)
    borders = np.stack([columns * height + rows, columns * height + rows + lengths], axis=1)
    joined = (borders[:-1, 1] == borders[1:, 0]) & (owners[:-1] == owners[1:])
    kept = np.ones(borders.shape, bool)
    kept[:-1, 1], kept[1:, 0] = ~joined, ~joined
    counts = _split(borders[kept], np.add.reduceat(kept.sum(1), first_run), height, width)
    return counts, first_x.tolist(), first_y.tolist()


def _split(
    borders: NDArray[np.int64], sizes: NDArray[np.int64], height: int, width: int
) -> list[RunLengths]:
    """Run-lengths of many masks of height × width px, from the borders of all of them, `sizes` of each in turn."""
    ends = np.cumsum(sizes + 1)
    closed = np.full(ends[-1], height * width, np.int64)  # each mask's borders, then its size
    closed[np.arange(borders.size) + np.repeat(np.arange(sizes.size), sizes)] = borders
    runs = np.diff(closed, prepend=0)
    runs[ends[:-1]] = closed[ends[:-1]]
    counts = np.split(runs, ends[:-1])
    filled = [each[:-1] if each[-1] == 0 else each for each in counts]
    return [RunLengths(each, height, width) for each in filled]

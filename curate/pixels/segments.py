"""Mask files in which each value is one segment: an object, or all px of a class."""

from dataclasses import dataclass

import numpy as np

from curate.flags import Flag
from curate.mask_records import SegmentMap
from curate.pixels import masks
from curate.pixels.class_table import Integers
from curate.pixels.mask_pictures import MaskPicture, red_blue_swapped
from curate.pixels.mask_scaling import fit_to_image
from curate.pixels.run_lengths import RunLengths, from_borders
from curate.reasons import Reason, Refusal

MAX_SEGMENTS = 100_000
"""More values than this are a photograph."""

_BYTE = 0xFF
_GREY = 0x010101  # times a byte: its grey as 0xRRGGBB


@dataclass(frozen=True, slots=True)
class Segments:
    """What a mask file holds, in the frame of its image."""

    runs: dict[int, RunLengths]
    """The px of each value that occurs, by value."""
    flags: list[Flag]


def read_segments(
    segment_map: SegmentMap, picture: MaskPicture, height: int, width: int
) -> Segments:
    """The segments of a mask over an image of height × width px.

    Refusal mask_size_mismatch, undecodable_mask or over_limit.
    """
    path = segment_map.path
    if picture.lossy:
        detail = f"{path}: ids in a picture whose compression changes them"
        raise Refusal(Reason.UNDECODABLE_MASK, detail)

    flags = []
    if picture.pixels.shape != (height, width):
        flags.append(Flag.SCALED_MASK)
    fitted = fit_to_image(picture, segment_map, height, width)
    values = _values(segment_map, fitted)
    return Segments(_runs_by_value(values, path), flags)


def class_of(segment_map: SegmentMap, value: int) -> int:
    """The class that a value is of, if it is no annotation's."""
    factor = segment_map.per_class
    if factor is not None and value >= factor:
        return value // factor
    return value


def is_crowd(segment_map: SegmentMap, value: int) -> bool:
    """Whether a value is a class of which each object has a number, without one."""
    return value in segment_map.crowds and class_of(segment_map, value) == value


def labelled_px(segment_map: SegmentMap, segments: Segments) -> int:
    """How many px of the mask are of an annotation or of a listed class."""
    known = set(segment_map.known)
    total = 0
    for value, runs in segments.runs.items():
        number = class_of(segment_map, value)
        if number in segment_map.void:
            continue
        if value in known or number in segment_map.labels:
            total += masks.area(runs)
    return total


def _values(segment_map: SegmentMap, picture: MaskPicture) -> Integers:
    """(H, W) the value of each px, as the map says that it is read.

    Refusal undecodable_mask if the picture has colours where numbers are due.
    """
    if segment_map.pixels == "id":
        return _ids(segment_map, picture)
    if segment_map.pixels == "rank":
        return _ranks(segment_map, picture)
    if picture.values is not None:
        return picture.values

    # Some tools write grey as three equal channels.
    grey: Integers = picture.pixels & _BYTE
    if np.any(picture.pixels != grey * _GREY):
        what = "a colour picture, not a grey one with the numbers of segments"
        raise Refusal(Reason.UNDECODABLE_MASK, f"{segment_map.path}: {what}")
    return grey


def _ids(segment_map: SegmentMap, picture: MaskPicture) -> Integers:
    """(H, W) R + 256 G + 65,536 B of each px; or its grey value or palette index.

    The latter if no segment has the former.
    """
    ids = red_blue_swapped(picture.colours)

    # Some tools write ids as they are: in grey of 8 or 16 bits, or with a palette for the eye.
    if picture.values is None or np.isin(ids, segment_map.known).any():
        return ids
    if np.isin(picture.values, segment_map.known).any():
        return picture.values
    return ids


def _ranks(segment_map: SegmentMap, picture: MaskPicture) -> Integers:
    """(H, W) the rank of each px's blue, from 1; 0 where the blue is 0.

    Refusal undecodable_mask if there are more or fewer than the annotations of the image: then
    nothing tells which is whose.
    """
    blue = picture.colours & _BYTE
    distinct = np.unique(blue[blue > 0])
    listed = len(segment_map.known)
    if distinct.size != listed:
        path = segment_map.path
        detail = f"{path}: {distinct.size} objects are painted, and {listed} are listed"
        raise Refusal(Reason.UNDECODABLE_MASK, detail)
    ranks: Integers = np.searchsorted(distinct, blue) + 1
    ranks[blue == 0] = 0
    return ranks


def _runs_by_value(values: Integers, path: str) -> dict[int, RunLengths]:
    """The run-lengths of each value's px, over the whole frame, in one pass."""
    height, width = values.shape
    flat = values.T.ravel()  # run-lengths go column by column

    is_change = flat[1:] != flat[:-1]
    changes = np.flatnonzero(is_change) + 1
    starts = np.append(0, changes)
    ends = np.append(changes, flat.size)
    owners = flat[starts]

    # Sorted by value, the runs of a segment follow each other, in the order of the frame.
    order = np.argsort(owners, kind="stable")
    distinct, first = np.unique(owners[order], return_index=True)
    if distinct.size > MAX_SEGMENTS:
        detail = (
            f"{path}: {distinct.size:,} values: a photograph, not a map of segments"
        )
        raise Refusal(Reason.OVER_LIMIT, detail)
    borders = np.stack([starts, ends], axis=1)[order]

    found = {}
    parts = np.split(borders, first[1:])
    for value, part in zip(distinct.tolist(), parts, strict=True):
        found[value] = from_borders(part.ravel(), height, width)
    return found

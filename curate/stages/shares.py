"""Polygons in shares or in percent of the image where their format says px, or made from such.

Scripts that turn the labels of YOLO or Label Studio into JSON often leave the numbers as they are.
Read as px, all objects of the image would be specks in its corner. Shares are plain. Percent are
not, as the corner of a large picture may well hold all its objects: these are flagged. Label Studio
itself makes px of percent of the displayed picture, by the size of the stored one.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels.proportions import Size
from curate.pixels.rings import packed
from curate.records import Annotation, FoundImage, ImageRecord, Polygons

_PERCENT = 100
_NEARLY = 90  # of 100, which some of the objects of an export reach
_LARGE = 200  # px; a picture of which 100 px are a corner


class PercentSigns:
    """Whether all outlines of an export lie where percent would put them."""

    def __init__(self) -> None:
        self._highest = 0.0
        self._is_in_px = False

    def add(self, record: ImageRecord) -> None:
        """Look at the polygons of an image, unless one before has been beyond 100."""
        if self._is_in_px:
            return
        for annotation in record.annotations:
            shape = annotation.shape
            if not isinstance(shape, Polygons) or shape.normalised:
                continue
            for numbers in map(_numbers, shape.rings):
                if not numbers.size:
                    continue
                self._highest = max(self._highest, float(numbers.max()))
                self._is_in_px |= self._highest > _PERCENT or float(numbers.min()) < 0

    def may_be_percent(self) -> bool:
        """Whether no outline is beyond 100, and one nearly is there."""
        return not self._is_in_px and self._highest >= _NEARLY


def with_unsure_units(found: FoundImage, height: int, width: int) -> FoundImage:
    """An image of an export that may be in percent; polygons in a large picture are flagged.

    `height`, `width`: of the picture, px.
    """
    if min(height, width) < _LARGE:
        return found
    annotations = []
    for annotation in found.record.annotations:
        shape = annotation.shape
        if isinstance(shape, Polygons) and not shape.normalised:
            flags = [*annotation.flags, Flag.UNIT_UNSURE]
            annotation = msgspec.structs.replace(annotation, flags=flags)
        annotations.append(annotation)
    record = msgspec.structs.replace(found.record, annotations=annotations)
    return msgspec.structs.replace(found, record=record)


def with_shares(record: ImageRecord) -> ImageRecord:
    """The record; if its polygons can only be shares, they are marked so (flag scaled_mask).

    They can if all numbers of all of them are from 0 to 1. Halves alone are no sign: the
    outlines of a speck of one px have them.
    """
    rings = []
    for annotation in record.annotations:
        shape = annotation.shape
        if not isinstance(shape, Polygons):
            continue
        if shape.normalised or not all(map(_is_within_1, shape.rings)):
            return record
        rings += shape.rings
    if not any(map(_has_more_than_halves, rings)):
        return record
    annotations = [_in_shares(annotation) for annotation in record.annotations]
    return msgspec.structs.replace(record, annotations=annotations)


def unstretched(found: FoundImage, shown: Size, stored: Size) -> FoundImage:
    """An image whose shapes are in the displayed frame, if its record says `stretched`.

    Where the annotated size is the stored picture's, and the displayed one has another, polygons
    were stretched from one to the other; they become shares again. `shown`, `stored`: the sizes
    of the picture's frames.
    """
    record = found.record
    if record.frame != "stretched":
        return found
    record = msgspec.structs.replace(record, frame="displayed")
    height = record.height or 0
    width = record.width or 0
    if (height, width) == stored != shown:
        annotations = [_shrunk(each, height, width) for each in record.annotations]
        record = msgspec.structs.replace(
            record, annotations=annotations, height=None, width=None
        )
    return msgspec.structs.replace(found, record=record)


def _shrunk(annotation: Annotation, height: int, width: int) -> Annotation:
    """The annotation with its polygons as shares of a size, if they are good ones."""
    shape = annotation.shape
    if not isinstance(shape, Polygons) or shape.normalised:
        return annotation
    rings = []
    for ring in shape.rings:
        numbers = packed(ring)
        if isinstance(numbers, bytes):
            corners = np.frombuffer(numbers).copy()
            corners[::2] /= width
            corners[1::2] /= height
            numbers = corners.tobytes()
        rings.append(numbers)
    return msgspec.structs.replace(
        annotation, shape=Polygons(rings=rings, normalised=True), box=None
    )


def _in_shares(annotation: Annotation) -> Annotation:
    """The annotation with its polygons marked as shares."""
    shape = annotation.shape
    if not isinstance(shape, Polygons):
        return annotation
    return msgspec.structs.replace(
        annotation,
        shape=msgspec.structs.replace(shape, normalised=True),
        flags=[*annotation.flags, Flag.SCALED_MASK],
    )


def _is_within_1(ring: object) -> bool:
    numbers = _numbers(ring)
    return bool(np.all((numbers >= 0) & (numbers <= 1)))


def _has_more_than_halves(ring: object) -> bool:
    halves = 2 * _numbers(ring)
    return bool(np.any(halves != np.round(halves)))


def _numbers(ring: object) -> NDArray[np.float64]:
    """(n,) the numbers of a ring but NaN; none if it is no good ring."""
    data = packed(ring)
    if not isinstance(data, bytes):
        return np.empty(0)
    numbers = np.frombuffer(data, np.float64)
    return numbers[~np.isnan(numbers)]

"""Polygons in shares of the image where their format says px.

Scripts that turn YOLO's labels into JSON often leave the numbers as they are. Read as px, all
objects of the image would be specks in its corner.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels.rings import packed
from curate.records import Annotation, ImageRecord, Polygons


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

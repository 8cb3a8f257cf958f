"""The segmentation of a COCO annotation as a shape."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from curate.formats.shared.json_values import ring, whole
from curate.pixels.rings import packed
from curate.reasons import Reason, Refusal
from curate.records import Compound, Polygons, RawRunLengths, Shape

# COCO's text has no quotes. Scripts write str(counts) because JSON takes no bytes.
_STR_OF_BYTES = re.compile(r"b'([^']*)'")
_EXTERIOR = "exterior"
_LONGEST_RUN = 1 << 62  # what a record can hold is twice that; no mask comes near


def read_shape(data: Any) -> Shape | None:
    """A segmentation as a shape; None if it is empty.

    It may be run-lengths, a list of run-lengths, a list of rings, or one ring: a flat list
    of numbers, or a list of points. Or it is kwcoco's: one polygon or a list of polygons, each an
    `exterior` with `interiors`, which are holes.

    Raises:
        Refusal: bad_run_lengths or bad_polygon.
    """
    if data is msgspec.UNSET or data in (None, [], {}, ""):
        return None  # an annotation that was never given a mask
    if isinstance(data, dict) and _EXTERIOR in data:
        return _with_holes([data])
    if isinstance(data, dict):
        return read_run_lengths(data)
    if not isinstance(data, list):
        kind = type(data).__name__
        detail = f"segmentation is neither a list nor run-lengths but {kind}"
        raise Refusal(Reason.BAD_POLYGON, detail)

    if isinstance(data[0], dict) and all(isinstance(each, dict) for each in data):
        if _EXTERIOR in data[0]:
            return _with_holes(data)
        return Compound(pieces=[read_run_lengths(each) for each in data])
    if _is_one_ring(data):
        return Polygons(rings=[ring(data)])
    return Polygons(rings=[_ring(each) for each in data])


def _with_holes(polygons: list[dict[str, Any]]) -> Polygons:
    """Polygons as kwcoco writes them."""
    rings = []
    holes = []
    for polygon in polygons:
        rings.append(ring(polygon.get(_EXTERIOR)))
        interiors = polygon.get("interiors")
        if isinstance(interiors, list):
            holes += [ring(each) for each in interiors]
    return Polygons(rings=rings, holes=holes)


def with_image_size(data: Any, image: Mapping[str, Any]) -> Any:
    """A segmentation; run-lengths without a size, or as mere text, are of the image's size."""
    if isinstance(data, str) and data:
        data = {"counts": data}
    if isinstance(data, dict) and "counts" in data and "size" not in data:
        return {**data, "size": [image.get("height"), image.get("width")]}
    return data


def _is_one_ring(data: list[Any]) -> bool:
    """Whether a list is one ring: flat, or three points or more as pairs."""
    if not any(isinstance(each, list) for each in data):
        return True
    if not all(isinstance(each, list) for each in data):
        return False  # rings, and something else
    # Two pairs are two rings of one point each: as a ring they would have no area either.
    return len(data) >= 3 and all(_is_point(each) for each in data)


def _is_point(data: list[Any]) -> bool:
    return len(data) == 2 and not isinstance(data[0], list)


def _ring(data: list[Any]) -> list[Any] | bytes:
    if not data:
        return []  # tools leave empty rings behind: they are no bad ones
    numbers = packed(data)
    if isinstance(numbers, bytes):
        return numbers
    return ring(data)


def read_run_lengths(data: dict[str, Any]) -> RawRunLengths:
    """Run-lengths of either kind, a list or a string. Refusal bad_run_lengths."""
    counts = data.get("counts")
    size = data.get("size")
    if isinstance(counts, str):
        counts = _text_of(counts)
    if not isinstance(counts, list | str):
        raise Refusal(Reason.BAD_RUN_LENGTHS, "counts is neither a list nor text")
    if isinstance(counts, list) and not all(_is_run(run) for run in counts):
        raise Refusal(
            Reason.BAD_RUN_LENGTHS, "a run is no number, or longer than any mask"
        )

    lengths: list[int | None] = []
    if isinstance(size, list):
        lengths = [whole(length) for length in size]
    if len(lengths) != 2 or None in lengths:
        detail = "size is not two whole numbers, height and width"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)
    height, width = lengths
    return RawRunLengths(counts=counts, height=height, width=width)


def _text_of(counts: str) -> str:
    r"""Run-lengths as text, without what Python's `str` of bytes puts around and into it.

    >>> print(_text_of(str(b"ab\\c")))
    ab\c
    """
    of_bytes = _STR_OF_BYTES.fullmatch(counts)
    if of_bytes is None:
        return counts
    return of_bytes[1].replace("\\\\", "\\")


def _is_run(run: Any) -> bool:
    # Whether the runs are whole numbers and fill the mask, ingest checks.
    return isinstance(run, int | float) and abs(run) < _LONGEST_RUN

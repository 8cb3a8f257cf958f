"""Raster layers of V7 Darwin: one run-length map of an image that holds all its masks."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.formats.shared.darwin_items import Slot
from curate.formats.shared.json_values import whole
from curate.reasons import Reason, Refusal
from curate.records import RowRunLengths

_LARGEST = 1 << 32  # px of a run, or the value of a mask; no picture comes near

_Numbers = NDArray[np.int64]


Mask = RowRunLengths | Refusal
"""A mask, or why it cannot be read."""


def read_layers(layers: Iterable[Any], slot: Slot) -> dict[str, Mask]:
    """The masks of an image by the id of their annotation; what is in no layer is empty.

    `layers`: the values of `raster_layer`, as the document has them.
    """
    masks: dict[str, Mask] = {}
    for layer in layers:
        if isinstance(layer, dict):
            masks |= _read_layer(layer, slot)
    return masks


def _read_layer(layer: dict[str, Any], slot: Slot) -> dict[str, Mask]:
    """The masks of a layer."""
    numbers = _read_mapping(layer)
    try:
        values, lengths = _runs(layer.get("dense_rle"))
    except Refusal as refusal:
        return dict.fromkeys(numbers, refusal)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    total = int(lengths.sum())

    # Sorted by value, the runs of each mask stand side by side: one walk serves all masks.
    order = np.argsort(values, kind="stable")
    sorted_values = values[order]
    masks: dict[str, Mask] = {}
    for identity, number in numbers.items():
        first = np.searchsorted(sorted_values, number)
        last = np.searchsorted(sorted_values, number, side="right")
        own = order[first:last]
        if own.size == 0:
            continue
        masks[identity] = RowRunLengths(
            counts=_counts(starts[own], ends[own], total),
            x=0,
            y=0,
            width=slot.width,
            height=slot.height,
        )
    return masks


def _read_mapping(layer: dict[str, Any]) -> dict[str, int]:
    """By annotation id: the value that stands for its mask. No two of them have the same."""
    mapping = layer.get("mask_annotation_ids_mapping")
    if not isinstance(mapping, dict):
        mapping = layer.get("mask_mappings")
    if not isinstance(mapping, dict):
        return {}

    # One mask with many names would be copied for each: only the first name counts.
    by_number = {}
    for identity, data in mapping.items():
        number = whole(data)
        if number is not None and number not in by_number and abs(number) < _LARGEST:
            by_number[number] = identity
    return {identity: number for number, identity in by_number.items()}


def _runs(data: Any) -> tuple[_Numbers, _Numbers]:
    """Values and lengths in px of runs that are written as value, length, value, length, …

    Raises:
        Refusal: bad_run_lengths.
    """
    if not isinstance(data, list) or len(data) % 2 == 1:
        raise Refusal(Reason.BAD_RUN_LENGTHS, "dense_rle is no list of pairs")
    kinds = set(map(type, data))
    if not kinds <= {int}:  # a bool is no number here
        raise Refusal(Reason.BAD_RUN_LENGTHS, "dense_rle holds more than whole numbers")
    try:
        numbers = np.array(data, dtype=np.int64)
    except OverflowError:
        raise Refusal(
            Reason.BAD_RUN_LENGTHS, "dense_rle has a number beyond 64 bits"
        ) from None
    values = numbers[0::2]
    lengths = numbers[1::2]
    is_no_length = (lengths < 0) | (lengths > _LARGEST)
    if is_no_length.any():
        raise Refusal(Reason.BAD_RUN_LENGTHS, "dense_rle has a length that no run has")
    return values, lengths


def _counts(starts: _Numbers, ends: _Numbers, total: int) -> list[int]:
    """Run-lengths of `total` px, zeros first, whose ones go from each start to its end."""
    edges = np.empty(2 * starts.size + 2, dtype=np.int64)
    edges[0] = 0
    edges[1:-1:2] = starts
    edges[2:-1:2] = ends
    edges[-1] = total
    counts: list[int] = np.diff(edges).tolist()
    return counts

"""Masks as run-lengths: read, written, placed, joined and measured, at the cost of the mask and not of its image.

Run-lengths are COCO's: column by column over height × width, a run of zeros first, then ones and zeros
in turn. Inside, a mask is its borders: the sorted positions where the value changes. Moving a mask
into another frame is then arithmetic on positions, and two borders at one place cancel.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.reasons import Reason, Refusal
from curate.records import Box

Counts = NDArray[np.int64]
"""Run-lengths: zeros, ones, zeros, … in px. Only the first may be 0; their sum is height × width."""

Mask = NDArray[np.bool_]

_MAX_RUN_CHARACTERS = 12  # 60 bits: what a run of a longer text would hold fits no image
_DIGIT_LIMITS = 1 << np.arange(
    4, 60, 5, dtype=np.int64
)  # 16, 512, …: a signed run at or above needs one digit more


def parse_counts(raw: object, height: int, width: int) -> Counts:
    """Run-lengths as an export holds them: COCO's compressed text, or a list of whole numbers.

    Refusal bad_run_lengths where they are garbage or do not sum to height × width.
    """
    size = height * width
    if isinstance(raw, str | bytes):
        counts = _decompress(raw)
    elif isinstance(raw, list):
        counts = _whole_numbers(raw, size)
    else:
        raise _bad_runs(f"they are {type(raw).__name__}, neither text nor a list")
    if counts.size and (counts.min() < 0 or counts.max() > size):
        raise _bad_runs(f"a run is negative or longer than the mask's {size} px")
    if counts.sum() != size:
        raise _bad_runs(
            f"they sum to {counts.sum()} px, the mask has {height} x {width} = {size} px"
        )
    return from_borders(_borders(counts), size)


def compress(counts: Counts) -> str:
    """COCO's compressed text: each run less the one two before it (from the fourth on), as signed base-32 digits.

    A character is 48 + five bits, lowest digits first, + 32 where more follow; as pycocotools writes it.
    """
    deltas = counts.copy()
    deltas[3:] -= counts[1:-2]
    digits = 1 + np.searchsorted(_DIGIT_LIMITS, np.where(deltas < 0, ~deltas, deltas), side="right")
    ends = np.cumsum(digits)
    place = np.arange(ends[-1]) - np.repeat(ends - digits, digits)
    characters: NDArray[np.int64] = 48 + (np.repeat(deltas, digits) >> 5 * place & 31) + 32
    characters[ends - 1] -= 32
    return characters.astype(np.uint8).tobytes().decode("ascii")


def encode(mask: Mask) -> Counts:
    """Run-lengths of a (height, width) bool array."""
    return from_borders(_changes(mask.T.ravel()), mask.size)


def decode(counts: Counts, height: int, width: int) -> Mask:
    """The (height, width) bool array of run-lengths."""
    return decode_window(counts, height, width, (0, 0, width, height))


def decode_window(counts: Counts, height: int, width: int, window: Box) -> Mask:
    """The mask inside a window of its image, (y1 - y0, x1 - x0) bool; costs the window, not the image."""
    x0, y0, x1, y1 = window
    if not (0 <= x0 <= x1 <= width and 0 <= y0 <= y1 <= height):
        raise ValueError(f"window {window} leaves the image of {width} x {height} px")
    column, row = np.divmod(_borders(counts), height)
    # Clipping keeps the order of positions, so each border outside lands on the edge where it takes effect.
    inside = np.clip(
        (column - x0) * (y1 - y0) + np.clip(row - y0, 0, y1 - y0), 0, (x1 - x0) * (y1 - y0)
    )
    runs = _runs(inside, (x1 - x0) * (y1 - y0))
    flat = np.repeat(np.arange(runs.size) % 2 == 1, runs)
    return np.ascontiguousarray(flat.reshape(x1 - x0, y1 - y0).T)


def place(mask: Mask, x: int, y: int, height: int, width: int) -> Counts:
    """Run-lengths in the image of a small (h, w) bool mask whose top left px stands at x, y; clipped to the image.

    Refusal outside_image where nothing of the small mask's frame is inside.
    """
    rows, columns = mask.shape
    top, left = max(0, -y), max(0, -x)
    inside = mask[top : max(top, height - y), left : max(left, width - x)]
    if inside.size == 0:
        raise Refusal(
            Reason.OUTSIDE_IMAGE,
            f"{columns} x {rows} px at {x}, {y}: outside the image of {width} x {height} px",
        )
    # One empty row below keeps runs from going on into the next column.
    padded = np.pad(inside.T, ((0, 0), (0, 1)))
    column, row = np.divmod(_changes(padded.ravel()), padded.shape[1])
    return from_borders((column + x + left) * height + row + y + top, height * width)


def from_borders(borders: NDArray[np.int64], size: int) -> Counts:
    """Run-lengths of `size` px from the positions where the value changes, in order.

    Those that meet cancel in pairs, and one at the very end borders nothing.
    """
    if np.any(borders[1:] == borders[:-1]):
        borders, times = np.unique(borders, return_counts=True)
        borders = borders[times % 2 == 1]
    if borders.size and borders[-1] == size:
        borders = borders[:-1]
    return _runs(borders, size)


def area(counts: Counts) -> int:
    """Mask px."""
    return int(counts[1::2].sum())


def box(counts: Counts, height: int) -> Box:
    """The tight box of a mask; 0, 0, 0, 0 where it is empty."""
    ends = np.cumsum(counts)
    first, last = ends[:-1:2], ends[1::2] - 1
    if last.size == 0:
        return 0, 0, 0, 0
    left, right = int(first[0] // height), int(last[-1] // height) + 1
    if np.any(
        first // height != last // height
    ):  # a run that goes on in the next column touches both edges
        return left, 0, right, height
    return left, int((first % height).min()), right, int((last % height).max()) + 1


def union(masks: Sequence[Counts]) -> Counts:
    """What any of the masks covers; one frame, at least one mask."""
    if len(masks) == 1:
        return masks[0]
    borders = [_borders(counts) for counts in masks]
    steps = [1 - 2 * (np.arange(each.size) % 2) for each in borders]
    positions, group = np.unique(np.concatenate(borders), return_inverse=True)
    change = np.bincount(group, np.concatenate(steps), positions.size)
    covered = np.cumsum(change) > 0
    return from_borders(positions[np.diff(covered, prepend=False)], int(masks[0].sum()))


def subtract(counts: Counts, holes: Counts) -> Counts:
    """What the mask covers and the holes do not; one frame."""
    return _invert(union([_invert(counts), holes]))


def reorient(counts: Counts, height: int, width: int, orientation: int) -> Counts:
    """A mask of the stored frame (height × width) in the displayed frame of an EXIF orientation, 1 to 8.

    From 5 on the displayed frame is width × height. EXIF 2.32, 4.6.4.A, tag 0x0112.
    """
    if orientation == 1 or area(counts) == 0:
        return counts
    x0, y0, x1, y1 = box(counts, height)
    mask = decode_window(counts, height, width, (x0, y0, x1, y1))
    if orientation >= 5:
        mask, height, width = mask.T, width, height
        x0, y0, x1, y1 = y0, x0, y1, x1
    if orientation in (2, 3, 6, 7):
        mask, x0 = mask[:, ::-1], width - x1
    if orientation in (3, 4, 7, 8):
        mask, y0 = mask[::-1], height - y1
    return place(mask, x0, y0, height, width)


def components(mask: Mask) -> list[tuple[Mask, int, int]]:
    """8-connected components of a (H, W) bool mask: each in its own box, with the x and y of that box.

    In the order of their first px, top to bottom, then left to right.
    """
    if not mask.any():
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    found = []
    for label, (x, y, columns, rows, _) in zip(range(1, count), stats[1:].tolist(), strict=True):
        piece = labels[y : y + rows, x : x + columns] == label
        found.append(((y, x + int(piece[0].argmax())), piece, x, y))
    found.sort(key=lambda each: each[0])
    return [(piece, x, y) for _, piece, x, y in found]


def boundary(mask: Mask, beyond: tuple[bool, bool, bool, bool]) -> Mask:
    """Mask px with a 4-neighbour that is not mask, (H, W) bool.

    `beyond`: whether what lies beyond the left, top, right and bottom side counts as mask.
    """
    left, top, right, bottom = beyond
    padded = np.pad(mask, 1)
    padded[1:-1, 0], padded[0, 1:-1], padded[1:-1, -1], padded[-1, 1:-1] = left, top, right, bottom
    surrounded = padded[1:-1, :-2] & padded[:-2, 1:-1] & padded[1:-1, 2:] & padded[2:, 1:-1]
    return mask & ~surrounded


def dilate(mask: Mask, radius: int) -> Mask:
    """Px within `radius` of the mask, by a disk of all offsets with dx² + dy² ≤ radius²; clipped to the array."""
    offsets = np.arange(-radius, radius + 1) ** 2
    disk = (offsets[:, None] + offsets <= radius**2).astype(np.uint8)
    return cv2.dilate(
        mask.astype(np.uint8), disk, borderType=cv2.BORDER_CONSTANT, borderValue=0
    ).astype(np.bool_)


def _borders(counts: Counts) -> NDArray[np.int64]:
    return np.cumsum(counts[:-1])


def _runs(borders: NDArray[np.int64], size: int) -> Counts:
    edges = np.empty(borders.size + 2, np.int64)
    edges[0], edges[1:-1], edges[-1] = 0, borders, size
    return edges[1:] - edges[:-1]


def _changes(flat: Mask) -> NDArray[np.int64]:
    changed = np.empty(flat.size, np.bool_)
    changed[:1] = flat[:1]
    np.not_equal(flat[1:], flat[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def _invert(counts: Counts) -> Counts:
    return counts[1:] if counts[0] == 0 else np.concatenate(([0], counts))


def _decompress(raw: str | bytes) -> Counts:
    try:
        text = raw.encode("ascii") if isinstance(raw, str) else raw
    except UnicodeEncodeError:
        raise _bad_runs("the text holds a character that is no digit") from None
    digits = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if digits.size == 0 or digits.min() < 0 or digits.max() > 63:
        raise _bad_runs("the text is empty or holds a character that is no digit")
    last = digits < 32
    if not last[-1]:
        raise _bad_runs("the text breaks off inside a run")
    ends = np.flatnonzero(last) + 1
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends - starts
    if lengths.max() > _MAX_RUN_CHARACTERS:
        raise _bad_runs(f"a run of {lengths.max()} characters")
    place = np.arange(digits.size) - np.repeat(starts, lengths)
    counts = np.add.reduceat((digits & 31) << 5 * place, starts)
    counts -= np.where(digits[ends - 1] & 16, np.int64(1) << 5 * lengths, 0)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return counts


def _whole_numbers(raw: list[object], size: int) -> Counts:
    if not set(map(type, raw)) <= {int, float}:
        raise _bad_runs("the list holds something that is no number")
    try:
        numbers = np.array(raw, np.float64)
    except OverflowError:
        raise _bad_runs("a run is longer than any mask") from None
    if not np.all((numbers >= 0) & (numbers <= size) & (numbers == np.floor(numbers))):
        raise _bad_runs("a run is negative, no whole number, or longer than the mask")
    return numbers.astype(np.int64)


def _bad_runs(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, f"run-lengths: {detail}")

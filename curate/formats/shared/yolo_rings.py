"""What a line of a YOLO label file says after its class: a polygon, or why it is none.

Some tools write the box of a polygon before it, middle and size; it is passed over. Ultralytics'
tracker ends a line with a confidence and the number of the track, which look like a point.
"""

from collections.abc import Iterable, Sequence

from curate.formats.shared.yolo_files import is_number
from curate.reasons import Reason, Refusal

_BOX = 4
_FEWEST = 6  # numbers of a polygon
_ROUNDING = 0.002  # of the image's sides


def ring_of(
    words: Sequence[str], place: str, keypoints: int, tracks: bool
) -> list[float]:
    """The numbers of a polygon, x and y in turn. Refusal no_mask or bad_polygon.

    `place`: for the reason. `keypoints`: how many numbers a box with keypoints has, or 0. `tracks`:
    see `have_tracks`.
    """
    if len(words) == _BOX:
        raise Refusal(Reason.NO_MASK, f"{place}: a box")
    if keypoints and len(words) == keypoints:
        raise Refusal(Reason.NO_MASK, f"{place}: a box with keypoints")
    if len(words) < _FEWEST or len(words) % 2:
        detail = f"{place}: {len(words)} numbers, neither a box nor pairs of x and y"
        raise Refusal(Reason.BAD_POLYGON, detail)
    for word in words:
        if not is_number(word):
            raise Refusal(Reason.BAD_POLYGON, f"{place}: {word[:40]!r} is no number")

    numbers = [float(word) for word in words]
    if tracks and _is_track(numbers[-1]):
        detail = f"{place}: a confidence and the number of a track follow the polygon"
        raise Refusal(Reason.BAD_POLYGON, detail)
    return _without_box(numbers)


def have_tracks(lines: Iterable[Sequence[float]]) -> bool:
    """Whether lines end in the number of a track: a whole one, in some beyond the image.

    `lines`: the numbers after the class of some lines.
    """
    pairs = [line for line in lines if len(line) > _FEWEST and len(line) % 2 == 0]
    if not all(_is_track(line[-1]) for line in pairs):
        return False
    return any(line[-1] > 1 and max(line[:-1]) <= 1 for line in pairs)


def _is_track(number: float) -> bool:
    return number >= 1 and number.is_integer()


def _without_box(numbers: list[float]) -> list[float]:
    """A polygon without the box that it may begin with."""
    ring = numbers[_BOX:]
    if len(ring) < _FEWEST:
        return numbers
    left, right = min(ring[::2]), max(ring[::2])
    top, bottom = min(ring[1::2]), max(ring[1::2])
    box = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    for number, side in zip(numbers, box, strict=False):
        if not abs(number - side) <= _ROUNDING:
            return numbers
    return ring

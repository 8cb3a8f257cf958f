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
    is_beyond = False
    for line in lines:
        *others, last = line
        if len(others) < _FEWEST or len(line) % 2:
            continue
        if not _is_track(last):
            return False
        if last > 1 >= max(others):
            is_beyond = True
    return is_beyond


def _is_track(number: float) -> bool:
    return number >= 1 and number.is_integer()


def _without_box(numbers: list[float]) -> list[float]:
    """A polygon without the box that it may begin with."""
    ring = numbers[_BOX:]
    if len(ring) < _FEWEST:
        return numbers

    box = []
    for along in (ring[::2], ring[1::2]):
        start, end = min(along), max(along)
        box.append((start + end) / 2)
        box.append(end - start)

    x, width, y, height = box
    for number, due in zip(numbers, (x, y, width, height), strict=False):
        if not abs(number - due) <= _ROUNDING:
            return numbers
    return ring

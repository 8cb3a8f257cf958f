"""What a line of a YOLO label file says after its class: a polygon, or why it is none.

Some tools write the box of a polygon before it, middle and size; it is passed over. So are what
Ultralytics ends a line of a prediction with: a confidence, the number of a track, or both, which
together look like a point.
"""

from collections.abc import Iterable, Sequence

from curate.formats.shared.yolo_files import is_number
from curate.reasons import Reason, Refusal

_BOX = 4
_FEWEST = 6  # numbers of a polygon
_FEWEST_LINES = 2  # one may lack a number
_OF_KEYPOINT = 3  # numbers: x, y and a visibility
_ROUNDING = 0.002  # of the image's sides


def ring_of(
    words: Sequence[str], place: str, keypoints: int, predicted: bool
) -> list[float]:
    """The numbers of a polygon, x and y in turn. Refusal no_mask or bad_polygon.

    `place`: for the reason. `keypoints`: how many numbers a box with keypoints has, or 0.
    `predicted`: see `are_predicted`.
    """
    if len(words) == _BOX:
        raise Refusal(Reason.NO_MASK, f"{place}: a box")
    if keypoints and len(words) == keypoints:
        raise Refusal(Reason.NO_MASK, f"{place}: a box with keypoints")
    if predicted:
        words = _without_score(words)
    if len(words) < _FEWEST or len(words) % 2:
        detail = f"{place}: {len(words)} numbers, neither a box nor pairs of x and y"
        raise Refusal(Reason.BAD_POLYGON, detail)
    for word in words:
        if not is_number(word):
            raise Refusal(Reason.BAD_POLYGON, f"{place}: {word[:40]!r} is no number")
    return _without_box([float(word) for word in words])


def are_predicted(lines: Iterable[Sequence[float]]) -> bool:
    """Whether a confidence, the number of a track, or both follow each polygon.

    `lines`: the numbers after the class of some lines. They do if all lines are of an odd length
    and end as a confidence or a track does, or if those of an even length end in a whole number
    that is beyond the image in some. Odd lines of one length may be boxes with keypoints.
    """
    telling = [line for line in lines if len(line) >= _FEWEST]
    even = [line for line in telling if len(line) % 2 == 0]
    if even:
        return _have_tracks(even)

    lengths = {len(line) for line in telling}
    may_be_keypoints = len(lengths) == 1 and (lengths.pop() - _BOX) % _OF_KEYPOINT == 0
    if len(telling) < _FEWEST_LINES or may_be_keypoints:
        return False
    return all(0 <= line[-1] <= 1 or _is_track(line[-1]) for line in telling)


def _without_score(words: Sequence[str]) -> Sequence[str]:
    """The words of a polygon without a confidence and the number of a track."""
    if len(words) % 2:
        return words[:-1]
    if is_number(words[-1]) and _is_track(float(words[-1])):
        return words[:-2]
    return words


def _have_tracks(lines: Iterable[Sequence[float]]) -> bool:
    """Whether all lines end in the number of a track: a whole one, in some beyond the image."""
    is_beyond = False
    for line in lines:
        *others, last = line
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

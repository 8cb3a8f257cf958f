"""Annotations of V7 Darwin's videos: what they look like on a frame."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.formats.shared.cvat_interpolation import interpolate_polygon
from curate.formats.shared.darwin_shapes import OUTLINES, read_number, read_paths
from curate.reasons import Refusal

Spans = Sequence[tuple[int, int]]
"""Frames from the first number up to, but without, the second."""

_GEOMETRIES = frozenset(
    (*OUTLINES, "mask", "raster_layer", "bounding_box", "line", "keypoint", "skeleton")
)
_OF_THE_TRACK = ("frames", "sections", "ranges", "segments", "hidden_areas")
_FRAME_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Track:
    """An annotation of a video."""

    common: dict[str, Any]
    """What holds on all frames: id, name, attributes."""
    frames: dict[int, dict[str, Any]]
    """By frame: what is noted of it, keyframes and others."""
    order: list[int]
    """The frames on which a geometry is noted, ascending."""
    ranges: Spans
    hidden: Spans
    is_interpolated: bool

    def keyframes(self) -> Iterator[int]:
        """The frames that somebody drew."""
        for frame in self.order:
            if self.frames[frame].get("keyframe") is not False and self.is_shown(frame):
                yield frame

    def is_shown(self, frame: int) -> bool:
        """Whether the object is in the picture."""
        if _holds(self.hidden, frame):
            return False
        if self.ranges:
            return _holds(self.ranges, frame)
        return frame in self.frames

    def at(self, frame: int) -> dict[str, Any] | None:
        """The annotation as one of an image; None if it is not shown on a frame."""
        after = bisect_right(self.order, frame)
        if after == 0 or not self.is_shown(frame):
            return None
        left = self.order[after - 1]
        shape = self.frames[left]
        if left == frame:
            return self.common | shape

        # A frame may say something new of the object without a new geometry.
        noted = self.frames.get(frame, {})
        moved: dict[str, Any] = {}
        if self.is_interpolated and after < len(self.order):
            right = self.order[after]
            share = (frame - left) / (right - left)
            moved = _between(shape, self.frames[right], share)
        return self.common | shape | noted | moved | {"keyframe": False}


def read_track(data: dict[str, Any]) -> Track:
    """The track of an annotation with `frames` or `sections`; any other one holds on frame 0."""
    common = {key: value for key, value in data.items() if key not in _OF_THE_TRACK}
    frames: dict[int, dict[str, Any]] = {}
    for key in ("frames", "sections"):
        noted = data.get(key)
        if isinstance(noted, dict):
            frames |= _read_frames(noted)
    if not frames:
        frames = {0: {}}

    order = [
        frame for frame, noted in frames.items() if not _GEOMETRIES.isdisjoint(noted)
    ]
    order.sort()
    if not order:
        order = [min(frames)]
    return Track(
        common=common,
        frames=frames,
        order=order,
        ranges=_read_spans(data.get("ranges", data.get("segments"))),
        hidden=_read_spans(data.get("hidden_areas")),
        is_interpolated=data.get("interpolated") is True,
    )


def is_track(data: Any) -> bool:
    """Whether an annotation has frames."""
    if not isinstance(data, dict):
        return False
    return isinstance(data.get("frames"), dict) or isinstance(
        data.get("sections"), dict
    )


def _read_frames(noted: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What is noted of each frame; what has no number, or is no object, is left out."""
    frames = {}
    for key, data in noted.items():
        if key.isdecimal() and len(key) <= _FRAME_DIGITS and isinstance(data, dict):
            frames[int(key)] = data
    return frames


def _read_spans(data: Any) -> list[tuple[int, int]]:
    """Pairs of frames; a pair whose end is open, or no number, has no end."""
    if not isinstance(data, list):
        return []
    spans = []
    for each in data:
        if not isinstance(each, list) or len(each) != 2 or not _is_frame(each[0]):
            continue
        end = each[1]
        if not _is_frame(end):
            end = 10**_FRAME_DIGITS
        spans.append((each[0], end))
    return spans


def _is_frame(data: Any) -> bool:
    return isinstance(data, int) and not isinstance(data, bool)


def _holds(spans: Spans, frame: int) -> bool:
    return any(start <= frame < end for start, end in spans)


def _between(
    left: dict[str, Any], right: dict[str, Any], share: float
) -> dict[str, Any]:
    """The geometry at a share, 0 to 1, of the way between two frames; empty if it just stays."""
    if "polygon" in left and "polygon" in right:
        return _polygon_between(left["polygon"], right["polygon"], share)
    if "ellipse" in left and "ellipse" in right:
        return _ellipse_between(left["ellipse"], right["ellipse"], share)
    return {}


def _polygon_between(left: Any, right: Any, share: float) -> dict[str, Any]:
    """The polygon between two; empty if they have not the same number of paths."""
    try:
        starts = read_paths(left)
        ends = read_paths(right)
    except Refusal:
        return {}
    if len(starts) != len(ends):
        return {}

    paths = []
    for start, end in zip(starts, ends, strict=True):
        path = _path_between(_vertices(start), _vertices(end), share)
        if path is None:
            return {}
        paths.append([{"x": x, "y": y} for x, y in path.tolist()])
    return {"polygon": {"paths": paths}}


def _path_between(
    start: NDArray[np.float64] | None, end: NDArray[np.float64] | None, share: float
) -> NDArray[np.float64] | None:
    """(n, 2) float64: the vertices between those of two paths; None if one is no path."""
    if start is None or end is None:
        return None
    if len(start) == len(end):
        return start + (end - start) * share
    # How Darwin pairs vertices of paths of different lengths is not published: this is CVAT's rule.
    return interpolate_polygon(start, end, share)


def _vertices(path: Any) -> NDArray[np.float64] | None:
    """(n, 2) float64: the points of a path; None if they are not three finite ones or more."""
    if not isinstance(path, list) or len(path) < 3:
        return None
    points = []
    for point in path:
        if not isinstance(point, dict):
            return None
        x = read_number(point.get("x"))
        y = read_number(point.get("y"))
        if x is None or y is None:
            return None
        points.append((x, y))

    vertices = np.array(points, dtype=np.float64)
    if not np.isfinite(vertices).all():
        return None
    return vertices


def _ellipse_between(left: Any, right: Any, share: float) -> dict[str, Any]:
    """The ellipse between two; empty if a number of one cannot be read."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return {}
    moved = {}
    for key in ("center", "radius"):
        start = left.get(key)
        end = right.get(key)
        if not isinstance(start, dict) or not isinstance(end, dict):
            return {}
        moved[key] = {
            "x": _number_between(start.get("x"), end.get("x"), share),
            "y": _number_between(start.get("y"), end.get("y"), share),
        }

    first = left.get("angle", 0.0)
    last = right.get("angle", 0.0)
    return {"ellipse": moved | {"angle": _number_between(first, last, share)}}


def _number_between(start: Any, end: Any, share: float) -> float | None:
    first = read_number(start)
    last = read_number(end)
    if first is None or last is None:
        return None
    return first + (last - first) * share

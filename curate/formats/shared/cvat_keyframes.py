"""Tracks of which only the keyframes are listed: the shapes between them, as CVAT shows them."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from curate.exports.xml_documents import Element
from curate.formats.shared.cvat_interpolation import (
    interpolate_angle,
    interpolate_polygon,
)
from curate.formats.shared.cvat_shapes import read_points
from curate.formats.shared.cvat_tracks import Track, frame_of, is_outside

_OUTLINES = ("polygon", "ellipse")
_AXES = ("cx", "cy", "rx", "ry")


def lists_keyframes_only(tracks: Iterable[Track]) -> bool:
    """Whether no shape was interpolated. What CVAT exports has all that lies between keyframes."""
    for track in tracks:
        for shape in track.shapes:
            if shape.attributes.get("keyframe") == "0":
                return False
    return True


def interpolated(track: Track, frames: Sequence[int]) -> Track:
    """The track with the shapes that CVAT shows between its keyframes, and after the last one.

    Only outlines are interpolated: polygons and ellipses.

    `frames`: those whose pictures are in the export, ascending; the others are left out.
    """
    keyframes = [shape for shape in track.shapes if frame_of(shape) is not None]
    keyframes.sort(key=_frame)

    shapes = list(track.shapes)
    for number, left in enumerate(keyframes):
        if is_outside(left) or left.tag not in _OUTLINES:
            continue
        right = None
        if number + 1 < len(keyframes):
            right = keyframes[number + 1]
        between = _frames_between(track, left, right, frames)
        shapes += [_between(left, right, frame) for frame in between]
    return replace(track, shapes=shapes)


def _frame(shape: Element) -> int:
    return frame_of(shape) or 0


def _frames_between(
    track: Track, left: Element, right: Element | None, frames: Sequence[int]
) -> list[int]:
    """The frames of the track's task after one keyframe, and before the next if there is one."""
    between = []
    for frame in frames[bisect_right(frames, _frame(left)) :]:
        if right is not None and frame >= _frame(right):
            break
        if track.task.has_frame(frame):
            between.append(frame)
    return between


def _between(left: Element, right: Element | None, frame: int) -> Element:
    """The shape on a frame after the keyframe `left`: that of `left` if nothing follows it."""
    outline: dict[str, str] = {}
    if right is not None and right.tag == left.tag:
        share = (frame - _frame(left)) / (_frame(right) - _frame(left))
        if left.tag == "ellipse":
            outline = _ellipse(left.attributes, right.attributes, share)
        else:
            outline = _polygon(left.attributes, right.attributes, share)

    attributes = left.attributes | outline
    attributes["keyframe"] = "0"
    attributes["frame"] = str(frame)
    return Element(left.tag, attributes, left.children)


def _polygon(
    left: dict[str, str], right: dict[str, str], share: float
) -> dict[str, str]:
    """The points between two polygons, with two decimals, as CVAT writes them."""
    start = _vertices(left)
    end = _vertices(right)
    if start is None or end is None:
        return {}
    outline = interpolate_polygon(start, end, share)
    points = [f"{x:.2f},{y:.2f}" for x, y in outline]
    return {"points": ";".join(points)}


def _vertices(attributes: dict[str, str]) -> Any:
    """(n, 2) float64: the points of a polygon; None if they are no finite numbers."""
    ring = read_points(attributes.get("points", ""))
    if None in ring or not all(map(math.isfinite, ring)):
        return None
    return np.array(ring).reshape(-1, 2)


def _ellipse(
    left: dict[str, str], right: dict[str, str], share: float
) -> dict[str, str]:
    """Axes and turn between two ellipses; empty if a number of one cannot be read."""
    between = {}
    try:
        for name in _AXES:
            start = float(left[name])
            end = float(right[name])
            between[name] = f"{start + (end - start) * share:.2f}"
        turn = float(left.get("rotation", "0"))
        last_turn = float(right.get("rotation", "0"))
    except (KeyError, ValueError):
        return {}
    between["rotation"] = f"{interpolate_angle(turn, last_turn, share):.2f}"
    return between

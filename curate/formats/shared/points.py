"""Points that JSON writes as objects."""

from typing import Any


def xy_pairs(points: Any) -> Any:
    """Points `{"x": …, "y": …}` as pairs; anything else as it is.

    >>> xy_pairs([{"x": 1, "y": 2}])
    [[1, 2]]
    """
    if not isinstance(points, list):
        return points
    if not all(isinstance(point, dict) for point in points):
        return points
    return [[point.get("x"), point.get("y")] for point in points]

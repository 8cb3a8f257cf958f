"""What lies along the outline of a mask: points in order, and maps read across it.

The signs of a wrong outline are read from profiles: what a map holds at -8 to 8 px from the
outline, from inside to outside, at each of its points.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, OfSides, boundary

REACH = 8
"""How far profiles reach to both sides of an outline, px."""

STEPS = np.arange(-REACH, REACH + 1)
"""(17,) px from the outline, outwards."""

FEWEST_POINTS = 8
"""Of an outline that can be judged."""

_MOST_POINTS = 300
# px; masks are blurred by it, so that normals do not follow single px.
_NORMAL_SIGMA = 2.0
_PIXEL_SIGMA = 1.0
_SOBEL_GAIN = 8  # of the kernel: a step of one grey level per px gives so much
_JUMP_COST = 0.15  # of a px between neighbours on a snapped outline
_FAINT = 1.0  # grey levels per px; weaker image edges are noise

Profiles = NDArray[np.float32]
"""(n, 17): a map at each of `STEPS` from each of n points."""

Map = NDArray[np.float32]
"""(H, W)"""

Numbers = NDArray[np.float64]
"""(n,)"""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Points along a mask's outline, without those on the image's own edge."""

    points: NDArray[np.int32]
    """(n, 2) x, y: mask px, ring by ring."""

    normals: NDArray[np.float32]
    """(n, 2) of length 1, outwards."""

    ring: NDArray[np.int64]
    """(n,) the number of each point's ring."""

    def __len__(self) -> int:
        return len(self.points)

    def profiles(self, values: Map) -> Profiles:
        """A map, read across the outline."""
        # (n, 17): where each point lies at each step.
        start_x, start_y = np.hsplit(self.points, 2)
        across, down = np.hsplit(self.normals, 2)
        x = start_x + STEPS * across
        y = start_y + STEPS * down
        read = cv2.remap(
            values,
            x.astype(np.float32),
            y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return read.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """Horizontal and vertical differences of a picture, (H, W, 3) each, grey levels per px."""

    across: NDArray[np.float32]
    down: NDArray[np.float32]


def trace(mask: Mask, at_edge: OfSides) -> Outline:
    """The outline of a mask. `at_edge`: whether each side of the frame is the image's own edge."""
    points, ring_of_point = _spread_points(_rings(mask))
    columns, rows = points.astype(int).T
    across, down = normal_maps(mask)
    x = across[rows, columns]
    y = down[rows, columns]
    normals = np.stack([x, y], axis=1)

    # Where the image cuts the object, its outline says nothing. A normal of 0 is no direction.
    is_boundary = boundary(mask, at_edge)
    is_kept = is_boundary[rows, columns]
    is_kept &= np.hypot(x, y) > 0
    return Outline(
        points=points[is_kept],
        normals=normals[is_kept],
        ring=ring_of_point[is_kept],
    )


def _rings(mask: Mask) -> list[NDArray[Any]]:
    """The px along each outline and hole of a mask, (n, 2) x, y each, without the short ones."""
    contours, _ = cv2.findContours(
        mask.astype(np.uint8),
        cv2.RETR_CCOMP,
        cv2.CHAIN_APPROX_NONE,
    )
    long = [contour for contour in contours if len(contour) >= FEWEST_POINTS]
    return [contour[:, 0] for contour in long]


def _spread_points(
    rings: list[NDArray[Any]],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(n, 2) points of rings, evenly so many that there are not too many, and (n,) their rings."""
    all_points = sum(len(ring) for ring in rings)
    step = max(1.0, all_points / _MOST_POINTS)

    # The empty ones are for masks without any ring.
    points = [np.empty((0, 2), np.int32)]
    numbers = [np.empty(0, np.int64)]
    for number, ring in enumerate(rings):
        length = len(ring)
        places = np.arange(0, length, step).astype(int)
        is_inside = places < length  # rounding may add one at the end
        chosen = ring[places[is_inside]]
        points.append(chosen)
        numbers.append(np.full(len(chosen), number))
    return np.concatenate(points), np.concatenate(numbers)


def normal_maps(mask: Mask) -> tuple[Map, Map]:
    """x and y of the direction outwards of a mask, (H, W) each, of length 1 or 0."""
    blurred = _blurred(mask, _NORMAL_SIGMA)
    across = -_difference(blurred, 1, 0)
    down = -_difference(blurred, 0, 1)
    length: Map = np.hypot(across, down)
    is_flat = length < 1e-4
    length[is_flat] = 1
    across[is_flat] = 0
    down[is_flat] = 0
    return across / length, down / length


def gradients(image: Pixels) -> Gradients:
    """The gradients of a picture, (H, W, 3) uint8, without its finest noise."""
    blurred = _blurred(image, _PIXEL_SIGMA)
    return Gradients(
        across=_difference(blurred, 1, 0),
        down=_difference(blurred, 0, 1),
    )


def _blurred(values: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    """A map or picture under a Gaussian; what is at its edge goes on beyond it."""
    blurred = cv2.GaussianBlur(
        values.astype(np.float32),
        (0, 0),
        sigma,
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(blurred, np.float32)


def _difference(
    blurred: NDArray[np.float32],
    across: int,
    down: int,
) -> NDArray[np.float32]:
    """How a map changes from px to px, horizontally or vertically."""
    sums = cv2.Sobel(blurred, cv2.CV_32F, across, down)
    differences = sums / np.float32(_SOBEL_GAIN)
    return differences.astype(np.float32, copy=False)


def edge_profiles(found: Gradients, outline: Outline) -> Profiles:
    """How much an image edge runs along the outline, at each step across it: 0 to 1.

    The strongest channel's gradient across the outline, beside what is usual near this outline.
    """
    across, down = np.hsplit(outline.normals, 2)
    strength = np.zeros((len(outline), len(STEPS)), np.float32)
    for channel in range(3):
        # OpenCV reads a channel where its pixels follow each other.
        channel_across = np.ascontiguousarray(found.across[..., channel])
        channel_down = np.ascontiguousarray(found.down[..., channel])
        dx = outline.profiles(channel_across)
        dy = outline.profiles(channel_down)
        along_normal = dx * across + dy * down
        strength = np.maximum(strength, np.abs(along_normal))

    usual = np.median(strength) + _FAINT
    relative: Profiles = strength / (strength + usual)
    return relative


def snap(strength: Profiles, ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) px by which each point moves out, so that the outline lies on what is strong.

    Neighbours on a ring move alike: each px of difference costs. The best path of all is found by
    dynamic programming, as in Amini, Weymouth and Jain (1990).
    """
    offsets = np.zeros(len(strength), np.int64)
    for number in np.unique(ring):
        is_own = ring == number
        path = _best_path(strength[is_own])
        offsets[is_own] = path - REACH
    return offsets


def _best_path(strength: Profiles) -> NDArray[np.int64]:
    """(n,) the column of each row that together are strongest, less what jumps cost."""
    # Row by row: what the best path to each column costs, and the column from which it comes.
    distances = np.abs(STEPS[:, None] - STEPS)
    jumps = _JUMP_COST * distances
    columns = np.arange(len(STEPS))
    cost = -strength[0].astype(np.float64)
    comes_from = np.zeros(strength.shape, np.int64)
    for row in range(1, len(strength)):
        cost_from = cost[:, None] + jumps
        best = cost_from.argmin(axis=0)
        comes_from[row] = best
        cost = cost_from[best, columns] - strength[row]

    # Backwards from the end that costs least.
    path = np.zeros(len(strength), np.int64)
    path[-1] = cost.argmin()
    for row in range(len(strength) - 1, 0, -1):
        path[row - 1] = comes_from[row, path[row]]
    return path

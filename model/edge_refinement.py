"""Where the edge of an answer lies, decided by the pixels near it.

An answer that was enlarged knows its edge only roughly. In a band around that edge, each pixel is
asked again by three things: what the answer says of it, whether its colour is more like those
inside or outside the edge near it, and what its neighbours are. The last two are the terms of
GrabCut, as in `colour`, but with the colours of the neighbourhood. The cost grows with the length
of the edge, and hardly with the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from model.side_colours import CELL, Cells, Places, count_colours

Levels = NDArray[np.uint8]
"""(H, W) how likely each pixel is the object, in 255ths."""

MASK_LEVEL = 128
"""A mask is what has this level or more: a probability of at least 0.5."""

RADIUS = 8
"""px; the band reaches so far to both sides of the edge, if the edge is not too long."""

# Of a whole picture; around a longer edge the band is narrower.
_BAND_PIXELS = 500_000
_TILE = 1024  # px, a multiple of the cells
_HALO = 2 * CELL  # px around a tile: they hold all that its own pixels depend on
_SAMPLED = 4  # px; every fourth row and column tells how long the edge is

_CERTAIN_ANSWER = 2.5  # logit, at the most: less than the colours may say
_CERTAIN_LEVEL = 254  # beyond it, a logit would be infinite
_PULL = 0.5  # logit that a certain neighbour of the same colour adds
_STEPS = 4  # of the neighbours

_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class _Direction:
    """Where a neighbour lies, px."""

    down: int
    right: int
    nearness: float
    """1 / distance in px."""


_DIAGONAL = 0.5**0.5
_DIRECTIONS = (
    _Direction(-1, -1, _DIAGONAL),
    _Direction(-1, 0, 1.0),
    _Direction(-1, 1, _DIAGONAL),
    _Direction(0, -1, 1.0),
    _Direction(0, 1, 1.0),
    _Direction(1, -1, _DIAGONAL),
    _Direction(1, 0, 1.0),
    _Direction(1, 1, _DIAGONAL),
)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The eight neighbours of the n pixels of a band."""

    places: NDArray[np.int64]
    """(8, n)"""

    likeness: NDArray[np.float32]
    """(8, n) how much each pulls, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Tile:
    """A part of a picture with what is around it."""

    pixels: NDArray[np.uint8]
    """(H × W, 3) RGB."""

    levels: Levels
    """(H, W) of the answer so far."""

    @property
    def cells(self) -> Cells:
        height, width = self.levels.shape
        return Cells(height, width)

    def near_edge(self, radius: int) -> Places:
        """The pixels within so many px of the edge, sideways or aslant."""
        mask = (self.levels >= MASK_LEVEL).astype(np.uint8)
        grown = cv2.dilate(mask, _SQUARE, iterations=radius)
        shrunk = cv2.erode(mask, _SQUARE, iterations=radius)
        near: Places = np.flatnonzero(grown != shrunk)
        return near


def refine(picture: Pixels, levels: Levels) -> Levels:
    """The answer with its edge decided by the picture, (H, W); the rest stays as it is.

    `picture`: (H, W, 3) uint8 RGB. `levels`: (H, W) of an answer whose edge is off by a few px.
    """
    refined = levels.copy()
    height, width = levels.shape
    radius = _radius(levels)
    for top, left in _corners(height, width):
        bottom = min(top + _TILE, height)
        right = min(left + _TILE, width)
        first_row = max(0, top - _HALO)
        first_column = max(0, left - _HALO)
        rows = slice(first_row, bottom + _HALO)
        columns = slice(first_column, right + _HALO)

        # A tile all inside or all outside of the object has no edge.
        its_levels = levels[rows, columns]
        if its_levels.min() >= MASK_LEVEL or its_levels.max() < MASK_LEVEL:
            continue
        its_pixels = picture[rows, columns].reshape(-1, 3)
        tile = _Tile(its_pixels, its_levels)
        found = _refined(tile, radius)

        # What is around the tile was there only to be looked at.
        own_rows = slice(top - first_row, bottom - first_row)
        own_columns = slice(left - first_column, right - first_column)
        refined[top:bottom, left:right] = found[own_rows, own_columns]
    return refined


def _corners(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Row and column at which each tile of a picture begins."""
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            yield top, left


def _radius(levels: Levels) -> int:
    """How far the band reaches, px: less than `RADIUS` if it would have too many pixels."""
    # How often the edge is crossed between neighbours tells how long it is.
    some = levels[::_SAMPLED, ::_SAMPLED]
    is_mask = some >= MASK_LEVEL
    across = is_mask[:, 1:] != is_mask[:, :-1]
    down = is_mask[1:] != is_mask[:-1]
    crossings = np.count_nonzero(across)
    crossings += np.count_nonzero(down)
    length = _SAMPLED * int(crossings)

    # The band reaches so far to both sides of the edge.
    if 2 * length * RADIUS <= _BAND_PIXELS:
        return RADIUS
    affordable = _BAND_PIXELS // (2 * length)
    return max(affordable, 1)


def _refined(tile: _Tile, radius: int) -> Levels:
    """The levels of a tile, with the band around its edge decided anew."""
    levels = tile.levels.copy()
    flat = levels.reshape(-1)  # a view: what is written here is in `levels`
    band = tile.near_edge(radius)

    # (n,) what each px of the band says by itself, and then with its neighbours.
    by_itself = _logits(flat[band])
    by_itself += _evidence(tile, band, radius)
    neighbours = _neighbours(tile, band)
    for _ in range(_STEPS):
        # A level maps to -1 (surely not the object) … 1 (surely the object).
        certainty = flat[neighbours.places] * np.float32(2 / 255)
        certainty -= 1
        pulls = neighbours.likeness * certainty
        pull = pulls.sum(axis=0)
        answer = by_itself + _PULL * pull
        probability = 1 / (1 + np.exp(-answer))
        flat[band] = np.rint(255 * probability)

    # Noise may have left single pixels that differ from all around them.
    smooth = cv2.medianBlur(levels, 3)
    flat[band] = smooth.reshape(-1)[band]
    return levels


def _logits(levels: Levels) -> NDArray[np.float32]:
    """Levels as logits, none too certain."""
    likely = np.clip(levels, 1, _CERTAIN_LEVEL).astype(np.float32)
    odds = likely / (255 - likely)
    logits = np.log(odds)
    bounded: NDArray[np.float32] = np.clip(logits, -_CERTAIN_ANSWER, _CERTAIN_ANSWER)
    return bounded


def _evidence(tile: _Tile, band: Places, radius: int) -> NDArray[np.float32]:
    """(n,) what the colours say of the pixels of a band, as logits."""
    # What is known of both sides comes from a band twice as wide.
    wide = tile.near_edge(2 * radius)
    flat = tile.levels.reshape(-1)
    inside = flat[wide] / 255
    pixels = tile.pixels[wide]
    colours = count_colours(tile.cells, wide, pixels, inside)

    cells = tile.cells.cell_of(band)
    own_pixels = tile.pixels[band]
    evidence = colours.evidence(own_pixels, cells)
    return evidence.astype(np.float32)


def _neighbours(tile: _Tile, band: Places) -> _Neighbours:
    """The neighbours of each pixel. Beyond the picture, a pixel is its own neighbour.

    Likeness = nearness × exp(-difference² / twice its mean in the cell).
    """
    height, width = tile.levels.shape
    rows, columns = np.divmod(band, width)
    own = tile.pixels[band].astype(np.float32)

    # For each direction (n,): where the neighbour is, and the squared distance of its colour.
    places = []
    squares = []
    for direction in _DIRECTIONS:
        its_rows = np.clip(rows + direction.down, 0, height - 1)
        its_columns = np.clip(columns + direction.right, 0, width - 1)
        there = its_rows * width + its_columns
        difference = tile.pixels[there] - own
        places.append(there)
        squares.append(np.square(difference).sum(axis=1))

    scale = _scale(tile.cells.cell_of(band), np.stack(squares))
    likeness = []
    for direction, square in zip(_DIRECTIONS, squares, strict=True):
        alike = np.exp(-square / scale)
        likeness.append(np.float32(direction.nearness) * alike)
    return _Neighbours(np.stack(places), np.stack(likeness))


def _scale(cells: Places, squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) twice the mean of the squares (8, n) in the cell of each pixel."""
    of_pixels = squares.mean(axis=0)
    total = np.bincount(cells, of_pixels)
    number = np.bincount(cells)
    mean = total / np.maximum(number, 1)

    scale = np.maximum(2 * mean, 1e-3)
    of_cells: NDArray[np.float32] = scale.astype(np.float32)
    return of_cells[cells]

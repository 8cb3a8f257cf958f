"""Where the edge of an answer lies, decided by the pixels near it.

An answer that was enlarged knows its edge only roughly. In a band around that edge, each pixel is
asked again by three things: what the answer says of it, whether its colour is more like those
inside or outside the edge near it, and what its neighbours are. The last two are the terms of
GrabCut, as in `colour`, but with the colours of the neighbourhood: one mean and variance for each
side of the edge. The cost grows with the length of the edge, and hardly with the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels

Levels = NDArray[np.uint8]
"""(H, W) how likely each pixel is the object, in 255ths."""

MASK_LEVEL = 128
"""A mask is what has this level or more: a probability of at least 0.5."""

RADIUS = 6
"""px; the band reaches so far to both sides of the edge, if the edge is not too long."""

_BAND_PIXELS = (
    1_500_000  # of a whole picture; around a longer edge the band is narrower
)
_TILE = 1024  # px, a multiple of the cells
_CELL = 32  # px, of the squares for which colours are counted
_HALO = 2 * _CELL  # px around a tile: they hold all that its own pixels depend on

_LEAST_WEIGHT = 8.0  # px on either side of the edge, without which colours say nothing
_LEAST_VARIANCE = 36.0  # levels²: that of noise
_CERTAIN_ANSWER = 3.0  # logit, at the most
_CERTAIN_COLOUR = 3.0  # logit, at the most
_PULL = 0.25  # logit that a certain neighbour of the same colour adds
_STEPS = 3  # of the neighbours

_SQUARE = np.ones((3, 3), np.uint8)
_DIAGONAL = 0.5**0.5
_NEIGHBOURS = (
    (-1, -1, _DIAGONAL),
    (-1, 0, 1.0),
    (-1, 1, _DIAGONAL),
    (0, -1, 1.0),
    (0, 1, 1.0),
    (1, -1, _DIAGONAL),
    (1, 0, 1.0),
    (1, 1, _DIAGONAL),
)
"""For each of eight neighbours: rows down, columns to the right, 1 / distance in px."""

_Numbers = NDArray[np.float32]
"""(n,) or (n, 3): something of each pixel of a band."""

_Places = NDArray[np.int64]
"""(n,) where the pixels of a band lie in their tile, row by row."""


@dataclass(frozen=True, slots=True)
class _Colours:
    """The colours on one side of the edge, cell by cell: (cells, 3), and (cells,) the weight."""

    weight: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Tile:
    """A part of a picture with what is around it."""

    pixels: NDArray[np.uint8]
    """(H × W, 3) RGB."""

    levels: Levels
    """(H, W) of the answer so far."""

    @property
    def cells(self) -> tuple[int, int]:
        """The number of rows and columns of cells."""
        height, width = self.levels.shape
        return -(-height // _CELL), -(-width // _CELL)

    def cell_of(self, places: _Places) -> _Places:
        """(n,) the cell in which each pixel lies."""
        rows, columns = np.divmod(places, self.levels.shape[1])
        return (rows // _CELL) * self.cells[1] + columns // _CELL

    def near_edge(self, radius: int) -> _Places:
        """The pixels within so many px of the edge, sideways or aslant."""
        mask = (self.levels >= MASK_LEVEL).astype(np.uint8)
        grown = cv2.dilate(mask, _SQUARE, iterations=radius)
        shrunk = cv2.erode(mask, _SQUARE, iterations=radius)
        return np.flatnonzero(grown != shrunk)


def refine(picture: Pixels, levels: Levels) -> Levels:
    """The answer with its edge decided by the picture, (H, W); the rest stays as it is.

    `picture`: (H, W, 3) uint8 RGB. `levels`: (H, W) of an answer whose edge is off by a few px.
    """
    refined = levels.copy()
    height, width = levels.shape
    radius = _radius(levels)
    for rows, columns in _tiles(height, width):
        top = max(0, rows.start - _HALO)
        left = max(0, columns.start - _HALO)
        around = np.s_[top : rows.stop + _HALO, left : columns.stop + _HALO]
        its_levels = levels[around]
        if its_levels.min() >= MASK_LEVEL or its_levels.max() < MASK_LEVEL:
            continue

        tile = _Tile(picture[around].reshape(-1, 3), its_levels)
        found = _refined(tile, radius)
        its_rows = slice(rows.start - top, rows.stop - top)
        its_columns = slice(columns.start - left, columns.stop - left)
        refined[rows, columns] = found[its_rows, its_columns]
    return refined


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the tiles that make up a picture."""
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            rows = slice(top, min(top + _TILE, height))
            columns = slice(left, min(left + _TILE, width))
            yield rows, columns


def _radius(levels: Levels) -> int:
    """How far the band reaches, px: less than `RADIUS` if it would have too many pixels."""
    # Every fourth row and column tells how long the edge is.
    mask = levels[::4] >= MASK_LEVEL
    crossings = np.count_nonzero(mask[:, 1:] != mask[:, :-1])
    mask = levels[:, ::4] >= MASK_LEVEL
    crossings += np.count_nonzero(mask[1:] != mask[:-1])
    length = 4 * crossings
    affordable = _BAND_PIXELS // max(1, 2 * length)
    return min(max(affordable, 1), RADIUS)


def _refined(tile: _Tile, radius: int) -> Levels:
    """The levels of a tile, with the band around its edge decided anew."""
    levels = tile.levels.copy()
    flat = levels.reshape(-1)
    band = tile.near_edge(radius)
    by_itself = _logits(flat[band]) + _evidence(tile, band, radius)

    neighbours, likeness = _likeness(tile, band)
    for _ in range(_STEPS):
        # A level maps to -1 (surely not the object) … 1 (surely the object).
        certainty = flat[neighbours] * np.float32(2 / 255) - 1
        pull = (likeness * certainty).sum(axis=0)
        answer = by_itself + _PULL * pull
        flat[band] = np.rint(255 / (1 + np.exp(-answer)))
    return levels


def _logits(levels: Levels) -> _Numbers:
    """Levels as logits, none too certain."""
    probability = np.clip(levels / np.float32(255), 0.001, 0.999)
    logits = np.log(probability / (1 - probability))
    return np.clip(logits, -_CERTAIN_ANSWER, _CERTAIN_ANSWER)


def _evidence(tile: _Tile, band: _Places, radius: int) -> _Numbers:
    """How much likelier each pixel's colour is inside the edge than outside, as a logarithm.

    What is known of both sides comes from a band twice as wide.
    """
    places = tile.near_edge(2 * radius)
    inside = tile.levels.reshape(-1)[places] / 255
    on_object = _colours(tile, places, inside**2)
    around_it = _colours(tile, places, (1 - inside) ** 2)

    cells = tile.cell_of(band)
    pixels = tile.pixels[band].astype(np.float64)
    ratio = _log_density(pixels, on_object, cells) - _log_density(
        pixels, around_it, cells
    )
    evidence = np.clip(ratio, -_CERTAIN_COLOUR, _CERTAIN_COLOUR)

    is_known = np.minimum(on_object.weight, around_it.weight) > _LEAST_WEIGHT
    evidence[~is_known[cells]] = 0
    return evidence.astype(np.float32)


def _colours(tile: _Tile, places: _Places, weights: NDArray[np.float64]) -> _Colours:
    """The weighted colours of some pixels, for each cell and its eight neighbours together."""
    cells = tile.cell_of(places)
    pixels = tile.pixels[places].astype(np.float64)

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.bincount(cells, values, minlength=tile.cells[0] * tile.cells[1])
        grid = cv2.boxFilter(
            sums.reshape(tile.cells),
            -1,
            (3, 3),
            normalize=False,
            borderType=cv2.BORDER_CONSTANT,
        )
        return np.asarray(grid, np.float64).reshape(-1)

    weight = total(weights)
    divisor = np.maximum(weight, 1e-3)
    means = []
    variances = []
    for channel in pixels.T:
        mean = total(weights * channel) / divisor
        mean_square = total(weights * channel**2) / divisor
        means.append(mean)
        variances.append(np.maximum(mean_square - mean**2, 0) + _LEAST_VARIANCE)
    return _Colours(weight, np.stack(means, 1), np.stack(variances, 1))


def _log_density(
    pixels: NDArray[np.float64], colours: _Colours, cells: _Places
) -> NDArray[np.float64]:
    """(n,) the logarithm of a normal density at each pixel's colour, but for a constant."""
    variance = colours.variance[cells]
    squares = (pixels - colours.mean[cells]) ** 2 / variance
    terms = squares + np.log(variance)
    density: NDArray[np.float64] = -terms.sum(axis=1) / 2
    return density


def _likeness(tile: _Tile, band: _Places) -> tuple[NDArray[np.int64], _Numbers]:
    """The neighbours of each pixel, and how much each pulls: (8, n) places and numbers.

    Nearness × exp(-difference² / twice its mean near the pixel). Beyond the picture, a pixel is its
    own neighbour.
    """
    height, width = tile.levels.shape
    rows, columns = np.divmod(band, width)
    own = tile.pixels[band].astype(np.float32)

    neighbours = []
    squares = []
    for down, right, _ in _NEIGHBOURS:
        its_rows = np.clip(rows + down, 0, height - 1)
        its_columns = np.clip(columns + right, 0, width - 1)
        places = its_rows * width + its_columns
        difference = tile.pixels[places] - own
        neighbours.append(places)
        squares.append(np.square(difference).sum(axis=1))

    square = np.stack(squares)
    cells = tile.cell_of(band)
    number = np.bincount(cells)
    mean = np.bincount(cells, square.mean(axis=0)) / np.maximum(number, 1)
    scale = np.maximum(2 * mean, 1e-3)[cells].astype(np.float32)

    nearness = np.array([nearness for _, _, nearness in _NEIGHBOURS], np.float32)
    likeness = nearness[:, None] * np.exp(-square / scale)
    return np.stack(neighbours), likeness

"""The colours on either side of an edge, counted square by square along it.

Each square, a cell, has one mean and variance for each side of the edge and each channel. They are
those of the cell and its eight neighbours together, so that they change slowly along the edge.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 32
"""px, the sides of a cell."""

_LEAST_WEIGHT = 8.0  # px on either side of the edge, without which colours say nothing
_LEAST_VARIANCE = 36.0  # levels²: that of noise
_MOST_CERTAIN = 3.0  # logit

Numbers = NDArray[np.float64]
"""(n,) or (n, 3): something of each of n pixels or cells."""

Places = NDArray[np.int64]
"""(n,) which pixels of a picture, or which cells, row by row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a picture of `height` × `width` px."""

    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and columns of cells."""
        rows = -(-self.height // CELL)
        columns = -(-self.width // CELL)
        return rows, columns

    def cell_of(self, places: Places) -> Places:
        """(n,) the cell in which each pixel lies."""
        _, cells_in_a_row = self.shape
        rows, columns = np.divmod(places, self.width)
        rows //= CELL
        columns //= CELL
        cells: Places = rows * cells_in_a_row + columns
        return cells

    def total(self, cells: Places, values: Numbers) -> Numbers:
        """(cells,) the sum of (n,) values in each cell and its eight neighbours."""
        rows, columns = self.shape
        sums = np.bincount(cells, values, minlength=rows * columns)
        grid = cv2.boxFilter(
            sums.reshape(rows, columns),
            ddepth=-1,
            ksize=(3, 3),
            normalize=False,
            borderType=cv2.BORDER_CONSTANT,
        )
        totals: Numbers = np.asarray(grid, np.float64).reshape(-1)
        return totals


@dataclass(frozen=True, slots=True)
class _Colours:
    """The colours on one side of the edge."""

    weight: Numbers
    """(cells,) how many px the colours of each cell come from."""

    mean: Numbers
    """(cells, 3)"""

    variance: Numbers
    """(cells, 3)"""


@dataclass(frozen=True, slots=True)
class SideColours:
    """The colours on both sides of an edge."""

    inside: _Colours
    outside: _Colours

    def evidence(self, pixels: NDArray[np.uint8], cells: Places) -> Numbers:
        """(n,) how much likelier each colour is inside the edge than outside, as a logarithm.

        `pixels`: (n, 3). `cells`: (n,) where each lies. 0 where too little is known.
        """
        on_object = _log_density(pixels, self.inside, cells)
        around_it = _log_density(pixels, self.outside, cells)
        ratio = on_object - around_it
        evidence = np.clip(ratio, -_MOST_CERTAIN, _MOST_CERTAIN)

        weight = np.minimum(self.inside.weight, self.outside.weight)
        is_unknown = weight <= _LEAST_WEIGHT
        evidence[is_unknown[cells]] = 0
        return evidence


def count_colours(
    cells: Cells,
    places: Places,
    pixels: NDArray[np.uint8],
    inside: Numbers,
) -> SideColours:
    """The colours of some pixels on both sides of an edge.

    `places`: (n,) where they lie. `pixels`: (n, 3). `inside`: (n,) how likely each is the object;
    those that are uncertain count little.
    """
    cell_of = cells.cell_of(places)
    on_object = inside**2
    around_it = (1 - inside) ** 2
    return SideColours(
        inside=_weighted(cells, cell_of, pixels, on_object),
        outside=_weighted(cells, cell_of, pixels, around_it),
    )


def _weighted(
    cells: Cells,
    cell_of: Places,
    pixels: NDArray[np.uint8],
    weights: Numbers,
) -> _Colours:
    """The mean and variance of the weighted pixels (n, 3) of each cell."""
    weight = cells.total(cell_of, weights)
    divisor = np.maximum(weight, 1e-3)

    means = []
    variances = []
    for channel in pixels.astype(np.float64).T:
        weighted = weights * channel
        mean = cells.total(cell_of, weighted) / divisor
        mean_square = cells.total(cell_of, weighted * channel) / divisor
        spread = np.maximum(mean_square - mean**2, 0)
        means.append(mean)
        variances.append(spread + _LEAST_VARIANCE)
    return _Colours(
        weight=weight,
        mean=np.stack(means, axis=1),
        variance=np.stack(variances, axis=1),
    )


def _log_density(
    pixels: NDArray[np.uint8], colours: _Colours, cells: Places
) -> Numbers:
    """(n,) the logarithm of a normal density at each pixel's colour, without its constant."""
    mean = colours.mean[cells]
    variance = colours.variance[cells]
    terms = (pixels - mean) ** 2 / variance
    terms += np.log(variance)
    density: Numbers = terms.sum(axis=1) / -2
    return density

"""Grey fields from noise: clouds, ridges, wood, marble, specks."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SIDE = 512
"""px: the height and the width of a field."""

_SIZE = (SIDE, SIDE)

Field = NDArray[np.uint8]
"""(SIDE, SIDE) uint8: tones that are spread over 0 to 255."""

Noise = NDArray[np.float32]
"""(SIDE, SIDE) float32."""

FieldMaker = Callable[[Generator], Field]
"""Makes one field."""


def spectral(rng: Generator, exponent: float, stretch: float = 1.0) -> Noise:
    """Noise that can be tiled, mean 0, standard deviation 1.

    Its amplitude falls as frequency ** -exponent; photographs have exponents of about 1.
    `stretch` drags it along x.
    """
    # White noise has all frequencies alike; here they are made weaker.
    white = rng.standard_normal(_SIZE)
    spectrum = np.fft.rfft2(white)
    spectrum /= _frequencies(stretch) ** exponent
    spectrum[0, 0] = 0.0  # the mean
    noise = np.fft.irfft2(spectrum, s=_SIZE)
    noise /= noise.std()
    return noise.astype(np.float32)


def _frequencies(stretch: float) -> NDArray[np.float64]:
    """(SIDE, SIDE / 2 + 1): waves per field, in the order of the transform of real numbers."""
    down = np.fft.fftfreq(SIDE)
    across = np.fft.rfftfreq(SIDE)
    down *= SIDE
    across *= SIDE
    across *= stretch
    frequency: NDArray[np.float64] = np.hypot(down[:, None], across)
    frequency[0, 0] = 1.0  # the mean has none; nothing is divided by 0
    return frequency


def spread(values: NDArray[np.floating]) -> Field:
    """The values as tones: the lowest hundredth becomes 0, the highest 255."""
    # Percentiles, because noise has rare values far out.
    low, high = np.percentile(values, [1, 99])
    extent = max(high - low, 1e-6)
    above_low = values - low
    shares = np.clip(above_low / extent, 0, 1)
    levels = shares * 255
    tones: Field = levels.astype(np.uint8)
    return tones


def grid() -> tuple[Noise, Noise]:
    """The x and the y of each px of a field."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    return x.astype(np.float32), y.astype(np.float32)


def clouds(exponent: float, stretch: float = 1.0) -> FieldMaker:
    """A maker of spectral noise."""

    def make(rng: Generator) -> Field:
        noise = spectral(rng, exponent, stretch)
        return spread(noise)

    return make


def ridges(rng: Generator) -> Field:
    """Dark lines where noise changes its sign."""
    coarse = spectral(rng, 1.8)
    fine = spectral(rng, 1.3)
    dark = -np.abs(coarse)
    dark -= 0.4 * np.abs(fine)
    return spread(dark)


def wood(rng: Generator) -> Field:
    """A plank: distorted rings about a far centre, and grain along x."""
    x, y = grid()
    along = 0.12 * x - 30  # a plank is cut along the stem: its rings are long ellipses
    across = y - 250
    distance = np.hypot(along, across)
    distortion = 0.9 * spectral(rng, 2.0, 3.0)
    rings = np.sin(distance / 9 + distortion)
    grain = 0.5 * spectral(rng, 1.0, 12.0)
    return spread(rings + grain)


def marble(rng: Generator) -> Field:
    """Diagonal veins, distorted."""
    x, y = grid()
    diagonal = x + y
    distortion = 2.4 * spectral(rng, 2.0)
    veins = np.sin(diagonal / 40 + distortion)
    grain = 0.15 * spectral(rng, 1.0)
    return spread(veins + grain)


def specks(rng: Generator) -> Field:
    """Small bright spots on a dark ground."""
    is_spot = rng.random(_SIZE) > 0.992
    spots = is_spot.astype(np.float32)
    square = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(spots, square)

    strength = rng.uniform(0.3, 1.0, _SIZE)
    uneven = grown * strength.astype(np.float32)
    soft = cv2.GaussianBlur(uneven, (0, 0), 0.9)
    ground = 0.15 * spectral(rng, 0.8)
    return spread(soft * 3 + ground)

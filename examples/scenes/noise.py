"""Grey fields from noise: clouds, ridges, wood, marble, specks."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SIDE = 512
"""px: the height and the width of a field."""

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
    # (SIDE, SIDE / 2 + 1): waves per field, as the real transform orders them.
    down = np.fft.fftfreq(SIDE) * SIDE
    across = np.fft.rfftfreq(SIDE) * SIDE
    frequency = np.hypot(down[:, None], across * stretch)
    frequency[0, 0] = 1.0  # the mean has no frequency; it is removed below

    # White noise has all frequencies alike; here they are made weaker.
    white = rng.standard_normal((SIDE, SIDE))
    spectrum = np.fft.rfft2(white) / frequency**exponent
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, s=(SIDE, SIDE))
    scaled: Noise = (noise / noise.std()).astype(np.float32)
    return scaled


def spread(values: NDArray[np.floating]) -> Field:
    """The values as tones: the lowest hundredth becomes 0, the highest 255."""
    # Percentiles, because noise has rare values far out.
    low, high = np.percentile(values, [1, 99])
    extent = max(high - low, 1e-6)
    shares = np.clip((values - low) / extent, 0, 1)
    tones: Field = (shares * 255).astype(np.uint8)
    return tones


def grid() -> tuple[Noise, Noise]:
    """The x and the y of each px of a field."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    return x.astype(np.float32), y.astype(np.float32)


def clouds(exponent: float, stretch: float = 1.0) -> FieldMaker:
    """A maker of spectral noise."""

    def make(rng: Generator) -> Field:
        return spread(spectral(rng, exponent, stretch))

    return make


def ridges(rng: Generator) -> Field:
    """Dark lines where noise changes its sign."""
    coarse = np.abs(spectral(rng, 1.8))
    fine = np.abs(spectral(rng, 1.3))
    return spread(-coarse - 0.4 * fine)


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
    is_spot = rng.random((SIDE, SIDE)) > 0.992
    square = np.ones((3, 3), np.uint8)
    spots = cv2.dilate(is_spot.astype(np.float32), square)

    strength = rng.uniform(0.3, 1.0, (SIDE, SIDE)).astype(np.float32)
    soft = cv2.GaussianBlur(spots * strength, (0, 0), 0.9)
    ground = 0.15 * spectral(rng, 0.8)
    return spread(soft * 3 + ground)

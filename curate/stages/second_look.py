"""A second look at two images whose hashes are near: do their pixels show the same?

A difference hash says which way the brightness goes between neighbouring px. In fog, on a white
scan or at night it hardly goes either way, so that noise decides the bits and unlike pictures
have near hashes. Such bits are uncertain. The thumbnails tell more: without their smooth
brightness (sky, fog, the shade of a scan, the dark corners of a lens), which many pictures share,
two pictures of the same thing still correlate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.probing import THUMBNAIL_SIZE

_HASH_BITS = 64
_SURE_STEP = 2.0  # levels of grey: a smaller step between hashed px may be noise
_FEWEST_SURE = 16  # sure bits; a hash with fewer says next to nothing
_ALIKE = 0.75  # correlation of thumbnails whose hashes agree on sure bits
_ALIKE_UNSURE = 0.97  # where the hashes say next to nothing
_LEAST_DETAIL = 1.0  # levels of grey: with less, nothing is left to compare
_AT_ONCE = 4096  # thumbnails


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What tells n images apart, beyond their hashes."""

    patterns: NDArray[np.float32]
    """(n, px) thumbnails without smooth brightness, each of length 1; 0 without any detail."""

    sure_bits: NDArray[np.uint64]
    """(n,) the bits of their hashes that noise does not decide."""


def details(thumbnails: NDArray[np.uint8]) -> Details:
    """What `look_alike` compares. `thumbnails`: (n, px), as `Probe.thumbnail` has them."""
    number, pixels = thumbnails.shape
    patterns = np.empty((number, pixels), np.float32)
    sure_bits = np.empty(number, np.uint64)
    # Some at a time: what is computed on the way takes four times the memory of the patterns.
    for first in range(0, number, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        grey = _grey(thumbnails[some])
        patterns[some] = _patterns(grey)
        sure_bits[some] = _sure_bits(grey)
    return Details(patterns, sure_bits)


def have_detail(thumbnails: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) whether each thumbnail has any detail to compare; without detail no two are alike."""
    grey = _grey(thumbnails)
    patterns = _patterns(grey)
    return np.asarray(patterns.any(axis=1))


def look_alike(
    details: Details, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(pairs,) whether the two images of each pair show the same; both by position."""
    # Patterns have length 1, so the dot product of two is their correlation.
    patterns = details.patterns
    one_pattern = patterns[one]
    other_pattern = patterns[other]
    correlation = np.einsum("ij,ij->i", one_pattern, other_pattern)

    # The less the hashes say, the more alike the patterns have to be.
    sure_bits = details.sure_bits
    sure_in_both = sure_bits[one] & sure_bits[other]
    number = np.bitwise_count(sure_in_both)
    hashes_say_much = number >= _FEWEST_SURE
    least = np.where(hashes_say_much, _ALIKE, _ALIKE_UNSURE)
    alike: NDArray[np.bool_] = correlation >= least
    return alike


def _grey(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, height, width) of (n, px) thumbnails."""
    width, height = THUMBNAIL_SIZE
    return thumbnails.reshape(-1, height, width).astype(np.float32)


def _patterns(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, height, width) thumbnails as `Details.patterns`."""
    number, height, width = grey.shape
    pixels = height * width
    flat = grey.reshape(number, pixels)

    # What of a thumbnail is smooth is its projection onto the smooth shapes.
    shapes = _smooth_shapes()
    shares = flat @ shapes
    smooth = shares @ shapes.T
    detail = flat - smooth

    length = np.linalg.norm(detail, axis=1, keepdims=True)
    least_length = _LEAST_DETAIL * np.sqrt(pixels)
    has_detail = length >= least_length
    patterns = np.zeros(detail.shape, np.float32)
    np.divide(detail, length, out=patterns, where=has_detail)
    return patterns


def _smooth_shapes() -> NDArray[np.float32]:
    """(px, 6) an orthonormal basis of all smooth brightness: surfaces of second order."""
    width, height = THUMBNAIL_SIZE
    across = np.linspace(-1, 1, width)
    down = np.linspace(-1, 1, height)
    y, x = np.meshgrid(down, across, indexing="ij")

    shapes = (
        np.ones_like(x),  # level
        x,  # two slopes
        y,
        x * x,  # three curves
        x * y,
        y * y,
    )
    stacked = np.stack(shapes, axis=-1)
    by_px = stacked.reshape(height * width, len(shapes))
    basis, _ = np.linalg.qr(by_px)
    return basis.astype(np.float32)


def _sure_bits(grey: NDArray[np.float32]) -> NDArray[np.uint64]:
    """(n,) the bits of a difference hash whose step in (n, height, width) is no noise."""
    # The hash is of thumbnails at half their size: each px is the mean of four.
    number, height, width = grey.shape
    half_height = height // 2
    half_width = width // 2
    fours = grey.reshape(number, half_height, 2, half_width, 2)
    hashed = fours.mean(axis=(2, 4))

    # The bits in the order of the hash: the first is the highest.
    steps = np.diff(hashed, axis=2)
    sizes = np.abs(steps)
    is_sure = sizes >= _SURE_STEP
    bits = is_sure.reshape(number, _HASH_BITS)
    packed = np.packbits(bits, axis=1)
    big_endian = packed.view(">u8").ravel()
    return big_endian.astype(np.uint64)

"""What an image file is: identity, size, orientation, and a hash of what it shows."""

import hashlib

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.pixels import decoding, deep_colour, deep_grey
from curate.pixels.orientation import displayed, displayed_size

_HASH_SIZE = (9, 8)  # width and height, px, of the picture that is hashed
THUMBNAIL_SIZE = (18, 16)
"""Width and height of a thumbnail, px: each px that is hashed is four of them."""
_DARK_BITS = 4  # fewer than the export uses: a picture nearly black
# What a picture keeps when it is shrunk in the quick way: sixteen px for each that is hashed. With
# ten, the hashes of a dark or pale picture and of its JPEG differ too much.
_LEAST_SIZE = (144, 128)


class Probe(msgspec.Struct, frozen=True):
    """What an image file is. `width`, `height`: of the displayed frame, px."""

    image_id: str
    """First 32 hex digits of the SHA-256 of the file's bytes."""
    width: int
    height: int
    orientation: int
    """EXIF, 1 to 8, as the file states it."""
    dhash: int
    """64-bit difference hash of the displayed image.

    Images that look alike differ in few bits.
    """
    thumbnail: bytes
    """The displayed image in grey, of `THUMBNAIL_SIZE`, a byte for each px, row by row."""
    format: str
    """As Pillow names it: JPEG, PNG, …"""
    mode: str
    """As Pillow names it: RGB, L, …"""
    grey_bits: int = 0
    """The bits that 16-bit grey or colours use; 0 if it is of another kind."""
    is_dark: bool = False
    """Whether it uses a sixteenth of the range that its `grey_bits` have, or less."""
    ends_early: bool = False
    """Whether it is a JPEG that ends too early, with all of its pixels."""


def probe(data: bytes, max_pixels: int, grey_bits: int = 0) -> Probe:
    """Look at an image file of `max_pixels` px at most.

    `grey_bits`: that its export's 16-bit values use; the picture may use more.
    A large JPEG is decoded at an eighth of its size, which is enough for the hash.
    Refusal image_bomb, truncated_image, undecodable_image or unsupported_image.
    """
    picture = decoding.open_picture(data, max_pixels)
    is_deep = deep_colour.is_deep(picture)  # asking a PNG for its EXIF loads it
    mode = picture.mode
    orientation = decoding.orientation_of(picture, data)
    height, width = picture.height, picture.width
    # Pillow turns a TIFF by itself, and gives its size as turned from the start.
    if picture.format != "TIFF":
        height, width = displayed_size(height, width, orientation)

    picture, ends_early = decoding.load(
        picture, data, max_pixels, draft=("L", _LEAST_SIZE)
    )
    used_bits = 0
    if picture.mode in deep_grey.MODES:
        used_bits = deep_grey.used_bits(np.asarray(picture))
        grey_bits = max(grey_bits, used_bits)
    elif is_deep:
        with decoding.refusing(data):
            picture, grey_bits, used_bits = deep_colour.shown_by_bits(
                picture, data, grey_bits
            )
    else:
        grey_bits = 0

    grey = _reduced_grey(picture, data, grey_bits)
    return Probe(
        image_id=hashlib.sha256(data).hexdigest()[:32],
        width=width,
        height=height,
        orientation=orientation,
        dhash=_difference_hash(_shrunk(grey, _HASH_SIZE)),
        thumbnail=_shrunk(grey, THUMBNAIL_SIZE).tobytes(),
        format=str(picture.format),
        mode=mode,
        grey_bits=grey_bits,
        is_dark=used_bits <= grey_bits - _DARK_BITS,
        ends_early=ends_early,
    )


def _reduced_grey(picture: Image.Image, data: bytes, grey_bits: int) -> Image.Image:
    """The displayed picture in grey, reduced to a few times the size that is hashed.

    `picture`: loaded.
    """
    orientation = decoding.orientation_of(picture, data)
    if picture.mode not in ("L", "RGB", "RGBA"):
        picture = decoding.to_rgb(picture, grey_bits)  # other modes cannot be reduced

    # Reducing by a whole number first is much faster than resampling all pixels.
    width, height = _LEAST_SIZE
    factor = min(picture.width // width, picture.height // height)
    factor = max(1, factor)
    with decoding.refusing():
        grey = picture.reduce(factor)
    if grey.mode != "L" or grey.has_transparency_data:
        grey = decoding.to_rgb(grey).convert("L")

    if orientation == 1:
        return grey
    return Image.fromarray(displayed(np.asarray(grey), orientation))


def _shrunk(grey: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A grey picture at another width and height."""
    resized = grey.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(resized)


def _difference_hash(grey: NDArray[np.uint8]) -> int:
    """64 bits from (8, 9) grey px, row by row.

    Each says whether a px is darker than its right neighbour.
    """
    gets_brighter = grey[:, 1:] > grey[:, :-1]
    packed = np.packbits(gets_brighter)
    return int.from_bytes(packed.tobytes(), "big")

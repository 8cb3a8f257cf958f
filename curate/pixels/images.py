"""Images as pixels: decoded from strangers' files, cut, and encoded for the shards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.boundary import runs_in_child
from curate.pixels import decoding, deep_colour, deep_grey, png
from curate.pixels.masks import Mask
from curate.pixels.orientation import displayed, displayed_size, stored_box
from curate.records import Box

Pixels = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB."""

MAX_WEBP_SIDE = 16_383
"""The longest side that a WebP file may have, px."""

_STRIP_PIXELS = 1 << 20  # px that are converted at once where many are asked for
_THUMBNAIL_QUALITY = 60
_WEBP_OUT_OF_MEMORY = re.compile(r"encoding error [12]\b")


@dataclass(frozen=True, slots=True)
class Photo:
    """A decoded image from which many crops are cut.

    `height`, `width`: of the displayed frame, px.

    It stays as Pillow decoded it, in the stored frame and in its own mode (4 bytes a px
    at most): only what is cut out is converted to RGB and turned. So 120 megapixels
    take 480 MB, and not twice as much.
    """

    height: int
    width: int
    _stored: Image.Image
    _orientation: int
    """EXIF orientation that leads from `_stored` to the displayed frame."""
    _grey_bits: int
    """The bits that 16-bit grey uses."""


def decode_photo(data: bytes, max_pixels: int, grey_bits: int = 0) -> Photo:
    """Decode an image file of `max_pixels` px at most.

    `grey_bits`: that its export's 16-bit values use; the picture may use more. Refusal
    image_bomb, truncated_image or undecodable_image.
    """
    picture = decoding.open_picture(data, max_pixels)
    is_deep = deep_colour.is_deep(picture)
    picture, _ = decoding.load(picture, data, max_pixels)
    if picture.mode in deep_grey.MODES:
        grey_bits = max(grey_bits, deep_grey.used_bits(np.asarray(picture)))
    elif is_deep:
        with decoding.refusing(data):
            picture, _, _ = deep_colour.shown_by_bits(picture, data, grey_bits)

    orientation = decoding.orientation_of(picture, data)
    height, width = displayed_size(
        picture.height,
        picture.width,
        orientation,
    )
    return Photo(height, width, picture, orientation, grey_bits)


def cut(photo: Photo, box: Box) -> Pixels:
    """The pixels inside a box of the displayed frame, (H, W, 3) uint8 RGB.

    Refusal unsupported_image if the photo's mode has no conversion to RGB.
    """
    orientation = photo._orientation
    inside = stored_box(box, photo.height, photo.width, orientation)
    crop = photo._stored.crop(inside)
    rgb = decoding.to_rgb(crop, photo._grey_bits)
    pixels = displayed(np.asarray(rgb), orientation)
    return np.ascontiguousarray(pixels)


def cut_in_strips(photo: Photo, box: Box) -> Iterator[Pixels]:
    """The pixels inside a box as strips, top to bottom, each as wide as the box."""
    rows = max(1, _STRIP_PIXELS // box.width)
    for top in range(box.y0, box.y1, rows):
        bottom = min(top + rows, box.y1)
        strip = Box(box.x0, top, box.x1, bottom)
        yield cut(photo, strip)


def decode(data: bytes, max_pixels: int) -> Pixels:
    """An image file as displayed, (H, W, 3) uint8 RGB.

    Refusal image_bomb, truncated_image, undecodable_image or unsupported_image.
    """
    photo = decode_photo(data, max_pixels)
    whole = Box(0, 0, photo.width, photo.height)
    shape = (photo.height, photo.width, 3)
    pixels = np.empty(shape, np.uint8)

    top = 0
    for strip in cut_in_strips(photo, whole):
        bottom = top + len(strip)
        pixels[top:bottom] = strip
        top = bottom
    return pixels


@runs_in_child
def decode_into(data: bytes, path: str, max_pixels: int) -> tuple[int, int]:
    """Write the pixels of an image file as displayed into a file; their height and width.

    They are RGB bytes, row by row. A large picture needs a place for its pixels that is
    no message: the child's memory holds it only once. Refusal as `decode`.
    """
    photo = decode_photo(data, max_pixels)
    whole = Box(0, 0, photo.width, photo.height)
    with Path(path).open("wb") as file:
        for strip in cut_in_strips(photo, whole):
            file.write(strip.data)
    return photo.height, photo.width


@runs_in_child
def thumbnail(data: bytes, max_pixels: int, side: int) -> bytes:
    """A small lossy WebP of an image file as displayed, `side` px at most, for pages.

    Refusal as `decode`.
    """
    picture = decoding.open_picture(data, max_pixels)
    draft = (None, (side, side))
    is_deep = deep_colour.is_deep(picture)
    picture, _ = decoding.load(picture, data, max_pixels, draft)
    grey_bits = 0
    if picture.mode in deep_grey.MODES:
        grey_bits = deep_grey.used_bits(np.asarray(picture))
    elif is_deep:
        with decoding.refusing(data):
            picture, _, _ = deep_colour.shown_by_bits(picture, data, grey_bits)

    orientation = decoding.orientation_of(picture, data)
    small = decoding.to_rgb(picture, grey_bits)
    small.thumbnail((side, side))
    turned = displayed(np.asarray(small), orientation)

    file = BytesIO()
    shown = Image.fromarray(turned)
    shown.save(file, "WEBP", quality=_THUMBNAIL_QUALITY)
    return file.getvalue()


def encode_webp(crop: Pixels) -> bytes:
    """Lossless WebP of an (H, W, 3) uint8 RGB crop, at most `MAX_WEBP_SIDE` px a side.

    Takes up to 35 bytes a px while it works. Raises MemoryError if they cannot be had.
    """
    picture = Image.fromarray(crop)
    file = BytesIO()
    try:
        picture.save(
            file,
            "WEBP",
            lossless=True,
            quality=0,
            method=0,  # 1 makes files 8% smaller, and takes three times as long
        )
    except ValueError as error:
        if _WEBP_OUT_OF_MEMORY.match(str(error)):
            raise MemoryError("WebP cannot be encoded") from error
        raise
    return file.getvalue()


def encode_mask(mask: Mask) -> bytes:
    """1-bit PNG of an (H, W) bool mask."""
    return png.encode_mask_png(mask)


def decode_crop(data: bytes) -> Pixels:
    """The (H, W, 3) uint8 RGB pixels of a shard's crop."""
    with Image.open(BytesIO(data), formats=("WEBP", "JPEG", "PNG")) as picture:
        return np.array(picture.convert("RGB"))


def decode_mask_png(data: bytes) -> Mask:
    """The (H, W) bool mask of a shard's 1-bit PNG."""
    with Image.open(BytesIO(data), formats=("PNG",)) as picture:
        # Pillow's arrays of 1 bit hold bytes of 255, which other libraries take for no bool.
        grey = np.asarray(picture.convert("L"))
    mask: Mask = grey > 0
    return mask

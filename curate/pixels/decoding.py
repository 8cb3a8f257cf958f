"""Strangers' pictures opened with Pillow: what is read, and what a failure means.

Decoders raise anything on garbage: SyntaxError, struct.error, KeyError, … Each call of
Pillow that looks at a file's bytes or pixels is made inside `refusing`, which turns
that into a Refusal. No code of ours runs there: an exception of ours is a bug, and must
not be taken for a bad file.

Conversions to RGB: grey, two-level, palette, YCbCr, HSV and CMYK as Pillow does them;
16-bit grey and colours keep the highest 8 of the bits that they use (see deep_grey.py and
deep_colour.py); a picture
with transparency is laid over white. Colour profiles are ignored. Floating-point,
32-bit and Lab pictures are refused. Of several frames the first counts.

A JPEG that ends too early is read if all of its pixels are there. Text and colour
profiles of a PNG may take 64 MB each when they are unpacked, and 128 MB together.
"""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin, UnidentifiedImageError

from curate.pixels import cut_off_jpeg, deep_grey
from curate.reasons import Reason, Refusal

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "JPEG2000", "PPM", "AVIF")
"""The image types that are read, as Pillow names them."""

RGB_MODES = frozenset(
    {
        "1",
        "L",
        "LA",
        "La",
        "P",
        "PA",
        "RGB",
        "RGBX",
        "RGBA",
        "RGBa",
        "CMYK",
        "YCbCr",
        "HSV",
    }
)
"""Pillow's modes that it converts to RGB as a viewer would."""

_CUT_OFF = re.compile("[Tt]runcated|broken data stream")
_OUT_OF_MEMORY = "out of memory"
_HEAD = 256  # bytes that tell what a file is

# What the first bytes hold, in lower case, of files that come in place of pictures.
_OTHERS = (
    (b"ftyphei", "a HEIC photo, which is not read: convert it to JPEG"),
    (b"ftypmif1", "a HEIF photo, which is not read: convert it to JPEG"),
    (b"ftyphev", "a HEIC sequence, which is not read: convert it to JPEG"),
    (
        b"git-lfs",
        "a pointer of Git LFS in place of the picture: git lfs pull fetches it",
    ),
    (b"/annex/objects/", "a pointer of git-annex in place of the picture: fetch it"),
    (b"<html", "a web page in place of the picture: download it anew"),
    (b"<!doctype html", "a web page in place of the picture: download it anew"),
    (b"<svg", "a drawing (SVG), which is not read: convert it to PNG"),
    (b"%pdf", "a PDF, which is not read: convert its pages to PNG"),
    (b"jxl ", "a JPEG XL picture, which is not read: convert it to PNG"),
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_WEBP_HEADER = 8  # bytes that a WebP file has before the size that it states

# Pillow's own limits are 1 MB and 64 MB: screenshots and edited photos exceed them.
PngImagePlugin.MAX_TEXT_CHUNK = 64 * 1024 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 128 * 1024 * 1024


@contextmanager
def refusing(data: bytes = b"") -> Iterator[None]:
    """Make a Refusal of all that Pillow raises inside; only call Pillow there.

    `data`: the file's bytes, if Pillow may still read them. Refusal image_bomb,
    truncated_image or undecodable_image.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, and of large pictures, for which we have a
            # limit of our own.
            warnings.simplefilter("ignore")
            yield
    except MemoryError:
        detail = "decoding it takes more memory than the limits allow"
        raise Refusal(Reason.IMAGE_BOMB, detail) from None
    except Image.DecompressionBombError as error:
        raise Refusal(Reason.IMAGE_BOMB, str(error)) from None
    except UnidentifiedImageError:
        raise Refusal(Reason.UNDECODABLE_IMAGE, _what_it_is(data)) from None
    except Exception as error:
        raise Refusal(_reason(data, error), _detail(error)) from None


def open_picture(data: bytes, max_pixels: int) -> Image.Image:
    """The picture in a file's bytes; its size is checked, and no pixel is decoded yet.

    Refusal as `refusing`; image_bomb if it has more than `max_pixels` px.
    """
    with refusing(data):
        picture = Image.open(BytesIO(data), formats=FORMATS)
    _check_size(picture, max_pixels)
    return picture


def open_file(path: str, max_pixels: int) -> Image.Image:
    """The picture in a local file. Only its header has been read yet.

    Refusal as `open_picture`.
    """
    with refusing():
        picture = Image.open(path, formats=FORMATS)
    _check_size(picture, max_pixels)
    return picture


def _check_size(picture: Image.Image, max_pixels: int) -> None:
    """Refuse a picture of more than `max_pixels` px."""
    width, height = picture.size
    if width * height > max_pixels:
        detail = f"{width} x {height} px, more than {max_pixels:,} px"
        raise Refusal(Reason.IMAGE_BOMB, detail)


def load(
    picture: Image.Image,
    data: bytes,
    max_pixels: int,
    draft: tuple[str | None, tuple[int, int]] | None = None,
) -> tuple[Image.Image, bool]:
    """An opened picture with its pixels, and whether its file ends too early.

    `draft`: mode and least size to which a JPEG may be reduced. A JPEG that ends too
    early is opened anew. Refusal as `refusing`.
    """
    try:
        with refusing(data):
            if draft is not None:
                picture.draft(*draft)
            picture.load()
    except Refusal as refusal:
        is_cut_off = refusal.reason is Reason.TRUNCATED_IMAGE
        if not is_cut_off or not cut_off_jpeg.is_jpeg(data):
            raise
        with refusing(data):
            has_all_pixels = cut_off_jpeg.has_all_pixels(data)
        if not has_all_pixels:
            raise
    else:
        return picture, False

    mended = cut_off_jpeg.with_end_mark(data)
    picture = open_picture(mended, max_pixels)
    with refusing(mended):
        if draft is not None:
            picture.draft(*draft)
        picture.load()
    return picture, True


def orientation_of(picture: Image.Image, data: bytes) -> int:
    """EXIF orientation, 1 to 8; 1 if the picture states none, or none that is valid.

    Pillow turns a TIFF when it loads it: from then on its orientation is 1.
    """
    with refusing(data):
        try:
            stated = picture.getexif().get(ExifTags.Base.Orientation, 1)
        except (SyntaxError, struct.error):
            return 1

    if not isinstance(stated, int):
        return 1
    if not 1 <= stated <= 8:
        return 1
    return stated


def to_rgb(picture: Image.Image, grey_bits: int = 16) -> Image.Image:
    """A loaded picture in Pillow's mode RGB, by the rules above.

    `grey_bits`: that 16-bit grey uses. Refusal unsupported_image.
    """
    if picture.mode in deep_grey.MODES:
        shown = deep_grey.to_bytes(np.asarray(picture), grey_bits)
        return Image.fromarray(shown).convert("RGB")
    if picture.mode not in RGB_MODES:
        detail = f"pixel mode {picture.mode} has no conversion to RGB"
        raise Refusal(Reason.UNSUPPORTED_IMAGE, detail)

    with refusing():
        if picture.has_transparency_data:
            white = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(white, picture.convert("RGBA"))
        if picture.mode == "RGB":
            return picture
        return picture.convert("RGB")


def _what_it_is(data: bytes) -> str:
    """What a file is that is no picture which can be read, and what to do."""
    if not data:
        return "the file is empty"
    head = data[:_HEAD].lower()
    for mark, words in _OTHERS:
        if mark in head:
            return words
    return f"{len(data):,} bytes that are no picture"


def _reason(data: bytes, error: Exception) -> Reason:
    """Why a decoder has failed: want of memory, a file cut off, or no picture."""
    if _OUT_OF_MEMORY in str(error):
        return Reason.IMAGE_BOMB
    if data[8:12] == b"WEBP":
        # Its decoder says the same of every failure, but the file states its own size.
        stated = int.from_bytes(data[4:8], "little")
        is_cut_off = stated + _WEBP_HEADER > len(data)
    elif data.startswith(_PNG_SIGNATURE):
        is_cut_off = _PNG_END not in data
    else:
        is_cut_off = _CUT_OFF.search(str(error)) is not None

    if is_cut_off:
        return Reason.TRUNCATED_IMAGE
    return Reason.UNDECODABLE_IMAGE


def _detail(error: Exception) -> str:
    """A decoder's message; with its type if the message alone is not for people."""
    if isinstance(error, OSError | SyntaxError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"

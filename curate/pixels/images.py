"""Pictures: probed, decoded to RGB in the displayed frame, read as masks, and encoded for the shards.

Conversions to RGB: grey, two-level, palette, YCbCr, HSV and CMYK as Pillow does them; 16-bit grey keeps its
high byte; where there is transparency, the picture is laid over white. Colour profiles are ignored.
Floating-point, 32-bit and Lab pictures are refused. Of several frames the first counts.
"""

import hashlib
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from curate.boundary import runs_in_child
from curate.pixels.masks import Mask
from curate.reasons import Reason, Refusal

Pixels = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB."""

MAX_WEBP_SIDE = 16_383

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "JPEG2000", "PPM", "AVIF")
_RGB_MODES = {
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
_GREY16_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}
_STRIP = 1 << 20  # px that are converted at once
_GREY = 0x010101  # times a byte: its grey as 0xRRGGBB
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Probe(msgspec.Struct, frozen=True):
    """What a picture is, without its pixels. `width`, `height`: of the displayed frame, px."""

    image_id: str
    """First 32 hex digits of the SHA-256 of the file's bytes."""
    width: int
    height: int
    orientation: int
    """EXIF, 1 to 8."""
    dhash: int
    """64-bit difference hash of the displayed picture: near-equal pictures differ in few bits."""
    format: str
    mode: str


class MaskPicture(msgspec.Struct, frozen=True):
    """The pixels of a mask file as they stand, in its own frame."""

    pixels: NDArray[Any]
    """(H, W) unsigned integers: grey values or palette indexes; colours as 0xRRGGBB where `table` is None."""
    table: NDArray[np.uint32] | None
    """The colour of each value, 0xRRGGBB."""
    alpha: NDArray[np.uint8] | None
    """(H, W) uint8, where the file has transparency."""
    lossy: bool
    """Whether its compression blends colours."""

    @property
    def values(self) -> NDArray[Any] | None:
        """(H, W) grey values (0 or 1 in a two-level picture) or palette indexes; None in a colour picture."""
        return self.pixels if self.table is not None else None

    @property
    def colours(self) -> NDArray[np.uint32]:
        """(H, W) uint32, 0xRRGGBB; made anew at each call."""
        return self.table[self.pixels] if self.table is not None else self.pixels

    def foreground(self) -> Mask:
        """(H, W) bool: the opaque px where some are not opaque, else the px whose value or colour is not 0."""
        if self.alpha is not None and self.alpha.min() < 255:
            return self.alpha > 127
        return self.pixels.astype(np.bool_)


def probe(data: bytes, max_pixels: int) -> Probe:
    """Size, orientation and hash of an encoded picture; a JPEG is decoded at an eighth of its size where that will do.

    Refusal image_bomb, truncated_image, undecodable_image or unsupported_image.
    """
    with _opened(data, max_pixels) as picture:
        orientation, mode = _orientation(picture), picture.mode
        width, height = picture.size
        if orientation >= 5 and picture.format != "TIFF":  # Pillow turns TIFF by itself
            width, height = height, width
        picture.draft("L", (144, 128))
        return Probe(
            image_id=hashlib.sha256(data).hexdigest()[:32],
            width=width,
            height=height,
            orientation=orientation,
            dhash=_difference_hash(picture),
            format=str(picture.format),
            mode=mode,
        )


def decode(data: bytes, max_pixels: int) -> Pixels:
    """The picture as displayed, (H, W, 3) uint8 RGB. Refusals as `probe`."""
    with _opened(data, max_pixels) as picture:
        picture.load()
        orientation, (width, height) = _orientation(picture), picture.size
        pixels = np.empty((width, height, 3) if orientation >= 5 else (height, width, 3), np.uint8)
        stored = _in_stored_frame(pixels, orientation)
        rows = max(1, _STRIP // width)  # a large photo is never copied whole
        for top in range(0, height, rows):
            strip = (
                picture
                if rows >= height
                else picture.crop((0, top, width, min(top + rows, height)))
            )
            stored[top : top + rows] = np.asarray(_rgb(strip))
        return pixels


def decode_mask(data: bytes, max_pixels: int) -> MaskPicture:
    """The pixels of a mask file, not turned. Refusal undecodable_mask."""
    try:
        with _opened(data, max_pixels) as picture:
            lossy = picture.format in {"JPEG", "MPO"} or data[8:16] == b"WEBPVP8 "
            return _mask_picture(picture, lossy)
    except Refusal as refusal:
        raise Refusal(Reason.UNDECODABLE_MASK, refusal.detail) from None


@runs_in_child
def thumbnail(data: bytes, max_pixels: int, side: int) -> bytes:
    """Small lossy WebP of the picture as displayed, for pages: `side` px at most. Refusals as `probe`."""
    with _opened(data, max_pixels) as picture:
        orientation = _orientation(picture)
        picture.draft(None, (side, side))
        small = _rgb(picture)
        small.thumbnail((side, side))
        if orientation in _TURNS and picture.format != "TIFF":  # Pillow turns TIFF by itself
            small = small.transpose(_TURNS[orientation])
        file = BytesIO()
        small.save(file, "WEBP", quality=60)
        return file.getvalue()


def encode_webp(crop: Pixels) -> bytes:
    """Lossless WebP of an (H, W, 3) uint8 RGB crop, at most `MAX_WEBP_SIDE` px a side."""
    file = BytesIO()
    Image.fromarray(crop).save(
        file, "WEBP", lossless=True, quality=0, method=0
    )  # method 1: 8% less, 3 times as long
    return file.getvalue()


def encode_mask(mask: Mask) -> bytes:
    """1-bit PNG of an (H, W) bool mask."""
    file = BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def decode_crop(data: bytes) -> Pixels:
    """The (H, W, 3) uint8 RGB pixels of a shard's crop."""
    with Image.open(BytesIO(data), formats=("WEBP", "JPEG")) as picture:
        return np.array(picture.convert("RGB"))


def decode_mask_png(data: bytes) -> Mask:
    """The (H, W) bool mask of a shard's 1-bit PNG."""
    with Image.open(BytesIO(data), formats=("PNG",)) as picture:
        return np.array(picture.convert("1"))


@contextmanager
def _opened(data: bytes, max_pixels: int) -> Iterator[Image.Image]:
    """The picture, its size checked before a pixel is decoded; whatever a decoder raises becomes a Refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of odd metadata and, before the check below, of large pictures
            with Image.open(BytesIO(data), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height > max_pixels:
                    raise Refusal(
                        Reason.IMAGE_BOMB, f"{width} x {height} px, more than {max_pixels:,} px"
                    )
                yield picture
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(
            Reason.IMAGE_BOMB, "decoding it takes more memory than the limits allow"
        ) from None
    except Image.DecompressionBombError as error:
        raise Refusal(Reason.IMAGE_BOMB, str(error)) from None
    except UnidentifiedImageError:
        raise Refusal(
            Reason.UNDECODABLE_IMAGE, f"{len(data):,} bytes that are no picture"
        ) from None
    except (
        Exception
    ) as error:  # decoders raise anything on garbage: SyntaxError, struct.error, KeyError, …
        reason = Reason.TRUNCATED_IMAGE if _breaks_off(data, error) else Reason.UNDECODABLE_IMAGE
        plain = isinstance(
            error, OSError | SyntaxError | ValueError
        )  # their messages are for people
        raise Refusal(reason, str(error) if plain else f"{type(error).__name__}: {error}") from None


def _breaks_off(data: bytes, error: Exception) -> bool:
    if data[8:12] == b"WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    return any(word in str(error) for word in ("truncated", "Truncated", "broken data stream"))


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation of a picture that Pillow has not turned yet; 1 where none is stated or the EXIF is broken."""
    try:
        stated = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, struct.error):
        return 1
    return stated if isinstance(stated, int) and 1 <= stated <= 8 else 1


def _in_stored_frame(pixels: Pixels, orientation: int) -> Pixels:
    """A view of displayed pixels whose rows and columns are those of the file."""
    stored = pixels.swapaxes(0, 1) if orientation >= 5 else pixels
    if orientation in (2, 3, 7, 8):
        stored = stored[:, ::-1]
    return stored[::-1] if orientation in (3, 4, 6, 7) else stored


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode in _GREY16_MODES:
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode not in _RGB_MODES:
        raise Refusal(
            Reason.UNSUPPORTED_IMAGE, f"pixel mode {picture.mode} has no conversion to RGB"
        )
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")


def _difference_hash(picture: Image.Image) -> int:
    """Of the displayed picture shrunk to 9 x 8 grey px: a bit for each px, whether its right neighbour is brighter."""
    picture.load()
    turn = _TURNS.get(_orientation(picture))
    reducible = picture if picture.mode in ("L", "RGB", "RGBA") else _rgb(picture)
    small = _rgb(
        reducible.reduce(max(1, min(picture.width // 144, picture.height // 128)))
    ).convert("L")
    small = small if turn is None else small.transpose(turn)
    shrunk = np.asarray(small.resize((9, 8), Image.Resampling.LANCZOS))
    return int.from_bytes(np.packbits(shrunk[:, 1:] > shrunk[:, :-1]).tobytes(), "big")


def _mask_picture(picture: Image.Image, lossy: bool) -> MaskPicture:
    picture.load()
    alpha = (
        np.array(picture.convert("RGBA").getchannel("A")) if picture.has_transparency_data else None
    )
    bytes_grey = np.arange(256, dtype=np.uint32) * _GREY
    match picture.mode:
        case "1":
            return MaskPicture(
                np.array(picture).astype(np.uint8), bytes_grey[[0, 255]], alpha, lossy
            )
        case "L" | "LA":
            return MaskPicture(np.array(picture.getchannel(0)), bytes_grey, alpha, lossy)
        case "P":
            return MaskPicture(np.array(picture), _palette(picture), alpha, lossy)
        case "I" | "I;16" | "I;16L" | "I;16B" | "I;16N":
            values = np.array(picture)
            if values.min() < 0 or values.max() > 65535:
                raise Refusal(Reason.UNDECODABLE_MASK, "values beyond 16 bits")
            return MaskPicture(values.astype(np.uint16), np.repeat(bytes_grey, 256), alpha, lossy)
        case mode if mode in _RGB_MODES:
            red, green, blue = np.moveaxis(np.array(picture.convert("RGB")), 2, 0).astype(np.uint32)
            return MaskPicture(red << 16 | green << 8 | blue, None, alpha, lossy)
    raise Refusal(Reason.UNDECODABLE_MASK, f"pixel mode {picture.mode} names no regions")


def _palette(picture: Image.Image) -> NDArray[np.uint32]:
    listed = np.array(picture.getpalette("RGB") or [], np.uint32).reshape(-1, 3)
    table = np.zeros(256, np.uint32)
    table[: len(listed)] = listed @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    return table

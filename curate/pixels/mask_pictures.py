"""Mask files as they are: grey values, palette indexes or colours, in the file's frame."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.pixels import decoding, deep_colour, deep_grey
from curate.pixels.mask_arrays import Array, decode_array, is_array, whole_values
from curate.pixels.masks import Mask
from curate.reasons import Reason, Refusal

OPAQUE = 128
"""Alpha from which a px counts as opaque."""

Values = NDArray[np.unsignedinteger]
"""(H, W): grey values, palette indexes, or colours as 0xRRGGBB."""

Colours = NDArray[np.uint32]
"""0xRRGGBB."""

_Colour = TypeVar("_Colour", int, NDArray[np.integer[Any]])

_BYTE = 0xFF
_GREEN = 0x00FF00
_GREY = 0x010101  # times a byte: its grey as 0xRRGGBB
_GREYS: Colours = np.arange(256, dtype=np.uint32) * _GREY
_BLACK_AND_WHITE = _GREYS[[0, 255]]
_DEEP_GREYS = np.repeat(_GREYS, 256)  # by 16-bit value: its high byte shows
_MAX_VALUE = 65_535
_UPPER_BITS = 0xF0F0F0  # of what shows of 16 bits a channel


def red_blue_swapped(colour: _Colour) -> _Colour:
    """A colour, 0xRRGGBB, or colours, as 0xBBGGRR: how OpenCV takes them, and ids are made of them.

    >>> f"{red_blue_swapped(0x112233):06x}"
    '332211'
    """
    red = colour >> 16
    green = colour & _GREEN
    blue = colour & _BYTE
    return red | green | blue << 16


@dataclass(frozen=True, slots=True, eq=False)
class MaskPicture:
    """The pixels of a mask file, not turned."""

    pixels: Values
    table: Colours | None
    """(n,) the colour of each value; None if `pixels` are colours."""
    alpha: NDArray[np.uint8] | None
    """(H, W), if the file has transparency."""
    lossy: bool
    """Whether its compression blends colours."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, px."""
        height, width = self.pixels.shape
        return height, width

    @property
    def values(self) -> Values | None:
        """(H, W) grey values or palette indexes; None in a colour picture.

        Grey values are 0 and 1 in a picture of two levels.
        """
        if self.table is None:
            return None
        return self.pixels

    @property
    def colours(self) -> Values:
        """(H, W) colours; computed at each call."""
        if self.table is None:
            return self.pixels
        colours: Colours = self.table[self.pixels]
        return colours

    @property
    def is_deep(self) -> bool:
        """Whether its values have 16 bits. Their high byte shows."""
        return self.table is not None and self.pixels.dtype == np.uint16

    @property
    def is_cut_out(self) -> bool:
        """Whether some px are opaque and others are not."""
        if self.alpha is None:
            return False
        lowest = int(self.alpha.min())
        highest = int(self.alpha.max())
        return lowest < OPAQUE <= highest

    def foreground(self) -> Mask:
        """(H, W) bool: the opaque px if any px is not fully opaque, else those not 0."""
        if self.alpha is not None:
            lowest = self.alpha.min()
            # A black one that is opaque throughout fills its box: so Supervisely reads it.
            if lowest < 255 or not self.pixels.any():
                return self.alpha >= OPAQUE
        return self.pixels.astype(np.bool_)


def decode_mask(data: bytes, max_pixels: int) -> MaskPicture:
    """Decode a mask file of `max_pixels` px at most. Refusal undecodable_mask."""
    if is_array(data):
        return _of_array(decode_array(data, max_pixels))
    try:
        picture = decoding.open_picture(data, max_pixels)
        _check_frames(picture, data)
        is_deep_colour = deep_colour.is_deep(picture)
        with decoding.refusing(data):
            picture.load()
        # Fiji and SciPy write numbers of objects as 32-bit floats.
        if picture.mode == "F":
            return _of_array(whole_values(np.asarray(picture)))
        pixels = _pixels(picture)
        if is_deep_colour:
            _check_shows_colours(pixels)
        return MaskPicture(
            pixels=pixels,
            table=_table(picture),
            alpha=_alpha(picture),
            lossy=_is_lossy(picture, data),
        )
    except Refusal as refusal:
        raise Refusal(Reason.UNDECODABLE_MASK, refusal.detail) from None


def _of_array(array: Array) -> MaskPicture:
    """A mask that is an array of NumPy's."""
    table: Colours | None = _GREYS
    if array.ndim == 3:
        array = _joined(np.moveaxis(array, 2, 0))
        table = None
    elif array.dtype == np.bool_:
        array = array.astype(np.uint8)
        table = _BLACK_AND_WHITE
    elif array.dtype == np.uint16:
        table = _DEEP_GREYS
    return MaskPicture(array, table, alpha=None, lossy=False)


def _check_frames(picture: Image.Image, data: bytes) -> None:
    """Refuse a stack: which of its frames is the mask, nobody can say.

    Frames of another size are previews, and the second picture of a camera's JPEG is none.
    """
    if picture.format in ("JPEG", "MPO"):
        return
    with decoding.refusing(data):
        frames = getattr(picture, "n_frames", 1)
        size = picture.size
        is_stack = False
        if frames > 1:
            picture.seek(1)
            is_stack = picture.size == size
            picture.seek(0)
    if is_stack:
        detail = f"{frames:,} frames in one file: write each as a mask file of its own"
        raise Refusal(Reason.UNDECODABLE_MASK, detail)


def _check_shows_colours(pixels: Values) -> None:
    """Refuse 16 bits a channel if the upper ones are empty: such a picture holds numbers.

    SYNTHIA has such pictures, or a depth beside an id. Pillow shows their upper bits alone.
    """
    if int(np.bitwise_or.reduce(pixels, axis=None)) & _UPPER_BITS == 0:
        detail = "numbers in 16 bits a channel, which are no colours: write them as 16-bit grey"
        raise Refusal(Reason.UNDECODABLE_MASK, detail)


def _is_lossy(picture: Image.Image, data: bytes) -> bool:
    if picture.format in ("JPEG", "MPO"):
        return True
    return data[8:16] == b"WEBPVP8 "


def _alpha(picture: Image.Image) -> NDArray[np.uint8] | None:
    """(H, W) alpha of a loaded picture; None if it has no transparency."""
    with decoding.refusing():
        if not picture.has_transparency_data:
            return None
        alpha = picture.convert("RGBA").getchannel("A")
    return np.array(alpha)


def _pixels(picture: Image.Image) -> Values:
    """The pixels of a loaded picture, as `MaskPicture` has them.

    Refusal undecodable_mask.
    """
    mode = picture.mode
    if mode == "1":
        return np.array(picture).astype(np.uint8)
    if mode in ("L", "LA"):
        return np.array(picture.getchannel(0))
    if mode == "P":
        return np.array(picture)
    if _is_deep(mode):
        return _deep_values(picture)
    if mode in decoding.RGB_MODES:
        return _colours(picture)
    raise Refusal(Reason.UNDECODABLE_MASK, f"pixel mode {mode} names no regions")


def _table(picture: Image.Image) -> Colours | None:
    """The colour of each value of a loaded picture, as `MaskPicture` has them."""
    mode = picture.mode
    if mode == "1":
        return _BLACK_AND_WHITE
    if mode in ("L", "LA"):
        return _GREYS
    if mode == "P":
        return _palette(picture)
    if _is_deep(mode):
        return _DEEP_GREYS
    return None


def _is_deep(mode: str) -> bool:
    """Whether pixels of a mode have more than 8 bits of grey."""
    return mode == "I" or mode in deep_grey.MODES


def _deep_values(picture: Image.Image) -> Values:
    """(H, W) uint16 values of a picture of 16 or 32 bits. Refusal if they need more."""
    values = np.array(picture)
    lowest = values.min()
    highest = values.max()
    if lowest < 0 or highest > _MAX_VALUE:
        raise Refusal(Reason.UNDECODABLE_MASK, "values beyond 16 bits")
    return values.astype(np.uint16)


def _colours(picture: Image.Image) -> Colours:
    """(H, W) colours of a colour picture."""
    with decoding.refusing():
        rgb = picture.convert("RGB")
    channels = np.moveaxis(np.array(rgb), 2, 0)
    return _joined(channels)


def _palette(picture: Image.Image) -> Colours:
    """(256,) the colour of each palette index; black beyond the palette's end."""
    with decoding.refusing():
        listed = picture.getpalette("RGB") or []
    channels = np.array(listed, np.uint32).reshape(-1, 3)
    colours = _joined(channels.T)

    table = np.zeros(256, np.uint32)
    table[: colours.size] = colours
    return table


def _joined(channels: NDArray[np.unsignedinteger]) -> Colours:
    """0xRRGGBB of red, green and blue, (3, …)."""
    red, green, blue = channels.astype(np.uint32)
    colours: Colours = red << 16
    colours |= green << 8
    colours |= blue
    return colours

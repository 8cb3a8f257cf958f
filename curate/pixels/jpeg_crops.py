"""Crops of a JPEG that are made of its own blocks, so that not a px is encoded anew.

A JPEG is made of MCUs of 8 to 32 px a side. A crop of whole MCUs is a JPEG file again
that holds the very numbers of the source, without its metadata.

Where colours have fewer px than brightness, the decoder blends neighbouring ones: so the
outermost px of such a crop differ from the source's by a little, and no others. Each crop
is therefore so large that its box is at least one px away from them.

Photos that are turned by EXIF are not cropped so: turned blocks do not decode to the same
px. Nor are CMYK and unusual samplings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import JpegImagePlugin
from PIL.Image import Image

from curate.pixels import decoding
from curate.pixels.turbojpeg_library import NotCropped, load
from curate.records import Box

_BLOCK = 8  # px
_SAMPLINGS = ((1, 1), (2, 1), (1, 2), (2, 2), (4, 1))
_BYTES = 2  # of a coefficient while libjpeg-turbo works


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """How a JPEG is stored."""

    height: int
    width: int
    across: int
    """px of brightness to one of colour, from left to right: 1, 2 or 4."""
    down: int
    """The same from top to bottom: 1 or 2."""
    is_grey: bool
    is_progressive: bool

    @property
    def coefficient_bytes(self) -> int:
        """Bytes that all of its coefficients take, about."""
        pixels = self.height * self.width * _BYTES
        if self.is_grey:
            return pixels
        return pixels + 2 * pixels // (self.across * self.down)


def jpeg_frame(picture: Image, data: bytes) -> JpegFrame | None:
    """How an opened picture is stored; None if it cannot be cropped by its blocks.

    `data`: the file's bytes. Refusal undecodable_image.
    """
    if not isinstance(picture, JpegImagePlugin.JpegImageFile):
        return None
    if picture.mode not in ("L", "RGB"):
        return None
    if decoding.orientation_of(picture, data) != 1:
        return None

    # Each component has its name, its px across and down, and its quantization table.
    samplings = [layer[1:3] for layer in picture.layer]
    if samplings[0] not in _SAMPLINGS:
        return None
    if any(each != (1, 1) for each in samplings[1:]):
        return None
    is_grey = len(samplings) == 1
    if is_grey and samplings[0] != (1, 1):
        return None
    across, down = samplings[0]
    return JpegFrame(
        height=picture.height,
        width=picture.width,
        across=across,
        down=down,
        is_grey=is_grey,
        is_progressive="progressive" in picture.info,
    )


def snapped(box: Box, frame: JpegFrame) -> Box:
    """The crop of whole MCUs whose px are the source's inside the box.

    >>> frame = JpegFrame(480, 640, 2, 2, is_grey=False, is_progressive=False)
    >>> snapped(Box(17, 16, 40, 32), frame)
    Box(x0=16, y0=0, x1=48, y1=48)
    """
    x0, x1 = _snapped(box.x0, box.x1, frame.width, frame.across)
    y0, y1 = _snapped(box.y0, box.y1, frame.height, frame.down)
    return Box(x0, y0, x1, y1)


def _snapped(start: int, end: int, length: int, ratio: int) -> tuple[int, int]:
    """One side of a box in whole MCUs of a picture of `length` px.

    `ratio`: px of brightness to one of colour.
    """
    step = _BLOCK * ratio
    if ratio > 1:  # colours are blended
        start -= 1
        end += 1
    start = max(0, start // step * step)
    end = min(length, -(-end // step) * step)
    # Colours that are two px wide or less are not blended at all.
    if end - start < step and start > 0:
        start -= step
    return start, end


def crop_jpeg(data: bytes, boxes: Sequence[Box], library: str) -> list[bytes] | None:
    """The file of each crop; None if the source is damaged.

    `boxes`: as `snapped` gives them. `library`: the file of libjpeg-turbo. Raises
    MemoryError.
    """
    if not boxes:
        return None
    try:
        return load(library).crop(data, boxes)
    except NotCropped:
        return None

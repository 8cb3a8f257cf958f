"""What trace and segment paint alike: the colours, and boxes.

`curate.pixels.overlays` paints the masks.
"""

from io import BytesIO

from PIL import Image

from curate.pixels.images import Pixels
from curate.pixels.overlays import Colour
from curate.records import Box

MASK_COLOUR: Colour = (255, 64, 160)
DRAWN_BOX_COLOUR: Colour = (255, 208, 0)


def paint_box(picture: Pixels, box: Box, colour: Colour, line: int) -> None:
    """Paint the sides of a box in place, `line` px thick and inside it.

    `picture`: (H, W, 3) uint8. The box may reach beyond it.
    """
    x0, y0, x1, y1 = box
    sides = [
        Box(x0, y0, x1, y0 + line),  # top
        Box(x0, y1 - line, x1, y1),  # bottom
        Box(x0, y0, x0 + line, y1),  # left
        Box(x1 - line, y0, x1, y1),  # right
    ]
    for side in sides:
        _fill(picture, side, colour)


def encode_png(picture: Pixels) -> bytes:
    """A picture as a PNG file."""
    file = BytesIO()
    image = Image.fromarray(picture)
    image.save(file, "PNG")
    return file.getvalue()


def _fill(picture: Pixels, box: Box, colour: Colour) -> None:
    # A negative index would count from the picture's other end.
    top = max(0, box.y0)
    bottom = max(0, box.y1)
    left = max(0, box.x0)
    right = max(0, box.x1)
    picture[top:bottom, left:right] = colour

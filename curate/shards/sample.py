"""What the model sees of one object."""

from dataclasses import dataclass

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, OfSides
from curate.records import Box


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What the model sees of one object, and what it shall answer."""

    row: int
    object_id: str
    image_id: str
    export: str
    customer: str
    domain: str
    concept: str
    weight: float
    image: Pixels
    """(H, W, 3) uint8 RGB: the window."""
    mask: Mask
    """(H, W) bool: the object in the window."""
    drawn: Box
    """The drawn box, in the window."""
    window: Box
    """The window, in the crop."""
    at_edge: OfSides
    """Whether each side of the window is the image's own edge."""
    image_height: int
    """px of the whole image"""
    image_width: int

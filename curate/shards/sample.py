"""What the model sees of one object."""

from dataclasses import dataclass

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, OfSides
from curate.records import Box


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What the model sees of one object, and what it shall answer.

    docs/shards.md says what the columns mean that it is described by.
    """

    row: int
    """Its number in the shards of its split, from 0 on."""
    object_id: str
    image_id: str
    export: str
    customer: str
    domain: str
    concept: str
    weight: float
    """Expected number of times that an epoch uses it."""
    image: Pixels
    """(H, W, 3) uint8 RGB: the window."""
    mask: Mask
    """(H, W) bool: the object in the window."""
    drawn: Box
    """The drawn box, px of the window."""
    window: Box
    """The window, px of the crop."""
    at_edge: OfSides
    """Whether the left, top, right and bottom side of the window is the image's own edge."""
    image_height: int
    """px of the whole image, as it is displayed."""
    image_width: int

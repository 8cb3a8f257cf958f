"""Which values and colours a mask file has, and how often: what class tables are compared by."""

import msgspec
import numpy as np

from curate.boundary import runs_in_child
from curate.pixels.mask_pictures import decode_mask

_MOST = 1_000  # values that are told; a file with more of them is a photograph


class MaskValues(msgspec.Struct, frozen=True):
    """How many px of a mask have each value and each colour, the commonest first."""

    values: list[tuple[int, int]]
    """Grey values or palette indexes, with their px; none of a colour picture."""
    colours: list[tuple[int, int]]
    """0xRRGGBB, with their px."""


@runs_in_child
def values_of_mask(data: bytes, max_pixels: int) -> MaskValues:
    """The values of a mask file of `max_pixels` px at most. Refusal undecodable_mask."""
    picture = decode_mask(data, max_pixels)
    found, counts = np.unique(picture.pixels, return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[:_MOST]
    found = found[commonest]
    pixels = counts[commonest].tolist()

    if picture.table is None:
        return MaskValues([], list(zip(found.tolist(), pixels, strict=True)))
    colours = picture.table[found].tolist()
    return MaskValues(
        values=list(zip(found.tolist(), pixels, strict=True)),
        colours=list(zip(colours, pixels, strict=True)),
    )

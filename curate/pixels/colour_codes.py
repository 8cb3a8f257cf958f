"""Class codes of a mask file whose colours name the classes.

A listed colour is its class. Another colour is the nearest listed one within 32 in each
channel: lossy compression and soft edges change colours. But black that is not listed is
nothing, unless the file is lossy. What lies between two listed
colours may be a blend of their regions, so such px are marked as doubtful. The colour of Pascal
VOC's void (number 255 of its palette) is void beside any table that does not list it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.mask_records import RegionMap
from curate.pixels.class_table import (
    MAX_UNKNOWN,
    VOID,
    Bools,
    ClassCodes,
    Codes,
    Integers,
    class_table,
    distinct_values,
    look_up,
    spread,
)
from curate.pixels.mask_pictures import OPAQUE, MaskPicture
from curate.reasons import Reason, Refusal

_REACH = 32  # in each channel: how far the nearest listed colour may be
_ROUNDING = 2  # in each channel: how far a mixture may be from what it should be
_MAX_COLOURS = 1 << 18  # more distinct colours are a photograph
_FEW_BLENDS = 16  # up to so many unlisted colours are judged one by one
_VOID_OF_VOC = 0xE0E0C0
_NOWHERE = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What is known of each distinct colour of a picture, (n,) each."""

    codes: Codes
    """-1 for a colour of no listed class."""
    blends: Bools
    """Whether it is of no class because it is a blend."""
    doubtful: Bools
    """Whether it may be a blend; its code does not matter."""


def by_colour(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    """Codes by colour.

    Refusal over_limit or undecodable_mask if the picture is no map of classes.
    """
    distinct = distinct_values(picture.pixels)
    if distinct.size > _MAX_COLOURS:
        detail = f"{distinct.size:,} colours: a photograph, not a map of classes"
        raise Refusal(Reason.OVER_LIMIT, detail)

    colours = distinct
    if picture.table is not None:
        colours = picture.table[distinct]
    labels = region_map.labels
    if not labels:
        labels = _own_names(colours, picture.lossy)
    table = class_table(labels, region_map)
    known = len(table.names)

    code_of = _codes_by_colour(region_map, table.code_of)
    exact = dict(code_of)
    if region_map.labels:
        exact.setdefault(_VOID_OF_VOC, VOID)
    judged = _judge(colours, code_of, exact, picture.lossy)
    table.add_unknown(judged.codes, colours, judged.blends)
    codes = spread(judged.codes, distinct, picture.pixels)
    if picture.alpha is not None:
        # What cannot be seen is of no unknown class.
        is_clear = picture.alpha < OPAQUE
        if region_map.labels:
            is_clear &= codes >= known
        codes[is_clear] = VOID

    doubtful = None
    if judged.doubtful.any():
        doubtful = spread(judged.doubtful, distinct, picture.pixels)
    return ClassCodes(codes, table.names, table.values, doubtful)


def _own_names(colours: Integers, lossy: bool) -> dict[int, str]:
    """Colours as their own labels, #RRGGBB, if no table names them.

    Refusal if they are too many.
    """
    if lossy or colours.size > MAX_UNKNOWN:
        detail = f"{colours.size:,} colours, and no class table that lists any"
        raise Refusal(Reason.UNDECODABLE_MASK, detail)
    return {int(colour): f"#{colour:06X}" for colour in colours}


def _codes_by_colour(
    region_map: RegionMap,
    code_of_value: dict[int, int],
) -> dict[int, int]:
    """The code of each listed colour; a colour is its own value if the map lists none."""
    if not region_map.colours:
        return code_of_value

    code_of = {}
    for colour, value in region_map.colours.items():
        if value in code_of_value:
            code_of[colour] = code_of_value[value]
    return code_of


def _judge(
    colours: Integers, code_of: dict[int, int], exact: dict[int, int], lossy: bool
) -> _Judged:
    """The codes of distinct colours, (n,), and what may be blends.

    `code_of`: of colours that others may be near to. `exact`: of these, and of those that count
    only as they are.
    """
    codes = look_up(colours, exact)
    is_exact = codes >= 0
    is_loose = ~is_exact
    if not lossy:
        # Black that is not listed is what nobody labelled, and no shade of a dark class.
        is_loose &= colours != 0
    codes[is_loose] = _nearest(colours[is_loose], code_of)
    blends = codes < 0
    if lossy:
        return _Judged(codes, blends, np.ones_like(blends))

    # Many colours of no class are soft edges. A few may be classes of their own.
    if np.count_nonzero(blends) <= _FEW_BLENDS:
        blends[blends] = _is_between(colours[blends], code_of)

    is_near = ~is_exact & (codes >= 0)
    doubtful = blends | is_near
    if doubtful.any():
        doubtful |= _listed_blends(colours, is_exact, exact)
    return _Judged(codes, blends, doubtful)


def _listed_blends(
    colours: Integers,
    is_exact: Bools,
    code_of: dict[int, int],
) -> Bools:
    """(n,) which listed colours may be blends of two others.

    Dark red is half red and half black.
    """
    found = np.zeros(colours.size, bool)
    for number in np.flatnonzero(is_exact):
        colour = int(colours[number])
        others = dict(code_of)
        del others[colour]
        is_between = _is_between(np.array([colour]), others)
        found[number] = is_between[0]
    return found


def _nearest(colours: Integers, code_of: dict[int, int]) -> Codes:
    """(n,) the code of the nearest listed colour within reach in each channel, or -1."""
    codes = np.full(colours.size, -1, np.int32)
    if not colours.size:
        return codes

    best = np.full(colours.size, _NOWHERE, np.int32)
    channels = _channels(colours)
    for listed, code in code_of.items():
        difference = channels - _channels(np.array([listed]))
        squares = difference**2
        distance = squares.sum(axis=1)

        furthest = np.abs(difference).max(axis=1)
        is_near = furthest <= _REACH
        is_best = is_near & (distance < best)
        codes[is_best] = code
        best[is_best] = distance[is_best]
    return codes


def _is_between(colours: Integers, code_of: dict[int, int]) -> Bools:
    """(n,) whether each colour is a mixture of two listed ones, apart from rounding."""
    # From each of m listed colours to each other: start (m, 1, 3), way (m, m, 3).
    listed = np.array(list(code_of), np.int64)
    ends = _channels(listed).astype(np.float32)
    start = ends[:, None]
    way = ends[None] - start
    squares = way**2
    squared_length = np.maximum(squares.sum(axis=2), 1)

    is_between = np.zeros(colours.size, bool)
    for number, colour in enumerate(_channels(colours)):
        # The nearest point to the colour on each line.
        products = (colour - start) * way
        share = products.sum(axis=2) / squared_length
        share = np.clip(share, 0, 1)
        mixture = start + share[..., None] * way

        difference = np.abs(mixture - colour)
        distance = difference.max(axis=2)
        is_between[number] = np.any(distance <= _ROUNDING)
    return is_between


def _channels(colours: Integers) -> NDArray[np.int32]:
    """(n, 3) red, green and blue of 0xRRGGBB."""
    red = colours >> 16
    green = (colours >> 8) & 255
    blue = colours & 255
    channels = np.stack([red, green, blue], axis=-1)
    return channels.astype(np.int32)

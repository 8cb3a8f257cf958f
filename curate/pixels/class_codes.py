"""From the pixels of a mask file to class codes: what each px says, be it a number, a colour or a shade of grey.

`auto` is decided by the picture: a table of colours rules where the picture bears one of its colours, black aside if
there is another;
else the mask is binary, if its table names at most one class and its values lie at both ends or some px are
transparent; else values are numbers.
At both ends: all values are 0 or 1; or nine px in ten are at most 32 or at least 223, and the upper end outweighs
whatever the lower end holds beside its commonest value (in a JPEG that is noise); or more than 64 values lead from
black to white. So soft masks are binary, and classes 0, 1, 2 with 255 for void are not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import MaskPicture
from curate.pixels.masks import Mask
from curate.reasons import Reason, Refusal
from curate.records import RegionMap

VOID, BACKGROUND, FIRST_LABEL = 0, 1, 2

_REACH = 32  # in each channel: how far a blended colour may be from a listed one
_LOW, _HIGH = 32, 223  # grey values up to and from here lie at the ends
_MAX_UNKNOWN = 256  # more unlisted values than this count as one class
_MAX_COLOURS = 1 << 18  # more distinct colours are a photograph
_MANY_GREYS = 64  # more grey values than classes have, where the highest is white
_FEW_BLENDS = 16  # up to so many unlisted colours are judged one by one
_WHITE = 255
_NOWHERE = np.iinfo(np.int32).max

Integers = NDArray[np.integer]


class ClassCodes(NamedTuple):
    """(H, W) codes: VOID, BACKGROUND, then one for each label, then one for each value of no listed class."""

    codes: Integers
    names: list[str | None]
    """Label by code; None for VOID, BACKGROUND and what is of no listed class."""
    values: list[int]
    """Value by code; the first one found where a code stands for many."""
    doubtful: Mask | None
    """(H, W) px that may be blends: read by the nearest colour, or, in a mask with such px, between two listed ones."""


def class_codes(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    """Codes of each px. Refusal undecodable_mask where the picture cannot hold what the map expects."""
    pixels = _decide(region_map, picture) if region_map.pixels == "auto" else region_map.pixels
    if pixels == "binary":
        label = region_map.label or next(iter(_objects(region_map)), "")
        codes = binary_mask(picture).astype(np.uint8) * FIRST_LABEL
        return ClassCodes(codes, [None, None, label], [0, 0, 1], None)
    if pixels == "objects":
        ids = picture.colours if picture.values is None else picture.values
        codes = np.where((ids == 0) | np.isin(ids, region_map.void), VOID, FIRST_LABEL).astype(
            np.uint8
        )
        return ClassCodes(codes, [None, None, region_map.label], [0, 0, 1], None)
    if pixels == "index":
        return _by_number(region_map, _numbers(picture), picture.lossy)
    if pixels == "number":
        return _by_number(region_map, picture.colours, picture.lossy)
    return _by_colour(region_map, picture)


def binary_mask(picture: MaskPicture) -> Mask:
    """(H, W) bool: > 127; where 0 and one other value are all there is, the other.

    Where some px are transparent, the opaque ones; of these the bright ones, if they are black and white.
    """
    grey = _grey(picture)
    if picture.alpha is not None and picture.alpha.min() <= 127 < picture.alpha.max():
        opaque: Mask = picture.alpha > 127
        inside = grey[opaque]
        return opaque & (grey > 127) if inside.max() >= _HIGH and _at_both_ends(inside) else opaque
    low, high = int(grey.min()), int(grey.max())
    two_values = low == 0 and bool(np.all((grey == 0) | (grey == high)))
    above: Mask = grey > (0 if high <= 1 or two_values else 127)
    return above


def _objects(region_map: RegionMap) -> dict[str, int]:
    """Classes that are objects, and their values."""
    others = {*region_map.void, *region_map.background}
    return {label: value for value, label in region_map.labels.items() if value not in others}


def _decide(region_map: RegionMap, picture: MaskPicture) -> str:
    if region_map.colours:
        used = _distinct(picture.pixels)
        used = used if picture.table is None else picture.table[used]
        telling = used[used > 0] if np.any(used > 0) else used
        if picture.table is None or np.isin(telling, list(region_map.colours)).any():
            return "colour"
    classes = _objects(region_map)
    if len(classes) > 1:
        return "index"
    if picture.alpha is not None and picture.alpha.min() <= 127 < picture.alpha.max():
        return "binary"
    grey = _grey(picture)
    listed = [value for value in classes.values() if _LOW < value < _HIGH and np.any(grey == value)]
    return "binary" if not listed and _at_both_ends(grey, picture.lossy) else "index"


def _at_both_ends(grey: Integers, lossy: bool = False) -> bool:
    """Whether grey values are 0 and 1 alone, lie at both ends, or shade from one to the other."""
    histogram: Integers = np.bincount(grey.ravel(), minlength=256)
    if histogram.size > 256:
        return False
    if not histogram[2:].any():
        return True
    low, high = histogram[: _LOW + 1], histogram[_HIGH:]
    if histogram[0] and high.any() and np.count_nonzero(histogram) > _MANY_GREYS:
        return True
    return bool(
        low.sum() + high.sum() >= 0.9 * grey.size and (lossy or high.sum() > low.sum() - low.max())
    )


def _grey(picture: MaskPicture) -> Integers:
    values: Integers | None = picture.values
    if values is None:
        red, green, blue = (picture.pixels >> shift & 255 for shift in (16, 8, 0))
        luminance: Integers = (299 * red + 587 * green + 114 * blue + 500) // 1000  # ITU-R BT.601
        return luminance
    return values >> 8 if values.dtype == np.uint16 and values.max() >= _HIGH << 8 else values


def _numbers(picture: MaskPicture) -> Integers:
    if picture.values is not None:
        return picture.values
    low = picture.pixels & 255
    if np.any(picture.pixels != low * 0x010101):
        raise Refusal(
            Reason.UNDECODABLE_MASK,
            "a colour picture where a grey or palette one with class numbers is due",
        )
    return low


def _by_number(region_map: RegionMap, pixels: Integers, lossy: bool) -> ClassCodes:
    distinct = _distinct(pixels)
    if lossy and distinct.size > 1:
        raise Refusal(Reason.UNDECODABLE_MASK, "class numbers in a JPEG, which changes them")
    labels = region_map.labels
    if region_map.pixels == "auto" and not labels:
        labels = {int(value): str(value) for value in distinct}
    listing, names, values = _listing(labels, region_map)
    if len(names) > FIRST_LABEL + 1 and distinct.tolist() == [0, _WHITE] and _WHITE not in labels:
        listing.pop(
            _WHITE, None
        )  # white on black says nothing of several classes, and is no void to pass over
    codes = _look_up(distinct, listing)
    _add_unknown(codes, distinct, np.zeros(distinct.size, bool), names, values)
    return ClassCodes(_spread(codes, distinct, pixels), names, values, None)


def _by_colour(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    distinct = _distinct(picture.pixels)
    if distinct.size > _MAX_COLOURS:
        raise Refusal(
            Reason.OVER_LIMIT, f"{distinct.size:,} colours: a photograph, not a map of classes"
        )
    colours = distinct if picture.table is None else picture.table[distinct]
    labels = region_map.labels or _own_names(distinct, colours, picture.lossy)
    listing, names, values = _listing(labels, region_map)
    if region_map.colours:
        listing = {
            colour: listing[value]
            for colour, value in region_map.colours.items()
            if value in listing
        }
    codes = _look_up(colours, listing)
    inexact = codes < 0
    codes[inexact] = _nearest(colours[inexact], listing)
    blends = codes < 0
    if not picture.lossy and np.count_nonzero(blends) <= _FEW_BLENDS:
        blends[blends] = _between(colours[blends], listing)
    doubtful = np.ones_like(blends) if picture.lossy else blends | (inexact & (codes >= 0))
    for number in np.flatnonzero(~inexact) if doubtful.any() and not picture.lossy else ():
        others = {colour: code for colour, code in listing.items() if colour != colours[number]}
        doubtful[number] = _between(colours[number : number + 1], others)[
            0
        ]  # dark red: half red, half black
    known = len(names) if region_map.labels else 0
    _add_unknown(codes, colours, blends, names, values)
    coded = _spread(codes, distinct, picture.pixels)
    if picture.alpha is not None:
        coded[(picture.alpha <= 127) & (coded >= known)] = (
            VOID  # what cannot be seen is not of an unknown class
        )
    return ClassCodes(
        coded,
        names,
        values,
        _spread(doubtful, distinct, picture.pixels) if doubtful.any() else None,
    )


def _own_names(distinct: Integers, colours: Integers, lossy: bool) -> dict[int, str]:
    """Colours as their own labels, #RRGGBB, where no table names them."""
    if lossy or distinct.size > _MAX_UNKNOWN:
        raise Refusal(
            Reason.UNDECODABLE_MASK, f"{distinct.size:,} colours, and no class table that lists any"
        )
    return {int(colour): f"#{colour:06X}" for colour in colours}


def _listing(
    labels: dict[int, str], region_map: RegionMap
) -> tuple[dict[int, int], list[str | None], list[int]]:
    """Code by value, label by code, value by code."""
    objects = [value for value in labels if value not in {*region_map.void, *region_map.background}]
    listing = {value: code for code, value in enumerate(objects, FIRST_LABEL)}
    listing |= dict.fromkeys(region_map.background, BACKGROUND) | dict.fromkeys(
        region_map.void, VOID
    )
    return listing, [None, None, *(labels[value] for value in objects)], [0, 0, *objects]


def _look_up(keys: Integers, listing: dict[int, int]) -> NDArray[np.int32]:
    listed = np.array(sorted(listing), np.int64)
    if not listed.size:
        return np.full(keys.size, -1, np.int32)
    place = np.minimum(np.searchsorted(listed, keys), listed.size - 1)
    codes = np.array([listing[int(key)] for key in listed], np.int32)
    return np.where(listed[place] == keys, codes[place], -1).astype(np.int32)


def _nearest(colours: Integers, listing: dict[int, int]) -> NDArray[np.int32]:
    """Code of the nearest listed colour within reach in each channel, -1 where there is none."""
    codes = np.full(colours.size, -1, np.int32)
    best = np.full(colours.size, _NOWHERE, np.int32)
    channels = _channels(colours)
    for colour, code in listing.items() if colours.size else ():
        difference = channels - _channels(np.array([colour]))
        distance = np.where(np.abs(difference).max(1) <= _REACH, (difference**2).sum(1), _NOWHERE)
        codes[distance < best] = code
        best = np.minimum(best, distance)
    return codes


def _between(colours: Integers, listing: dict[int, int]) -> Mask:
    """Whether each colour is a mixture of two listed ones, to within 2 in each channel for rounding."""
    start = _channels(np.array(list(listing), np.int64)).astype(np.float32)
    side = start[None] - start[:, None]
    squared = np.maximum((side**2).sum(2), 1)
    between = np.zeros(colours.size, bool)
    for number, colour in enumerate(_channels(colours)):
        share = np.clip(((colour - start)[:, None] * side).sum(2) / squared, 0, 1)
        mixture = start[:, None] + share[..., None] * side
        between[number] = np.any(np.abs(mixture - colour).max(2) <= 2)
    return between


def _channels(colours: Integers) -> NDArray[np.int32]:
    return np.stack([colours >> shift & 255 for shift in (16, 8, 0)], axis=-1).astype(np.int32)


def _add_unknown(
    codes: NDArray[np.int32],
    keys: Integers,
    blends: Mask,
    names: list[str | None],
    values: list[int],
) -> None:
    """Gives codes to what has none: one to all blends, one to each other key; in place, and appended to the lists."""
    others = np.flatnonzero((codes < 0) & ~blends)
    groups = (
        [others] if others.size > _MAX_UNKNOWN else [others[i : i + 1] for i in range(others.size)]
    )
    for group in [np.flatnonzero(blends), *groups]:
        if group.size:
            codes[group] = len(names)
            names.append(None)
            values.append(int(keys[group[0]]))


def _distinct(pixels: Integers) -> Integers:
    """Sorted distinct values below 2 ** 24, without sorting the px."""
    present = np.zeros(int(pixels.max()) + 1, bool)
    present[pixels] = True
    return np.flatnonzero(present)


def _spread(of_distinct: NDArray, distinct: Integers, pixels: Integers) -> NDArray:  # type: ignore[type-arg]
    """(H, W) from what is known of each distinct value."""
    small = np.uint8 if of_distinct.dtype != bool and of_distinct.max() < 256 else None
    table = np.zeros(int(distinct[-1]) + 1, small or of_distinct.dtype)
    table[distinct] = of_distinct
    spread: NDArray = table[pixels]  # type: ignore[type-arg]
    return spread

"""From the pixels of a mask file to class codes, by number, colour or grey.

A region map of `auto` pixels lets the picture decide. Colours name classes if the
picture has a colour that the map lists; black counts only if the picture has no other
colour. A colour on black is binary in a mask that its name or its folder says to be of one
class (IDRiD's are red). Else the mask is binary if the map names at most one class and the
picture's values look binary, or some px are transparent; but not if the highest value is listed
as background or void. Else values are numbers. A mask of black, grey and white, each in regions
of its own (a trimap), says nothing without a table.
"""

from dataclasses import replace

import numpy as np

from curate.mask_records import RegionMap
from curate.pixels.binary_masks import (
    HIGH,
    LOW,
    MANY_GREYS,
    binary_mask,
    flat_greys,
    grey_values,
    is_dark_colour,
    looks_binary,
)
from curate.pixels.blended_numbers import blended_px
from curate.pixels.class_table import (
    FIRST_LABEL,
    VOID,
    ClassCodes,
    Integers,
    class_table,
    distinct_values,
    look_up,
    object_values,
    spread,
)
from curate.pixels.colour_codes import by_colour
from curate.pixels.mask_pictures import OPAQUE, MaskPicture
from curate.reasons import Reason, Refusal

_WHITE = 255
_MIDDLE_GREYS = range(120, 137)  # of the unknown band in a trimap


def class_codes(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    """Codes of each px, by what the map says of its pixels.

    Refusal undecodable_mask or over_limit if the picture is not what the map expects.
    """
    pixels: str = region_map.pixels
    if pixels == "auto":
        pixels = _decide(region_map, picture)

    if pixels == "binary":
        return _binary(region_map, picture)
    if pixels == "objects":
        return _numbered_objects(region_map, picture)
    if pixels == "index":
        numbers = _numbers(picture)
        distinct = distinct_values(numbers)
        _check_palette(region_map, picture, distinct)
        coded = _by_number(region_map, numbers, distinct, picture.lossy)
        coded = replace(coded, doubtful=blended_px(numbers, distinct))
        if picture.alpha is not None and not region_map.labels:
            coded.codes[picture.alpha < OPAQUE] = VOID
        return coded
    if pixels == "number":
        numbers = picture.colours
        distinct = distinct_values(numbers)
        return _by_number(region_map, numbers, distinct, picture.lossy)
    return by_colour(region_map, picture)


def _decide(region_map: RegionMap, picture: MaskPicture) -> str:
    """How the pixels of an `auto` map are read, by the rules above."""
    if region_map.colours and _has_a_listed_colour(region_map, picture):
        return "colour"
    if region_map.of_one_class and _is_one_colour(picture):
        return "binary"

    value_of = _object_classes(region_map)
    if len(value_of) > 1:
        return "index"
    if region_map.numbers and _has_only(region_map.numbers, picture):
        return "index"
    if picture.is_cut_out and not _shows_classes(picture):
        return "binary"
    if is_dark_colour(picture):
        return "index"

    grey = grey_values(picture)
    for value in value_of.values():
        # A listed value between the ends says that values are numbers.
        if LOW < value < HIGH and np.any(grey == value):
            return "index"
    if _names_no_object(region_map, int(grey.max())):
        return "index"
    flat = []
    if not picture.lossy:
        flat = flat_greys(grey)
    listed = {*region_map.labels, *region_map.void, *region_map.background}
    if len(flat) == 1 and flat[0] in _MIDDLE_GREYS and flat[0] not in listed:
        _check_is_no_trimap(grey)
    if looks_binary(grey, picture.lossy) and not flat:
        return "binary"
    return "index"


def _is_one_colour(picture: MaskPicture) -> bool:
    """Whether a colour picture is of one colour on black."""
    if picture.table is not None:
        return False
    distinct = distinct_values(picture.pixels)
    return distinct.size == 2 and int(distinct[0]) == 0


def _has_only(numbers: list[int], picture: MaskPicture) -> bool:
    """Whether a picture has no values but 0 and some numbers, and is not of two levels."""
    if picture.table is None or int(picture.table[1]) == _WHITE * 0x010101:
        return False
    distinct = distinct_values(picture.pixels)
    return bool(np.isin(distinct, [0, *numbers]).all())


def _names_no_object(region_map: RegionMap, value: int) -> bool:
    """Whether the table lists a value as background or void: then its px are no object."""
    others = {*region_map.background, *region_map.void}
    return value in region_map.labels and value in others


def _check_is_no_trimap(grey: Integers) -> None:
    """Refusal undecodable_mask of black and white with a middle grey, which no table explains.

    White would be void as a class number, and the grey band a part of the object, if binary.
    """
    distinct = distinct_values(grey)
    if distinct.size > 3 or distinct[0] != 0 or distinct[-1] != _WHITE:
        return
    detail = "regions of black, grey and white (a trimap): option classes says what each value is"
    raise Refusal(Reason.UNDECODABLE_MASK, detail)


def _shows_classes(picture: MaskPicture) -> bool:
    """Whether the opaque px of a picture may be of several classes."""
    if picture.alpha is None:
        return False
    is_opaque = picture.alpha >= OPAQUE
    opaque = picture.pixels[is_opaque]
    count = distinct_values(opaque).size
    if not 2 <= count <= MANY_GREYS:
        return False
    return not looks_binary(grey_values(picture)[is_opaque])


def _object_classes(region_map: RegionMap) -> dict[str, int]:
    """The labels whose class is an object, and the value of each."""
    labels = region_map.labels
    return {labels[value]: value for value in object_values(labels, region_map)}


def _has_a_listed_colour(region_map: RegionMap, picture: MaskPicture) -> bool:
    """Whether a picture shows one of the map's colours; no table says yes, too."""
    if picture.table is None:
        return True

    values = distinct_values(picture.pixels)
    shown = picture.table[values]
    looks_black = values[shown == 0]
    if picture.is_deep and looks_black.any():
        return False  # small numbers of 16 bits; KITTI's classes are such
    not_black = shown[shown > 0]
    if not_black.size:
        shown = not_black
    return bool(np.isin(shown, list(region_map.colours)).any())


def _binary(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    """Codes of a binary mask, of the map's own label or its first class of objects."""
    label = region_map.label
    if not label:
        label = next(iter(_object_classes(region_map)), "")

    codes = binary_mask(picture).astype(np.uint8) * FIRST_LABEL
    return ClassCodes(codes, [None, None, label], [0, 0, 1], None)


def _numbered_objects(region_map: RegionMap, picture: MaskPicture) -> ClassCodes:
    """Codes of a picture whose values, but 0 and void, number objects of one class."""
    numbers = picture.values
    if numbers is None:
        numbers = picture.colours
    is_void = numbers == 0
    is_void |= np.isin(numbers, region_map.void)
    codes = np.full(numbers.shape, FIRST_LABEL, np.uint8)
    codes[is_void] = VOID
    return ClassCodes(codes, [None, None, region_map.label], [0, 0, 1], None)


def _numbers(picture: MaskPicture) -> Integers:
    """(H, W) the class numbers of a picture. Refusal if some of its px are not grey."""
    if picture.values is not None:
        return picture.values

    blue = picture.pixels & 255
    if np.any(picture.pixels != blue * 0x010101):
        detail = (
            "a colour picture where a grey or palette one with class numbers is due; "
            "the format colormap reads colours"
        )
        raise Refusal(Reason.UNDECODABLE_MASK, detail)
    return blue


def _check_palette(
    region_map: RegionMap, picture: MaskPicture, distinct: Integers
) -> None:
    """Refusal undecodable_mask if a colour has another number than in the export's other masks.

    `distinct`: (n,) the different values of the picture.
    """
    if picture.table is None or not region_map.palette:
        return
    for value, colour in zip(distinct, picture.table[distinct], strict=True):
        usual = region_map.palette.get(int(colour), int(value))
        if usual != value:
            what = f"#{colour:06X} is number {value}, in other masks {usual}"
            detail = f"the palette is in another order: {what}; the format colormap reads colours"
            raise Refusal(Reason.UNDECODABLE_MASK, detail)


def _by_number(
    region_map: RegionMap, pixels: Integers, distinct: Integers, lossy: bool
) -> ClassCodes:
    """Codes by value. Refusal if the picture's compression changes values.

    `distinct`: (n,) the different values.
    """
    if lossy and distinct.size > 1:
        raise Refusal(
            Reason.UNDECODABLE_MASK, "class numbers in a JPEG, which changes them"
        )

    labels = region_map.labels
    if region_map.pixels == "auto" and not labels:
        labels = {int(value): str(value) for value in distinct}
    table = class_table(labels, region_map)

    has_several_classes = len(table.names) > FIRST_LABEL + 1
    is_black_and_white = distinct.tolist() == [0, _WHITE]
    if has_several_classes and is_black_and_white and _WHITE not in labels:
        # White on black names none of several classes, and is no void to pass over.
        table.code_of.pop(_WHITE, None)

    codes = look_up(distinct, table.code_of)
    no_blends = np.zeros(distinct.size, bool)
    table.add_unknown(codes, distinct, no_blends)
    by_px = spread(codes, distinct, pixels)
    return ClassCodes(by_px, table.names, table.values, None)

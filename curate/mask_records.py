"""Masks that are files of an export: which px of them are an object, and of what class."""

from typing import Literal

import msgspec


class MaskFile(msgspec.Struct, frozen=True, kw_only=True, tag="mask_file"):
    """A picture of the whole frame in a file of the export: the mask of one object.

    `path`: below the export's root. `colours`: the mask is the px of these colours, 0xRRGGBB, if
    the file holds several masks.
    """

    path: str
    colours: list[int] = []


class Painted(msgspec.Struct, frozen=True, kw_only=True, tag="painted"):
    """All px of one value in a mask file, which is one of the image's `segment_maps`."""

    path: str
    value: int
    required: bool = True
    """Whether it is a loss if no px has the value; if not, the export only lists what there
    may be."""


class RegionMap(msgspec.Struct, frozen=True, kw_only=True):
    """A mask file whose pixel values name regions."""

    path: str
    pixels: Literal["auto", "index", "colour", "number", "binary", "objects"]
    """How a pixel is read.

    - `index`: its grey value or palette index
    - `colour`: RGB as 0xRRGGBB; an inexact colour is the nearest listed one
    - `number`: RGB as 0xRRGGBB, exactly
    - `binary`: above 127, or opaque if some pixels are transparent
    - `objects`: each value but 0 and `void` is one object of class `label`
    - `auto`: the picture decides, see curate/pixels/regions.py
    """
    labels: dict[int, str] = {}
    """Label by value. A value in neither `labels`, `void` nor `background` is `unknown_class`; but
    in an `auto` map without labels the values are their own labels."""
    colours: dict[int, int] = {}
    """Value by colour; without it a colour is its own value."""
    label: str = ""
    """Label of the object in a binary mask."""
    of_one_class: bool = False
    """Whether its name or its folder says that it is of one class, `label`."""
    numbers: list[int] = []
    """Values that other masks of the export show to be numbers: an `auto` map of 0 and these alone
    is no binary mask."""
    palette: dict[int, int] = {}
    """The number of each colour in the palettes of other masks of the export: a mask whose palette
    gives one another number is no map of numbers."""
    void: list[int] = []
    """Values of pixels that have no class."""
    background: list[int] = []
    """Values of a class that is no object; its pixels count as labelled."""
    instances: str | None = None
    """Path of a second index map whose values number the objects (VOC SegmentationObject)."""
    objects: Literal["instances", "components"] = "components"
    """`components` cuts each value into 8-connected regions, `instances` keeps a value whole."""
    resize: bool = False
    """Whether a mask of another size, but of its image's proportions, is scaled."""
    by_number: bool = False
    """Whether it belongs to its image by its number, with other zeros before it."""


class SegmentMap(msgspec.Struct, frozen=True, kw_only=True):
    """A mask file whose px of one value are one annotation, in one piece or in several."""

    path: str
    pixels: Literal["index", "id", "rank"]
    """How a pixel is read: its grey value or palette index, as R + 256 G + 65,536 B, or by the
    rank of its blue among those of the picture that are not 0 (ADE20K): all ranks are `known`."""
    known: list[int] = []
    """Values of annotations of the image."""
    others: bool = True
    """Whether other values are looked up in what follows; if not, they are passed over."""
    void: list[int]
    """Classes of px that have no class."""
    labels: dict[int, str] = {}
    """Label by class; each value of such a class is an object. A class that is neither here
    nor in `void` is `unknown_class`."""
    crowds: list[int] = []
    """Classes whose value without a number is a crowd."""
    per_class: int | None = None
    """Values from here on are class × per_class + number; without it a value is a class."""
    resize: bool = False
    """Whether a mask of another size, but of its image's proportions, is scaled."""

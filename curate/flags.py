"""Remarks on objects that go on: the one place where they are named and explained.

Docs and pages take their tables from here. Settings use the names: `filter.drop_flags`
drops objects with a flag, `balance.flag_trust` lowers their weight.
"""

from enum import StrEnum


class Flag(StrEnum):
    """A remark on an object. `meaning` explains it to a reader of a report in one line."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Flag":  # noqa: D102
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    # what the mask looks like
    TOUCHES_EDGE = (
        "touches_edge",
        "the mask reaches the edge of its image: the object may go on beyond it",
    )
    HUGS_EDGE = (
        "hugs_edge",
        "two fifths of the mask's outline or more are the image's edge: little of it is the "
        "outline of an object",
    )
    SHORT_OF_EDGE = (
        "short_of_edge",
        "the mask ends with a straight side 1 or 2 px before the image's edge: the object "
        "probably goes on to it",
    )
    COARSE_POLYGON = (
        "coarse_polygon",
        "straight sides cut off curves by more than 3 px along a quarter of the outline",
    )
    CROSSING_POLYGON = "crossing_polygon", "a polygon that crosses itself"
    BEYOND_IMAGE = (
        "beyond_image",
        "a polygon reaches more than 2 px and 1% of a side beyond its image, where it was cut off: "
        "it may belong to another picture, or to another size of this one",
    )
    NEAR_EMPTY = (
        "near_empty",
        "the mask fills less than a twentieth of its box: it is thin, or lies in pieces",
    )
    SPECKLED = (
        "speckled",
        "ten specks or pinholes of 9 px or less are in the mask, as noise leaves them",
    )
    # how it fits what is beside it
    OVERLAPPING = (
        "overlapping",
        "a tenth of the mask or more is also of another instance of the same label",
    )
    BOX_MISMATCH = (
        "box_mismatch",
        "the export states a box for the annotation, and it is not the mask's",
    )
    MUCH_UNLABELLED = (
        "much_unlabelled",
        "the image is said to be labelled in full, and a fifth or more of it has no class",
    )
    # what happened on the way
    PARTIAL = (
        "partial",
        "some part of the annotation could not be used; the rest stays",
    )
    JPEG_MASK = (
        "jpeg_mask",
        "the mask comes from a lossy picture, so its edges are uncertain",
    )
    BLENDED = (
        "blended",
        "mask colours between two classes were given to the nearest; or numbers of classes were "
        "blended by scaling",
    )
    SCALED_MASK = "scaled_mask", "the mask was scaled to the size of its image"
    IMAGE_BY_NAME = (
        "image_by_name",
        "the image was found by its name, not at its stated path",
    )
    NAMED_AFTER_OTHER = (
        "named_after_other",
        "the annotation file has the name of another picture than the one it states: it may be "
        "a copy that kept the old name",
    )
    EMBEDDED_IMAGE = (
        "embedded_image",
        "the image comes from inside the annotation file",
    )
    REPLACED_CHARACTERS = (
        "replaced_characters",
        "characters of the label that are no text were replaced",
    )
    NUMBERED_LABEL = (
        "numbered_label",
        "the label was matched without its number, which counts the instances",
    )
    # what the picture is like
    FRAME_UNSURE = (
        "frame_unsure",
        "the mask may be in the displayed or in the stored frame of its image; the displayed "
        "one was taken, unless the picture's edges clearly fit the other, and the export's "
        "setting `frame` says which it is",
    )
    ORDER_UNSURE = (
        "order_unsure",
        "the mask's run-lengths may go by columns or by rows: no mask of their table tells, or px "
        "hang together only by rows; the format's usual order was taken, or that of option `order`",
    )
    UNIT_UNSURE = (
        "unit_unsure",
        "no outline of the export goes beyond 100, and the image is large: the numbers may be "
        "percent of it, and the mask a wrong one",
    )
    ENDS_EARLY = (
        "ends_early",
        "the image's JPEG file has no end mark, but all of its pixels",
    )
    GREY_8_BITS = (
        "grey_8_bits",
        "16-bit grey of which the export uses the lower 8 bits; its crops show these",
    )
    GREY_10_BITS = (
        "grey_10_bits",
        "16-bit grey of which the export uses 10 bits; its crops show the upper 8",
    )
    GREY_12_BITS = (
        "grey_12_bits",
        "16-bit grey of which the export uses 12 bits; its crops show the upper 8",
    )
    GREY_14_BITS = (
        "grey_14_bits",
        "16-bit grey of which the export uses 14 bits; its crops show the upper 8",
    )
    DARK_GREY = (
        "dark_grey",
        "16-bit grey so much darker than the export's that its crops are nearly black",
    )


QUALITY_FLAGS = (
    Flag.COARSE_POLYGON,
    Flag.CROSSING_POLYGON,
    Flag.BEYOND_IMAGE,
    Flag.HUGS_EDGE,
    Flag.SHORT_OF_EDGE,
    Flag.NEAR_EMPTY,
    Flag.SPECKLED,
    Flag.OVERLAPPING,
    Flag.BOX_MISMATCH,
    Flag.MUCH_UNLABELLED,
    Flag.PARTIAL,
    Flag.JPEG_MASK,
    Flag.BLENDED,
    Flag.SCALED_MASK,
)
"""Flags that say something of how good a mask is; the page shows crops of these."""

GREY_FLAGS = {
    8: Flag.GREY_8_BITS,
    10: Flag.GREY_10_BITS,
    12: Flag.GREY_12_BITS,
    14: Flag.GREY_14_BITS,
}
"""The flag of an image of 16 bits a channel, by the bits that its export uses; none if it uses all.

The names say grey, but colours of 16 bits have them, too.
"""

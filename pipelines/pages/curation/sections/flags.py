"""The flags: remarks on objects that went on."""

from curate.records import Flag
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.page import Values

_MEANINGS: dict[str, str] = {
    Flag.TOUCHES_EDGE: "the mask reaches the edge of its image: the object may go on beyond it",
    Flag.COARSE_POLYGON: "a polygon of few points for its size",
    Flag.CROSSING_POLYGON: "a polygon that crosses itself",
    Flag.PARTIAL: "some part of the annotation could not be used; the rest stays",
    Flag.JPEG_MASK: "the mask comes from a lossy picture, so its edges are uncertain",
    Flag.BLENDED: "mask colours between two classes were given to the nearest",
    Flag.SCALED_MASK: "the mask was scaled to the size of its image",
    Flag.IMAGE_BY_NAME: "the image was found by its name, not at its stated path",
    Flag.EMBEDDED_IMAGE: "the image comes from inside the annotation file",
    Flag.REPLACED_CHARACTERS: "characters of the label that are no text were replaced",
    Flag.FRAME_UNSURE: "the mask may be in the displayed or in the stored frame of its image; the "
    "displayed one was taken, and the export's setting `frame` says which it is",
    Flag.ENDS_EARLY: "the image's JPEG file has no end mark, but all of its pixels",
    Flag.GREY_8_BITS: "16-bit grey of which the export uses the lower 8 bits; its crops show these",
    Flag.GREY_10_BITS: "16-bit grey of which the export uses 10 bits; its crops show the upper 8",
    Flag.GREY_12_BITS: "16-bit grey of which the export uses 12 bits; its crops show the upper 8",
    Flag.GREY_14_BITS: "16-bit grey of which the export uses 14 bits; its crops show the upper 8",
    Flag.DARK_GREY: "16-bit grey so much darker than the export's that its crops are nearly black",
}


def show_flags(build: CuratedBuild) -> Values:
    """The number of objects with each flag, and what the flags mean."""
    return {
        "flags": build.flags,
        "meanings": _MEANINGS,
        "objects": build.ledgers["shard"].out,
    }

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
}


def show_flags(build: CuratedBuild) -> Values:
    """The number of objects with each flag, and what the flags mean."""
    return {
        "flags": build.flags,
        "meanings": _MEANINGS,
        "objects": build.ledgers["shard"].out,
    }

"""The pictures of the quality page: a crop with the annotated outline and the model's."""

from curate.pixels import overlays
from curate.pixels.images import decode_crop, decode_mask_png
from curate.pixels.overlays import YELLOW, Colour
from model.annotations.report import DoubtfulAnnotation
from pipelines.pages.page import picture_uri

_SIDE = 340  # px of the longer side: twice what the page shows, for fine screens
_QUALITY = 72

MODEL_COLOUR: Colour = (64, 156, 255)
"""Colour of the model's outline, which all kinds of colour vision tell from yellow."""


def paint_annotation(annotation: DoubtfulAnnotation) -> str:
    """A data URI of the crop with both outlines: the annotation's is above the model's."""
    pixels = decode_crop(annotation.image)
    picture = overlays.resize_picture(pixels, _SIDE / max(pixels.shape[:2]))
    height, width = picture.shape[:2]
    predicted = overlays.resize_mask(
        decode_mask_png(annotation.predicted), height, width
    )
    annotated = overlays.resize_mask(decode_mask_png(annotation.mask), height, width)
    overlays.outline(picture, predicted, MODEL_COLOUR, halo=True)
    overlays.outline(picture, annotated, YELLOW, halo=True)
    return picture_uri(picture, _QUALITY)

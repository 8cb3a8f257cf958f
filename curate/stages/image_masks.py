"""The masks of an image's annotations in the displayed frame, however the export gives them.

A mask is a shape of its own, what is seen of a shape that lies among others, a mask file, or the
px of one value in a mask file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from curate.flags import Flag
from curate.mask_records import MaskFile, Painted
from curate.pixels import masks
from curate.pixels.polygons import rasterise_all
from curate.pixels.run_lengths import RunLengths
from curate.pixels.segments import Segments
from curate.pixels.shapes import own_size, to_run_lengths, whole_mask
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Polygons, Shape
from curate.stages.frames import Frame, Frames
from curate.stages.layers import Visible
from curate.stages.mask_reading import MaskReader


class AnnotationMask(msgspec.Struct, frozen=True, gc=False):
    """A mask in the displayed frame, and remarks on it."""

    runs: RunLengths
    flags: list[Flag]


PolygonMasks = dict[int, AnnotationMask | Refusal]
"""The masks of polygons, by the identity of their shapes."""


@dataclass(frozen=True, slots=True)
class ImageMasks:
    """What the masks of an image's annotations are made of."""

    frames: Frames
    """The frames that shapes may be in."""
    files: MaskReader
    visible: dict[int, Visible | Refusal]
    """What is seen of shapes that lie over one another, by their layers."""
    polygons: PolygonMasks
    """Polygons that lie in no layer."""
    segments: dict[str, Segments | Refusal]
    """The segments of mask files in the displayed frame, by their paths."""

    def mask(self, annotation: Annotation) -> AnnotationMask:
        """The mask of an annotation. Refusal if it has none, or no good one."""
        shape = annotation.shape
        if shape is None:
            detail = annotation.detail or "the annotation has no mask"
            raise Refusal(Reason.NO_MASK, detail)
        if isinstance(shape, Painted):
            return self._painted(shape)
        if isinstance(shape, MaskFile):
            return self._of_file(shape)
        if annotation.layer is not None:
            seen = self.visible[annotation.layer]
            if isinstance(seen, Refusal):
                raise seen
            return _displayed(seen.runs, seen.flags, self.frames.of_record())

        rasterised = self.polygons.get(id(shape))
        if isinstance(rasterised, Refusal):
            raise rasterised
        if rasterised is not None:
            return rasterised

        frame = self._frame(shape)
        runs, flags = to_run_lengths(
            shape,
            frame.height,
            frame.width,
            self.files.source.limits.image_pixels,
            frame.annotated,
        )
        return _displayed(runs, flags, frame)

    def is_only_listed(self, annotation: Annotation) -> bool:
        """Whether no px has an annotation's value, and it is not said that some have."""
        shape = annotation.shape
        if not isinstance(shape, Painted) or shape.required:
            return False
        segments = self.segments[shape.path]
        return isinstance(segments, Segments) and shape.value not in segments.runs

    def _frame(self, shape: Shape) -> Frame:
        """The frame of a shape: of the size that the shape states, or else its record."""
        size = own_size(shape)
        if size is None or min(size) <= 0:
            return self.frames.of_record()
        # Such a shape is scaled by its own size.
        return replace(self.frames.of_size(size), annotated=None)

    def _painted(self, shape: Painted) -> AnnotationMask:
        """The px of a value. Refusal if its file cannot be used, or if no px has the value."""
        segments = self.segments[shape.path]
        if isinstance(segments, Refusal):
            raise segments
        runs = segments.runs.get(shape.value)
        if runs is None:
            detail = f"{shape.path}: no px has the value {shape.value}"
            raise Refusal(Reason.EMPTY_MASK, detail)
        return AnnotationMask(runs, segments.flags)

    def _of_file(self, shape: MaskFile) -> AnnotationMask:
        """The mask in a file. Refusal if the file cannot be used, or if it has no px."""
        picture = self.files.read(shape.path)
        frame = self.frames.of_mask(picture.size)
        try:
            runs, flags = whole_mask(picture, shape.colours, frame.height, frame.width)
        except Refusal as refusal:
            raise Refusal(refusal.reason, f"{shape.path}: {refusal.detail}") from None
        if masks.area(runs) == 0:
            raise Refusal(Reason.EMPTY_MASK, f"{shape.path}: the mask has no pixel")
        return _displayed(runs, flags, frame)


def rasterise_polygons(images: Iterable[Frames]) -> PolygonMasks:
    """All polygons of several images that lie in no layer; none that have to be scaled."""
    polygons = []
    frames = []
    for image in images:
        frame = image.of_record()
        if frame.annotated is not None:
            continue
        for annotation in image.record.annotations:
            shape = annotation.shape
            is_good = annotation.dropped is None and annotation.layer is None
            if is_good and isinstance(shape, Polygons):
                polygons.append(shape)
                frames.append(frame)

    found: PolygonMasks = {}
    rasterised = rasterise_all(polygons, [frame.size for frame in frames])
    for shape, frame, each in zip(polygons, frames, rasterised, strict=True):
        if isinstance(each, Refusal):
            found[id(shape)] = each
        else:
            runs, flags = each
            found[id(shape)] = _displayed(runs, flags, frame)
    return found


def _displayed(runs: RunLengths, flags: list[Flag], frame: Frame) -> AnnotationMask:
    """A mask of a frame, in the displayed frame."""
    turned = masks.reorient(runs, frame.orientation)
    return AnnotationMask(turned, [*flags, *frame.flags])

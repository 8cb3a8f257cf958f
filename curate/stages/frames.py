"""Frames that shapes are in: as the picture is displayed, as it is stored, or either of
them at another size.

EXIF orientations 5 to 8 turn a picture, so that its two frames differ in size and the size that a
document states tells which one it means. Orientations 2 to 4 mirror it or turn it upside down, and
both frames have one size. Then what the turned pictures of the same export say decides, or those of
the same document if documents differ (see traits.py), which also overrule a size that outlines
cannot be in. Without any the frame is taken in which outlines lie along the picture's edges
(frame_edges.py), or the displayed one where that is not clear; its objects are flagged
`frame_unsure`. The export's setting `frame` says outright which one it is.
"""

from dataclasses import dataclass, replace
from typing import Literal

from curate.flags import Flag
from curate.pixels.orientation import displayed_size
from curate.pixels.probing import Probe
from curate.pixels.proportions import Size, same_proportions
from curate.records import ImageRecord, KnownFrame

StatedFrame = Literal["auto", "displayed", "stored"]
"""What the export's settings say."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a picture that shapes are in. `height`, `width`: of the picture, px."""

    height: int
    width: int
    orientation: int
    """EXIF, 1 to 8: it leads from here to the displayed frame."""
    annotated: Size | None = None
    """The size at which the shapes were drawn, if it is not the picture's."""
    is_unsure: bool = False
    """Whether it may as well be the other frame of the picture."""

    @property
    def flags(self) -> list[Flag]:
        """What is remarkable of all shapes in it."""
        if self.is_unsure:
            return [Flag.FRAME_UNSURE]
        return []

    @property
    def size(self) -> Size:
        """Height and width of the picture, px."""
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class Frames:
    """All that tells in which frame the shapes of an image are."""

    record: ImageRecord
    probe: Probe
    stated: StatedFrame
    known: KnownFrame
    """What the turned pictures of the export or of the document say."""
    fits_stored: bool = False
    """Whether outlines lie along the edges of the stored picture, if nothing else tells."""
    overruled: bool = False
    """Whether outlines are in the other frame than the one that has the stated size."""

    def of_record(self) -> Frame:
        """The frame of shapes of the size that the record states."""
        size = _stated_size(self.record)
        if self.overruled and size is not None:
            for each in self._candidates():
                if each.size == size[::-1] != size:
                    return replace(each, is_unsure=True)
        return self.of_size(size)

    def of_size(self, size: Size | None) -> Frame:
        """The frame of shapes of an annotated size; None if it is not known.

        A size that fits no frame is the `annotated` one of what is returned.
        """
        candidates = self._candidates()
        fitting = [each for each in candidates if size is None or each.size == size]
        if size is None or fitting:
            return self._first(fitting)
        if self.stated != "auto" and size == candidates[0].size[::-1]:
            return candidates[0]  # a tool that states the size of the other frame

        scaled = [replace(each, annotated=size) for each in candidates]
        fitting = [each for each in scaled if same_proportions(size, each.size)]
        if fitting:
            return self._first(fitting)
        return scaled[0]

    def of_mask(self, size: Size) -> Frame:
        """The frame of a mask file of a size.

        Some tools show the picture as it is stored, and masks are painted over that: a mask
        of the other frame's size is in that, whatever the record says of its shapes.
        """
        frame = self.of_size(size)
        if self.stated != "auto" or frame.size == size:
            return frame
        for other in (displayed_frame(self.probe), stored_frame(self.probe)):
            if other.size == size:
                return other
        return frame

    def _candidates(self) -> list[Frame]:
        """The frames that are possible, the likeliest first."""
        shown = displayed_frame(self.probe)
        stored = stored_frame(self.probe)
        frame: str = self.stated
        if frame == "auto":
            frame = self.record.frame

        if frame == "displayed":
            return [shown]
        if frame == "stored":
            return [stored]
        if self.known == "stored" or self.fits_stored:
            return [stored, shown]
        return [shown, stored]

    def _first(self, fitting: list[Frame]) -> Frame:
        """The first of the frames that fit; marked if nothing tells it from another."""
        first = fitting[0]
        orientations = {each.orientation for each in fitting}
        if len(orientations) > 1 and self.known == "unknown":
            return replace(first, is_unsure=True)
        return first


def displayed_frame(probe: Probe) -> Frame:
    """The frame of an image as it is displayed."""
    return Frame(probe.height, probe.width, 1)


def stored_frame(probe: Probe) -> Frame:
    """The frame of an image as it is stored."""
    height, width = displayed_size(probe.height, probe.width, probe.orientation)
    return Frame(height, width, probe.orientation)


def _stated_size(record: ImageRecord) -> Size | None:
    """The size that a record states; tools write 0 where they know none."""
    height = record.height or 0
    width = record.width or 0
    if height <= 0 or width <= 0:
        return None
    return height, width

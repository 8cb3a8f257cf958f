"""One image of an export as the child process reads it: its files, its limits, its
frame, its drops."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from curate.pixels.orientation import displayed_size
from curate.pixels.probing import Probe
from curate.reasons import Reason, Refusal
from curate.records import Drop, FoundImage, ImageRecord, make_drop


class ImageLimits(msgspec.Struct, frozen=True):
    """The limits of the settings that hold for one image."""

    file_bytes: int
    image_pixels: int
    label_characters: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame that shapes are in."""

    height: int
    width: int
    orientation: int
    """EXIF, 1 to 8: it leads from here to the displayed frame."""


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An image and what belongs to it."""

    export: str
    found: FoundImage
    root: str
    """The export's folder, where mask files are."""
    files: Mapping[str, bytes]
    """The bytes of files that are not on this machine, by FoundImage.file or ROOT/PATH."""
    limits: ImageLimits

    def read(self, file: str) -> bytes:
        """The bytes of a file. Refusal over_limit; OSError if it cannot be read."""
        if file in self.files:
            return self.files[file]

        path = Path(file)
        limit = self.limits.file_bytes
        if path.stat().st_size > limit:
            raise Refusal(
                Reason.OVER_LIMIT, f"{path.name}: larger than {limit:,} bytes"
            )
        return path.read_bytes()

    def drop(self, key: str, refusal: Refusal, count: int | None = 1) -> Drop:
        """The drop of one of its annotations or mask files."""
        return make_drop(
            refusal,
            export=self.export,
            image_path=self.found.path,
            annotation_key=key,
            count=count,
        )


def displayed_frame(probe: Probe) -> Frame:
    """The frame of an image as it is displayed."""
    return Frame(probe.height, probe.width, 1)


def stored_frame(probe: Probe) -> Frame:
    """The frame of an image as it is stored."""
    height, width = displayed_size(probe.height, probe.width, probe.orientation)
    return Frame(height, width, probe.orientation)


def frame_of(record: ImageRecord, probe: Probe) -> Frame:
    """The frame that a record's shapes are in.

    `by_size`: the stored frame if the record states its size, and that is not the
    displayed frame's.
    """
    stored = stored_frame(probe)
    if record.frame == "stored":
        return stored

    shown_size = (probe.height, probe.width)
    stored_size = (stored.height, stored.width)
    says_stored = (record.height, record.width) == stored_size != shown_size
    if record.frame == "by_size" and says_stored:
        return stored
    return displayed_frame(probe)

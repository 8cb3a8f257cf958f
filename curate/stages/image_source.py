"""One image of an export as the child process reads it: its files, its limits, its
drops."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from curate.drops import Drop, make_drop
from curate.exports.places import Places
from curate.reasons import Reason, Refusal
from curate.records import FoundImage


class ImageLimits(msgspec.Struct, frozen=True):
    """The limits of the settings that hold for one image."""

    file_bytes: int
    image_pixels: int
    label_characters: int


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An image and what belongs to it."""

    export: str
    found: FoundImage
    places: Places
    """Where mask files are."""
    files: Mapping[str, bytes]
    """The bytes of files that are not on this machine, by FoundImage.file or `places.file`."""
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

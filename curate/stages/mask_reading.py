"""Mask files of an image as pictures."""

from dataclasses import dataclass

from curate.pixels.mask_pictures import MaskPicture, decode_mask
from curate.reasons import Reason, Refusal
from curate.stages.image_source import ImageSource


@dataclass(slots=True)
class MaskReader:
    """Reads the mask files of an image.

    The last one is kept, as the objects of a file that holds several follow each other.
    Keeping more of them could need as much memory as all masks of the image together.
    """

    source: ImageSource
    _path: str = ""
    _last: MaskPicture | Refusal | None = None

    def read(self, path: str) -> MaskPicture:
        """A mask file of the export. Refusal missing_mask, undecodable_mask or over_limit."""
        if self._last is None or path != self._path:
            self._path = path
            try:
                self._last = _picture(path, self.source)
            except Refusal as refusal:
                self._last = refusal
        if isinstance(self._last, Refusal):
            raise Refusal(self._last.reason, self._last.detail)
        return self._last


def _picture(path: str, source: ImageSource) -> MaskPicture:
    """A mask file, decoded. Refusal missing_mask, undecodable_mask or over_limit."""
    try:
        data = source.read(source.places.file(path))
        return decode_mask(data, source.limits.image_pixels)
    except FileNotFoundError as error:
        raise Refusal(Reason.MISSING_MASK, f"{path}: {error.strerror}") from None
    except OSError as error:
        raise Refusal(
            Reason.UNDECODABLE_MASK, f"{path}: {error.strerror or error}"
        ) from None
    except Refusal as refusal:
        raise Refusal(refusal.reason, f"{path}: {refusal.detail}") from None

"""The crops and masks of one photo, cut in the child process, in batches that fit it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from curate.exports import child
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Box
from curate.stages.crop_encoding import CropRequest, EncodedCrop, cut_image

_BATCH_PIXELS = 64_000_000  # of crops in one answer of the child


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo as ingest saw it."""

    data: bytes
    image_id: str
    grey_bits: int
    """The bits that 16-bit grey uses; 0 if it is of another kind."""
    library: str | None
    """The file of the libjpeg-turbo that cuts JPEG blocks; None for no such crops."""


def cut_crops(
    photo: PhotoFile, requests: Sequence[CropRequest], limits: Limits
) -> list[EncodedCrop | Refusal]:
    """What became of each crop of a photo: cut, or refused.

    Refused is a crop that takes too much memory even alone. Refusal as `cut_image`;
    image_bomb or undecodable_image if the photo itself ends the child.
    """
    results: list[EncodedCrop | Refusal] = []
    for batch in _batches(requests):
        cut = _cut_batch(photo, batch, limits)
        if cut is None:
            # Ask for the photo alone: if that is too much, each of its crops would be.
            if _cut_batch(photo, [], limits) is None:
                detail = "decoding it takes more memory than the limits allow"
                raise Refusal(Reason.IMAGE_BOMB, detail)
            results += _cut_apart(photo, batch, limits)
        else:
            results += cut
    return results


def _batches(requests: Sequence[CropRequest]) -> Iterator[list[CropRequest]]:
    """The crops in batches that fit into memory: mostly one, several for a large photo."""
    batch: list[CropRequest] = []
    pixels = 0
    for request in requests:
        added = request.crop.width * request.crop.height
        if batch and pixels + added > _BATCH_PIXELS:
            yield batch
            batch = []
            pixels = 0
        batch.append(request)
        pixels += added
    if batch:
        yield batch


def _cut_batch(
    photo: PhotoFile, requests: list[CropRequest], limits: Limits
) -> list[EncodedCrop] | None:
    """Crops cut in the child; None if that takes more memory than it has.

    Refusal as `cut_image`; undecodable_image if the child dies of anything else.
    """
    try:
        return child.call(
            cut_image,
            limits,
            photo.data,
            photo.image_id,
            requests,
            limits.image_pixels,
            photo.grey_bits,
            photo.library,
        )
    except child.ChildDied as death:
        if death.memory:
            return None
        raise Refusal(Reason.UNDECODABLE_IMAGE, death.detail) from None


def _cut_apart(
    photo: PhotoFile, requests: list[CropRequest], limits: Limits
) -> list[EncodedCrop | Refusal]:
    """Crops that took too much memory together: cut by halves, or refused alone."""
    if len(requests) == 1:
        return [_too_large(requests[0].crop, limits)]

    results: list[EncodedCrop | Refusal] = []
    middle = len(requests) // 2
    for half in (requests[:middle], requests[middle:]):
        cut = _cut_batch(photo, half, limits)
        if cut is None:
            results += _cut_apart(photo, half, limits)
        else:
            results += cut
    return results


def _too_large(crop: Box, limits: Limits) -> Refusal:
    """Why a crop is lost that takes more memory than the child has."""
    size = f"a crop of {crop.width} x {crop.height} px"
    limit = f"limits.child_bytes, {limits.child_bytes:,} bytes"
    return Refusal(Reason.OVER_LIMIT, f"{size} takes more memory than {limit}")

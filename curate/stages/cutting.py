"""The crops and masks of one photo, cut in the child process, in batches that fit it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from curate.boundary import runs_in_child
from curate.exports import child
from curate.limits import Limits
from curate.pixels import images, masks, png, run_lengths
from curate.pixels.images import Photo
from curate.reasons import Reason, Refusal
from curate.records import Box

# The rest of a child's 1 GB is for the photo's file and for what is encoded already.
_MEMORY = 750_000_000
_WEBP_BYTES = 32  # that a px of a crop takes while WebP encodes it
_PHOTO_BYTES = 4  # that a px of a decoded photo takes at most

_BATCH_PIXELS = 64_000_000  # of crops in one answer of the child


class CropRequest(msgspec.Struct, frozen=True):
    """A crop to cut from a photo, with the mask of its object."""

    crop: Box
    counts: str
    """Run-lengths of its mask, compressed as COCO does."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo as ingest saw it."""

    data: bytes
    image_id: str
    grey_bits: int
    """The bits that 16-bit grey uses; 0 if it is of another kind."""


class EncodedCrop(msgspec.Struct, frozen=True):
    """A crop and its mask, encoded."""

    image: bytes
    mask: bytes


@runs_in_child
def cut_image(
    data: bytes,
    image_id: str,
    requests: list[CropRequest],
    max_pixels: int,
    grey_bits: int,
) -> list[EncodedCrop]:
    """Cut all crops of a photo, which is decoded once.

    `grey_bits`: that 16-bit grey uses, as ingest has found. Refusal as images.decode, or
    undecodable_image if the bytes are not those that ingest saw.
    """
    if hashlib.sha256(data).hexdigest()[:32] != image_id:
        raise Refusal(
            Reason.UNDECODABLE_IMAGE, "the file has changed since it was ingested"
        )

    photo = images.decode_photo(data, max_pixels, grey_bits)
    cut = []
    for request in requests:
        runs = run_lengths.parse(request.counts, photo.height, photo.width)
        mask = masks.decode_window(runs, request.crop)
        image = encode_crop(photo, request.crop)
        cut.append(EncodedCrop(image, images.encode_mask(mask)))
    return cut


def encode_crop(photo: Photo, crop: Box) -> bytes:
    """The crop of a photo as lossless WebP; as PNG if WebP's encoder has no room for
    it.

    The choice depends on the sizes of photo and crop alone, so it is the same on any
    machine.
    """
    webp_bytes = crop.width * crop.height * _WEBP_BYTES
    photo_bytes = photo.width * photo.height * _PHOTO_BYTES
    if webp_bytes + photo_bytes <= _MEMORY:
        return images.encode_webp(images.cut(photo, crop))
    strips = images.cut_in_strips(photo, crop)
    return png.encode_png(strips, crop.height, crop.width)


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
    """All crops at once, but if they are many of a large photo: they fit no memory."""
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

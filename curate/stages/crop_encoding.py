"""The crops and masks of one photo, encoded in the child process.

A crop is the photo's own JPEG blocks where it has any that can be cut out, and lossless
WebP or PNG elsewhere. Which of them depends on the photo and on sizes alone, so it is the
same on any machine with the same codecs.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np

from curate.boundary import runs_in_child
from curate.pixels import decoding, images, jpeg_crops, png
from curate.pixels.images import Photo
from curate.pixels.jpeg_crops import JpegFrame
from curate.pixels.window_masks import decode_windows
from curate.reasons import Reason, Refusal
from curate.records import Box

# The rest of a child's 1 GB is for the photo's file and for what is encoded already.
_MEMORY = 750_000_000
_COEFFICIENTS_MEMORY = 375_000_000  # for those of the photo; crops have the rest
_WEBP_BYTES = 32  # that a px of a crop takes while WebP encodes it
_PHOTO_BYTES = 4  # that a px of a decoded photo takes at most


class CropRequest(msgspec.Struct, frozen=True):
    """A crop to cut from a photo, with the mask of its object."""

    crop: Box
    counts: str
    """Run-lengths of its mask, compressed as COCO does."""


class EncodedCrop(msgspec.Struct, frozen=True):
    """A crop and its mask, encoded."""

    crop: Box
    """Where it is in the photo: what was asked for, or whole JPEG blocks around that."""
    image: bytes
    mask: bytes


@runs_in_child
def cut_image(
    data: bytes,
    image_id: str,
    requests: list[CropRequest],
    max_pixels: int,
    grey_bits: int,
    library: str | None,
) -> list[EncodedCrop]:
    """Cut all crops of a photo. It is decoded at most once.

    `grey_bits`: that 16-bit grey uses, as ingest has found. `library`: the file of the
    libjpeg-turbo that cuts JPEG blocks, None for no such crops. Refusal as
    images.decode, or undecodable_image if the bytes are not those that ingest saw.
    """
    if hashlib.sha256(data).hexdigest()[:32] != image_id:
        raise Refusal(
            Reason.UNDECODABLE_IMAGE, "the file has changed since it was ingested"
        )

    if library is not None:
        cut = _cut_blocks(data, requests, max_pixels, library)
        if cut is not None:
            return cut

    photo = images.decode_photo(data, max_pixels, grey_bits)
    crops = [request.crop for request in requests]
    encoded_masks = _encode_masks(requests, crops, photo.height, photo.width)
    encoded = []
    for crop, mask in zip(crops, encoded_masks, strict=True):
        encoded.append(EncodedCrop(crop, encode_crop(photo, crop), mask))
    return encoded


def encode_crop(photo: Photo, crop: Box) -> bytes:
    """The crop of a photo as lossless WebP; as PNG if WebP's encoder has no room for
    it."""
    webp_bytes = crop.width * crop.height * _WEBP_BYTES
    photo_bytes = photo.width * photo.height * _PHOTO_BYTES
    if webp_bytes + photo_bytes <= _MEMORY:
        return images.encode_webp(images.cut(photo, crop))
    strips = images.cut_in_strips(photo, crop)
    return png.encode_png(strips, crop.height, crop.width)


def _cut_blocks(
    data: bytes, requests: Sequence[CropRequest], max_pixels: int, library: str
) -> list[EncodedCrop] | None:
    """The crops of a JPEG as its own blocks; None if its blocks cannot be cut.

    Refusal as `decoding.open_picture`.
    """
    picture = decoding.open_picture(data, max_pixels)
    frame = jpeg_crops.jpeg_frame(picture, data)
    if frame is None or frame.coefficient_bytes > _COEFFICIENTS_MEMORY:
        return None

    crops = [jpeg_crops.snapped(request.crop, frame) for request in requests]
    files = jpeg_crops.crop_jpeg(data, crops, library)
    if files is None:
        return None

    encoded_masks = _encode_masks(requests, crops, frame.height, frame.width)
    columns = zip(crops, files, encoded_masks, strict=True)
    encoded = [EncodedCrop(crop, file, mask) for crop, file, mask in columns]
    if frame.is_progressive and not _show_the_same(data, frame, requests, encoded):
        return None
    return encoded


def _show_the_same(
    data: bytes,
    frame: JpegFrame,
    requests: Sequence[CropRequest],
    encoded: Sequence[EncodedCrop],
) -> bool:
    """Whether all that was asked for decodes to the px of the photo.

    A progressive JPEG whose last scans are missing does not: decoders smooth it, and
    give no warning.
    """
    photo = images.decode_photo(data, frame.height * frame.width)
    for request, cut in zip(requests, encoded, strict=True):
        asked = request.crop
        left = asked.x0 - cut.crop.x0
        top = asked.y0 - cut.crop.y0
        crop = images.decode_crop(cut.image)
        inside = crop[top : top + asked.height, left : left + asked.width]
        if not np.array_equal(inside, images.cut(photo, asked)):
            return False
    return True


def _encode_masks(
    requests: Sequence[CropRequest], crops: Sequence[Box], height: int, width: int
) -> list[bytes]:
    """The masks of objects inside crops of their photo of height × width px."""
    if not requests:
        return []
    texts = [request.counts for request in requests]
    found = decode_windows(texts, crops, height, width)
    return [images.encode_mask(mask) for mask in found]

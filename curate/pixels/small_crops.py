"""Small pictures of objects with what is around them, for pages."""

from io import BytesIO

import msgspec
from PIL import Image

from curate.boundary import runs_in_child
from curate.pixels import images, masks, overlays, run_lengths
from curate.records import Box


class SmallCropRequest(msgspec.Struct, frozen=True):
    """What to show. `crop`: the rectangle of the photo. `counts`: the mask, compressed."""

    crop: Box
    counts: str


@runs_in_child
def paint_small_crops(
    data: bytes,
    requests: list[SmallCropRequest],
    max_pixels: int,
    height: int,
    width: int,
    quality: int,
) -> list[bytes]:
    """A lossy WebP for each request, with the object's outline; the photo is decoded once.

    `height`, `width`: px of a picture, at most. `quality`: 0 to 100. Refusal as
    `images.decode_photo`, or bad_run_lengths.
    """
    photo = images.decode_photo(data, max_pixels)
    painted = []
    for request in requests:
        crop = request.crop
        scale = min(height / crop.height, width / crop.width)
        pixels = images.cut(photo, crop)
        picture = overlays.resize_picture(pixels, scale, smooth=True)

        runs = run_lengths.parse(request.counts, photo.height, photo.width)
        mask = masks.decode_window(runs, crop)
        outlined = overlays.resize_mask(mask, *picture.shape[:2])
        overlays.outline(picture, outlined, overlays.YELLOW, halo=True)

        file = BytesIO()
        Image.fromarray(picture).save(file, "WEBP", quality=quality, method=4)
        painted.append(file.getvalue())
    return painted

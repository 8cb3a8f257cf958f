"""The pictures of the curation page: crops, dropped objects and whole photos.

Each is small and is a data URI; an object has its outline painted on it. Photos are
opened in the child process, as everywhere. One that cannot be opened any more is left
out.
"""

import hashlib
from collections.abc import Iterable, Mapping

import pyarrow.parquet as pq
from upath import UPath

from curate.exports import child
from curate.limits import Limits
from curate.pixels import images, overlays
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.reasons import Fault, Refusal
from curate.records import Box
from curate.stages.crop_encoding import CropRequest, cut_image
from pipelines.pages.curation.examples import CropExample, IngestedObject
from pipelines.pages.page import data_uri, picture_uri

# Pictures are twice as large as the page shows them, for fine screens.
_CROP_HEIGHT = 168  # px, at most
_CROP_WIDTH = 280  # px, at most
_PHOTO_SIDE = 320  # px, at most
_AROUND = 0.6  # of the box's longer side, shown around a dropped object
_LEAST_AROUND = 16  # px
_QUALITY = 62

CANNOT_OPEN = (OSError, Refusal, Fault, child.ChildDied)
"""What opening a photo may raise. The stages have counted it; a page only goes without it."""


def paint_crops(shards: UPath, examples: Iterable[CropExample]) -> dict[str, str]:
    """Crops with their outlines, by object_id."""
    by_file: dict[str, list[CropExample]] = {}
    for example in examples:
        by_file.setdefault(example.shard_file, []).append(example)

    painted: dict[str, str] = {}
    for name, members in by_file.items():
        painted |= _paint_crops_of_file(shards / name, members)
    return painted


def _paint_crops_of_file(
    path: UPath, examples: Iterable[CropExample]
) -> dict[str, str]:
    """The crops of one shard; each row group that is needed is read once."""
    painted: dict[str, str] = {}
    with path.open("rb") as opened, pq.ParquetFile(opened) as file:
        first = 0
        for number in range(file.metadata.num_row_groups):
            end = first + file.metadata.row_group(number).num_rows
            members = [each for each in examples if first <= each.shard_row < end]
            if members:
                table = file.read_row_group(number, columns=["image", "mask"])
                for each in members:
                    image = table["image"][each.shard_row - first]["bytes"].as_py()
                    mask = table["mask"][each.shard_row - first]["bytes"].as_py()
                    painted[each.object_id] = paint_object(image, mask)
            first = end
    return painted


def paint_objects(objects: Iterable[IngestedObject], limits: Limits) -> dict[str, str]:
    """Objects with what is around them, cut from their photos, by object_id.

    For objects that are in no shard.
    """
    painted: dict[str, str] = {}
    for each in objects:
        request = CropRequest(surroundings(each), each.counts)
        try:
            data = UPath(each.image_file).read_bytes()
            (cut,) = child.call(
                cut_image,
                limits,
                data,
                each.image_id,
                [request],
                limits.image_pixels,
                0,  # of 16-bit grey, the bits that this photo uses
                None,  # no JPEG blocks: they reach beyond what is asked for
            )
        except CANNOT_OPEN:
            continue
        painted[each.object_id] = paint_object(cut.image, cut.mask)
    return painted


def paint_photos(image_ids: Mapping[str, str], limits: Limits) -> dict[str, str]:
    """Whole photos by the address of their file.

    One that has changed since ingest is left out. `image_ids`: by the address of the
    file.
    """
    painted: dict[str, str] = {}
    for file, image_id in image_ids.items():
        try:
            data = UPath(file).read_bytes()
            if hashlib.sha256(data).hexdigest()[:32] != image_id:
                continue
            small = child.call(
                images.thumbnail, limits, data, limits.image_pixels, _PHOTO_SIDE
            )
        except CANNOT_OPEN:
            continue
        painted[file] = data_uri(small)
    return painted


def surroundings(each: IngestedObject) -> Box:
    """The box of an object with what is around it, no larger than a WebP can be."""
    box = each.box
    longer_side = max(box.width, box.height)
    around = max(_LEAST_AROUND, round(_AROUND * longer_side))
    left = max(0, box.x0 - around)
    top = max(0, box.y0 - around)

    most_right = left + images.MAX_WEBP_SIDE
    most_down = top + images.MAX_WEBP_SIDE
    right = min(each.image_width, box.x1 + around, most_right)
    bottom = min(each.image_height, box.y1 + around, most_down)
    return Box(left, top, right, bottom)


def paint_object(encoded_image: bytes, encoded_mask: bytes) -> str:
    """A crop, made small, with the outline of its mask."""
    pixels: Pixels = images.decode_crop(encoded_image)
    mask: Mask = images.decode_mask_png(encoded_mask)
    height, width = mask.shape
    scale = min(_CROP_HEIGHT / height, _CROP_WIDTH / width)
    picture = overlays.resize_picture(pixels, scale, smooth=True)
    outlined = overlays.resize_mask(mask, *picture.shape[:2])
    overlays.outline(picture, outlined, overlays.YELLOW, halo=True)
    return picture_uri(picture, _QUALITY)

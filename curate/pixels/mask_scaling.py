"""Mask pictures at the size of their image."""

import numpy as np

from curate.pixels.class_table import Integers
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.masks import Mask
from curate.reasons import Reason, Refusal
from curate.records import Flag, RegionMap, SegmentMap

_MAX_DISTORTION = 0.01  # by how much the proportions of a scaled mask may differ


def fit_to_image(
    picture: MaskPicture,
    region_map: RegionMap | SegmentMap,
    height: int,
    width: int,
) -> MaskPicture:
    """The picture at the image's size of height × width px, scaled if it has another.

    A px of a scaled picture is the px of the original that holds its centre. Refusal
    mask_size_mismatch if the map says that it is not scaled, or if it has other
    proportions.
    """
    rows, columns = picture.pixels.shape
    if (rows, columns) == (height, width):
        return picture
    _check_scaling(region_map, rows, columns, height, width)

    chosen = np.ix_(_centres(height, rows), _centres(width, columns))
    alpha = picture.alpha
    if alpha is not None:
        alpha = alpha[chosen]
    return MaskPicture(
        pixels=picture.pixels[chosen],
        table=picture.table,
        alpha=alpha,
        lossy=picture.lossy,
    )


def fit_mask(mask: Mask, height: int, width: int) -> tuple[Mask, list[Flag]]:
    """A mask at the image's size of height × width px, and `scaled_mask` if it was scaled.

    Refusal mask_size_mismatch if it has other proportions.
    """
    rows, columns = mask.shape
    if (rows, columns) == (height, width):
        return mask, []
    if _is_distorted(rows, columns, height, width):
        sizes = _sizes(rows, columns, height, width)
        raise Refusal(Reason.MASK_SIZE_MISMATCH, f"{sizes}; and of other proportions")
    chosen = np.ix_(_centres(height, rows), _centres(width, columns))
    return mask[chosen], [Flag.SCALED_MASK]


def _centres(count: int, source: int) -> Integers:
    """(count,) which of `source` px hold the centres of `count` px of the same length."""
    half_px = np.arange(count) * 2 + 1
    return half_px * source // (2 * count)


def _check_scaling(
    region_map: RegionMap | SegmentMap,
    rows: int,
    columns: int,
    height: int,
    width: int,
) -> None:
    """Refuse a mask of rows × columns px that may not be scaled to height × width px."""
    if not region_map.resize:
        hint = "set options.mask_size: scale to scale it"
    elif _is_distorted(rows, columns, height, width):
        hint = "and of other proportions"
    else:
        return
    sizes = _sizes(rows, columns, height, width)
    raise Refusal(Reason.MASK_SIZE_MISMATCH, f"{region_map.path}: {sizes}; {hint}")


def _is_distorted(rows: int, columns: int, height: int, width: int) -> bool:
    """Whether rows × columns px have other proportions than height × width px."""
    distortion = abs(rows * width - columns * height)
    # A size that was rounded to whole px is off by one px at most.
    allowed = max(_MAX_DISTORTION * rows * width, height, width)
    return distortion > allowed


def _sizes(rows: int, columns: int, height: int, width: int) -> str:
    """The sizes of a mask and its image, for people."""
    return f"the mask is {columns} x {rows} px, the image {width} x {height}"

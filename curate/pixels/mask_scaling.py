"""Mask pictures at the size of their image."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.mask_records import RegionMap, SegmentMap
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.masks import Mask
from curate.pixels.proportions import centres, same_proportions
from curate.reasons import Reason, Refusal

_Px = TypeVar("_Px", bound=np.generic)


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

    alpha = picture.alpha
    if alpha is not None:
        alpha = _scaled(alpha, height, width)
    return MaskPicture(
        pixels=_scaled(picture.pixels, height, width),
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
    if not same_proportions((rows, columns), (height, width)):
        sizes = _sizes(rows, columns, height, width)
        raise Refusal(Reason.MASK_SIZE_MISMATCH, f"{sizes}; and of other proportions")
    return _scaled(mask, height, width), [Flag.SCALED_MASK]


def _scaled(px: NDArray[_Px], height: int, width: int) -> NDArray[_Px]:
    """An (H, W) array at height × width px: of each px the one that holds its centre."""
    rows, columns = px.shape
    chosen_rows = centres(height, rows)
    chosen_columns = centres(width, columns)
    return px[np.ix_(chosen_rows, chosen_columns)]


def _check_scaling(
    region_map: RegionMap | SegmentMap,
    rows: int,
    columns: int,
    height: int,
    width: int,
) -> None:
    """Refuse a mask of rows × columns px that may not be scaled to height × width px."""
    if not same_proportions((rows, columns), (height, width)):
        hint = "and of other proportions"
    elif not region_map.resize:
        hint = "set options.mask_size: scale to scale it"
    else:
        return
    sizes = _sizes(rows, columns, height, width)
    raise Refusal(Reason.MASK_SIZE_MISMATCH, f"{region_map.path}: {sizes}; {hint}")


def _sizes(rows: int, columns: int, height: int, width: int) -> str:
    """The sizes of a mask and its image, for people."""
    return f"the mask is {columns} x {rows} px, the image {width} x {height}"

"""Masks that are NumPy's files: .npy, or .npz with one array that may be a mask.

Nothing in them is run: an array of Python objects is a pickle, and refused unread. What a header
says of the size is checked before memory is taken for it.
"""

import math
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from curate.reasons import Reason, Refusal

_NPY = b"\x93NUMPY"
_ZIP = b"PK\x03\x04"
_LONGEST_HEADER = 65_536  # bytes
_LARGEST_VALUE = 65_535
_MOST_ARRAYS = 1_000
_PICKLE = (
    "it holds Python objects (a pickle), which may run code and is never opened: write the masks "
    "as PNG, or as an array of numbers"
)

Array = NDArray[Any]
"""(H, W) bool, uint8 or uint16 values, or (H, W, 3) uint8 colours."""


def is_array(data: bytes) -> bool:
    """Whether a file is one of NumPy's, by its first bytes; any zip may be."""
    return data.startswith((_NPY, _ZIP))


def decode_array(data: bytes, max_pixels: int) -> Array:
    """The mask in a file of NumPy's. Refusal undecodable_mask."""
    try:
        if data.startswith(_NPY):
            return _mask(_read(lambda: BytesIO(data), max_pixels))
        with zipfile.ZipFile(BytesIO(data)) as opened:
            return _mask(_the_one_of(opened, max_pixels))
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise _bad(f"no whole NumPy array: {error}") from None


def _the_one_of(opened: zipfile.ZipFile, max_pixels: int) -> Array:
    """The one array of a .npz that has the shape of a mask."""
    names = opened.namelist()
    if len(names) > _MOST_ARRAYS:
        raise _bad(f"{len(names):,} arrays in one file")
    of_masks = []
    for name in names:
        with opened.open(name) as file:
            shape, _ = _header(file)
        if _is_of_a_mask(shape):
            of_masks.append(name)
    if len(of_masks) != 1:
        detail = (
            f"{len(of_masks)} arrays in the file may be the mask: write the one alone"
        )
        raise _bad(detail)
    [name] = of_masks
    return _read(lambda: opened.open(name), max_pixels)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array. ValueError if the file is not one."""
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(file, _LONGEST_HEADER)
    elif version == (2, 0):
        shape, _, dtype = npy.read_array_header_2_0(file, _LONGEST_HEADER)
    else:
        raise ValueError(f"version {version} of the format")
    return shape, dtype


def _read(opened: Callable[[], IO[bytes]], max_pixels: int) -> Array:
    """An array whose header says that it may be a mask."""
    with opened() as file:
        shape, dtype = _header(file)
    if dtype.hasobject:
        raise _bad(_PICKLE)
    if not _is_of_a_mask(shape):
        sides = " × ".join(map(str, shape)) or "no"
        raise _bad(f"an array of {sides} numbers, not one of height × width")
    if (
        math.prod(shape) > 3 * max_pixels
        or dtype.itemsize > np.dtype(np.int64).itemsize
    ):
        raise _bad(f"an array of {shape}, more than {max_pixels:,} px")
    with opened() as file:
        array: Array = npy.read_array(file, allow_pickle=False)
    return array


def _is_of_a_mask(shape: tuple[int, ...]) -> bool:
    """Whether an array is height × width, perhaps with one channel or three colours."""
    if 0 in shape:
        return False
    if len(shape) == 3:
        return shape[0] == 1 or shape[2] in (1, 3)
    return len(shape) == 2


def _mask(array: Array) -> Array:
    """The values or colours of an array. Refusal if it has others than masks have."""
    has_colours = array.ndim == 3 and array.shape[2] == 3 and array.shape[0] > 1
    if has_colours and array.dtype == np.uint8:
        return array
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]
    elif array.ndim == 3:
        array = array[..., 0]
    if array.dtype.kind not in "biuf" or has_colours:
        raise _bad(f"numbers of the type {array.dtype}, which no mask has")
    if array.dtype == np.bool_:
        return array
    return whole_values(array)


def whole_values(array: Array) -> Array:
    """Numbers of any type as uint8 or uint16 values. Refusal undecodable_mask for others."""
    highest = array.max()
    is_in_range = array.min() >= 0 and highest <= _LARGEST_VALUE  # False of NaN, too
    if not is_in_range or np.any(array % 1):
        raise _bad("values that are no whole numbers from 0 to 65,535")
    values = array.astype(np.uint16)
    if highest < 256:
        return values.astype(np.uint8)
    return values


def _bad(detail: str) -> Refusal:
    return Refusal(Reason.UNDECODABLE_MASK, detail)

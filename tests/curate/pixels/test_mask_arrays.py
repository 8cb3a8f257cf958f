"""Masks in NumPy's files: what is read, and what is refused before it is."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels.mask_pictures import decode_mask
from curate.reasons import Reason, Refusal

VALUES = np.zeros((4, 6), np.uint8)
VALUES[1:3, 2:5] = 7


def npy(array: Any, **given: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **given)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        npy(VALUES),
        npy(VALUES.astype(np.int64)),
        npy(VALUES.astype(np.float32)),
        npy(np.asfortranarray(VALUES)),
        npy(VALUES.astype(">u2")),
        npy(VALUES[..., None]),
        npy(VALUES[None]),
        npz(mask=VALUES),
        npz(mask=VALUES, scores=np.ones(3), box=np.ones(4)),
    ],
)
def test_values_are_read_whatever_their_type(data: bytes) -> None:
    np.testing.assert_array_equal(decode_mask(data, 1000).values, VALUES)


def test_yes_and_no_are_two_levels_and_three_channels_are_colours() -> None:
    two = decode_mask(npy(VALUES > 0), 1000)
    np.testing.assert_array_equal(two.values, VALUES > 0)
    assert two.colours.max() == 0xFFFFFF
    colours = decode_mask(npy(np.dstack([VALUES, VALUES, VALUES * 2])), 1000)
    assert colours.values is None
    assert colours.colours[1, 2] == 0x07070E
    deep = decode_mask(npy(VALUES * np.uint16(300)), 1000)
    assert (deep.is_deep, deep.pixels.max()) == (True, 2100)


class Runs:
    """What runs code when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return (open, (str(self.file), "w"))


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    file = tmp_path / "it ran"
    objects = np.array({"masks": Runs(file)}, object)
    for data in (npy(objects, allow_pickle=True), pickle.dumps(objects)):
        with pytest.raises(Refusal) as refused:
            decode_mask(data, 1000)
        assert refused.value.reason == Reason.UNDECODABLE_MASK
    assert not file.exists()
    with pytest.raises(Refusal, match="a pickle"):
        decode_mask(npy(objects, allow_pickle=True), 1000)


def _claiming(shape: str) -> bytes:
    """A header of a large array, and nothing behind it."""
    return npy(VALUES).replace(b"(4, 6), }         ", f"{shape}, }}".encode().ljust(18))


@pytest.mark.parametrize(
    "data",
    [
        npy(np.zeros((2, 4, 6), np.uint8)),
        npy(np.zeros((0, 6, 3), np.uint8)),
        npy(np.zeros(24, np.uint8)),
        npy(np.zeros(())),
        npy(VALUES + 0.5),
        npy(np.full((4, 6), np.nan)),
        npy(np.full((4, 6), -1)),
        npy(np.full((4, 6), 65_536)),
        npy(np.full((4, 6), 1j)),
        npy(np.full((4, 6), "a")),
        npy(np.zeros((40, 60), np.uint8)),
        npy(VALUES)[:-3],
        npy(VALUES)[:9],
        _claiming("(4, 1000000000)"),
        _claiming("(4, -6)"),
        npz(a=VALUES, b=VALUES),
        npz(a=np.ones(3)),
        npz(a=VALUES)[:-30],
        b"PK\x03\x04",
    ],
)
def test_what_is_no_mask_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        decode_mask(data, 100)
    assert refused.value.reason == Reason.UNDECODABLE_MASK


def test_a_zip_that_unpacks_to_more_than_its_header_says_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mask.npy", _claiming("(90000, 90000)") + bytes(9_000_000))
    with pytest.raises(Refusal):
        decode_mask(file.getvalue(), 1000)

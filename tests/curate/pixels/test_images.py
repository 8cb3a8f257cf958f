"""Images as pixels: turned and cut in the displayed frame; crops and masks there and back."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from curate.pixels import images
from curate.pixels.masks import Mask
from curate.records import Box
from tests.curate.pixels.pictures import LIMIT, encoded, picture


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "P", "LA"])
def test_large_photos_are_turned_strip_by_strip(
    orientation: int, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(50, 37).convert(mode), "PNG", exif=exif)
    whole = images.decode(data, LIMIT)
    monkeypatch.setattr("curate.pixels.images._STRIP_PIXELS", 50 * 5)
    assert np.array_equal(images.decode(data, LIMIT), whole)
    assert whole.flags.c_contiguous
    assert whole.flags.writeable


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_a_crop_comes_back_exactly(crop: images.Pixels) -> None:
    assert np.array_equal(images.decode_crop(images.encode_webp(crop)), crop)


@given(arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20))))
def test_a_mask_comes_back_exactly(mask: Mask) -> None:
    data = images.encode_mask(mask)
    assert data[24:26] == b"\x01\x00"  # bit depth 1, grey
    decoded = images.decode_mask_png(data)
    assert np.array_equal(decoded, mask)
    assert np.array_equal(decoded.view(np.uint8), mask.view(np.uint8))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P"])
def test_a_cut_is_a_slice_of_the_displayed_image(orientation: int, mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(50, 37).convert(mode), "PNG", exif=exif)
    whole = images.decode(data, LIMIT)
    photo = images.decode_photo(data, LIMIT)
    assert (photo.height, photo.width) == whole.shape[:2]
    for box in (
        Box(0, 0, photo.width, photo.height),
        Box(3, 5, 30, 31),
        Box(36, 36, 37, 37),
    ):
        expected = whole[box.y0 : box.y1, box.x0 : box.x1]
        assert np.array_equal(images.cut(photo, box), expected)


def test_want_of_memory_is_no_bug() -> None:
    """libwebp says so in a ValueError of Pillow's."""
    program = (
        "import resource, numpy as np\n"
        "from curate.pixels import images\n"
        "crop = np.random.default_rng(0).integers(0, 255, (2500, 2500, 3), dtype=np.uint8)\n"
        "from pathlib import Path\n"
        "idle = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "for more in range(20_000_000, 200_000_000, 20_000_000):\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (idle + more, -1))\n"
        "    try:\n"
        "        images.encode_webp(crop)\n"
        "    except MemoryError as error:\n"
        "        print(more, repr(error), repr(error.__cause__))\n"
        "    else:\n"
        "        print(more, 'encoded')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert "encoded" in said[-1]
    assert "MemoryError" in said[0]

"""Crops of a JPEG's own blocks: inside the box each px is the source's, however it is stored."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from curate.pixels.decoding import open_picture
from curate.pixels.jpeg_crops import JpegFrame, crop_jpeg, jpeg_frame, snapped
from curate.pixels.turbojpeg_library import library_file
from curate.records import Box
from tests.curate.pixels.jpegs import SAMPLINGS, decoded, encoded, noise, saved

needs_library = pytest.mark.skipif(
    library_file() is None, reason="no libjpeg-turbo with lossless crops"
)


def frame_of(data: bytes) -> JpegFrame:
    frame = jpeg_frame(open_picture(data, 10**6), data)
    assert frame is not None
    return frame


def cut(data: bytes, boxes: list[Box]) -> list[bytes] | None:
    library = library_file()
    assert library is not None
    return crop_jpeg(data, boxes, library)


def random_boxes(rng: np.random.Generator, height: int, width: int) -> list[Box]:
    boxes = []
    for _ in range(6):
        x0, y0 = rng.integers(0, width), rng.integers(0, height)
        x1, y1 = rng.integers(x0, width) + 1, rng.integers(y0, height) + 1
        boxes.append(Box(int(x0), int(y0), int(x1), int(y1)))
    return boxes


def check_crops(data: bytes, boxes: list[Box]) -> None:
    photo = decoded(data)
    frame = frame_of(data)
    crops = [snapped(box, frame) for box in boxes]
    files = cut(data, crops)
    assert files is not None
    for box, crop, file in zip(boxes, crops, files, strict=True):
        pixels = decoded(file)
        assert pixels.shape == (crop.height, crop.width, 3)
        left, top = box.x0 - crop.x0, box.y0 - crop.y0
        inside = pixels[top : top + box.height, left : left + box.width]
        assert np.array_equal(inside, photo[box.y0 : box.y1, box.x0 : box.x1])


@needs_library
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_pixels_inside_the_box_are_the_sources(
    sampling: str, progressive: bool
) -> None:
    rng = np.random.default_rng(0)
    for seed in range(40):
        height, width = (int(side) for side in rng.integers(1, 90, 2))
        data = encoded(noise(height, width, seed), sampling, progressive)
        frame = frame_of(data)
        assert (frame.across, frame.down) == SAMPLINGS[sampling][1:]
        assert frame.is_progressive == progressive
        check_crops(data, random_boxes(rng, height, width))


@needs_library
def test_a_crop_without_its_ring_would_differ() -> None:
    data = encoded(noise(64, 64), "4:2:0")
    crop = Box(16, 16, 48, 48)
    files = cut(data, [crop])
    assert files is not None
    differs = decoded(files[0]) != decoded(data)[16:48, 16:48]
    assert differs[0].any()
    assert differs[:, 0].any()
    assert not differs[1:-1, 1:-1].any()


@needs_library
def test_grey_and_rgb_components() -> None:
    rng = np.random.default_rng(1)
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 3}):
        grey = Image.fromarray(noise(61, 75)[:, :, 0])
        check_crops(saved(grey, **options), random_boxes(rng, 61, 75))
        rgb = saved(Image.fromarray(noise(61, 75)), keep_rgb=True, **options)
        check_crops(rgb, random_boxes(rng, 61, 75))


def test_crops_are_whole_mcus_around_the_box_and_no_more() -> None:
    rng = np.random.default_rng(2)
    for _, across, down in SAMPLINGS.values():
        frame = JpegFrame(300, 333, across, down, is_grey=False, is_progressive=False)
        for box in random_boxes(rng, frame.height, frame.width):
            crop = snapped(box, frame)
            assert crop.x0 % (8 * across) == crop.y0 % (8 * down) == 0
            assert crop.x1 % (8 * across) == 0 or crop.x1 == frame.width
            assert crop.y1 % (8 * down) == 0 or crop.y1 == frame.height
            assert 0 <= box.x0 - crop.x0 <= 16 * across
            assert 0 <= crop.x1 - box.x1 <= 8 * across
    whole = Box(0, 0, 333, 300)
    assert snapped(whole, frame) == whole


@needs_library
def test_metadata_stays_behind() -> None:
    exif = Image.Exif()
    exif[0x0112] = 1
    exif[0x010E] = "a secret place"
    data = saved(
        Image.fromarray(noise(40, 40)), exif=exif, icc_profile=b"colours", comment=b"me"
    )
    [file] = cut(data, [Box(0, 0, 16, 16)]) or []
    picture = Image.open(BytesIO(file))
    assert not picture.getexif()
    assert not {"icc_profile", "comment", "exif"} & set(picture.info)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turned_photos_are_left_alone(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(noise(40, 40)), exif=exif)
    assert jpeg_frame(open_picture(data, 10**6), data) is None


def test_other_kinds_of_pictures_are_left_alone() -> None:
    picture = Image.fromarray(noise(40, 40))
    file = BytesIO()
    picture.save(file, "PNG")
    for data in (file.getvalue(), saved(picture.convert("CMYK"))):
        assert jpeg_frame(open_picture(data, 10**6), data) is None

    # Chroma of two thirds of the px: unusual, and no way to crop it is known.
    odd = bytearray(encoded(noise(48, 48), "4:2:0"))
    sizes = odd.index(b"\xff\xc0") + 11
    assert odd[sizes] == 0x22
    odd[sizes] = 0x32
    assert jpeg_frame(open_picture(bytes(odd), 10**6), bytes(odd)) is None


@needs_library
def test_a_damaged_file_is_left_alone() -> None:
    data = encoded(noise(80, 80))
    box = [Box(0, 0, 16, 16)]  # sound, but the damage is below it
    assert cut(data, box)
    assert cut(data[:-2], box) is None
    assert cut(data[: len(data) // 2], box) is None
    assert cut(b"no picture", box) is None
    middle = len(data) // 2
    broken = data[:middle] + b"\xff\xd9" + data[middle:]
    assert cut(broken, box) is None

"""Mask files of an image."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from curate.exports.places import Places
from curate.flags import Flag
from curate.limits import Limits
from curate.mask_records import MaskFile
from curate.pixels import masks
from curate.pixels.probing import Probe
from curate.reasons import Refusal
from curate.records import Annotation, FoundImage, ImageRecord
from curate.stages.frames import Frames
from curate.stages.image_masks import ImageMasks
from curate.stages.image_source import ImageLimits, ImageSource
from curate.stages.mask_reading import MaskReader


@pytest.fixture
def reader(tmp_path: Path) -> MaskReader:
    """Reads masks.png, 6 px wide and 4 high: two columns of red, and three px of blue."""
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:, :2] = (0, 0, 255)  # OpenCV writes blue, green, red
    picture[:3, 5] = (255, 0, 0)
    assert cv2.imwrite(str(tmp_path / "masks.png"), picture)

    record = ImageRecord(name="a.png", document="a.json")
    found = FoundImage(record=record, path="a.png", file="a.png", flags=[])
    stated = Limits()
    limits = ImageLimits(
        stated.file_bytes, stated.image_pixels, stated.label_characters
    )
    return MaskReader(ImageSource("test", found, Places(str(tmp_path)), {}, limits))


def masks_of(reader: MaskReader, height: int, width: int, turned: int) -> ImageMasks:
    """Of an image that is displayed height × width px large, and annotated so."""
    probe = Probe(
        image_id="id",
        width=width,
        height=height,
        orientation=turned,
        dhash=0,
        thumbnail=b"",
        format="JPEG",
        mode="RGB",
    )
    record = ImageRecord(name="a.png", document="a.json", height=height, width=width)
    frames = Frames(record, probe, "auto", "unknown")
    return ImageMasks(frames, reader, {}, {}, {})


def annotation(colour: int) -> Annotation:
    return Annotation(key="1", shape=MaskFile(path="masks.png", colours=[colour]))


def test_a_file_of_several_objects_is_decoded_once(reader: MaskReader) -> None:
    first = reader.read("masks.png")
    assert reader.read("masks.png") is first

    made = masks_of(reader, 4, 6, 1)
    areas = [masks.area(made.mask(annotation(each)).runs) for each in (0xFF0000, 0xFF)]
    assert areas == [8, 3]
    with pytest.raises(Refusal, match=r"empty_mask: masks\.png"):
        made.mask(annotation(0x00FF00))


def test_a_bad_file_is_refused_each_time(reader: MaskReader) -> None:
    for _ in range(2):
        with pytest.raises(Refusal, match=r"missing_mask: none\.png"):
            reader.read("none.png")


def test_a_mask_of_the_stored_size_is_turned(reader: MaskReader) -> None:
    made = masks_of(reader, 6, 4, 6)  # a quarter turn leads to the displayed frame
    mask = made.mask(annotation(0xFF0000))
    assert masks.box(mask.runs) == (0, 0, 4, 2)
    assert mask.flags == []


def test_a_mask_of_another_size_is_scaled(reader: MaskReader) -> None:
    mask = masks_of(reader, 8, 12, 1).mask(annotation(0xFF0000))
    assert masks.box(mask.runs) == (0, 0, 4, 8)
    assert mask.flags == [Flag.SCALED_MASK]

"""A JPEG that ends too early is read if all of its pixels are there, and only then."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.pixels import images
from curate.pixels.probing import probe
from curate.reasons import Reason, Refusal
from tests.curate.pixels.pictures import LIMIT, encoded, picture

KINDS: list[dict[str, Any]] = [
    {},
    {"progressive": True},
    {"restart_marker_rows": 1},
    {"restart_marker_blocks": 2},
    {"subsampling": 0},
]


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_end_mark_costs_nothing(
    options: dict[str, Any], missing: int
) -> None:
    data = encoded(picture(), "JPEG", **options)
    cut = data[:-missing]
    assert np.array_equal(images.decode(cut, LIMIT), images.decode(data, LIMIT))
    whole = probe(data, LIMIT)
    ended = probe(cut, LIMIT)
    assert (whole.ends_early, ended.ends_early) == (False, True)
    assert ended.dhash == whole.dhash
    assert ended.image_id != whole.image_id


@pytest.mark.parametrize(
    "options", [each for each in KINDS if "progressive" not in each]
)
def test_missing_rows_cost_the_picture(options: dict[str, Any]) -> None:
    data = encoded(picture(48, 40), "JPEG", **options)
    start = data.index(b"\xff\xda") + 14
    # Wherever it ends: within a row, and right before and behind restart markers.
    for end in range(start, len(data) - 3):
        with pytest.raises(Refusal) as caught:
            images.decode(data[:end], LIMIT)
        assert caught.value.reason is Reason.TRUNCATED_IMAGE, end


def test_a_progressive_picture_may_lack_its_last_scans_but_no_rows() -> None:
    data = encoded(picture(), "JPEG", progressive=True)
    whole = images.decode(data, LIMIT).astype(int)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    for end in range(scans[-1] + 12, len(data) - 3, 97):
        with pytest.raises(Refusal, match="truncated"):
            images.decode(data[:end], LIMIT)
    blurred = images.decode(data[: data.rindex(b"\xff\xc4")], LIMIT)
    assert np.abs(blurred - whole).max() < 60


def test_a_broken_jpeg_is_no_jpeg_without_an_end() -> None:
    data = encoded(Image.new("RGB", (64, 64), "red"), "JPEG")
    with pytest.raises(Refusal) as caught:
        images.decode(data[:200], LIMIT)
    assert caught.value.reason in (Reason.TRUNCATED_IMAGE, Reason.UNDECODABLE_IMAGE)

"""Crops of one photo: WebP or PNG, in batches; what is too much for the child is lost alone."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.exports import child
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.pixels.turbojpeg_library import library_file
from curate.reasons import Reason, Refusal
from curate.records import Box
from curate.stages import crop_encoding, cutting
from curate.stages.crop_encoding import CropRequest, EncodedCrop, cut_image
from curate.stages.cutting import PhotoFile, cut_crops

HEIGHT, WIDTH = 60, 80
"""px of the photo of these tests."""


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    pixels = np.random.default_rng(0).integers(
        0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8
    )
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return (tmp_path / "photo.png").read_bytes()


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def request(x0: int, y0: int, x1: int, y1: int) -> CropRequest:
    """A request of the photo whose mask is its crop."""
    mask = np.ones((y1 - y0, x1 - x0), bool)
    runs = masks.place(mask, x0, y0, HEIGHT, WIDTH)
    return CropRequest(Box(x0, y0, x1, y1), run_lengths.compress(runs))


REQUESTS = [request(10 * n, 5 * n, 10 * n + 10 + n, 5 * n + 9) for n in range(7)]


def check(photo: bytes, request: CropRequest, cut: EncodedCrop | Refusal) -> None:
    assert isinstance(cut, EncodedCrop)
    whole = images.decode(photo, 10_000)
    x0, y0, x1, y1 = request.crop
    assert np.array_equal(images.decode_crop(cut.image), whole[y0:y1, x0:x1])
    assert images.decode_mask_png(cut.mask).all()


def test_large_crops_are_png_and_others_webp(
    photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [request(0, 0, 40, 50), request(0, 0, 40, 51)]
    monkeypatch.setattr(crop_encoding, "_MEMORY", 40 * 50 * 32 + HEIGHT * WIDTH * 4)
    small, large = cut_image(photo, name_of(photo), requests, 10_000, 0, library_file())
    assert small.image[:4] == b"RIFF"
    assert large.image[:4] == b"\x89PNG"
    check(photo, requests[0], small)
    check(photo, requests[1], large)


def test_a_photo_that_has_changed_is_refused(photo: bytes) -> None:
    with pytest.raises(Refusal, match="has changed since"):
        cut_crops(PhotoFile(photo, "0" * 32, 0, library_file()), REQUESTS, Limits())


def test_crops_go_in_batches(photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "_BATCH_PIXELS", 250)
    batches = list(cutting._batches(REQUESTS))
    assert [len(batch) for batch in batches] == [2, 2, 1, 1, 1]
    for each, cut in zip(
        REQUESTS,
        cut_crops(
            PhotoFile(photo, name_of(photo), 0, library_file()), REQUESTS, Limits()
        ),
        strict=True,
    ):
        check(photo, each, cut)


def mortal(limit: int, calls: list[int], memory: bool = True) -> Callable[..., Any]:
    """A child that dies of more than `limit` px of crops; of the photo alone if it is negative."""

    def call(
        function: Callable[..., Any],
        _: Limits,
        data: bytes,
        image_id: str,
        requests: list[CropRequest],
        *others: int,
    ) -> Any:
        pixels = sum(each.crop.width * each.crop.height for each in requests)
        calls.append(pixels)
        if pixels > limit:
            raise child.ChildDied("it takes more than it may", memory=memory)
        return function(data, image_id, requests, *others)

    return call


def test_one_crop_that_is_too_large_costs_that_crop(
    photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(child, "call", mortal(1000, calls))
    requests = [*REQUESTS[:5], request(0, 0, 80, 60), *REQUESTS[5:]]
    results = cut_crops(
        PhotoFile(photo, name_of(photo), 0, library_file()),
        requests,
        Limits(child_bytes=123_456_789),
    )
    assert len(calls) < 10
    refused = results.pop(5)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.OVER_LIMIT
    assert "80 x 60 px" in refused.detail
    assert "123,456,789 bytes" in refused.detail
    for each, cut in zip(REQUESTS, results, strict=True):
        check(photo, each, cut)


def test_a_photo_that_takes_too_much_is_tried_once(
    photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(child, "call", mortal(-1, calls))
    with pytest.raises(Refusal, match="more memory") as caught:
        cut_crops(
            PhotoFile(photo, name_of(photo), 0, library_file()), REQUESTS, Limits()
        )
    assert caught.value.reason is Reason.IMAGE_BOMB
    assert len(calls) == 2


def test_a_child_that_dies_of_anything_else_costs_the_photo(
    photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(child, "call", mortal(1000, calls, memory=False))
    with pytest.raises(Refusal, match="more than it may") as caught:
        cut_crops(
            PhotoFile(photo, name_of(photo), 0, library_file()),
            [request(0, 0, 80, 60)],
            Limits(),
        )
    assert caught.value.reason is Reason.UNDECODABLE_IMAGE
    assert len(calls) == 1


def test_the_real_child_loses_a_large_crop_and_no_other() -> None:
    side = 2600
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    data = encoded_jpeg(pixels)
    mask = masks.place(np.ones((9, 9), bool), 0, 0, side, side)
    counts = run_lengths.compress(mask)
    requests = [
        CropRequest(Box(0, 0, 90, 90), counts),
        CropRequest(Box(0, 0, side, side), counts),
    ]
    limits = Limits(child_bytes=101_000_000)  # so that a child of its own starts
    photo = PhotoFile(data, name_of(data), 0, library=None)
    small, large = cut_crops(photo, requests, limits)
    assert isinstance(small, EncodedCrop)
    assert isinstance(large, Refusal)
    assert large.reason is Reason.OVER_LIMIT


def encoded_jpeg(pixels: images.Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()

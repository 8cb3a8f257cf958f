"""Label Studio's packed run-lengths, against a writer of our own and hand-made streams."""

from contextlib import suppress

import numpy as np
import pytest

from curate.pixels import masks
from curate.pixels.packed_runs import pack as packed
from curate.pixels.packed_runs import unpack
from curate.reasons import Refusal
from curate.records import PackedRunLengths
from tests.curate.formats.studio_exports import pack

MAX_PIXELS = 1_000_000


def bits(text: str) -> bytes:
    """The bytes of a text of 0 and 1."""
    text = text.replace(" ", "")
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def header(words: int, word_bits: int = 8) -> str:
    return f"{words:032b}{word_bits - 1:05b}" + "0010001101111111"


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (40, 300)])
def test_masks_come_back(size: tuple[int, int], share: float) -> None:
    mask = np.random.default_rng(0).random(size) < share
    runs, flags = unpack(PackedRunLengths(data=bytes(pack(mask))), *size, MAX_PIXELS)
    assert np.array_equal(masks.decode(runs), mask)
    assert flags == []


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (130, 300)])
def test_masks_are_written_as_label_studio_writes_them(
    size: tuple[int, int], share: float
) -> None:
    """Runs of the largest are longer than a packet can say."""
    mask = np.random.default_rng(0).random(size) < share
    assert list(packed(masks.encode(mask))) == pack(mask)


def test_words_that_are_not_repeated() -> None:
    # Two px: red and half opaque, then green and clear.
    words = [255, 0, 0, 128, 0, 255, 0, 0]
    stream = header(8) + "0 00 111" + "".join(f"{word:08b}" for word in words)
    runs, _ = unpack(PackedRunLengths(data=bits(stream)), 1, 2, MAX_PIXELS)
    assert masks.decode(runs).tolist() == [[True, False]]


def test_words_of_other_sizes() -> None:
    stream = header(8, word_bits=1) + "1 00 011 1" + "0 00 011 0001"
    runs, _ = unpack(PackedRunLengths(data=bits(stream)), 2, 1, MAX_PIXELS)
    assert masks.decode(runs).tolist() == [[True], [True]]
    stream = header(4, word_bits=32) + f"1 00 011 {1:032b}"
    runs, _ = unpack(PackedRunLengths(data=bits(stream)), 1, 1, MAX_PIXELS)
    assert masks.area(runs) == 1


def test_the_stated_size_counts_and_else_that_of_the_image() -> None:
    mask = np.eye(4, dtype=bool)
    data = bytes(pack(mask))
    runs, flags = unpack(
        PackedRunLengths(data=data, height=4, width=4), 8, 8, MAX_PIXELS
    )
    assert masks.area(runs) == 16
    assert flags == ["scaled_mask"]
    runs, flags = unpack(
        PackedRunLengths(data=data, height=9, width=9), 4, 4, MAX_PIXELS
    )
    assert masks.area(runs) == 4


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "bad_run_lengths"),
        (b"\0\0\0\x10", "bad_run_lengths"),
        (bits(header(16)), "bad_run_lengths"),
        (bits(header(16) + "1 00"), "bad_run_lengths"),
        (bits(header(16) + "0 01 1111 11111111"), "bad_run_lengths"),
        (bits(header(16) + "1 11 1111111111111111 11111111"), "bad_run_lengths"),
        (bits(header(20) + "1 10 00010011 11111111"), "bad_run_lengths"),
        (bits(header(2**32 - 1)), "bad_run_lengths"),
    ],
)
def test_garbage_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        unpack(PackedRunLengths(data=data), 2, 2, MAX_PIXELS)
    assert refusal.value.reason == reason


def test_a_size_beyond_the_limits_is_refused() -> None:
    shape = PackedRunLengths(
        data=bits(header(4 * 30_000 * 30_000)), height=30_000, width=30_000
    )
    with pytest.raises(Refusal) as refusal:
        unpack(shape, 2, 2, MAX_PIXELS)
    assert refusal.value.reason == "over_limit"


def test_random_bytes_are_refused_or_read() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        body = rng.integers(0, 256, 40, dtype=np.uint8).tobytes()
        shape = PackedRunLengths(data=bits(header(64))[:6] + body)
        with suppress(Refusal):
            runs, _ = unpack(shape, 4, 4, MAX_PIXELS)
            assert runs.counts.sum() == 16

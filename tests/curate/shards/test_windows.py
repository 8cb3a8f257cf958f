"""Windows: around the object, within crop and image, evenly sampled, the same everywhere."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate import seeded as draws
from curate.curation_settings import CropSettings
from curate.shards import windows

shares = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).map(tuple)
crops = st.builds(
    CropSettings, slack=shares, padding=shares, min_padding_px=st.integers(0, 9)
)


def ids(count: int) -> list[str]:
    return [
        hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)
    ]


@st.composite
def placed_boxes(draw: st.DrawFn) -> tuple[np.ndarray, int, int]:
    height, width = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    x0, y0 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    x1, y1 = draw(st.integers(x0 + 1, width)), draw(st.integers(y0 + 1, height))
    return np.array([[x0, y0, x1, y1]], np.int32), height, width


def inside(inner: np.ndarray, outer: np.ndarray) -> bool:
    return bool(
        np.all(inner[:, :2] >= outer[:, :2]) and np.all(inner[:, 2:] <= outer[:, 2:])
    )


@given(placed_boxes(), crops)
def test_box_in_drawn_in_window_in_crop_in_image(
    placed: tuple[np.ndarray, int, int], crop: CropSettings
) -> None:
    box, height, width = placed
    count = 50
    boxes, heights, widths = (
        np.repeat(box, count, 0),
        np.full(count, height),
        np.full(count, width),
    )
    largest = windows.largest(boxes, heights, widths, crop)
    for epoch in (None, 0, 7):
        drawn, window = windows.random_windows(
            ids(count), boxes, heights, widths, crop, epoch
        )
        assert drawn.dtype == window.dtype == largest.dtype == np.int32
        assert inside(boxes, drawn)
        assert inside(drawn, window)
        assert inside(window, largest)
    assert inside(largest, np.array([[0, 0, width, height]]))


def test_sides_are_drawn_evenly_and_apart() -> None:
    count = 20_000
    crop = CropSettings(slack=(0.1, 0.3), padding=(0.2, 0.6), min_padding_px=0)
    boxes = np.tile(
        np.array([[5_000_000, 6_000_000, 6_000_000, 8_000_000]], np.int32), (count, 1)
    )
    drawn, window = windows.random_windows(
        ids(count), boxes, np.full(count, 20_000_000), np.full(count, 20_000_000), crop
    )
    slack = np.abs(drawn - boxes) / [1_000_000, 2_000_000, 1_000_000, 2_000_000]
    sides = np.tile(drawn[:, 2:] - drawn[:, :2], 2)
    padding = np.abs(window - drawn) / sides
    for share, low, high in ((slack, 0.1, 0.3), (padding, 0.2, 0.6)):
        scaled = (share - low) / (high - low)
        assert np.all((scaled > -0.01) & (scaled < 1.01))
        histogram = np.stack(
            [np.histogram(side, bins=20, range=(0, 1))[0] for side in scaled.T]
        )
        chi_squared = ((histogram - count / 20) ** 2 / (count / 20)).sum(axis=1)
        # 19 degrees of freedom: p < 0.0002, and the draw is fixed.
        assert np.all(chi_squared < 50)
    together = np.corrcoef(np.concatenate([slack, padding], axis=1).T) - np.eye(8)
    assert np.abs(together).max() < 0.03


def test_no_slack_is_the_box_itself_and_padding_has_its_least() -> None:
    boxes = np.array([[10, 10, 20, 14], [0, 0, 9, 9]], np.int32)
    crop = CropSettings(slack=(0, 0), padding=(0, 0.01), min_padding_px=3)
    drawn, window = windows.random_windows(
        ids(2), boxes, np.full(2, 100), np.full(2, 100), crop
    )
    assert drawn.tolist() == boxes.tolist()
    assert window.tolist() == [[7, 7, 23, 17], [0, 0, 12, 12]]


def test_draws_depend_on_object_and_epoch_alone() -> None:
    count = 500
    boxes = np.tile(np.array([[500, 500, 900, 900]], np.int32), (count, 1))
    sizes = np.full(count, 2000)

    def draw(rows: slice, epoch: int | None) -> np.ndarray:
        return windows.random_windows(
            ids(count)[rows],
            boxes[rows],
            sizes[rows],
            sizes[rows],
            CropSettings(),
            epoch,
        )[1]

    whole = draw(slice(None), 3)
    assert np.array_equal(whole[100:200], draw(slice(100, 200), 3))
    assert np.array_equal(whole[::-1], draw(slice(None, None, -1), 3))
    for other in (None, 0, 1, 2):
        assert np.mean(np.all(whole == draw(slice(None), other), axis=1)) < 0.01


def test_the_default_draw_never_changes() -> None:
    """Shards of two machines, or of two years, must agree."""
    boxes = np.array([[100, 100, 300, 200], [0, 50, 60, 90]], np.int32)
    drawn, window = windows.random_windows(
        ids(2), boxes, np.full(2, 400), np.full(2, 400), CropSettings()
    )
    assert drawn.tolist() == [[87, 95, 304, 202], [0, 48, 63, 91]]
    assert window.tolist() == [[63, 92, 326, 210], [0, 41, 65, 101]]


def test_streams_are_splitmix64() -> None:  # the published reference for seed 1234567
    reference = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert draws.numbers(np.array([1234567], np.uint64), 3)[0].tolist() == reference


def test_streams_of_near_keys_are_unlike() -> None:
    near = [f"{number:032x}" for number in range(2000)] + [
        f"{number:016x}{0:016x}" for number in range(1, 2000)
    ]
    keys = draws.object_keys(near)
    assert len(set(keys.tolist())) == len(near)
    first = draws.uniform(keys, 1)[:, 0]
    assert abs(first.mean() - 0.5) < 0.02
    for other in (draws.uniform(draws.branch(keys, 1), 1)[:, 0], np.roll(first, 1)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.05


def test_a_name_that_is_no_object_id_is_refused() -> None:
    with pytest.raises(ValueError, match="32 hex digits"):
        draws.object_keys(["0" * 30])
    with pytest.raises(ValidationError):
        CropSettings(slack=(0.3, 0.1))


def test_columns_come_back() -> None:
    boxes = np.arange(12, dtype=np.int32).reshape(3, 4)
    table = pa.table(windows.as_columns(boxes, "crop"))
    assert table.column_names == ["crop_x0", "crop_y0", "crop_x1", "crop_y1"]
    assert np.array_equal(windows.box_columns(table, "crop"), boxes)
    assert (
        windows.shift(windows.shift(boxes, boxes, -1), boxes, 1).tolist()
        == boxes.tolist()
    )

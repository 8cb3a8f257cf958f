"""The picture of a training."""

from pathlib import Path

import pytest
from PIL import Image

from model.curve import smoothed, write_curve
from model.records import Progress


def test_a_short_run_is_not_smoothed() -> None:
    assert smoothed([3.0, 1.0, 2.0]).tolist() == [3.0, 1.0, 2.0]


def test_the_loss_is_averaged_over_a_fiftieth_of_the_run() -> None:
    smooth = smoothed([0.0, 1.0] * 50)
    assert len(smooth) == 99
    assert smooth.tolist() == pytest.approx([0.5] * 99)


@pytest.mark.parametrize(
    "validations", [[], [(3, {})], [(2, {"a $b$": 0.5}), (3, {"c": 0.7})]]
)
def test_a_picture_is_left(
    tmp_path: Path, validations: list[tuple[int, dict[str, float]]]
) -> None:
    progress = Progress(step=3, losses=[1.0, 0.5, 0.4], validations=validations)
    write_curve(tmp_path / "curve.png", progress)
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.size == (1080, 480)

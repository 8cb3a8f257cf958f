"""Pictures with transparent grounds become objects with exact masks."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from examples.scenes.cutouts import write_cut_outs
from tests.curate.formats.reading import read_back


def red_ring(folder: Path) -> None:
    """A red ring on a transparent ground, and the same as a flag's letter."""
    picture = np.zeros((96, 96, 4), np.uint8)
    cv2.circle(picture, (48, 48), 36, (0, 0, 255, 255), thickness=16)
    folder.mkdir()
    cv2.imwrite(str(folder / "ring.png"), picture)
    cv2.imwrite(str(folder / "1f1e9-1f1ea.png"), picture)


def test_masks_follow_the_opaque_part_and_the_same_seed_gives_the_same_files(
    tmp_path: Path,
) -> None:
    red_ring(tmp_path / "rings")
    for out in ("one", "other"):
        objects = write_cut_outs(tmp_path / "rings", None, tmp_path / out, 6, 1)
    one, other = (tmp_path / name / "cutouts" for name in ("one", "other"))
    back = read_back(one, "coco")
    assert not back.reasons
    assert len(back.rows) == objects > 3
    # A ring that is 16 px wide and 88 px across fills less of its box than a disc does.
    fills = [row["area"] / box_area(row) for row in back.rows]
    assert 0.3 < np.median(fills) < 0.62
    for path in sorted(one.rglob("*.*")):
        assert path.read_bytes() == (other / path.relative_to(one)).read_bytes()


def box_area(row: dict[str, Any]) -> int:
    """px of an object's box."""
    height = row["box_y1"] - row["box_y0"]
    width = row["box_x1"] - row["box_x0"]
    return int(height * width)


def test_a_folder_without_cut_outs_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no WebP or PNG"):
        write_cut_outs(tmp_path, None, tmp_path / "out", 1, 1)

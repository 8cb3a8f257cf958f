"""The base model's exports hold what the scenes show."""

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from examples.scenes.exports import write_exports
from examples.scenes.scene import paint_scene
from tests.curate.formats.reading import read_back


def test_the_exports_hold_what_the_scenes_show_and_ask_less_for_thin_things(
    tmp_path: Path,
) -> None:
    written = write_exports(tmp_path / "exports", 8, 0, 1)
    shown = [paint_scene(seed) for seed in range(8)]
    painted = [
        (scene.view, fill(each.mask), int(each.mask.sum()))
        for scene in shown
        for each in scene.objects
    ]
    asked = []
    for view in [view for view, count in written.items() if count]:
        back = read_back(tmp_path / "exports" / view, "coco")
        assert not back.reasons
        found = Counter(row["area"] for row in back.rows)
        assert found <= Counter(area for kind, _, area in painted if kind == view)
        asked += [
            share for kind, share, area in painted if kind == view and area in found
        ]
    solid = [share for _, share, _ in painted if share >= 0.6]
    assert sum(written.values()) >= len(solid)
    assert np.mean(asked) > np.mean([share for _, share, _ in painted])


def fill(mask: NDArray[np.bool_]) -> float:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean())

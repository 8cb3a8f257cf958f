"""House fronts: level rectangles, which fill their boxes."""

import numpy as np

from curate.pixels import masks
from curate.pixels.masks import Mask
from examples.scenes.scene import paint_scene


def test_things_of_a_front_fill_their_boxes() -> None:
    scenes = [paint_scene(seed, "front", 300, 400) for seed in range(4)]
    found = [each for scene in scenes for each in scene.objects]
    fills = np.array([_fill(each.mask) for each in found])

    assert len(found) > 60
    assert np.mean(fills > 0.97) > 0.8  # others hide the rest in part
    assert {"window", "cornice"} < {each.label for each in found}


def _fill(mask: Mask) -> float:
    """The share of its box that a mask covers."""
    box = masks.box(masks.encode(mask))
    return float(mask.sum() / (box.height * box.width))

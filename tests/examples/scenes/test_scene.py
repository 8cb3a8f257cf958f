"""The painted scenes: the same for a seed, exact, disjoint, textured."""

import numpy as np
import pytest

from examples.scenes import views
from examples.scenes.scene import paint_scene


@pytest.mark.parametrize("view", views.names())
def test_a_seed_is_a_scene(view: str) -> None:
    scene, again, other = (paint_scene(seed, view, 260, 300) for seed in (5, 5, 6))
    assert np.array_equal(scene.image, again.image)
    assert [each.label for each in scene.objects] == [
        each.label for each in again.objects
    ]
    assert all(
        np.array_equal(a.mask, b.mask)
        for a, b in zip(scene.objects, again.objects, strict=True)
    )
    assert not np.array_equal(scene.image, other.image)
    assert scene.view == view
    assert scene.image.shape == (260, 300, 3)
    assert scene.image.dtype == np.uint8
    assert scene.image.std() > 4


def test_wholes_never_overlap_and_parts_lie_in_their_whole() -> None:
    scenes = [paint_scene(seed, height=280, width=320) for seed in range(12)]
    assert sum(len(scene.objects) for scene in scenes) > 40
    for scene in scenes:
        owners = np.zeros(scene.image.shape[:2], int)
        for each in scene.objects:
            assert each.mask.dtype == np.bool_
            assert each.mask.sum() >= 64
            if each.part_of is None:
                owners += each.mask if each.label not in {"part"} else 0
            else:
                whole = scene.objects[each.part_of]
                assert whole.part_of is None
                assert (each.mask & ~whole.mask).sum() <= 0.05 * each.mask.sum()
    assert any(each.part_of is not None for scene in scenes for each in scene.objects)

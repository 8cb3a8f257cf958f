"""The drawn scenes: the same for a seed, exact, disjoint, textured, and every label has its concept."""

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from curate.labels.decisions import load_decisions
from curate.labels.taxonomy import load_concepts
from examples import scenes, views
from examples.base_exports import write_exports
from examples.canvas import Piece, Thing
from examples.outlines import ellipse
from examples.scenery import ANY, put, start
from tests.curate.formats.battery import read_back

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("view", views.names())
def test_a_seed_is_a_scene(view: str) -> None:
    scene, again, other = (scenes.draw(seed, view, 260, 300) for seed in (5, 5, 6))
    assert np.array_equal(scene.image, again.image)
    assert [each.label for each in scene.objects] == [each.label for each in again.objects]
    assert all(
        np.array_equal(a.mask, b.mask) for a, b in zip(scene.objects, again.objects, strict=True)
    )
    assert not np.array_equal(scene.image, other.image)
    assert scene.view == view
    assert scene.image.shape == (260, 300, 3)
    assert scene.image.dtype == np.uint8
    assert scene.image.std() > 4


def test_wholes_never_overlap_and_parts_lie_in_their_whole() -> None:
    drawn = [scenes.draw(seed, height=280, width=320) for seed in range(12)]
    assert sum(len(scene.objects) for scene in drawn) > 40
    for scene in drawn:
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
    assert any(each.part_of is not None for scene in drawn for each in scene.objects)


def test_holes_show_what_is_behind() -> None:
    rng = np.random.default_rng(4)
    canvas, colours = start(rng, 200, 200)
    ring = Thing("ring", [Piece("a", [[ellipse(0, 0, 1, 1), ellipse(0, 0, 0.5, 0.5)]])])
    before = canvas.image[100, 100].copy()
    put(canvas, rng, ring, colours, 120, (100, 100), bend=0, shadow=0)
    assert _holes(canvas.owner > 0)
    assert np.array_equal(canvas.image[100, 100], before)


def _holes(mask: np.ndarray) -> bool:
    outside, _ = cv2.connectedComponents(
        np.pad(~mask, 1, constant_values=True).astype(np.uint8), connectivity=4
    )
    return outside > 2


def test_every_drawn_label_has_its_concept() -> None:
    decisions = load_decisions(
        ROOT / "taxonomy/customers", load_concepts(ROOT / "taxonomy/concepts.yaml")
    )
    known = decisions.by_customer["scenes"]
    things = [maker(np.random.default_rng(seed)) for maker in set(ANY) for seed in range(6)]
    labels = {thing.label for thing in things} | {
        piece.label for thing in things for piece in thing.pieces
    }
    assert labels - {""} <= set(known)


def test_the_base_exports_hold_what_the_scenes_show_and_ask_less_for_thin_things(
    tmp_path: Path,
) -> None:
    written = write_exports(tmp_path / "exports", 8, 0, 1)
    shown = [scenes.draw(seed) for seed in range(8)]
    drawn = [
        (scene.view, fill(each.mask), int(each.mask.sum()))
        for scene in shown
        for each in scene.objects
    ]
    asked = []
    for view in [view for view, count in written.items() if count]:
        back = read_back(tmp_path / "exports" / view, "coco")
        assert not back.reasons
        found = Counter(row["area"] for row in back.rows)
        assert found <= Counter(area for kind, _, area in drawn if kind == view)
        asked += [share for kind, share, area in drawn if kind == view and area in found]
    solid = [share for _, share, _ in drawn if share >= 0.6]
    assert sum(written.values()) >= len(solid)
    assert np.mean(asked) > np.mean([share for _, share, _ in drawn])


def fill(mask: NDArray[np.bool_]) -> float:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean())

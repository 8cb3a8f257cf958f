"""The signs of a wrong annotation, on a painted disk whose true outline is known."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from curate.records import Box
from model.annotations.annotations import OtherMask, beside_others
from model.annotations.asking import Annotation, Answers
from model.annotations.evidence import Evidence
from model.annotations.outlines import STEPS, snap, trace
from model.annotations.signs import SIGNS, read_signs
from model.annotations.spoiling import Spoiling, spoil

SIDE = 120
rows, columns = np.mgrid[:SIDE, :SIDE]
DISK: Mask = (columns - 60) ** 2 + (rows - 58) ** 2 <= 30**2
SECOND: Mask = (columns - 20) ** 2 + (rows - 20) ** 2 <= 14**2


def annotation(mask: Mask) -> Annotation:
    rng = np.random.default_rng(0)
    image = rng.integers(40, 70, (SIDE, SIDE, 3), dtype=np.uint8)
    image[DISK] += 120
    return Annotation(
        object_id="0" * 32,
        image=image,
        mask=mask,
        crop=Box(10, 10, 10 + SIDE, 10 + SIDE),
        image_height=300,
        image_width=300,
    )


def signs_of(mask: Mask, seen: Mask = DISK) -> dict[str, float]:
    """The signs of a mask where the model answers with the disk, whatever is asked."""
    answer = np.where(seen, 0.9, 0.05).astype(np.float32)
    evidence = Evidence(annotation(mask), Answers([answer, answer], answer))
    return dict(zip(SIGNS, read_signs(evidence).tolist(), strict=True))


SOUND = signs_of(DISK)


def spoiled(kind: Spoiling) -> dict[str, float]:
    for seed in range(20):
        mask = spoil(kind, DISK, [SECOND], np.random.default_rng(seed))
        if mask is not None:
            return signs_of(mask)
    raise AssertionError(f"{kind}: no seed spoils the disk")


def test_a_sound_mask_shows_no_sign() -> None:
    assert SOUND["model_overlap"] == SOUND["window_agreement"] == 1
    assert SOUND["edge_agreement"] == 1
    assert SOUND["better_place"] < 0.02
    assert SOUND["bare_share"] == SOUND["off_edges"] == SOUND["pieces"] == 0
    assert SOUND["solidity"] > 0.97


@pytest.mark.parametrize(
    ("kind", "higher"),
    [
        (Spoiling.SHIFTED, ["better_place", "off_edges", "model_gain"]),
        (Spoiling.HALF, ["cut_side", "bare_side", "surely_missing", "longest_side"]),
        (Spoiling.COARSE, ["straight_share", "bowed_sides", "off_edges"]),
    ],
)
def test_each_way_of_spoiling_shows(kind: Spoiling, higher: list[str]) -> None:
    found = spoiled(kind)
    for name in higher:
        assert found[name] > SOUND[name] + 0.03, name
    assert found["edge_contrast"] < SOUND["edge_contrast"]
    assert found["edge_agreement"] < 1


def test_a_second_object_shows() -> None:
    found = signs_of(DISK | SECOND)
    assert found["surely_extra"] > 0.1
    assert found["pieces"] > 0.1
    assert found["uneven_offset"] > SOUND["uneven_offset"] + 1


def test_a_mask_that_covers_another_annotation_shows() -> None:
    merged = DISK | SECOND
    found = beside_others(annotation(merged), [OtherMask(SECOND, is_whole=True)])
    assert found.shared == SECOND.sum() / merged.sum()
    # Under a quarter of the mask, it may be a part of the object.
    assert found.swallowed == 0

    half = DISK & (columns < 60)
    assert (
        beside_others(annotation(DISK), [OtherMask(half, is_whole=True)]).swallowed == 1
    )
    of_half = beside_others(
        annotation(half), [OtherMask(DISK, is_whole=True)]
    ).swallowed
    assert of_half == half.sum() / DISK.sum()


def test_how_much_two_masks_share_counts_up_to_a_half() -> None:
    answer = DISK.astype(np.float32)
    signs = []
    for share in (0.3, 0.6, 0.9):
        own = replace(annotation(DISK), shared=share)
        found = read_signs(Evidence(own, Answers([answer], answer)))
        signs.append(found[list(SIGNS).index("shared")])
    assert signs == [0.3, 0.5, 0.5]


def test_a_mask_that_fills_its_image_is_not_judged() -> None:
    whole = Annotation(
        object_id="0" * 32,
        image=np.zeros((20, 20, 3), np.uint8),
        mask=np.ones((20, 20), bool),
        crop=Box(0, 0, 20, 20),
        image_height=20,
        image_width=20,
    )
    answer = np.ones((20, 20), np.float32)
    assert np.isnan(read_signs(Evidence(whole, Answers([answer], answer)))).all()


def test_normals_point_outwards_and_profiles_read_along_them() -> None:
    outline = trace(DISK, (False, False, False, False))
    towards = outline.points - np.array([60, 58])
    lengths = np.hypot(*towards.T)
    cosine = (towards * outline.normals).sum(axis=1) / lengths
    assert cosine.min() > 0.95

    distance = np.hypot(columns - 60, rows - 58).astype(np.float32)
    profiles = outline.profiles(distance)
    expected = lengths[:, None] + STEPS
    assert np.abs(profiles - expected).max() < 0.5


def test_an_outline_snaps_to_the_strongest_line_and_not_to_single_points() -> None:
    strength: NDArray[np.float32] = np.zeros((40, len(STEPS)), np.float32)
    strength[:, STEPS == 3] = 0.5
    strength[20, STEPS == 3] = 0
    strength[20, STEPS == -7] = 0.9
    assert (snap(strength, np.zeros(40, np.int64)) == 3).all()


def test_points_of_two_rings_are_spread_over_both() -> None:
    # Rings of 22 and 418 px: steps of 440 / 300 px add up to 22 but for rounding.
    mask = np.zeros((140, 160), np.bool_)
    mask[5:11, 5:12] = True
    mask[20:120, 20:131] = True
    outline = trace(mask, (False, False, False, False))
    assert len(outline.points) == 300

"""The benchmark of annotation quality: what it remembers, and what its figures say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.annotation_quality import Judged, figures, intervals, remembering
from curate.records import Box
from model.annotations.asking import Annotation, Answers


def annotation(object_id: str, row: int) -> Annotation:
    mask = np.zeros((8, 8), np.bool_)
    mask[row] = True
    image = np.zeros((8, 8, 3), np.uint8)
    return Annotation(object_id, image, mask, Box(0, 0, 8, 8), 8, 8)


def test_nothing_is_asked_twice_and_another_mask_is_another_question(
    tmp_path: Path,
) -> None:
    asked = []

    def ask(annotations: Sequence[Annotation]) -> list[Answers]:
        assert annotations, "a model cannot be asked about nothing"
        asked.extend(annotations)
        answers = []
        for each in annotations:
            answer = each.mask.astype(np.float32)
            answers.append(Answers([answer, answer / 2], answer / 4))
        return answers

    asks = remembering(ask, tmp_path)
    asks([annotation("dog", 1), annotation("cat", 1)])
    _, again = asks([annotation("dog", 2), annotation("cat", 1)])
    asks([annotation("dog", 2)])
    assert [each.object_id for each in asked] == ["dog", "cat", "dog"]
    assert np.array_equal(again.redrawn[1], annotation("cat", 1).mask / 2)
    assert np.array_equal(again.wider, annotation("cat", 1).mask / 4)


def judged(quality: list[float], kinds: list[str], copies: int = 0) -> Judged:
    """Masks on an image each; the last `copies` of them are copies."""
    images = [f"photo {number}" for number in range(len(kinds))]
    is_copy = np.arange(len(kinds)) >= len(kinds) - copies
    return Judged(np.array(quality), np.array(kinds), np.array(images), is_copy)


def test_the_figures_of_a_list_and_their_limits_over_images() -> None:
    sound = 150
    quality = [0.1, 0.2, *np.linspace(0.5, 1, sound), 0.9]
    kinds = ["half", "merged", *[""] * sound, "merged"]
    found = figures(judged(quality, kinds))
    assert found["half"] == 1
    assert found["head"] == 1
    assert abs(found["merged"] - (1 + 0.2) / 2) < 0.01

    several = intervals([judged(quality, kinds), judged(quality[::-1], kinds)])
    assert several["half"].low < several["half"].mean
    assert several["merged"].low < several["merged"].mean < several["merged"].high
    # At the head of the second list, its ends exchanged, are one spoiled mask and a sound one.
    assert several["head"].mean == 0.75


def test_copies_rank_among_the_sound_masks_and_are_not_in_the_list() -> None:
    quality = [0.1, *np.linspace(0.5, 1, 99), 0.0, 0.75]
    kinds = ["half", *[""] * 99, "half", "half"]
    found = figures(judged(quality, kinds, copies=2))
    assert found["half"] == found["all kinds"] == 1
    assert abs(found["half, copies"] - (1 + 0.5) / 2) < 0.01
    assert found["head"] == 1

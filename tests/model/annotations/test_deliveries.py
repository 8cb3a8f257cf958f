"""Deliveries judged as a whole: wrong ones are found, harder ones and small ones are let be."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.annotations.deliveries import (
    Qualities,
    beside_copies,
    beside_usual,
    is_surely_wrong,
    share_wrong,
)
from model.annotations.report import MOST_WRONG

SOUND, SPOILED = 2.0, -2.0  # means of qualities, before they are made 0 to 1
Z = 1.64


def made(
    rng: np.random.Generator,
    objects: int,
    own: float = SOUND,
    copies: float = SPOILED,
    wrong: float = 0.0,
) -> Qualities:
    """Qualities of masks, two to an image, whose images differ; a share of them is wrong."""
    images = np.arange(objects) // 2
    of_image = rng.normal(0, 0.7, objects)[images]
    means = np.where(np.arange(objects) < wrong * objects, copies, own)
    masks = rng.normal(means + of_image, 1.0)
    spoiled = rng.normal(copies + of_image, 1.0)
    return Qualities(_chance(masks), _chance(spoiled), images)


def _chance(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return chance


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
def test_both_questions_find_the_share_that_is_wrong(share: float) -> None:
    rng = np.random.default_rng(1)
    usual = made(rng, 4000)
    delivery = made(rng, 4000, wrong=share)
    for question in (beside_usual, beside_copies):
        found = question(delivery, usual, Z)
        assert found is not None
        assert found.mean == pytest.approx(share, abs=0.04)
        assert found.low <= found.mean <= found.high


def test_a_wrong_delivery_is_found() -> None:
    rng = np.random.default_rng(2)
    usual = made(rng, 150)
    assert is_surely_wrong(share_wrong(made(rng, 80, wrong=1.0), usual, 5))
    assert not is_surely_wrong(share_wrong(made(rng, 80), usual, 5))


def test_a_domain_that_is_merely_harder_is_let_be() -> None:
    """All its masks look like spoiled ones do elsewhere; but its spoiled ones look worse still."""
    rng = np.random.default_rng(3)
    usual = made(rng, 300)
    harder = made(rng, 300, own=-1.0, copies=-5.0)
    alone = beside_usual(harder, usual, Z)
    assert alone is not None
    assert alone.low > MOST_WRONG
    assert not is_surely_wrong(share_wrong(harder, usual, 1))


def test_a_small_delivery_is_not_judged() -> None:
    rng = np.random.default_rng(4)
    usual = made(rng, 300)
    few_objects = made(rng, 28, wrong=1.0)
    assert share_wrong(few_objects, usual, 1) is None
    assert share_wrong(usual, few_objects, 1) is None
    few_images = Qualities(usual.own, usual.copies, np.arange(300) % 19)
    assert share_wrong(few_images, usual, 1) is None


def test_signs_that_tell_nothing_judge_nothing() -> None:
    rng = np.random.default_rng(5)
    usual = made(rng, 300, copies=SOUND)
    assert share_wrong(made(rng, 300, wrong=1.0), usual, 1) is None


def test_false_alarms_are_rare_where_a_share_is_wrong_that_is_allowed() -> None:
    """At the limit itself, each of 300 simulated deliveries may be one: 5% of them."""
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(300):
        usual = made(rng, 100)
        delivery = made(rng, 60, wrong=MOST_WRONG)
        alarms += is_surely_wrong(share_wrong(delivery, usual, 1))
    assert alarms <= 0.05 * 300

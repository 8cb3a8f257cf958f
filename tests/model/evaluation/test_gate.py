"""The gate: a planted fall is found where it is, and chance stops few."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.evaluation.gate import LEAST_IMAGES, find_falls
from model.evaluation.report import Stratum
from model.evaluation.strata import Resampling, StratumObjects

OBJECTS = 1200
IMAGES = np.arange(OBJECTS) // 2
DOMAINS = np.arange(OBJECTS) // 2 % 6
RESAMPLING = Resampling(IMAGES, resamples=400, seed=0)
LEAST_FALL = 0.01


def strata() -> list[StratumObjects]:
    found = [StratumObjects(Stratum("overall", "all"), np.arange(OBJECTS))]
    for number in range(6):
        rows = np.flatnonzero(number == DOMAINS)
        found.append(StratumObjects(Stratum("domain", str(number)), rows))
    return found


def noise(seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 0.06, OBJECTS)


def fallen(differences: NDArray[np.float64]) -> list[tuple[str, str, str]]:
    found = find_falls({"iou": differences}, strata(), RESAMPLING, LEAST_FALL)
    return [
        (each.stratum.kind, each.stratum.value, each.metric)
        for each in found.checks
        if each.fell
    ]


def test_a_fall_in_one_domain_that_the_mean_hides_is_found_there() -> None:
    differences = noise(0) + 0.015
    differences[DOMAINS == 4] -= 0.055
    assert differences.mean() > 0
    assert fallen(differences) == [("domain", "4", "iou")]


def test_with_nothing_changed_few_runs_are_stopped() -> None:
    stopped = sum(bool(fallen(noise(seed))) for seed in range(60))
    assert stopped <= 6


def test_a_sure_but_tiny_fall_passes() -> None:
    assert fallen(np.full(OBJECTS, -LEAST_FALL / 2)) == []
    assert ("overall", "all", "iou") in fallen(np.full(OBJECTS, -2 * LEAST_FALL))


def test_a_fall_that_two_seeds_may_differ_by_passes() -> None:
    """A fall is sure here, but not that it is larger than `LEAST_FALL`; edges may fall further."""
    rng = np.random.default_rng(3)
    differences = rng.normal(-0.015, 0.03, OBJECTS)
    found = find_falls({"iou": differences}, strata()[:1], RESAMPLING, 2 * LEAST_FALL)
    (check,) = found.checks
    assert check.high < 0
    assert not check.fell

    both = {"iou": differences, "edge_f_2": differences}
    found = find_falls(both, strata()[:1], RESAMPLING, LEAST_FALL)
    assert {check.metric: check.fell for check in found.checks} == {
        "iou": True,
        "edge_f_2": False,
    }


def test_equal_models_pass() -> None:
    found = find_falls({"iou": np.zeros(OBJECTS)}, strata(), RESAMPLING, LEAST_FALL)
    for check in found.checks:
        assert (check.mean, check.fell) == (0, False)


def test_limits_hold_the_mean_and_say_how_sure_a_fall_is() -> None:
    differences = noise(1)
    differences[DOMAINS == 2] -= 0.04
    found = find_falls({"iou": differences}, strata(), RESAMPLING, LEAST_FALL)
    for check in found.checks:
        assert check.low <= check.mean <= check.high
        assert check.fell <= (check.by_chance < 0.05 and check.high < -LEAST_FALL)
    worst = found.checks[0]
    assert worst.stratum == Stratum("domain", "2")
    assert worst.mean == pytest.approx(differences[DOMAINS == 2].mean())
    assert (worst.objects, worst.images) == (200, 100)


def test_a_stratum_of_few_images_is_named_and_not_judged() -> None:
    rows = np.arange(2 * (LEAST_IMAGES - 1))
    small = StratumObjects(Stratum("concept", "owl"), rows)
    differences = np.full(OBJECTS, -0.5)
    found = find_falls({"iou": differences}, [small], RESAMPLING, LEAST_FALL)
    assert found.checks == []
    assert found.too_small == [small.stratum]


def test_more_strata_need_a_larger_fall() -> None:
    differences = noise(2)
    few = find_falls({"iou": differences}, strata()[:1], RESAMPLING, LEAST_FALL)
    many = find_falls({"iou": differences}, strata(), RESAMPLING, LEAST_FALL)
    (overall,) = [each for each in many.checks if each.stratum.kind == "overall"]
    assert overall.high > few.checks[0].high

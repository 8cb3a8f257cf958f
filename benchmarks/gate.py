"""How often the gate stops a model with nothing changed, and how often it catches a planted fall.

    python -m benchmarks.gate [--runs 400]

Simulated are two models of one recipe that differ by their seed: the differences of their scores on
a test set of 2,000 objects on 900 images of five domains, ten customers, thirty concepts and three
sizes, in two metrics. `SPREAD` is what two seeds of the demo's training differ by, measured with
examples/gate.yaml on 1,575 test objects.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.timing import report
from curate.seeded import generator
from model.evaluation.gate import find_falls
from model.evaluation.report import Stratum
from model.evaluation.strata import Resampling, StratumObjects

OBJECTS = 2000
IMAGES = 900
DOMAINS = (0.5, 0.25, 0.1, 0.1, 0.05)
"""Shares of the images: nine tenths are of a few domains."""

CONCEPTS = 30
SIZES = 3
RESAMPLES = 1000
LEAST_FALL = 0.01

SPREAD = {"iou": 0.035, "edge_f_2": 0.055}
"""Standard deviation of the difference of an object's score."""

_OF_IMAGE = 0.2  # of the spread: what the objects of one image share
_ALIKE = 0.7  # correlation of the two metrics
_HEAVY_TAILS = 4  # degrees of freedom of Student's t

FALL = 0.03
FALLEN_OBJECTS = 200

MOST_ALARMS = 0.05
LEAST_CAUGHT = 0.9

Differences = NDArray[np.float64]
"""(objects,) the model's score less the last model's."""


@dataclass(frozen=True, slots=True)
class TestSet:
    """A simulated test set."""

    images: NDArray[np.int64]
    """(objects,) each object's image."""

    strata: list[StratumObjects]
    fallen: StratumObjects
    """The stratum in which the fall is planted."""


def main() -> None:
    """Simulate and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs

    alarms = 0
    catches = 0
    for seed in range(runs):
        test_set = make_test_set(seed)
        differences = simulate(test_set, seed)
        if stopped(test_set, differences, seed):
            alarms += 1

        fallen = test_set.fallen
        differences["iou"][fallen.rows] -= FALL
        if fallen.stratum in stopped(test_set, differences, seed):
            catches += 1

    alarmed = alarms / runs
    caught = catches / runs
    lines = [
        f"nothing changed: {alarmed:.1%} of {runs} runs stopped (≤ {MOST_ALARMS:.0%})",
        f"IoU {FALL:g} lower in {FALLEN_OBJECTS} objects: caught in {caught:.1%} "
        f"(≥ {LEAST_CAUGHT:.0%})",
    ]
    report("gate", lines, {"alarms": alarmed, "caught": caught})


def make_test_set(seed: int) -> TestSet:
    """Objects on images, and their strata; every number of a stratum is one of its values."""
    rng = generator(seed, 0)
    images = rng.integers(0, IMAGES, OBJECTS)
    domain_of_image = rng.choice(len(DOMAINS), IMAGES, p=DOMAINS)
    customer_of_image = 2 * domain_of_image + rng.integers(0, 2, IMAGES)
    values = {
        "domain": domain_of_image[images],
        "customer": customer_of_image[images],
        "concept": rng.geometric(0.1, OBJECTS) % CONCEPTS,
        "size": rng.integers(0, SIZES, OBJECTS),
    }

    strata = [StratumObjects(Stratum("overall", "all"), np.arange(OBJECTS))]
    for kind, numbers in values.items():
        for number in np.unique(numbers).tolist():
            rows = np.flatnonzero(numbers == number)
            strata.append(StratumObjects(Stratum(kind, str(number)), rows))

    of_one_domain = np.flatnonzero(values["domain"] == 1)
    fallen = StratumObjects(Stratum("export", "x"), of_one_domain[:FALLEN_OBJECTS])
    return TestSet(images, [*strata, fallen], fallen)


def simulate(test_set: TestSet, seed: int) -> dict[str, Differences]:
    """The differences of two models of one recipe, by metric."""
    draw = partial(_spread, generator(seed, 1), test_set.images)
    shared = draw()
    own = draw()
    edge = _ALIKE * shared + np.sqrt(1 - _ALIKE**2) * own

    differences = {}
    for name, unscaled in (("iou", shared), ("edge_f_2", edge)):
        scaled = SPREAD[name] * unscaled
        differences[name] = np.clip(scaled, -1, 1)
    return differences


def _spread(rng: np.random.Generator, images: NDArray[np.int64]) -> NDArray[np.float64]:
    """(objects,) differences of standard deviation 1 around 0; those of an image share a part."""
    of_image = rng.normal(size=IMAGES)[images]
    heavy_tailed = rng.standard_t(_HEAVY_TAILS, OBJECTS)
    deviation = np.sqrt(_HEAVY_TAILS / (_HEAVY_TAILS - 2))
    of_object = heavy_tailed / deviation

    # The squares of the two factors sum to 1, so the mixture has deviation 1, too.
    of_rest = np.sqrt(1 - _OF_IMAGE**2)
    mixed = _OF_IMAGE * of_image + of_rest * of_object
    return np.asarray(mixed)


def stopped(
    test_set: TestSet, differences: dict[str, Differences], seed: int
) -> set[Stratum]:
    """The strata for which the gate stops a model."""
    resampling = Resampling(test_set.images, RESAMPLES, seed)
    found = find_falls(differences, test_set.strata, resampling, LEAST_FALL)
    return {check.stratum for check in found.checks if check.fell}


if __name__ == "__main__":
    main()

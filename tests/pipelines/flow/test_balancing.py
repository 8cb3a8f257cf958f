"""Balance end to end: the mix that the reader yields is the mix that the settings name."""

from collections import Counter

import numpy as np
import pytest

import curate
from tests.pipelines.small_project import Project, Verb

EPOCHS = 30
SHARES = {"street": 0.25, "yard": 0.75}


def test_the_reader_yields_the_mix_of_the_settings(
    project: Project, verb: Verb
) -> None:
    project.add("street", 12, ["car", "Pedestrian", "wheel"])
    project.add("yard", 6, ["car"], trust=0.5)
    project.change(balance={"targets": SHARES})
    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert "of equal weight; an epoch repeats" in outcome.err

    shards = curate.open_shards(project.build, "train")
    uses = np.zeros(len(shards), np.int64)
    domains: Counter[str] = Counter()
    for epoch in range(EPOCHS):
        rows = curate.order(shards.weights, seed=0, epoch=epoch)
        for sample in curate.stream(shards, rows):
            uses[sample.row] += 1
            domains[sample.domain] += 1

    # Trust works on top of the targets: the yard's count half.
    trusted = {"street": 0.25, "yard": 0.75 * 0.5}
    share_of_yard = trusted["yard"] / sum(trusted.values())
    drawn = domains.total()
    assert drawn == EPOCHS * len(shards)
    # Draws in turn vary less than independent ones would, whose deviation this is.
    deviation = np.sqrt(share_of_yard * (1 - share_of_yard) / drawn)
    assert domains["yard"] / drawn == pytest.approx(share_of_yard, abs=4 * deviation)

    # Each object by itself: an epoch uses it ⌊w⌋ or ⌈w⌉ times, w on average.
    expected = EPOCHS * shards.weights
    chi_square = ((uses - expected) ** 2 / expected).sum()
    freedom = len(shards) - 1
    assert chi_square < freedom + 4 * np.sqrt(2 * freedom)


def test_a_cap_that_nothing_reaches_is_not_asked_for(
    project: Project, verb: Verb
) -> None:
    project.add("street", 6, ["car", "Pedestrian"])
    project.change(balance={"max_per_concept": 4, "max_per_customer": 1000})
    outcome = verb("balance", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    [dropped] = [
        line for line in outcome.err.splitlines() if line.startswith("balance  ")
    ]
    assert "12 in, 8 out, 4 dropped (4 capped)" in dropped

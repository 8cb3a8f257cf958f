"""Balance end to end: the mix that the reader yields is the mix that the settings name."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from upath import UPath

import curate
from curate.schema import HELD
from curate.storage import read_partitions, write_table
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
    assert "of equal weight; an epoch uses an object again" in outcome.err

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


def test_a_delivery_that_is_held_back_leaves_until_it_is_accepted(
    project: Project, verb: Verb
) -> None:
    project.add("street", 6, ["car"])
    project.add("yard", 6, ["car"])
    assert verb("balance", project.settings).code == 0
    segments = pa.concat_tables(read_partitions(balanced(project) / "segments"))
    of_yard = segments.filter(pc.equal(segments["export"], "yard"))
    why = pa.array(["71% of its masks are doubtful"] * len(of_yard))
    delivery = pa.array(["yard@01ab"] * len(of_yard))
    held = of_yard.append_column("why", why).append_column("delivery", delivery)
    held = held.select(HELD.names).cast(HELD)
    write_table(UPath(project.build) / "quality" / "held.parquet", held)

    # Who does not trust the judgement is not asked to.
    for trusts, accept, out in ((0, [], 12), (0.8, [], 6), (0.8, ["yard@01ab"], 12)):
        project.change(balance={"quality_trust": trusts, "accept": accept})
        outcome = verb("balance", project.settings)
        assert outcome.code == 0, outcome.err
        segments = pa.concat_tables(read_partitions(balanced(project) / "segments"))
        drops = pa.concat_tables(read_partitions(balanced(project) / "drops"))
        assert len(segments) == out == 12 - len(drops)
        assert set(drops["reason"].to_pylist()) <= {"doubtful_delivery"}
        assert set(drops["detail"].to_pylist()) <= {why[0].as_py()}
        assert set(drops["export"].to_pylist()) <= {"yard"}

    # Files of before 0.2 name no deliveries: their export does.
    path = UPath(project.build) / "quality" / "held.parquet"
    write_table(path, held.drop_columns("delivery"))
    for accept, out in ((["yard@01ab"], 6), (["yard"], 12)):
        project.change(balance={"quality_trust": 0.8, "accept": accept})
        assert verb("balance", project.settings).code == 0
        segments = pa.concat_tables(read_partitions(balanced(project) / "segments"))
        assert len(segments) == out


@pytest.mark.parametrize("name", ["held.parquet", "annotations.parquet"])
def test_judged_annotations_that_are_broken_are_named(
    project: Project, verb: Verb, name: str
) -> None:
    project.add("street", 2, ["car"])
    project.change(balance={"quality_trust": 0.8})
    path = project.build / "quality" / name
    path.parent.mkdir(parents=True)
    for written in ("cut off", "without columns"):
        path.write_bytes(b"PAR1")
        if written == "without columns":
            write_table(UPath(path), pa.table({"object_id": ["a"]}))
        outcome = verb("balance", project.settings)
        assert outcome.code == 2, outcome.err
        assert f"{path}: broken" in outcome.err
        assert "judge the annotations again" in outcome.err


def balanced(project: Project) -> UPath:
    return UPath(project.build) / "balance"

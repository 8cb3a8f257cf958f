"""The arithmetic of the model: what a corpus costs, and what holds it up."""

from dataclasses import replace

from benchmarks.shared.cost_model import Corpus, Machine, Measured, estimate

MEASURED = Measured(
    per_object=0.002,
    planning_per_object=0.0001,
    per_task=0.001,
    tasks=10.0,
    bytes_read=10_000,
    bytes_written=20_000,
)
MACHINE = Machine("of four", threads=4, memory_gib=8, dollars_an_hour=0.2)
CORPUS = Corpus("one export", objects=1_000_000, images=200_000, exports=1)


def test_cpu_is_shared_and_planning_is_not() -> None:
    found = estimate(CORPUS, MACHINE, 16, MEASURED)
    assert found.cpu_hours * 3600 == 2000
    assert found.planning_hours * 3600 == 100
    assert found.scheduler_hours * 3600 == 10  # a thousand partitions of ten tasks
    assert round(found.hours * 3600, 6) == 100 + 2000 / 16
    assert round(found.dollars, 6) == round(4 * 0.2 * 225 / 3600, 6)
    assert found.terabytes_written == 0.02
    assert found.bottleneck == "CPU of the workers"


def test_what_no_worker_helps_against_is_named() -> None:
    assert estimate(CORPUS, MACHINE, 64, MEASURED).bottleneck.startswith("planning")
    slow = replace(MEASURED, per_task=0.1)
    found = estimate(CORPUS, MACHINE, 64, slow)
    assert found.bottleneck == "the scheduler"
    assert found.most_threads == 2  # further ones would only wait for it

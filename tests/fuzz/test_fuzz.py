"""A few hundred damaged exports; `make fuzz` reads thousands."""

import random
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate import formats
from curate.exports import child
from curate.stages import ingest
from tests.curate.exports.child_functions import fresh_memory
from tests.fuzz import cases
from tests.fuzz.damage import DAMAGES
from tests.fuzz.samples import Sample, made_samples, video_samples

SAMPLES = {sample.name: sample for sample in (*made_samples(), *video_samples())}
ONE = "coco/TestCoco"

CASES = st.builds(
    cases.Case,
    st.sampled_from(sorted(SAMPLES)),
    st.lists(
        st.tuples(st.sampled_from(sorted(DAMAGES)), st.integers(0, 2**32)),
        min_size=1,
        max_size=4,
    ).map(tuple),
)


@settings(
    max_examples=250,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(CASES)
def test_a_damaged_export_is_read_or_refused(tmp_path: Path, case: cases.Case) -> None:
    cases.run(case, SAMPLES[case.sample], tmp_path)


def test_there_is_a_sample_of_each_format() -> None:
    assert {sample.format for sample in SAMPLES.values()} == set(formats.names())


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=lambda sample: sample.name)
def test_what_is_not_damaged_is_read_whole(sample: Sample, tmp_path: Path) -> None:
    outcome = cases.run(cases.Case(sample.name, ()), sample, tmp_path)
    assert outcome is not None
    assert outcome.objects >= 3
    assert not outcome.reasons


def test_a_case_runs_again_from_what_was_printed(tmp_path: Path) -> None:
    rng = random.Random(7)
    for _ in range(20):
        case = cases.drawn_case(list(SAMPLES.values()), rng)
        assert cases.read_case(str(case)) == case

    files = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        cases.run(case, SAMPLES[case.sample], folder)
        damaged = sorted(path for path in folder.rglob("*") if path.is_file())
        files.append([path.read_bytes() for path in damaged])
    assert files[0] == files[1]


def test_a_fault_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_a_bug(*_: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(ingest, "_columns", with_a_bug)
    with pytest.raises(AssertionError, match="a bug of ours"):
        cases.run(cases.Case(ONE, ()), SAMPLES[ONE], tmp_path)


@pytest.mark.parametrize("column", ["area", "box_x0", "box_y0", "box_x1", "box_y1"])
@pytest.mark.parametrize("step", [-1, 1])
def test_a_row_that_is_not_its_mask_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, step: int
) -> None:
    columns_of = ingest._columns

    def slightly_wrong(*arguments: Any) -> dict[str, list[Any]]:
        columns = columns_of(*arguments)
        columns[column] = [value + step for value in columns[column]]
        return columns

    monkeypatch.setattr(ingest, "_columns", slightly_wrong)
    with pytest.raises(AssertionError):
        cases.run(cases.Case(ONE, ()), SAMPLES[ONE], tmp_path)


def test_what_hangs_is_stopped() -> None:
    with pytest.raises(cases.Hung), cases.at_most(0.05):
        time.sleep(60)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc fills memory")
def test_memory_that_nobody_wrote_differs_between_the_children() -> None:
    found = set()
    for filling in cases.FILLINGS:
        with cases.memory_filled_with(filling):
            found.add(child.call(fresh_memory, cases.limits_of(filling), 100_000))
    assert len(found) == 2

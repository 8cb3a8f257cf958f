"""A worker that would do other work, or write other bytes, is refused by name and version."""

import pytest
from distributed.comm.core import CommClosedError

from curate.errors import InputError
from pipelines.flow.versions import refuse_others, versions_here

HERE = dict(versions_here())
ADDRESS = "tcp://10.0.0.7:1234"


@pytest.mark.parametrize(
    "name", ["segcurate", "image", "jpeg decoder", "numpy", "Python"]
)
def test_both_versions_are_named(name: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_others({ADDRESS: HERE | {name: "0.1"}}, HERE)
    said = str(refused.value)
    assert f"worker {ADDRESS} has {name}: 0.1, but the run has {HERE[name]}" in said


def test_a_worker_without_the_code_is_named() -> None:
    with pytest.raises(InputError, match=r"cannot run segcurate's code.*No module"):
        refuse_others({ADDRESS: ModuleNotFoundError("No module named 'curate'")}, HERE)


def test_equal_workers_and_those_that_have_just_ended_are_taken() -> None:
    refuse_others({ADDRESS: HERE, "tcp://10.0.0.8:1": CommClosedError()}, HERE)

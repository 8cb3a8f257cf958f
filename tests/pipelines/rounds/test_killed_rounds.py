"""A round that is killed after any of its steps goes on, and does nothing twice."""

import msgspec
import pytest
from upath import UPath

from model.promotion import read_promotion
from model.runs import read_runs
from pipelines.rounds import course
from tests.pipelines.rounds.made_model import Killed, MadeModel
from tests.pipelines.rounds.street import add_images
from tests.pipelines.small_project import Project, Verb

STEPS = (
    "fetch_all",
    "curate",
    "new_objects",
    "keep_open",
    "measure_effort",
    "train_on_shards",
    "gate",
    "promote",
    "end",
)
"""What a round does, by the names of course.py, in order: after each of them it is killed."""


@pytest.mark.parametrize("step", STEPS)
def test_a_round_that_is_killed_goes_on(
    street: Project,
    verb: Verb,
    model: MadeModel,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    verb("loop", street.settings)
    add_images(street, 6)
    whole = getattr(course, step)

    def dies(*args: object, **kwargs: object) -> object:
        whole(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(course, step, dies)
        with pytest.raises(Killed):
            verb("loop", street.settings)

    outcome = verb("loop", street.settings, "--json")
    assert outcome.code == 0, outcome.err
    result = msgspec.json.decode(outcome.out)
    if step == "end":
        assert result["nothing"] == "all is as in round 2 (promoted)"
    else:
        assert result["round"]["start"] == "runs/1"
        assert result["round"]["new"] == 6
    # One training more, one run more, one promotion more: no step was done twice or left out.
    assert len(model.trained) == 2
    assert len(read_runs(UPath(street.build))) == 2
    promotion = read_promotion(UPath(street.build))
    assert promotion is not None
    assert [change.run for change in promotion.history] == [1, 2]
    assert not (street.build / "loop/open.json").exists()
    assert [path.stem for path in sorted((street.build / "loop/rounds").iterdir())] == [
        "1",
        "2",
    ]

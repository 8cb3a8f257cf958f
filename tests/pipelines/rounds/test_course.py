"""Rounds: what is new, what is learned, the gate's word, and what ends without a training."""

import msgspec
import pyarrow.parquet as pq
import pytest
from upath import UPath

from model.promotion import add_promotion
from model.runs import find_run
from tests.pipelines.rounds.made_model import MadeModel
from tests.pipelines.rounds.street import add_images, change_masks, promoted
from tests.pipelines.small_project import Project, Verb


def splits(project: Project) -> dict[str, str]:
    """The split of each image."""
    found = {}
    for path in (project.build / "balance" / "segments").glob("*.parquet"):
        for row in pq.read_table(path, columns=["image_id", "split"]).to_pylist():
            found[row["image_id"]] = row["split"]
    return found


def test_the_first_round_learns_all_and_is_judged_against_the_base(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    outcome = verb("loop", street.settings, "--json")
    assert outcome.code == 0, outcome.err
    ended = msgspec.json.decode(outcome.out)["round"]
    assert (ended["number"], ended["start"], ended["against"]) == (1, "base", "base")
    assert ended["new"] == 12
    assert (ended["outcome"], ended["run"], promoted(street)) == ("promoted", 1, 1)
    assert ended["iou_change"] == pytest.approx(0.04)
    assert model.trained == [("base", ended["to_learn"])]


def test_nothing_new_ends_at_once_with_0(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    verb("loop", street.settings)
    again = verb("loop", street.settings)
    assert again.code == 0
    assert again.out == "nothing new: all is as in round 1 (promoted)\n"
    assert len(model.trained) == 1


def test_a_round_learns_what_is_new_or_corrected_from_the_promoted_model(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    verb("loop", street.settings)
    before = splits(street)
    add_images(street, 6)
    change_masks(street, 2)
    outcome = verb("loop", street.settings, "--json")
    assert outcome.code == 0, outcome.err
    # The scores of the model before are judged anew at once: no word of them.
    assert "These scores are of" not in outcome.err
    ended = msgspec.json.decode(outcome.out)["round"]
    assert (ended["start"], ended["new"], ended["run"]) == ("runs/1", 8, 2)
    assert 0 < ended["to_learn"] <= 8
    assert model.trained[1] == (f"{street.build}/runs/1", ended["to_learn"])
    assert promoted(street) == 2

    after = splits(street)
    assert {image: after[image] for image in before} == before
    assert "test" in before.values()


@pytest.mark.parametrize("judges", [True, False])
def test_a_model_that_the_gate_does_not_pass_stays_out_of_use(
    street: Project, verb: Verb, model: MadeModel, judges: bool
) -> None:
    verb("loop", street.settings)
    add_images(street, 6)
    model.passes = not judges
    model.judges = judges
    outcome = verb("loop", street.settings)
    assert outcome.code == 3
    assert "run 2 is not promoted; runs/1 stays" in outcome.err
    said = "too few" if not judges else "all objects: IoU -0.040"
    assert said.replace("too few", "enough images to judge") in outcome.out
    assert promoted(street) == 1

    # Without more data, the same would come of it.
    again = verb("loop", street.settings)
    assert (again.code, again.out[:24]) == (0, "nothing new: all is as i")
    # With more, the objects that no promoted model knows are new once more.
    change_masks(street, 1)
    model.passes = model.judges = True
    ended = msgspec.json.decode(verb("loop", street.settings, "--json").out)["round"]
    assert (ended["number"], ended["start"], ended["new"]) == (3, "runs/1", 7)
    assert promoted(street) == 3


def test_objects_that_are_all_in_test_wait(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    verb("loop", street.settings)
    street.add("held", 3, ["car"], role="test")
    outcome = verb("loop", street.settings)
    assert outcome.code == 0
    assert (
        outcome.out == "nothing new: 3 new objects, none of them in the split train\n"
    )
    assert len(model.trained) == 1


def test_a_build_that_cannot_be_judged_is_not_trained_for_nothing(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    street.change(split={"test": 0.0})
    outcome = verb("loop", street.settings)
    assert outcome.code == 2
    assert "no model can be judged" in outcome.err
    assert model.trained == []


def test_a_run_that_was_trained_by_hand_says_what_it_knows(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    verb("shard", street.settings)
    verb("train", street.settings)
    add_promotion(
        UPath(street.build), 1, find_run(UPath(street.build), "1").record.model
    )
    outcome = verb("loop", street.settings)
    assert outcome.out == "nothing new: no object has come or changed\n"
    add_images(street, 6)
    ended = msgspec.json.decode(verb("loop", street.settings, "--json").out)["round"]
    assert (ended["new"], ended["start"]) == (6, "runs/1")
    assert len(model.trained) == 2


def test_a_schedule_outlives_a_tool_that_does_not_answer(
    street: Project, verb: Verb, model: MadeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            street.change(loop={})  # the tool is taken out
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.verbs.loop.sleep", wait)
    source = {"export": "street", "tool": "url", "address": "http://127.0.0.1:9/a.zip"}
    street.change(loop={"sources": [source]})
    outcome = verb("loop", street.settings, "--every", "30")
    assert outcome.code == 130
    assert "127.0.0.1:9/a.zip: no answer" in outcome.err
    assert "round 1: 12 new objects" in outcome.out
    assert "nothing new: all is as in round 1" in outcome.out
    assert all(0 < seconds <= 30 * 60 for seconds in waits)
    assert len(model.trained) == 1
    assert promoted(street) == 1


def test_of_a_run_without_a_note_all_objects_are_new_and_that_is_said(
    street: Project, verb: Verb, model: MadeModel
) -> None:
    verb("loop", street.settings)
    (street.build / "runs/1/objects.parquet").unlink()
    change_masks(street, 1)
    outcome = verb("loop", street.settings)
    assert "which objects run 1 knew is not noted" in outcome.err
    assert "round 2: 12 new objects" in outcome.out
    assert len(model.trained) == 2

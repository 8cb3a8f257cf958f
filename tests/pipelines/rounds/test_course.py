"""Rounds: what is new, what each step leaves, kills between any two, and the gate's word."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.settings import Settings
from model.annotations.judged_deliveries import keep_deliveries
from model.annotations.report import DeliveryQuality
from model.evaluation.intervals import Interval
from model.promotion import add_promotion, read_promotion
from model.runs import find_run, read_runs
from pipelines.rounds import course
from tests.pipelines.rounds.made_model import Killed, MadeModel
from tests.pipelines.small_project import Project, Verb, write_coco

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


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> MadeModel:
    return MadeModel(monkeypatch)


@pytest.fixture
def street(project: Project) -> Project:
    """A project of twelve objects."""
    project.add("street", 12, ["car"])
    return project


def add_images(project: Project, number: int) -> None:
    """More images for the first export, in a document of their own."""
    place = Path(project.plain["exports"][0]["path"])
    extra = project.folder / "extra"
    write_coco(extra, number, ["car"], first=5000)
    for path in (extra / "images").iterdir():
        path.rename(place / "images" / f"new-{path.name}")
    document = msgspec.json.decode((extra / "annotations.json").read_bytes())
    for image in document["images"]:
        image["file_name"] = f"new-{image['file_name']}"
    (place / "more.json").write_bytes(msgspec.json.encode(document))
    shutil.rmtree(extra)


def change_masks(project: Project, number: int) -> None:
    """Correct the masks of the first objects: each loses a corner."""
    path = Path(project.plain["exports"][0]["path"]) / "annotations.json"
    document = msgspec.json.decode(path.read_bytes())
    for annotation in document["annotations"][:number]:
        annotation["segmentation"][0] = annotation["segmentation"][0][:6]
    path.write_bytes(msgspec.json.encode(document))


def splits(project: Project) -> dict[str, str]:
    """The split of each image."""
    found = {}
    for path in (project.build / "balance" / "segments").glob("*.parquet"):
        for row in pq.read_table(path, columns=["image_id", "split"]).to_pylist():
            found[row["image_id"]] = row["split"]
    return found


def promoted(project: Project) -> int | None:
    promotion = read_promotion(UPath(project.build))
    return promotion and promotion.run


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


def hold(monkeypatch: pytest.MonkeyPatch, exports: set[str]) -> list[int]:
    """Judging finds the new objects of some exports wrong; how many it was asked about."""
    asked = []

    def judge(
        settings: Settings, checkpoint: str, new: Collection[str], log: object
    ) -> list[DeliveryQuality]:
        assert checkpoint.endswith(("runs/1", "runs/2"))
        del log
        asked.append(len(new))
        found = [
            DeliveryQuality(
                customer="acme",
                export=export,
                objects=len(new),
                judged=len(new),
                doubtful=0.71,
                usual=0.03,
                wrong=Interval(0.9, 0.6, 1.0),
                is_held=True,
                right=4.0,
                below=0.0,
            )
            for export in exports
        ]
        return keep_deliveries(settings, found, new)

    monkeypatch.setattr(
        "model.annotations.judged_deliveries.judge_new_deliveries", judge
    )
    return asked


def test_a_delivery_that_looks_wrong_is_not_learned(
    project: Project, verb: Verb, model: MadeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("street", 12, ["car"], customer="acme")
    verb("loop", project.settings)
    asked = hold(monkeypatch, {"yard"})
    project.add("yard", 8, ["car"], customer="acme")
    before = len(model.trained)

    project.change(balance={"quality_trust": 0.8})
    outcome = verb("loop", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    assert "HELD BACK: customer acme's delivery yard" in outcome.err
    said = msgspec.json.decode(outcome.out)
    assert said["round"] is None
    assert "71% of its masks are doubtful, where 3% are usual" in said["nothing"]
    assert "they lie 4 px to the right" in said["nothing"]
    [delivery] = re.findall(r"accept: \[(yard@[0-9a-f]{8})\]", said["nothing"])
    assert (asked, len(model.trained)) == ([8], before)

    # With others that are sound, these are learned. What is held is not judged again.
    project.add("shop", 8, ["car"], customer="acme")
    hold(monkeypatch, set())
    ended = msgspec.json.decode(verb("loop", project.settings, "--json").out)["round"]
    assert ended["new"] == 8
    assert "yard" not in learned(project)

    # A person lifts it with one setting.
    project.change(balance={"quality_trust": 0.8, "accept": [delivery]})
    ended = msgspec.json.decode(verb("loop", project.settings, "--json").out)["round"]
    assert (ended["new"], ended["held"]) == (8, [])
    assert "yard" in learned(project)


def learned(project: Project) -> set[str]:
    """The exports in the shards."""
    found: set[str] = set()
    for path in (project.build / "balance" / "segments").glob("*.parquet"):
        found |= set(pq.read_table(path, columns=["export"])["export"].to_pylist())
    return found


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
    assert (
        outcome.out == "nothing new: 0 new objects, none of them in the split train\n"
    )
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

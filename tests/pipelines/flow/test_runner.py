"""The flow end to end: contracts hold, and nothing is done twice."""

import shutil
from dataclasses import replace

import msgspec
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.ledger import LedgerReport
from curate.schema import STAGES
from pipelines.flow import build as builds
from pipelines.flow.stages import FLOW
from tests.pipelines.flow.built import inodes, split_of
from tests.pipelines.small_project import Project, Verb, write_coco


def ledger(project: Project, stage: str) -> LedgerReport:
    path = project.build / stage / "ledger.json"
    return msgspec.json.decode(path.read_bytes(), type=LedgerReport)


def finished_at(project: Project) -> dict[str, int]:
    """When each stage was finished."""
    times = {}
    for stage in STAGES:
        times[stage] = (project.build / stage / "stage.json").stat().st_mtime_ns
    return times


def test_the_curation_keeps_its_contracts_and_does_nothing_twice(
    project: Project, verb: Verb
) -> None:
    project.add("street", 12, ["car", "Pedestrian", "sky", "blob"])
    project.add("yard", 6, ["wheel", "car"], role="test", trust=0.5)

    outcome = verb("shard", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    assert "1 label waits for a decision" in outcome.err
    assert "'blob'" in outcome.err
    stages = msgspec.json.decode(outcome.out)["stages"]
    assert stages["ingest"]["in"] == stages["ingest"]["out"] == 60
    assert stages["remap"]["by_reason"] == {"unmapped_label": 12}
    assert stages["filter"]["by_reason"]["background"] == 12

    sizes = {}
    for split in ("train", "val", "test"):
        sizes[split] = len(
            pq.read_table(project.build / "shard/shards" / f"split={split}")
        )
    assert sum(sizes.values()) == stages["shard"]["out"]
    assert sizes["test"] > 12  # all of the yard, and some of the street
    assert verb("audit", project.settings).code == 0

    before = project.files()
    times = finished_at(project)
    again = verb("shard", project.settings)
    assert again.code == 0
    assert again.err.count("kept from the last run") == 6
    assert project.files() == before
    assert finished_at(project) == times

    project.change(filter={"min_side": 14})
    assert verb("shard", project.settings).code == 0
    done_again = [
        stage for stage, time in finished_at(project).items() if time != times[stage]
    ]
    assert tuple(done_again) == STAGES[2:]
    assert verb("audit", project.settings).code == 0


def test_a_later_export_leaves_the_plans_and_splits_of_the_others(
    project: Project, verb: Verb
) -> None:
    project.add("street", 10, ["car"])
    assert verb("shard", project.settings).code == 0
    old_splits = split_of(project)
    plans = project.build / "plans"
    old_plans = {path.name: path.stat().st_mtime_ns for path in plans.iterdir()}

    project.add("yard", 10, ["car"])
    project.change(exports=project.plain["exports"][::-1])
    assert verb("shard", project.settings).code == 0

    assert old_splits.items() <= split_of(project).items()
    new_plans = {path.name: path.stat().st_mtime_ns for path in plans.iterdir()}
    assert old_plans.items() <= new_plans.items()
    assert verb("audit", project.settings).code == 0


def test_all_until_the_shards_writes_the_page(project: Project, verb: Verb) -> None:
    project.add("street", 6, ["car", "zorp"])
    outcome = verb("all", project.settings, "--until", "shard", "--json")
    assert outcome.code == 0, outcome.err
    page = project.build / "report" / "curation.html"
    assert msgspec.json.decode(outcome.out)["pages"] == [str(page)]

    page.unlink()
    assert verb("report", project.settings).code == 0
    assert page.exists()


def test_a_stage_with_a_new_version_is_done_again(
    project: Project, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("street", 4, ["car"])
    assert verb("shard", project.settings).code == 0
    times = finished_at(project)
    files = project.files()

    raised = replace(FLOW["balance"], version=FLOW["balance"].version + 1)
    monkeypatch.setitem(FLOW, "balance", raised)
    assert verb("shard", project.settings).code == 0
    done_again = [
        stage for stage, time in finished_at(project).items() if time != times[stage]
    ]
    assert done_again == ["balance", "shard"]

    changed = {name for name, data in project.files().items() if files[name] != data}
    assert changed == {"balance/stage.json", "shard/stage.json"}


def test_a_build_of_an_older_form_is_made_again(project: Project, verb: Verb) -> None:
    project.add("street", 4, ["car"])
    assert verb("shard", project.settings).code == 0
    state = project.build / "ingest" / "stage.json"
    state.write_text('{"key": "k", "schema_version": 1, "settings": {}, "parts": {}}')
    assert builds.state_of(UPath(project.build), "ingest") is None

    outcome = verb("shard", project.settings)
    assert outcome.code == 0
    assert "kept from the last run" not in outcome.err.splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [
        "ingest/segments/part-00000.parquet",
        "remap/drops/part-00001.parquet",
        "filter/ledger.json",
        "split/groups.parquet",
        "shard/shards/split=train/part-00000.parquet",
    ],
)
def test_a_stage_that_has_lost_a_file_is_done_again(
    project: Project, verb: Verb, path: str
) -> None:
    project.add("street", 6, ["car", "sky"])
    project.add("yard", 4, ["car"])
    assert verb("shard", project.settings).code == 0
    before = project.files()
    others = inodes(project.build / "shard" / "segments")

    lost = project.build / path
    lost.write_bytes(lost.read_bytes()[:-1])
    stage = path.partition("/")[0]
    foretold = verb("shard", project.settings, "--dry-run")
    assert f"{path.partition('/')[2]} is gone or has another size" in foretold.out
    lost.unlink()

    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert f"{path.partition('/')[2]} is gone" in outcome.err
    assert f"{stage} is done again" in outcome.err
    assert outcome.err.count("kept from the last run") == 5
    assert project.files() == before
    # The partition whose files are all there is not cut again.
    assert len(others & inodes(project.build / "shard" / "segments")) >= 1


@pytest.mark.parametrize("removed", ["all", "one picture"])
def test_pictures_of_archives_that_were_removed_are_unpacked_again(
    project: Project, verb: Verb, removed: str
) -> None:
    place = project.add("street", 4, ["car"])
    archive = shutil.make_archive(str(place), "zip", place)
    project.plain["exports"][0]["path"] = archive
    project.change()
    assert verb("shard", project.settings).code == 0
    before = project.files()

    unpacked = project.build / "unpacked"
    if removed == "all":
        shutil.rmtree(unpacked)
    else:
        min(unpacked.rglob("*.png")).unlink()
    project.change(crop={"image": "webp"})
    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert f"{unpacked}" in outcome.err
    words = "is gone or lacks files; its pictures are taken from the export again"
    assert words in outcome.err
    assert ledger(project, "shard").out == 4

    # The stages between are kept: ingest gives the same again.
    assert outcome.err.count("kept from the last run") == 4
    after = project.files()
    assert {name for name, data in after.items() if before.get(name) != data} <= {
        name for name in after if name.startswith(("shard/", "run.json"))
    }


def test_a_build_that_was_moved_finds_the_pictures_of_archives(
    project: Project, verb: Verb
) -> None:
    place = project.add("street", 2, ["car"])
    project.plain["exports"][0]["path"] = shutil.make_archive(str(place), "zip", place)
    project.change()
    assert verb("balance", project.settings).code == 0

    moved = project.build.rename(project.build.with_name("moved"))
    project.change(build=str(moved))
    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert "shard    2 in, 2 out" in outcome.err


def test_a_build_without_a_single_crop_is_an_error(
    project: Project, verb: Verb
) -> None:
    place = project.add("street", 2, ["car"])
    project.plain["exports"][0]["path"] = shutil.make_archive(str(place), "zip", place)
    project.change()
    assert verb("balance", project.settings).code == 0

    for picture in (project.build / "unpacked").rglob("*.png"):
        picture.write_bytes(b"")
    for words in (["shard"], ["all", "--until", "shard"]):
        outcome = verb(words[0], project.settings, *words[1:])
        assert outcome.code == 2, outcome.err
        assert "shard leaves nothing for training: 2 in, 0 out" in outcome.err
        assert "2 undecodable_image" in outcome.err


def test_a_scheduler_that_does_not_answer_is_named(
    project: Project, verb: Verb
) -> None:
    project.add("street", 2, ["car"])
    project.change(dask={"scheduler": "tcp://127.0.0.1:9"})
    outcome = verb("ingest", project.settings)
    assert outcome.code == 2
    assert "tcp://127.0.0.1:9" in outcome.err


def test_images_that_are_gone_or_others_now_are_read_again(
    project: Project, verb: Verb
) -> None:
    place = project.add("street", 4, ["car"])
    assert verb("balance", project.settings).code == 0

    (place / "images" / "0.png").unlink()
    write_coco(project.folder / "other", 1, ["car"], first=900)
    (project.folder / "other" / "images" / "0.png").rename(place / "images" / "1.png")
    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert ledger(project, "ingest").by_reason == {"missing_image": 1}

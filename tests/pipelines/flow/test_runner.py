"""The flow end to end: contracts hold, nothing is done twice, and neither workers nor kills change a byte."""

import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from tests.pipelines.small_project import Project, Verb, write_coco

STAGES = ("ingest", "remap", "filter", "split", "balance", "shard")


def ledger(project: Project, stage: str) -> dict[str, object]:
    read: dict[str, object] = msgspec.json.decode(
        (project.build / stage / "ledger.json").read_bytes()
    )
    return read


def written(project: Project) -> dict[str, int]:
    """When each file of the stages was written."""
    return {
        f"{stage}": (project.build / stage / "stage.json").stat().st_mtime_ns for stage in STAGES
    }


def test_the_curation_keeps_its_contracts_and_does_nothing_twice(
    project: Project, verb: Verb
) -> None:
    project.add("street", 12, ["car", "Pedestrian", "sky", "blob"])
    project.add("yard", 6, ["wheel", "car"], role="test", trust=0.5)
    outcome = verb("shard", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    stages = msgspec.json.decode(outcome.out)["stages"]
    assert stages["ingest"]["in"] == stages["ingest"]["out"] == 60
    assert stages["remap"]["by_reason"] == {"unmapped_label": 12}
    assert stages["filter"]["by_reason"]["background"] == 12
    assert "1 labels wait for a decision" in outcome.err
    assert "'blob'" in outcome.err
    sides = {
        side: len(pq.read_table(project.build / "shard" / f"split={side}"))
        for side in ("train", "val", "test")
    }
    assert sum(sides.values()) == stages["shard"]["out"]
    assert sides["test"] > 12  # all of the yard, and some of the street
    assert verb("audit", project.settings).code == 0

    before, times = project.files(), written(project)
    again = verb("shard", project.settings)
    assert again.code == 0
    assert again.err.count("kept from the last run") == 6
    assert (project.files(), written(project)) == (before, times)

    project.change(filter={"min_side": 14})
    assert verb("shard", project.settings).code == 0
    assert [stage for stage, when in written(project).items() if when != times[stage]] == list(
        STAGES[2:]
    )
    assert verb("audit", project.settings).code == 0


def test_an_export_that_comes_later_leaves_the_parts_and_sides_of_the_others(
    project: Project, verb: Verb
) -> None:
    project.add("street", 10, ["car"])
    assert verb("shard", project.settings).code == 0
    old = pq.read_table(project.build / "split" / "segments").to_pylist()
    plans = {path.name: path.stat().st_mtime_ns for path in (project.build / "plans").iterdir()}
    project.add("yard", 10, ["car"])
    project.change(exports=project.plain["exports"][::-1])
    assert verb("shard", project.settings).code == 0
    now = {
        row["object_id"]: row["split"]
        for row in pq.read_table(project.build / "split" / "segments").to_pylist()
    }
    assert {row["object_id"]: row["split"] for row in old}.items() <= now.items()
    assert {
        path.name: path.stat().st_mtime_ns for path in (project.build / "plans").iterdir()
    }.items() >= plans.items()
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


def test_pins_hold_against_another_seed(project: Project, verb: Verb) -> None:
    project.add("street", 10, ["car"])
    assert verb("split", project.settings).code == 0
    before = pq.read_table(project.build / "split" / "segments").select(["object_id", "split"])
    project.change(split={"val": 0.2, "test": 0.2, "seed": 7})
    outcome = verb("split", project.settings)
    assert outcome.code == 0
    assert "pins.parquet" in outcome.err
    assert (
        pq.read_table(project.build / "split" / "segments").select(["object_id", "split"]) == before
    )


def test_neither_workers_nor_kills_change_a_byte_and_what_was_done_is_kept(
    project: Project, verb: Verb
) -> None:
    for name in ("a", "b"):
        project.add(name, 8, ["car", "wheel"])
    project.add_slow("slow")
    killed = project.copy("killed", workers=1)
    kill_at(killed, "ingest", "drops/*.parquet")
    time.sleep(0.5)  # until the workers have seen that nobody waits for them
    done = {
        path.stat().st_ino
        for path in (killed.build / ".ingest.partial" / "segments").glob("*.parquet")
    }
    kill_at(killed, "shard", "*/done.json")
    assert done <= {path.stat().st_ino for path in (killed.build / "ingest" / "segments").iterdir()}
    killed.change(dask=project.plain["dask"])
    assert verb("shard", killed.settings).code == 0
    assert verb("shard", project.settings).code == 0
    assert killed.files() == project.files()


def kill_at(project: Project, stage: str, sign: str) -> None:
    """Start a run and kill it, with no chance to clean up, once a part of the stage is done and others are not."""
    partial = project.build / f".{stage}.partial"
    command = [sys.executable, "-m", "pipelines", "shard", str(project.settings)]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, start_new_session=True, cwd=Path(__file__).parents[3]
    )
    until = time.monotonic() + 60
    while not any(partial.glob(sign)) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert any(partial.glob(sign)), "the run was over before it could be killed"
    assert not (project.build / stage).exists()


def test_a_scheduler_that_does_not_answer_is_named(project: Project, verb: Verb) -> None:
    project.add("street", 2, ["car"])
    project.change(dask={"scheduler": "tcp://127.0.0.1:9"})
    outcome = verb("ingest", project.settings)
    assert outcome.code == 2
    assert "tcp://127.0.0.1:9" in outcome.err


def test_a_stage_where_all_images_are_lost_to_change(project: Project, verb: Verb) -> None:
    place = project.add("street", 4, ["car"])
    assert verb("balance", project.settings).code == 0
    (place / "images" / "0.png").unlink()
    write_coco(project.folder / "other", 1, ["car"], first=900)
    (project.folder / "other" / "images" / "0.png").rename(place / "images" / "1.png")
    outcome = verb("shard", project.settings)
    assert outcome.code == 0, outcome.err
    assert ledger(project, "ingest")["by_reason"] == {"missing_image": 1}

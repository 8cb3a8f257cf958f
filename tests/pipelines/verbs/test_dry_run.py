"""A dry run: it tells what the run then does, invents no time, and writes nothing."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from upath import UPath

from curate.folders import file_sizes
from curate.schema import STAGES
from pipelines.flow.forecast import Forecast
from tests.pipelines.small_project import Project, Verb


def foretold(project: Project, verb: Verb) -> Forecast:
    outcome = verb("shard", project.settings, "--dry-run", "--json")
    assert outcome.code == 0, outcome.err
    return msgspec.json.decode(outcome.out, type=Forecast)


def done(project: Project, verb: Verb) -> dict[str, Any]:
    outcome = verb("shard", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    stages: dict[str, Any] = msgspec.json.decode(outcome.out)["stages"]
    return stages


def all_files(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def test_before_the_first_run_nothing_is_known_and_nothing_is_written(
    project: Project, verb: Verb
) -> None:
    project.add("street", 4, ["car"])
    before = all_files(project.folder)
    outcome = verb("all", project.settings, "--dry-run")
    assert outcome.code == 0, outcome.err
    assert all_files(project.folder) == before

    assert outcome.out.count("no rate known yet") == 6
    assert outcome.out.count("annotations not counted yet") == 6
    assert "street: 5 files" in outcome.out
    assert "no time can be told yet" in outcome.out
    assert foretold(project, verb).seconds is None


def test_what_is_foretold_comes_true(project: Project, verb: Verb) -> None:
    project.add("street", 6, ["car", "sky"])
    yard = project.add("yard", 4, ["wheel"])
    done(project, verb)
    kept = foretold(project, verb)
    assert [stage.is_kept for stage in kept.stages] == [True] * 6
    assert kept.seconds == 0
    assert kept.exports == []
    assert verb("shard", project.settings, "--dry-run").out.endswith("nothing to do\n")

    # The model may have to be trained all the same.
    *_, curation, then = verb("all", project.settings, "--dry-run").out.splitlines()
    assert curation == "curation nothing to do"
    assert "training and evaluation" in then

    project.change(filter={"min_side": 1})
    changed = foretold(project, verb)
    assert [stage.is_kept for stage in changed.stages] == [True] * 2 + [False] * 4
    assert changed.stages[2].why == "changed: filter"
    assert changed.stages[3].why == "the stage before it is done again"
    assert [stage.is_exact for stage in changed.stages[2:]] == [True] + [False] * 3
    assert changed.stages[2].bytes > 0
    told = {stage.stage: stage.annotations for stage in changed.stages}
    assert told == {name: stage["in"] for name, stage in done(project, verb).items()}

    (yard / "annotations.json").touch()
    reads = foretold(project, verb)
    assert [(each.name, each.files, each.annotations) for each in reads.exports] == [
        ("yard", 5, 4)
    ]
    assert reads.stages[0].why == "changed: files"


def test_the_folder_of_each_stage_is_listed_once(
    project: Project, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a store, a listing is a request."""
    project.add("street", 4, ["car"])
    done(project, verb)
    project.change(filter={"min_side": 1})
    listed: Counter[str] = Counter()

    def sizes_of(folder: UPath) -> dict[str, int]:
        listed[folder.name] += 1
        return file_sizes(folder)

    monkeypatch.setattr("pipelines.flow.build.file_sizes", sizes_of)
    foretold(project, verb)
    assert listed == Counter(STAGES)


def test_times_are_by_rates_of_whole_runs(project: Project, verb: Verb) -> None:
    project.add("street", 4, ["car"])
    done(project, verb)
    rates = project.build / "rates.json"
    measured = msgspec.json.decode(rates.read_bytes())["stages"]
    assert set(measured) == {"ingest", "remap", "filter", "split", "balance", "shard"}
    measured["shard"] |= {"annotations": 100, "seconds": 50.0}
    rates.write_bytes(msgspec.json.encode({"stages": measured}))

    project.change(crop={"padding": [0.1, 0.2]})
    shard = foretold(project, verb).stages[-1]
    assert shard.annotations == 4
    assert shard.seconds == pytest.approx(2.0)
    text = verb("shard", project.settings, "--dry-run").out
    assert "2 a second in the last whole run" in text
    assert text.endswith("in all   about 2 s\n")

    # Of two exports one is kept: its rate would be too good.
    project.add("yard", 2, ["wheel"])
    done(project, verb)
    kept = msgspec.json.decode(rates.read_bytes())["stages"]
    assert kept["ingest"] == measured["ingest"]


def test_bad_input_is_told_as_by_the_run(project: Project, verb: Verb) -> None:
    place = project.add("street", 2, ["car"])
    place.rename(place.with_name("elsewhere"))
    outcome = verb("shard", project.settings, "--dry-run")
    assert outcome.code == 2
    assert "street" in outcome.err


def test_a_build_that_may_not_be_written_needs_no_lock(
    project: Project, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("street", 4, ["car"])
    done(project, verb)
    (project.build / ".lock").unlink(missing_ok=True)
    before = all_files(project.folder)
    access = os.access

    def is_allowed(path: str, mode: int) -> bool:
        return path != str(project.build) and access(path, mode)

    monkeypatch.setattr(os, "access", is_allowed)
    assert all(stage.is_kept for stage in foretold(project, verb).stages)
    assert all_files(project.folder) == before

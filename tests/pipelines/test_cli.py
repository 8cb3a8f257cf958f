"""What users get wrong ends in a message with its place, and the right exit code."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner
from upath import UPath

from curate.errors import InputError
from curate.exports import process_limits
from pipelines import failures
from pipelines.cli import app
from pipelines.flow import build as builds
from tests.pipelines.small_project import Project, Verb


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"format": "cocoo"},
            ["unknown format 'cocoo'", "did you mean 'coco'?", "settings.yaml:1:"],
        ),
        (
            {"licence": "GPL-3.0"},
            ["street", "'GPL-3.0'", "licences.allow", "settings.yaml:1:"],
        ),
        (
            {"rol": "test"},
            ["unknown key 'exports.0.rol'", "did you mean 'role'?", "settings.yaml:1:"],
        ),
        (
            {"path": "no/such/place"},
            ["export street", "no/such/place", "no such folder"],
        ),
        ({"path": "nofs://x"}, ["export street", "nofs://x", "cannot be opened"]),
        ({"options": {"crowd": "drop"}}, ["format coco has no option 'crowd'"]),
        ({"name": "no slash/here"}, ["exports.0.name", "settings.yaml:1:"]),
    ],
)
def test_an_export_that_cannot_be(
    project: Project, verb: Verb, changes: dict[str, object], said: list[str]
) -> None:
    project.add("street", 1, ["car"])
    project.plain["exports"][0] |= changes
    outcome = verb("shard", project.change())
    assert outcome.code == 2
    assert all(words in outcome.err for words in said), outcome.err
    assert not project.build.exists()


def test_broken_yaml_and_no_file(project: Project, verb: Verb, tmp_path: Path) -> None:
    project.settings.write_text("build: x\nexports: [\n")
    outcome = verb("all", project.settings)
    assert outcome.code == 2
    assert "settings.yaml:3:1" in outcome.err
    outcome = verb("ingest", tmp_path / "none.yaml")
    assert outcome.code == 2
    assert "none.yaml: cannot be read" in outcome.err


def test_what_is_no_settings_file_or_no_build(project: Project, verb: Verb) -> None:
    place = project.add("street", 1, ["car"])
    outcome = verb("all", place)
    assert outcome.code == 2
    assert f"init {place}' drafts one" in outcome.err
    outcome = verb("inspect", project.settings, "--format", "coco")
    assert outcome.code == 2
    assert "--format and --follow-links are for an export" in outcome.err

    outcome = verb("ingest", project.change(build=str(place)))
    assert outcome.code == 2
    assert "build is the folder of export street" in outcome.err
    outcome = verb("ingest", project.change(build=str(place / "annotations.json")))
    assert outcome.code == 2
    assert "build must be a folder" in outcome.err


def test_an_unknown_verb_or_stage(project: Project, verb: Verb) -> None:
    assert verb("ingst", project.settings).code == 2
    outcome = verb("all", project.settings, "--until", "shards")
    assert outcome.code == 2
    assert "'shard'" in outcome.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "/nowhere"}, "/nowhere: no such folder, archive or annotation file"),
        ({"format": "yolo"}, "street: no YOLO labels"),
        ({"options": {"crowds": "maybe"}}, "option crowds is one of auto, drop, keep"),
    ],
)
def test_what_reading_finds_wrong_in_the_settings_has_its_place(
    project: Project, verb: Verb, change: dict[str, object], said: str
) -> None:
    project.add("street", 1, ["car"], **change)
    outcome = verb("ingest", project.settings)
    assert outcome.code == 2
    assert f"error: {project.settings}:1:" in outcome.err
    assert outcome.err.count("export street: ") == 1
    assert said in outcome.err


def test_targets_name_domains_that_are_there(project: Project, verb: Verb) -> None:
    project.add("street", 1, ["car"])
    outcome = verb("ingest", project.change(balance={"targets": {"strete": 0.5}}))
    assert outcome.code == 2
    assert "'strete'" in outcome.err
    assert (
        verb("ingest", project.change(balance={"targets": {"street": 1.5}})).code == 2
    )


def test_folders_with_nothing_in_them(project: Project, verb: Verb) -> None:
    place = project.add("street", 1, ["car"])
    (project.folder / "empty").mkdir()
    project.plain["exports"][0]["path"] = str(project.folder / "empty")
    assert verb("ingest", project.change()).code == 2
    project.plain["exports"][0]["path"] = str(place / "images")
    outcome = verb("ingest", project.change())
    assert outcome.code == 2
    assert str(place / "images") in outcome.err


def test_an_empty_export_is_warned_of(project: Project, verb: Verb) -> None:
    project.add("street", 3, [])
    outcome = verb("shard", project.settings, "--json")
    assert outcome.code == 0
    assert "warning: export street: nothing is annotated" in outcome.err
    result = msgspec.json.decode(outcome.out)
    assert list(result["stages"]) == ["ingest"]
    assert len(result["warnings"]) == 2

    project.add("yard", 3, ["car"])
    outcome = verb("shard", project.settings)
    assert outcome.code == 0
    assert "export street: nothing is annotated" in outcome.err


def test_labels_that_are_all_unmapped_name_the_review_queue(
    project: Project, verb: Verb
) -> None:
    project.add("street", 3, ["zorp", "\x1b[31mred", "<b>bold</b>"])
    outcome = verb("shard", project.settings)
    assert outcome.code == 2
    queue = project.build / "taxonomy" / "review.yaml"
    assert str(queue) in outcome.err
    assert "9 unmapped_label" in outcome.err
    assert "zorp" in queue.read_text()
    assert "\x1b" not in outcome.err

    customers = project.folder / "taxonomy" / "customers"
    customers.mkdir()
    (customers / "street.yaml").write_text("labels: {zorp: car}\n")
    assert verb("shard", project.settings).code == 0
    listed = verb("taxonomy", project.settings, "--json")
    assert listed.code == 0
    result = msgspec.json.decode(listed.out)
    decisions = {row["label"]: row["decision"] for row in result["labels"]}
    assert decisions["zorp"] == "car"
    assert result["open"] == 2


def test_a_missing_image_costs_itself(project: Project, verb: Verb) -> None:
    place = project.add("street", 4, ["car", "wheel"])
    (place / "images" / "2.png").unlink()
    outcome = verb("shard", project.settings, "--json")
    assert outcome.code == 0
    stages = msgspec.json.decode(outcome.out)["stages"]
    assert stages["ingest"]["by_reason"] == {"missing_image": 2}
    assert stages["shard"]["out"] == 6


def test_verbs_that_need_a_build_say_so(project: Project, verb: Verb) -> None:
    project.add("street", 1, ["car"])
    for words in (["audit"], ["report"], ["train"], ["evaluate"]):
        outcome = verb(*words, project.settings)
        assert outcome.code == 2
        assert "not built yet" in outcome.err
        assert "python -m pipelines shard" in outcome.err
    outcome = verb("trace", project.settings, "0" * 32)
    assert outcome.code == 2
    assert "python -m pipelines shard" in outcome.err


def test_two_runs_in_one_folder_do_not_meet(project: Project, verb: Verb) -> None:
    project.add("street", 1, ["car"])
    with builds.held(UPath(project.build)):
        outcome = verb("ingest", project.settings)
    assert outcome.code == 2
    assert "another run is at work" in outcome.err
    assert verb("shard", project.settings).code == 0

    with builds.held(UPath(project.build)):
        for name in ("train", "evaluate", "gate", "quality"):
            outcome = verb(name, project.settings)
            assert outcome.code == 2
            assert "another run is at work" in outcome.err


def test_formats_are_listed_with_their_documentation(verb: Verb) -> None:
    listed = msgspec.json.decode(verb("formats", "--json").out)
    assert {"coco", "labelmap", "colormap", "yolo", "labelme"} <= {
        each["name"] for each in listed
    }
    assert all(len(each["documentation"]) > 200 for each in listed)
    assert "COCO" in verb("formats", "coco").out
    assert "did you mean" in verb("formats", "coko").err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (failures.CheckFailed("x"), 3),
        (FileNotFoundError(2, "gone", "f"), 2),
        (ValueError("x"), 1),
    ],
)
def test_exit_codes(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_: str | None) -> list[dict[str, str]]:
        raise error

    monkeypatch.setattr("pipelines.verbs.formats.describe_formats", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = CliRunner().invoke(app, ["formats"])
    assert result.exit_code == code
    assert "Traceback" not in result.output
    logs = list(tmp_path.glob("segcurate-*.log"))
    assert len(logs) == int(code == 1)
    for log in logs:
        assert "Traceback" in log.read_text()
        assert str(log) in result.output


def test_the_command_line_starts_without_what_is_slow_to_load() -> None:
    slow = ("numpy", "pyarrow", "dask", "torch", "cv2")
    loaded = f"[name for name in {slow} if name in sys.modules]"
    code = f"import sys, pipelines.cli; print({loaded})"
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert ran.stdout == "[]\n"


def test_files_of_no_format_are_named_once(project: Project, verb: Verb) -> None:
    place = project.add("street", 2, ["car"])
    for number in range(7):
        (place / f"notes {number}.json").write_text('{"notes": []}')
    outcome = verb("ingest", project.settings)
    assert outcome.code == 0
    assert outcome.err.count("export street: files left alone: notes 0.json (") == 1
    assert "notes 1.json (no COCO document) and 5 more\n" in outcome.err


def test_an_empty_label_that_waits_is_seen(project: Project, verb: Verb) -> None:
    project.add("street", 2, ["car", ""])
    assert ": (empty label); without it go" in verb("remap", project.settings).err


def test_what_a_system_cannot_limit_is_said_once(
    project: Project, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("street", 2, ["car"])
    assert "cannot limit" not in verb("ingest", project.settings).err
    monkeypatch.setattr(process_limits, "unlimited", lambda: ["memory", "CPU time"])
    outcome = verb("shard", project.settings)
    assert outcome.code == 0
    assert outcome.err.count("cannot limit memory and CPU time") == 1


def test_an_export_of_which_nothing_can_be_read_says_why(
    project: Project, verb: Verb
) -> None:
    place = project.add("street", 2, ["car"])
    for picture in (place / "images").iterdir():
        picture.unlink()
    project.add("yard", 2, ["car"])
    outcome = verb("ingest", project.settings)
    assert outcome.code == 0
    assert "export street: no annotation could be read: missing_image (2; " in (
        outcome.err
    )
    assert "nothing is annotated" not in outcome.err


def test_boxes_alone_say_what_to_export_instead(project: Project, verb: Verb) -> None:
    place = project.add("street", 2, ["car"])
    document = msgspec.json.decode((place / "annotations.json").read_bytes())
    for annotation in document["annotations"]:
        annotation["segmentation"] = []
    (place / "annotations.json").write_bytes(msgspec.json.encode(document))
    outcome = verb("shard", project.settings)
    assert outcome.code == 2
    assert "export street: no annotation could be read: no_mask (2; " in outcome.err
    assert "The commonest reasons: no_mask (2; images/" in outcome.err
    assert outcome.err.count("boxes only: boxes, lines and points have no mask") == 2

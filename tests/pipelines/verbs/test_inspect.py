"""`inspect` and `init` on the command line."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from curate.errors import InputError
from curate.exports.export import Export
from curate.formats import coco
from curate.records import ReadItem
from tests.pipelines.inspection.small_exports import write_yolo
from tests.pipelines.small_project import Project, Verb, write_coco


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and settings files are written below the working folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_the_best_format_is_told_with_a_page_and_a_stanza(
    verb: Verb, tmp_path: Path
) -> None:
    write_coco(tmp_path / "street", 3, ["car", "zorp"])
    outcome = verb("inspect", tmp_path / "street")
    assert outcome.code == 0
    assert "3 annotated, all in the export" in outcome.out
    assert "car (3), zorp (3)" in outcome.out
    assert "1. coco" in outcome.out
    page = tmp_path / "here" / "build" / "inspect" / "street.html"
    assert page.is_file()
    assert str(page.relative_to(tmp_path / "here")) in outcome.out
    pasted = outcome.out[outcome.out.index("  - name: street") :]
    (export,) = YAML(typ="safe").load(pasted)
    assert (export["format"], export["licence"]) == ("coco", "???")


def test_json_and_a_page_elsewhere(verb: Verb, tmp_path: Path) -> None:
    write_coco(tmp_path / "street", 3, ["car"])
    place = tmp_path / "here" / "x.html"
    outcome = verb("inspect", tmp_path / "street", "--json", "--page", place)
    (found,) = msgspec.json.decode(outcome.out)
    assert found["contents"]["labels"] == {"car": 3}
    assert found["candidates"][0]["format"] == "coco"
    assert found["page"] == str(place)
    assert place.is_file()


def test_a_settings_file_is_read_as_it_says(project: Project, verb: Verb) -> None:
    project.add("street", 3, ["car"])
    outcome = verb("inspect", project.settings)
    assert outcome.code == 0
    assert "as coco" in outcome.out
    assert (project.build / "inspect" / "street.html").is_file()
    removed = verb("clean-build", project.settings, "--yes")
    assert removed.code == 0
    assert not project.build.exists()


def test_what_cannot_be_read_ends_with_one_error(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = verb("inspect", tmp_path / "empty")
    assert outcome.code == 2
    assert outcome.err.count("there is no file in it") == 1
    assert verb("inspect", tmp_path / "nowhere").err.count("no such folder") == 1
    assert "did you mean 'coco'" in verb("inspect", tmp_path, "--format", "cooc").err

    (tmp_path / "empty" / "a.json").write_text("{}")
    outcome = verb("inspect", tmp_path / "empty", "--json")
    assert outcome.code == 2
    assert msgspec.json.decode(outcome.out)[0]["contents"] is None
    assert (
        "no COCO document"
        in verb("inspect", tmp_path / "empty", "--format", "coco").err
    )


def test_init_drafts_a_file_that_names_its_open_choices(
    verb: Verb, tmp_path: Path
) -> None:
    write_coco(tmp_path / "one" / "street", 2, ["car"])
    write_coco(tmp_path / "two" / "street", 2, ["person"])
    write_yolo(tmp_path / "boxes", "0 0.5 0.5 0.2 0.2\n")
    places = [
        tmp_path / "one" / "street",
        tmp_path / "two" / "street",
        tmp_path / "boxes",
    ]
    file = tmp_path / "my own.yaml"
    outcome = verb("init", *places, "--out", file)
    assert outcome.code == 0
    assert f"then: python -m pipelines all '{file}'" in outcome.out
    assert "left out:" in outcome.out
    assert "boxes only" in outcome.out

    plain = YAML(typ="safe").load(file.read_text())
    exports = {each["name"]: each["path"] for each in plain["exports"]}
    assert exports == {"street": "one/street", "street-2": "two/street"}
    outcome = verb("ingest", file)
    assert outcome.code == 2
    assert f"{file}:11:5: exports.0.customer is ???: put your own choice" in outcome.err

    before = file.read_bytes()
    assert "exists already" in verb("init", *places, "--out", file).err
    assert file.read_bytes() == before
    file.write_text(file.read_text().replace("???", "own"))
    assert verb("inspect", file).code == 0
    assert verb("init", tmp_path / "boxes").code == 2


def test_a_fault_of_a_format_is_told_with_its_traceback(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_coco(tmp_path / "street", 2, ["car"])

    def read(export: Export) -> Iterator[ReadItem]:
        yield from coco.read(export)
        raise KeyError("no rule for it")

    readers = {"coco": read}
    monkeypatch.setattr("curate.formats.reader", lambda name: readers.get(name, none))
    outcome = verb("inspect", tmp_path / "street")
    assert outcome.code == 1
    assert "car (2)" in outcome.out
    assert "1 fault in inspect" in outcome.err
    (trace,) = Path("build/faults").iterdir()
    assert "no rule for it" in trace.read_text()


def none(export: Export) -> Iterator[ReadItem]:
    """A format that finds nothing of its own."""
    raise InputError(f"no document in {export.name}")

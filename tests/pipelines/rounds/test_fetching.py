"""What is fetched from tools, and what is said when they do not answer as they should."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.loop_settings import LoopSource
from pipelines.rounds import connection
from pipelines.rounds.fetching import TOOLS
from pipelines.rounds.records import Fetched
from tests.pipelines.rounds.tool_server import (
    REFRESH,
    TOKEN,
    Tool,
    cvat,
    label_studio,
    running,
)

UPLOAD = "/data/upload/3/1a2b3c4d-car.png"
LOCAL = "/data/local-files/?d=yard/a%20b.png"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAUSE", 0.0)
    monkeypatch.setattr(connection, "_POLL_SECONDS", 0.0)
    monkeypatch.setenv("A_TOKEN", TOKEN)


@pytest.fixture
def studio() -> Iterator[Tool]:
    tool = Tool(
        tasks=[task(2, LOCAL), task(1, UPLOAD)],
        pictures={UPLOAD: b"car", LOCAL: b"yard"},
    )
    with running(label_studio(tool), tool) as started:
        yield started


def task(number: int, image: str) -> dict[str, object]:
    return {"id": number, "data": {"image": image}, "annotations": []}


def fetch(
    tool: Tool, folder: Path, kind: str = "label_studio", **changes: object
) -> Fetched:
    source = {
        "export": "fixed",
        "tool": kind,
        "address": tool.address,
        "project": 3,
        "token_variable": "A_TOKEN",
    }
    lines: list[str] = []
    return TOOLS[kind](
        LoopSource.model_validate(source | changes),
        UPath(folder),
        Limits(),
        lines.append,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_tasks_come_in_order_and_pictures_to_where_ingest_looks(
    studio: Tool, tmp_path: Path
) -> None:
    fetched = fetch(studio, tmp_path)
    assert (fetched.entries, fetched.pictures, fetched.is_changed) == (2, 2, True)
    found = files(tmp_path)
    assert msgspec.json.decode(found.pop("export.json")) == [
        task(1, UPLOAD),
        task(2, LOCAL),
    ]
    assert found == {
        "images/1a2b3c4d-car.png": b"car",
        "images/yard/a b.png": b"yard",
    }


def test_what_is_as_before_is_not_touched_and_no_picture_is_fetched_again(
    studio: Tool, tmp_path: Path
) -> None:
    fetch(studio, tmp_path)
    before = (tmp_path / "export.json").stat().st_mtime_ns
    studio.tasks.reverse()
    again = fetch(studio, tmp_path)
    assert (again.pictures, again.is_changed) == (0, False)
    assert (tmp_path / "export.json").stat().st_mtime_ns == before
    assert studio.asked[f"GET {UPLOAD}"] == 1

    studio.tasks.append(task(3, UPLOAD))
    assert fetch(studio, tmp_path).is_changed


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_project_too_large_to_wait_for_comes_as_a_snapshot(
    studio: Tool, tmp_path: Path, status: int
) -> None:
    studio.export_status = status
    studio.polls = 3
    assert fetch(studio, tmp_path).entries == 2
    asked = studio.asked
    assert asked["GET /api/projects/3/exports/9"] == 4
    assert asked["DELETE /api/projects/3/exports/9"] == 1

    # It is written with other spaces.
    studio.export_status = 200
    assert not fetch(studio, tmp_path).is_changed


def test_a_snapshot_that_fails_is_said(studio: Tool, tmp_path: Path) -> None:
    studio.export_status = 504
    studio.result = "failed"
    with pytest.raises(InputError, match="the tool says that it has failed"):
        fetch(studio, tmp_path)


def test_a_tool_that_fails_for_a_moment_is_asked_again(
    studio: Tool, tmp_path: Path
) -> None:
    studio.failures = 2
    assert fetch(studio, tmp_path).entries == 2
    studio.cut_off = 2
    assert not fetch(studio, tmp_path).is_changed


def test_what_breaks_off_each_time_leaves_what_was_there(
    studio: Tool, tmp_path: Path
) -> None:
    fetch(studio, tmp_path)
    before = files(tmp_path)
    studio.cut_off = 100
    studio.result = "failed"
    with pytest.raises(InputError, match="it has failed"):
        fetch(studio, tmp_path)
    left = files(tmp_path)
    assert {name: left[name] for name in before} == before


def test_a_personal_token_is_changed_for_a_short_one(
    studio: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", REFRESH)
    assert fetch(studio, tmp_path).entries == 2
    assert studio.asked["POST /api/token/refresh/"] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"token_variable": "NO_TOKEN"},
            "the environment variable NO_TOKEN is not set",
        ),
        ({"token_variable": "BAD_TOKEN"}, r"the token in BAD_TOKEN is refused \(401\)"),
        ({"token_variable": None}, "a request without a token"),
        ({"project": 4}, r"not there \(404\); look at address and project"),
        ({"address": "http://127.0.0.1:9"}, "no answer"),
    ],
)
def test_what_is_wrong_is_named(
    studio: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, object],
    said: str,
) -> None:
    monkeypatch.setenv("BAD_TOKEN", "wrong")
    with pytest.raises(InputError, match=said) as raised:
        fetch(studio, tmp_path, **changes)
    assert "wrong" not in str(raised.value).replace("is wrong", "")
    assert not (tmp_path / "export.json").exists()


@pytest.mark.parametrize(
    "body", [b"", b"<html>login</html>", b'{"detail": "?"}', b"[1]"]
)
def test_an_answer_that_is_no_list_of_tasks_is_refused(
    studio: Tool, tmp_path: Path, body: bytes
) -> None:
    studio.body = body
    with pytest.raises(InputError, match="something else than a list of tasks"):
        fetch(studio, tmp_path)
    assert not (tmp_path / "export.json").exists()


def test_an_answer_of_another_version_is_said(studio: Tool, tmp_path: Path) -> None:
    studio.export_status = 504
    studio.snapshot = {"number": 9}
    with pytest.raises(InputError, match="without 'id': another version of the tool"):
        fetch(studio, tmp_path)


def test_a_tool_that_fails_for_good_is_said(studio: Tool, tmp_path: Path) -> None:
    studio.failures = 1000
    with pytest.raises(InputError, match=r"the tool has failed \(500\)"):
        fetch(studio, tmp_path)


def test_only_pictures_of_the_tool_are_asked_for_and_none_leaves_the_folder(
    studio: Tool, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    studio.tasks = [
        task(1, "http://127.0.0.1:9/data/upload/3/other.png"),
        task(2, "/data/local-files/?d=../../out.png"),
        task(3, "/api/users"),
        task(4, f"{studio.address}{UPLOAD}"),
        task(5, "/data/upload/3/lost.png"),
    ]
    fetched = fetch(studio, folder)
    assert (fetched.pictures, fetched.lost_pictures) == (1, 1)
    assert set(files(tmp_path)) == {"in/export.json", "in/images/1a2b3c4d-car.png"}


def archive(time: tuple[int, ...], text: str = "<annotations/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        info = zipfile.ZipInfo("annotations.xml", time)  # type: ignore[arg-type]
        opened.writestr(info, text)
    return file.getvalue()


def test_cvat_makes_an_archive_which_stays_if_only_its_times_differ(
    tmp_path: Path,
) -> None:
    tool = Tool(archive=archive((2026, 1, 2, 3, 4, 6)), polls=2)
    with running(cvat(tool), tool):
        fetched = fetch(tool, tmp_path, "cvat")
        assert (fetched.entries, fetched.is_changed) == (1, True)
        first = files(tmp_path)
        assert first == {"export.zip": tool.archive}

        tool.archive = archive((2026, 2, 2, 3, 4, 6))
        assert not fetch(tool, tmp_path, "cvat").is_changed
        assert files(tmp_path) == first
        tool.archive = archive((2026, 2, 2, 3, 4, 6), "<annotations>more")
        assert fetch(tool, tmp_path, "cvat").is_changed

        tool.archive = b"no zip"
        with pytest.raises(InputError, match="no archive"):
            fetch(tool, tmp_path, "cvat")
        tool.result = "failed"
        with pytest.raises(InputError, match="no space left"):
            fetch(tool, tmp_path, "cvat")


def test_a_file_at_an_address_is_kept_under_its_name(
    studio: Tool, tmp_path: Path
) -> None:
    address = f"{studio.address}{UPLOAD}"
    assert fetch(studio, tmp_path, "url", address=address).is_changed
    assert not fetch(studio, tmp_path, "url", address=address).is_changed
    assert files(tmp_path) == {"1a2b3c4d-car.png": b"car"}

    studio.pictures[UPLOAD] = b"another car"
    assert fetch(studio, tmp_path, "url", address=address).is_changed
    assert files(tmp_path) == {"1a2b3c4d-car.png": b"another car"}

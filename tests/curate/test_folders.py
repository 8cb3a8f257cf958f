"""A folder is replaced as a whole, wherever a kill comes in between."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from upath import UPath

from curate.folders import new_folder_of, recover, remove_folder, replace_folder
from curate.storage import write_bytes
from curate.stores import StoreUnavailable


@pytest.fixture(params=["local", "store"])
def final(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    if request.param == "local":
        return UPath(tmp_path) / "stage"
    return UPath(f"memory://{tmp_path.name}/stage")


def write(folder: UPath, content: bytes, parts: int) -> None:
    """A folder of some parts, whose own file is written last."""
    for number in range(parts):
        write_bytes(folder / "segments" / f"part-{number}", content)
    write_bytes(folder / "stage.json", content)


def read(folder: UPath) -> dict[str, bytes]:
    """The bytes of all files of a folder, by their path in it."""
    found = folder.fs.find(folder.path)
    return {path.rpartition("/stage/")[2]: folder.fs.cat_file(path) for path in found}


def test_nothing_of_the_old_folder_is_left(final: UPath) -> None:
    for content, parts in ((b"old", 3), (b"new", 2)):
        write(new_folder_of(final), content, parts)
        replace_folder(final)
        names = ["stage.json", *(f"segments/part-{part}" for part in range(parts))]
        assert read(final) == dict.fromkeys(names, content)
        assert [path.name for path in final.parent.iterdir()] == ["stage"]
    remove_folder(final)
    remove_folder(final)
    assert not final.exists()


def test_a_kill_between_two_renames_is_mended(tmp_path: Path) -> None:
    final = UPath(tmp_path) / "stage"
    write(final.with_name(".stage.old"), b"old", 3)
    write(new_folder_of(final), b"new", 2)
    recover(final)
    assert set(read(final).values()) == {b"old"}


class Killed(BaseException):
    """The end of the process, wherever it comes."""


@pytest.mark.parametrize("name", ["rm_file", "cp_file", "pipe_file", "rm"])
def test_a_kill_leaves_the_old_folder_or_the_new_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each number of requests to a store; what was killed is finished by the next run."""
    seen = set()
    for requests in range(6):
        final = UPath(f"memory://{tmp_path.name}-{name}-{requests}/stage")
        write(final, b"old", 3)
        write(new_folder_of(final), b"new", 2)
        with monkeypatch.context() as patch:
            patch.setattr(MemoryFileSystem, name, killed_after(requests, name))
            try:
                replace_folder(final)
            except Killed:
                found = read(final)
                if "stage.json" in found:  # whoever reads it now takes it for whole
                    assert len(set(found.values())) == 1
                    assert len(found) == {b"old": 4, b"new": 3}[found["stage.json"]]
        recover(final)
        found = read(final)
        assert len(set(found.values())) == 1
        assert len(found) == {b"old": 4, b"new": 3}[found["stage.json"]]
        seen.add(found["stage.json"])
    assert b"new" in seen


def killed_after(requests: int, name: str) -> Callable[..., Any]:
    """A method of the store that works this many times."""
    real = getattr(MemoryFileSystem, name)
    left = iter(range(requests))

    def method(*arguments: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return real(*arguments, **options)

    return method


def test_what_a_store_does_not_remove_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = UPath(f"memory://{tmp_path.name}/stage")
    write(folder, b"old", 3)
    monkeypatch.setattr(MemoryFileSystem, "rm", lambda *_, **__: None)
    with pytest.raises(StoreUnavailable, match="4 files"):
        remove_folder(folder)

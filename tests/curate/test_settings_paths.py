"""The paths of a settings file: where each starts from, and which cannot be used."""

from pathlib import Path

import pytest

from curate import settings_file as settings
from curate.formats import options_by_name
from curate.settings import Settings
from tests.curate.settings_files import GOOD, message

ROOT = Path(__file__).parents[2]


def loaded_with(file: Path, text: str, path: str, root: str) -> Settings:
    """Settings whose export is at a path."""
    file.write_text(text.replace("s3://bucket/street.zip", path))
    return settings.load_settings(file, options_by_name(), root)


def test_a_root_goes_before_relative_paths_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    paths = {
        "a/b": "/root/a/b",
        "/c": "/c",
        "s3://bucket/street.zip": "s3://bucket/street.zip",
    }
    for path, rooted in paths.items():
        loaded = loaded_with(file, GOOD, path, root="/root")
        assert loaded.exports[0].path == rooted


def test_relative_paths_start_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project" / "settings").mkdir(parents=True)
    file = tmp_path / "project" / "settings" / "mine.yaml"
    file.with_name("own.yaml").touch()
    text = GOOD.replace("s3://bucket/street.zip", "exports/street.zip")
    file.write_text(
        text.replace("build: build/demo", "build: ../build\ntaxonomy: own.yaml")
        + "train: {start: ../models/old.safetensors}\n"
    )

    # From another folder, and by a relative name of the file.
    for folder, name in (
        (tmp_path, "project/settings/mine.yaml"),
        (file.parent, "mine.yaml"),
    ):
        monkeypatch.chdir(folder)
        loaded = settings.load_settings(Path(name), options_by_name())
        assert loaded.build == str(tmp_path / "project" / "build")
        assert loaded.taxonomy == str(file.parent / "own.yaml")
        assert loaded.train.start == str(
            tmp_path / "project" / "models" / "old.safetensors"
        )
        assert loaded.exports[0].path == str(file.parent / "exports" / "street.zip")


@pytest.mark.parametrize(
    ("of_file", "of_command_line", "path"),
    [
        ("data", None, "FILE_FOLDER/data/street.zip"),
        (None, "data", "WORKING_FOLDER/data/street.zip"),
        ("other", "data", "WORKING_FOLDER/data/street.zip"),
        ("s3://bucket/data", None, "s3://bucket/data/street.zip"),
        ("data", "/data", "/data/street.zip"),
    ],
)
def test_where_the_exports_of_a_root_are(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    of_file: str | None,
    of_command_line: str | None,
    path: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings").mkdir()
    file = tmp_path / "settings" / "mine.yaml"
    text = GOOD.replace("s3://bucket/street.zip", "street.zip")
    if of_file is not None:
        text = f"root: {of_file}\n{text}"
    file.write_text(text)

    loaded = settings.load_settings(file, options_by_name(), of_command_line)
    expected = path.replace("FILE_FOLDER", str(file.parent))
    assert loaded.exports[0].path == expected.replace("WORKING_FOLDER", str(tmp_path))


def test_a_tilde_is_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    file = tmp_path / "settings.yaml"
    text = GOOD.replace("build/demo", "~/build")
    paths = {
        "~/street.zip": "/home/ann/street.zip",
        "~no user/street.zip": "s3://bucket/~no user/street.zip",
        "street~": "s3://bucket/street~",
    }
    for path, absolute in paths.items():
        loaded = loaded_with(file, text, path, root="s3://bucket")
        assert loaded.exports[0].path == absolute
        assert loaded.build == settings.load_build(file) == "/home/ann/build"


def test_words_and_urls_are_no_relative_paths(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(GOOD.replace("build: build/demo", "build: s3://bucket/build"))
    loaded = settings.load_settings(file, options_by_name())
    assert loaded.build == "s3://bucket/build"
    assert loaded.train.start == "base"
    assert loaded.taxonomy == str(ROOT / "taxonomy" / "concepts.yaml")


def test_an_installation_without_a_taxonomy_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("curate.settings", "curate.settings_checks"):
        monkeypatch.setattr(f"{module}.OWN_TAXONOMY", tmp_path / "none.yaml")
    assert "set taxonomy to the path of a concepts.yaml" in message(tmp_path, GOOD)


def test_a_taxonomy_that_is_no_file_is_named_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    told = message(tmp_path, f"taxonomy: terms\n{GOOD}")
    assert "FILE:1:1: taxonomy is the folder" in told
    assert "set it to the file concepts.yaml in it" in told
    told = message(tmp_path, f"taxonomy: terms/no.yaml\n{GOOD}")
    assert "FILE:1:1: taxonomy names" in told


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ROOT / "examples").glob("*.yaml"))
)
def test_the_examples_build_into_the_clone(name: str) -> None:
    loaded = settings.load_settings(ROOT / "examples" / name, options_by_name())
    assert Path(loaded.build).parent == ROOT / "build"
    assert Path(loaded.taxonomy) == ROOT / "taxonomy" / "concepts.yaml"

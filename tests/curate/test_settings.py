"""The settings file: messages name file, line, column and the nearest valid word."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from curate import settings_file as settings
from curate.errors import InputError
from curate.formats import options_by_name

ROOT = Path(__file__).parents[2]

GOOD = """\
build: build/demo
exports:
  - name: street
    path: s3://bucket/street.zip
    format: coco
    customer: acme
    domain: street
    licence: cc0-1.0
licences:
  allow: [CC0-1.0]
"""


def message(folder: Path, text: str) -> str:
    file = folder / "settings.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        settings.load_settings(file, options_by_name())
    return str(caught.value).replace(str(file), "FILE")


def test_a_good_file_has_all_its_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(GOOD)
    loaded = settings.load_settings(file, options_by_name())
    assert loaded.exports[0].path == "s3://bucket/street.zip"
    assert (
        loaded.exports[0].role,
        loaded.filter.min_side,
        loaded.limits.child_seconds,
    ) == (
        "auto",
        8,
        60.0,
    )


def test_a_root_goes_before_relative_paths_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    paths = {
        "a/b": "/root/a/b",
        "/c": "/c",
        "s3://bucket/street.zip": "s3://bucket/street.zip",
    }
    for path, rooted in paths.items():
        file.write_text(GOOD.replace("s3://bucket/street.zip", path))
        assert (
            settings.load_settings(file, options_by_name(), "/root").exports[0].path
            == rooted
        )


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


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("licences:", "licenses:"),
            "FILE:9:1: unknown key 'licenses'; did you mean 'licences'?",
        ),
        (
            ("    domain:", "    domian:"),
            "FILE:7:5: unknown key 'exports.0.domian'; did you mean 'domain'?",
        ),
        (
            ("format: coco", "format: cocoo"),
            "FILE:5:5: unknown format 'cocoo'; did you mean 'coco'?",
        ),
        (("    domain: street\n", ""), "FILE:3:5: key 'exports.0.domain' is missing"),
        (
            ("    domain: street\n", "    domain: street\n    languages: [english]\n"),
            "a language is two small letters, such as en",
        ),
        (
            ("cc0-1.0", "proprietary"),
            "FILE:8:5: export street has the licence 'proprietary'",
        ),
        (
            ("cc0-1.0", "CC0 1.0"),
            "licences.allow does not list; it lists 'CC0-1.0': write that if it is the same",
        ),
        (
            ("cc0-1.0", "CC-BY-NC-4.0"),  # no hint at another licence, however near
            "licences.allow does not list; add it there if its terms allow this use, or",
        ),
        (
            ("licences:", "train: {steps: true}\nlicences:"),
            "FILE:9:9: train.steps: must not be true or false (found True)",
        ),
        (
            ("licences:", "train: {minutes: .inf}\nlicences:"),
            "FILE:9:9: train.minutes: must be a finite number (found inf)",
        ),
        (
            ("name: street", "name: a/b"),
            "FILE:3:5: exports.0.name: a name has only letters without accents, digits,",
        ),
        (
            ("build: build/demo", "build: build/demo\nfilter: {min_side: -3}"),
            "FILE:2:10: filter.min_side: must be at least 1 (found -3)",
        ),
        (
            ("licence: cc0-1.0", "licence: cc0-1.0\n    role: tests"),
            "FILE:9:5: exports.0.role: must be 'auto', 'train' or 'test' (found 'tests')",
        ),
        (
            (
                "build: build/demo",
                "build: x\nbalance: {flag_trust: {tuches_edge: 0.5}}",
            ),
            "FILE:2:24: balance.flag_trust.tuches_edge: must be 'touches_edge', 'hugs_edge',",
        ),
        (
            ("build: build/demo", "build: x\nfilter: {drop_flags: [tuches_edge]}"),
            "(found 'tuches_edge'); did you mean 'touches_edge'?",
        ),
        (
            ("licence: cc0-1.0", "licence: ???  # SPDX"),
            "FILE:8:5: exports.0.licence is ???: put your own choice there (SPDX identifier",
        ),
        (
            ("build: build/demo", "build: build/demo\nfilter: {min_sied: 3}"),
            "FILE:2:10: unknown key 'filter.min_sied'",
        ),
        (
            ("build: build/demo", "build: build/demo\nsplit: {val: 0.6, test: 0.5}"),
            "FILE:2:1: split: val and test leave nothing to train on",
        ),
        (
            ("build: build/demo", "build: build/demo\nsplit: {scene_pattern: '('}"),
            "FILE:2:9: split.scene_pattern:",
        ),
        (
            ("build: build/demo", "build: x\ncrop: {zoom: 2}"),
            "FILE:2:8: unknown key 'crop.zoom'; known: slack, padding, min_padding_px, image",
        ),
        (
            ("build: build/demo", "build: x\nbalance: {targets: {strete: 0.5}}"),
            "FILE:2:21: balance.targets names the domain 'strete', which no export has; did",
        ),
        (
            ("build: build/demo", "build: x\nbalance: {targets: {street: 1.5}}"),
            "FILE:2:11: balance.targets: the shares sum to more than 1",
        ),
        (
            ("build: build/demo", "build: x\nbalance: {accept: [yard@01ab]}"),
            "FILE:2:20: balance.accept names the export 'yard', which is not there; there are",
        ),
        (
            ("path: s3://bucket/street.zip", "path: build/demo"),
            "FILE:1:1: build is the folder of export street: ",
        ),
        (("build: build/demo", "build: [build"), "FILE:2:8:"),
        (("build: build/demo", "build: !!python/object:os.system x"), "FILE:1:8: tag"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    assert expected in message(tmp_path, GOOD.replace(*change))


def test_the_build_alone_is_read_of_a_file_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(GOOD.replace("format: coco", "format: gone"))
    assert settings.load_build(file) == str(tmp_path / "build" / "demo")
    file.write_text(GOOD.replace("build: build/demo", "filter: {}"))
    with pytest.raises(InputError, match=r"settings\.yaml:1:1: key 'build' must be"):
        settings.load_build(file)


def test_an_option_that_the_format_does_not_know_is_named(tmp_path: Path) -> None:
    said = message(
        tmp_path,
        GOOD.replace("    customer", "    options: {crowd: keep}\n    customer"),
    )
    assert (
        "FILE:6:15: format coco has no option 'crowd'; did you mean 'crowds'?" in said
    )


def test_two_exports_of_one_name_are_refused(tmp_path: Path) -> None:
    first = GOOD[GOOD.index("  - name") : GOOD.index("licences")]
    assert "FILE:9:5: export 'street' occurs twice" in message(
        tmp_path, GOOD.replace("licences:", first + "licences:")
    )


@pytest.mark.parametrize("text", ["", "- a", "42", "\x00"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert message(tmp_path, text).startswith("FILE:")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: cannot be read"):
        settings.load_settings(tmp_path / "nowhere.yaml", {})


def test_the_schema_accepts_a_good_file_and_refuses_an_unknown_key() -> None:
    described = settings.schema(options_by_name())
    data = YAML(typ="safe").load(GOOD)
    jsonschema.validate(data, described)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data | {"licenses": {}}, described)

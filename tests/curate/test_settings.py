"""The settings file: messages name file, line, column and the nearest valid word."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from curate import settings_file as settings
from curate.errors import InputError
from curate.formats import options_by_name
from tests.curate.settings_files import GOOD, message


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

"""Stanzas are YAML whatever the names are, and open choices are named by their lines."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from curate.errors import InputError
from curate.formats import options_by_name
from curate.settings_file import load_settings
from pipelines.inspection.records import Suggestion
from pipelines.inspection.stanza import export_name, write_draft, write_stanza


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/Acme Street/data", "Acme-Street"),
        ("s3://bucket/été 2021.tar.gz", "ete-2021"),
        ("/x/дом", "x"),
        ("/", "export"),
        ("../batch_7.zip", "batch_7"),
        ("labels.7z", "labels"),
        ("Straße.tar.zst", "Strasse"),
        ("via.json.gz", "via.json"),
    ],
)
def test_a_name_is_made_of_the_path(path: str, name: str) -> None:
    assert export_name(path) == name


@pytest.mark.parametrize(
    "path",
    [
        "12",
        "a: b",
        "a #b",
        "tab\there",
        "null",
        '"q"',
        "x/дом",
        "-a",
        "e\u2028f",
        "\x85 \udc80",
    ],
)
def test_a_stanza_is_yaml_and_names_what_is_open(tmp_path: Path, path: str) -> None:
    suggestions = [
        Suggestion("scene", "full", "a\nguess: # of it"),
        Suggestion("options.classes", None, "names"),
    ]
    stanza = write_stanza("one", path, "labelmap", suggestions)
    draft = write_draft([stanza], "build/x", ["left\nout"])
    (export,) = YAML(typ="safe").load(draft)["exports"]
    assert export["path"] == path
    assert (export["scene"], export["options"]) == ("full", {"classes": "???"})

    file = tmp_path / "settings.yaml"
    file.write_text(draft)
    with pytest.raises(InputError) as caught:
        load_settings(file, options_by_name())
    told = str(caught.value).splitlines()
    assert [line.split(": ")[1].split(" ")[0] for line in told] == [
        "licences.allow.0",
        "exports.0.customer",
        "exports.0.domain",
        "exports.0.licence",
        "exports.0.options.classes",
    ]
    for line in told:
        number = int(line.split(":")[1])
        assert "???" in draft.split("\n")[number - 1]

    file.write_text(draft.replace("classes: ???", "classes: [a]").replace("???", "CC0"))
    assert load_settings(file, options_by_name()).exports[0].licence == "CC0"

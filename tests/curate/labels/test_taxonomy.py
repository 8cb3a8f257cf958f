"""The taxonomy: the shipped one is sound; a mistake in a concepts.yaml is told with its place."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.labels.matching import match_labels
from curate.labels.taxonomy import Taxonomy
from curate.labels.words import singular, words

FOLDER = Path(__file__).parents[3] / "taxonomy"


def concepts_file(folder: Path, text: str) -> Path:
    file = folder / "concepts.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_taxonomy_is_sound(shipped: Taxonomy) -> None:
    assert 250 <= len(shipped.concepts) <= 350
    for concept in shipped.concepts.values():
        assert concept.definition.endswith(".")
        assert "\n" not in concept.definition
        assert concept.id not in shipped.ancestors(concept.id)  # and the way up ends
        assert concept.salient <= (concept.kind in ("thing", "part"))
        if concept.kind == "part":
            assert concept.parent, f"{concept.id} is a part of nothing"
    schema = json.loads((FOLDER / "concepts.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(YAML(typ="safe").load(FOLDER / "concepts.yaml"), schema)


def test_every_name_finds_its_own_concept(shipped: Taxonomy) -> None:
    owners: dict[str, set[str]] = {}
    for concept in shipped.concepts.values():
        for name in concept.names:
            owners.setdefault("".join(singular(words(name))), set()).add(concept.id)
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}
    names = {
        alias: concept.id
        for concept in shipped.concepts.values()
        for alias in concept.names[6::6]
    }
    found = match_labels(names, shipped)
    assert {
        name: found[name].concept
        for name in names
        if found[name].concept != names[name]
    } == {}


@pytest.mark.parametrize(
    "word",
    [
        "mouse",
        "plate",
        "trunk",
        "crane",
        "light",
        "glass",
        "bat",
        "tank",
        "seal",
        "hood",
    ],
)
def test_a_word_of_several_meanings_is_nobodys_name(
    word: str, shipped: Taxonomy
) -> None:
    assert match_labels([word], shipped)[word].concept == ""


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "car: {definition: A., kind: thing, parnt: x}",
            ":2:38",
            "did you mean 'parent'",
        ),
        ("car: {definition: A car., kind: thng}", ":2:29", "did you mean 'thing'"),
        ("car: {kind: thing}", ":2:3", "needs a definition"),
        (
            "a: {definition: A., kind: thing, parent: vehikle}\n"
            "  vehicle: {definition: V., kind: thing}",
            ":2:36",
            "did you mean 'vehicle'",
        ),
        (
            "a: {definition: A., kind: thing, parent: b}\n"
            "  b: {definition: B., kind: thing, parent: a}",
            ":2:36",
            "its own ancestors",
        ),
        (
            "a: {definition: A., kind: thing, aliases: [X]}\n"
            "  b: {definition: B., kind: part, aliases: [x]}",
            ":3:45",
            "'a''s, too",
        ),
        (
            "a: {definition: A., kind: thing}\n  a: {definition: A., kind: thing}",
            ":3:3",
            "duplicate",
        ),
        ("Car: {definition: A., kind: thing}", ":2:3", "lower-case"),
        ("reject: {definition: A., kind: thing}", ":2:3", "word of a decision"),
        ("a: {definition: A., kind: thing, aliases: [12]}", ":2:46", "in quotes"),
        ("a: {definition: A., kind: thing, salient: 2}", ":2:36", "true or false"),
    ],
)
def test_a_mistake_in_a_concept_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    check_message(concepts_file(tmp_path, f"concepts:\n  {text}"), place, said)


@pytest.mark.parametrize(
    ("text", "place", "said"), [("concepts: [", ":", ""), ("[]", ":1:1", "mapping")]
)
def test_what_is_no_taxonomy_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    check_message(concepts_file(tmp_path, text), place, said)


def check_message(file: Path, place: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_concepts(file)
    assert str(caught.value).startswith(f"{file}{place}")
    assert said in str(caught.value)


def test_the_digest_tells_what_matters(tmp_path: Path) -> None:
    text = "concepts:\n  a: {definition: A., kind: thing}"
    first = load_concepts(concepts_file(tmp_path, text)).digest
    assert load_concepts(concepts_file(tmp_path, "# remark\n" + text)).digest == first
    assert (
        load_concepts(concepts_file(tmp_path, text.replace("thing", "stuff"))).digest
        != first
    )

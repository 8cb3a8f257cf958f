"""The shipped taxonomy is sound; whatever else stands in such files is refused with its place and the nearest word."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from curate.errors import InputError
from curate.labels import taxonomy
from curate.labels.matching import match_labels
from curate.labels.taxonomy import Decision, Decisions, Rule, Taxonomy
from curate.labels.words import singular, words

FOLDER = Path(__file__).parents[3] / "taxonomy"


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return taxonomy.load_concepts(FOLDER / "concepts.yaml")


def concepts_file(folder: Path, text: str) -> Path:
    file = folder / "concepts.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def read(folder: Path, text: str, shipped: Taxonomy) -> Decisions:
    (folder / "acme.yaml").write_text(text, encoding="utf-8")
    return taxonomy.load_decisions(folder, shipped)


def schema(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_the_shipped_taxonomy_is_sound(shipped: Taxonomy) -> None:
    assert 250 <= len(shipped.concepts) <= 350
    for concept in shipped.concepts.values():
        assert concept.definition.endswith(".")
        assert "\n" not in concept.definition
        assert concept.id not in shipped.ancestors(concept.id)  # and the way up ends
        assert concept.salient <= (concept.kind in ("thing", "part"))
        if concept.kind == "part":
            assert concept.parent, f"{concept.id} is a part of nothing"
    jsonschema.validate(
        YAML(typ="safe").load(FOLDER / "concepts.yaml"), schema("concepts.schema.json")
    )


def test_every_name_finds_its_own_concept(shipped: Taxonomy) -> None:
    owners: dict[str, set[str]] = {}
    for concept in shipped.concepts.values():
        for name in (concept.id, *concept.aliases):
            owners.setdefault("".join(singular(words(name))), set()).add(concept.id)
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}
    names = {
        alias: concept.id
        for concept in shipped.concepts.values()
        for alias in concept.aliases[5::6]
    }
    found = match_labels(names, shipped)
    assert {name: found[name].concept for name in names if found[name].concept != names[name]} == {}


@pytest.mark.parametrize(
    "word", ["mouse", "plate", "trunk", "crane", "light", "glass", "bat", "tank", "seal", "hood"]
)
def test_a_word_of_several_meanings_is_nobodys_name(word: str, shipped: Taxonomy) -> None:
    assert match_labels([word], shipped)[word].concept == ""


def test_the_shipped_decisions_are_sound(shipped: Taxonomy) -> None:
    decisions = taxonomy.load_decisions(FOLDER / "customers", shipped)
    assert decisions.find("camvid11", "camvid11", "Bicyclist") == Decision("rider")
    for path in sorted((FOLDER / "customers").glob("*.yaml")):
        jsonschema.validate(YAML(typ="safe").load(path), schema("customer.schema.json"))


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("concepts:\n  car: {definition: A car., kind: thing, parnt: x}", ":2:42", "did you mean 'parent'"),
        ("concepts:\n  car: {definition: A car., kind: thng}", ":2:29", "did you mean 'thing'"),
        ("concepts:\n  car: {kind: thing}", ":2:3", "needs a definition"),
        ("concepts:\n  a: {definition: A., kind: thing, parent: vehikle}\n  vehicle: {definition: V., kind: thing}",
         ":2:36", "did you mean 'vehicle'"),
        ("concepts:\n  a: {definition: A., kind: thing, parent: b}\n  b: {definition: B., kind: thing, parent: a}",
         ":2:36", "its own ancestors"),
        ("concepts:\n  a: {definition: A., kind: thing, aliases: [X]}\n  b: {definition: B., kind: part, aliases: [x]}",
         ":3:45", "'a''s, too"),
        ("concepts:\n  a: {definition: A., kind: thing}\n  a: {definition: A., kind: thing}", ":3:3", "duplicate"),
        ("concepts:\n  Car: {definition: A., kind: thing}", ":2:3", "lower-case"),
        ("concepts:\n  reject: {definition: A., kind: thing}", ":2:3", "word of a decision"),
        ("concepts:\n  a: {definition: A., kind: thing, aliases: [12]}", ":2:46", "in quotes"),
        ("concepts:\n  a: {definition: A., kind: thing, salient: 2}", ":2:36", "true or false"),
        ("concepts: [", ":", ""),
        ("[]", ":1:1", "mapping"),
    ],
)  # fmt: skip
def test_a_fault_of_the_taxonomy_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    file = concepts_file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        taxonomy.load_concepts(file)
    assert str(caught.value).startswith(f"{file}{place}")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("labels:\n  PKW: vehicel", ":2:3", "did you mean 'vehicle'"),
        ("labels:\n  PKW: UNDECIDED", ":2:3", "waits for a word"),
        ("labels:\n  PKW: {decison: car}", ":2:9", "did you mean 'decision'"),
        ("labels:\n  PKW: {decision: car, split: []}", ":2:3", "either"),
        ("labels:\n  PKW: {split: [{decision: car}]}", ":2:17", "'where' or 'annotations'"),
        (
            "labels:\n  PKW: {split: [{decision: bus, annotations: []}]}",
            ":2:33",
            "list of annotation keys",
        ),
        ("labels:\n  1: car", ":2:3", "in quotes"),
        ("labels:\n  true: car", ":2:3", "in quotes"),
        ("exports:\n  old:\n    PKW: lorrie", ":3:5", "no concept"),
        ("label:\n  PKW: car", ":1:1", "did you mean 'labels'"),
        ("labels: [PKW]", ":1:1", "mapping"),
        ("labels:\n  PKW: car\n  PKW: bus", ":3:3", "duplicate"),
    ],
)
def test_a_fault_of_a_decision_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path, shipped: Taxonomy
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, shipped)
    assert str(caught.value).startswith(f"{tmp_path / 'acme.yaml'}{place}")
    assert said in str(caught.value)


def test_an_exports_decision_goes_before_its_customers(tmp_path: Path, shipped: Taxonomy) -> None:
    text = 'labels: {PKW: car, "1": coin, "": reject}\nexports: {old: {PKW: reject}}'
    decisions = read(tmp_path, text, shipped)
    assert decisions.find("acme", "new", "PKW") == Decision("car")
    assert decisions.find("acme", "old", "PKW") == Decision("reject")
    assert decisions.find("acme", "new", "1") == Decision("coin")
    assert decisions.find("acme", "new", "") == Decision("reject")
    assert decisions.find("acme", "new", "pkw") is None  # letter for letter
    assert decisions.find("other", "new", "PKW") is None


def test_no_folder_is_no_decision(tmp_path: Path, shipped: Taxonomy) -> None:
    assert taxonomy.load_decisions(tmp_path / "nowhere", shipped).by_customer == {}


def test_a_rule_reads_attributes_and_keys() -> None:
    by_type = Rule("truck", where={"type": ("lorry", "pickup"), "night": ("true",)})
    assert by_type.fits("", "", {"type": "pickup", "night": "true", "more": "x"})
    assert not by_type.fits("", "", {"type": "pickup"})
    listed = Rule("bus", annotations=frozenset({"a.json#1", "0f"}))
    assert listed.fits("0f", "", {})
    assert listed.fits("", "a.json#1", {})
    assert not listed.fits("", "a.json#2", {})


def test_the_digest_tells_what_matters(tmp_path: Path) -> None:
    text = "concepts:\n  a: {definition: A., kind: thing}"
    first = taxonomy.load_concepts(concepts_file(tmp_path, text)).digest
    assert taxonomy.load_concepts(concepts_file(tmp_path, "# remark\n" + text)).digest == first
    assert (
        taxonomy.load_concepts(concepts_file(tmp_path, text.replace("thing", "stuff"))).digest
        != first
    )

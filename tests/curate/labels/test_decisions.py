"""Decisions: the shipped ones are sound; a mistake in a customer's file is told with its place."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from curate.errors import InputError
from curate.labels.customer_schema import customer_schema
from curate.labels.decisions import Decision, Decisions, SplitRule, load_decisions
from curate.labels.taxonomy import Concept, Taxonomy

FOLDER = Path(__file__).parents[3] / "taxonomy"


def read(folder: Path, text: str, taxonomy: Taxonomy) -> Decisions:
    (folder / "acme.yaml").write_text(text, encoding="utf-8")
    return load_decisions(folder, taxonomy)


def test_the_shipped_decisions_are_sound(shipped: Taxonomy) -> None:
    decisions = load_decisions(FOLDER / "customers", shipped)
    assert decisions.find("camvid11", "camvid11", "Bicyclist") == Decision("rider")
    published = (FOLDER / "customer.schema.json").read_text(encoding="utf-8")
    schema = json.loads(published)
    assert schema == customer_schema(), "write it again: make settings-docs"
    for path in sorted((FOLDER / "customers").glob("*.yaml")):
        jsonschema.validate(YAML(typ="safe").load(path), schema)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("labels:\n  PKW: vehicel", ":2:3", "did you mean 'vehicle'"),
        ("labels:\n  PKW: automobile", ":2:3", "'car' has that name"),
        ("labels:\n  PKW: UNDECIDED", ":2:3", "waits for a word"),
        ("labels:\n  PKW: {decison: car}", ":2:9", "did you mean 'decision'"),
        ("labels:\n  PKW: {decision: car, split: []}", ":2:3", "either"),
        (
            "labels:\n  PKW: {split: [{decision: car}]}",
            ":2:17",
            "'where' or 'annotations'",
        ),
        (
            "labels:\n  PKW: {split: [{decision: bus, annotations: []}]}",
            ":2:33",
            "list of annotation keys",
        ),
        ("labels:\n  : car", ":2:3", 'write ""'),
        ("labels:\n  PKW:", ":2:3", "no decision here yet"),
        ("labels:\n  PKW: null", ":2:3", "no concept 'null'"),
        ("labels:\n  PKW: Automobile", ":2:3", "'car' has that name"),
        ("exports:\n  old:\n    PKW: lorrie", ":3:5", "no concept"),
        ("labels:\n  PKW: trafficlihgt", ":2:3", "did you mean 'traffic-light'"),
        ("rejected_objects: [7]", ":1:20", "no object id"),
        ("labels:\n<<<<<<< HEAD\n  a: car\n", ":", "marks of a git merge"),
        ("label:\n  PKW: car", ":1:1", "did you mean 'labels'"),
        ("labels: [PKW]", ":1:1", "mapping"),
        ("labels:\n  PKW: car\n  PKW: bus", ":3:3", "duplicate"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path, shipped: Taxonomy
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, shipped)
    assert str(caught.value).startswith(f"{tmp_path / 'acme.yaml'}{place}")
    assert said in str(caught.value)


def test_an_exports_decision_has_precedence(tmp_path: Path, shipped: Taxonomy) -> None:
    text = 'labels: {PKW: car, "1": coin, "": reject}\nexports: {old: {PKW: reject}}'
    decisions = read(tmp_path, text, shipped)
    assert decisions.find("acme", "new", "PKW") == Decision("car")
    assert decisions.find("acme", "old", "PKW") == Decision("reject")
    assert decisions.find("acme", "new", "1") == Decision("coin")
    assert decisions.find("acme", "new", "") == Decision("reject")
    assert decisions.find("acme", "new", "pkw") is None  # letter for letter
    assert decisions.find("other", "new", "PKW") is None


def test_words_that_yaml_reads_otherwise_are_labels(
    tmp_path: Path, shipped: Taxonomy
) -> None:
    text = """labels: {1: coin, 1.0: coin, no: car, null: bus, true: car, 007: coin, 3e2: car}
exports: {2019: {PKW: truck}, off: {PKW: bus}}
rejected_objects:
  - 00000000000000000000000000000012
  - 1234567890123456789012345678e123
"""
    decisions = read(tmp_path, text, shipped)
    for label in ("1", "1.0", "no", "null", "true", "007", "3e2"):
        assert decisions.find("acme", "new", label) is not None, label
    assert decisions.find("acme", "2019", "PKW") == Decision("truck")
    assert decisions.find("acme", "off", "PKW") == Decision("bus")
    assert decisions.rejected_objects["acme"] == {
        "00000000000000000000000000000012",
        "1234567890123456789012345678e123",
    }
    assert decisions.digest != read(tmp_path, text[:-37], shipped).digest


def test_no_folder_is_no_decision(tmp_path: Path, shipped: Taxonomy) -> None:
    assert load_decisions(tmp_path / "nowhere", shipped).by_customer == {}


def test_a_rule_reads_attributes_and_keys() -> None:
    by_type = SplitRule(
        "truck", where={"type": ("lorry", "pickup"), "night": ("true",)}
    )
    assert by_type.fits("", "", {"type": "pickup", "night": "true", "more": "x"})
    assert not by_type.fits("", "", {"type": "pickup"})
    listed = SplitRule("bus", annotations=frozenset({"a.json#1", "0f"}))
    assert listed.fits("0f", "", {})
    assert listed.fits("", "a.json#1", {})
    assert not listed.fits("", "a.json#2", {})


def test_a_decision_on_an_earlier_id_still_holds(tmp_path: Path) -> None:
    car = Concept("car", "…", "thing")
    taxonomy = Taxonomy({"car": car}, "", renamed={"auto": "car"})
    text = "labels: {PKW: auto, Lkw: {split: [{decision: auto, where: {a: b}}]}}"
    decisions = read(tmp_path, text, taxonomy)
    assert decisions.find("acme", "", "PKW") == Decision("car")
    split = decisions.find("acme", "", "Lkw")
    assert split is not None
    assert split.rules[0].decision == "car"

"""Reviewers' answers reach the customers' files; what is there already is never lost."""

from pathlib import Path

import pytest

from curate.errors import InputError
from curate.labels.answers import Answers, read_answers
from curate.labels.customer_files import Signature, add_concepts, record_answers
from curate.labels.decisions import decision_of
from curate.yaml_files import parse_yaml
from tests.curate.labels.small_taxonomy import TAXONOMY

CUSTOMERS = sorted(
    (Path(__file__).parents[3] / "taxonomy" / "customers").glob("*.yaml")
)
ANN = Signature("Ann <ann@example.com>", "2026-11-28T06:45Z")
FILE = """\
# Acme's own words.
labels:
  PKW: {decision: car, note: "not the vans", by: "Bob"}   # sure
# More to come.
"""


def answers(text: str) -> Answers:
    return read_answers(parse_yaml(text, "queue", as_text=True), TAXONOMY, ["acme"])


def record(text: str, queue: str) -> str:
    found = answers(queue)
    return record_answers(text, "acme.yaml", "acme", found.labels, ANN, TAXONOMY)


def said(text: str, *path: str) -> str:
    entry = parse_yaml(text, "file", as_text=True).data
    for step in path:
        entry = entry[step]
    return decision_of(entry, TAXONOMY).word


QUEUE = """\
acme:
  labels:
    Kiste: {decision: accept, suggestions: {toy: 0.5, car: 0.4}}
    Hund: {decision: dog, note: "all: of them"}
    Wand: background
    Müll: {decision: reject}
    Rest: {decision: UNDECIDED, suggestions: {}}
    Später: {decision: leave, note: ask}
    Wagen:
      split: [{decision: truck, where: {type: [lorry, "1"]}}, {decision: car, annotations: [7]}]
  exports:
    "2019":
      Hund: animal
"""


def test_every_kind_of_answer_is_written_with_who_and_when() -> None:
    text = record(FILE, QUEUE)
    assert text.startswith(FILE.partition("# More")[0])
    assert "\n# More to come.\n" in text
    words = {"Kiste": "toy", "Hund": "dog", "Wand": "background", "Müll": "reject"}
    for label, word in {**words, "Wagen": "split", "PKW": "car"}.items():
        assert said(text, "labels", label) == word
    assert said(text, "exports", "2019", "Hund") == "animal"
    assert "Rest" not in text
    assert "Später" not in text
    line = '{decision: dog, note: "all: of them", by: "Ann <ann@example.com>", at: '
    assert line in text
    assert answers(QUEUE).notes == {("acme", "Später"): ("leave", "ask")}
    assert record(text, QUEUE) == text  # once more changes nothing


def test_a_new_file_begins_with_what_it_is() -> None:
    text = record("", "acme: {labels: {Hund: dog}}")
    assert text.startswith("# yaml-language-server: $schema=../customer.schema.json\n")
    assert said(text, "labels", "Hund") == "dog"


def test_a_label_that_another_reviewer_decided_otherwise() -> None:
    with pytest.raises(InputError) as caught:
        record(FILE, "acme: {labels: {PKW: truck, Hund: dog}}")
    assert str(caught.value).startswith(
        "acme.yaml:3:3: 'PKW' is decided by Bob as 'car'"
    )
    assert record(FILE, "acme: {labels: {PKW: car}}") == FILE

    known = "acme: {labels: {PKW: {decision: truck, instead_of: car}}}"
    text = record(FILE, known)
    assert said(text, "labels", "PKW") == "truck"
    assert 'note: "not the vans"' in text
    assert "# sure" in text
    with pytest.raises(InputError, match="'truck' already"):
        record(text, "acme: {labels: {PKW: {decision: dog, instead_of: car}}}")


def test_a_decision_is_taken_back() -> None:
    text = record(FILE, "acme: {labels: {Hund: dog}}")
    back = "acme: {labels: {Hund: {decision: UNDECIDED, instead_of: dog}}}"
    assert record(text, back) == FILE
    assert record(FILE, back) == FILE


@pytest.mark.parametrize(
    ("queue", "place", "message"),
    [
        ("acme: {labels: {a: {decision: }}}", ":1:21", "no decision here yet"),
        ("acme: {labels: {a: {decision: vehicel}}}", ":1:21", "did you mean 'vehicle'"),
        ("acme: {labels: {a: {decision: accept}}}", ":1:21", "no suggestion"),
        ("acme: {labels: {a: {decision: Accept}}}", ":1:21", "is written 'accept'"),
        ("acme: {labels: {a: {decision: undecided}}}", ":1:21", "'UNDECIDED'"),
        ("acme: {labels: {a: {decison: car}}}", ":1:21", "did you mean 'decision'"),
        ("acme: {labels: {a: }}", ":1:17", "block"),
        ("acmee: {labels: {a: car}}", ":1:1", "did you mean 'acme'"),
        (
            "acme: {labels: {a: {decision: UNDECIDED, split: [{decision: car}]}}}",
            ":1:42",
            "rem",
        ),
        (
            "acme: {labels: {a: {decision: car}, a: {decision: dog}}}",
            "",
            "duplicate key",
        ),
        (
            "acme: {labels: {a: {decision: my, new_concept: {kind: thing}}}}",
            ":1",
            "definition",
        ),
        (
            "acme: {labels: {a: {decision: car, new_concept: {definition: x}}}}",
            ":1",
            "already",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(queue: str, place: str, message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        answers(queue)
    assert f"queue{place}" in str(caught.value)


def test_a_new_concept_comes_with_its_definition() -> None:
    queue = """
acme:
  labels:
    Rad: {decision: cargo-bike, new_concept: {definition: "A bike: with a box.", parent: vehicle}}
    Rad 2: cargo-bike
"""
    found = answers(queue)
    assert [answer.word for answer in found.labels] == ["cargo-bike", "cargo-bike"]
    text = "concepts:\n  vehicle:\n    definition: x\n    kind: thing\n\n# end\n"
    new = add_concepts(text, "concepts.yaml", found.new_concepts)
    data = parse_yaml(new, "file").data["concepts"]
    assert data["cargo-bike"] == {
        "definition": "A bike: with a box.",
        "parent": "vehicle",
        "kind": "thing",
    }
    assert new.endswith("\n# end\n")


@pytest.mark.parametrize("path", CUSTOMERS, ids=lambda path: path.stem)
def test_the_shipped_files_keep_every_byte(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = answers("acme: {labels: {a new one: dog}, exports: {e: {1: reject}}}")
    changed = record_answers(text, path.name, path.stem, found.labels, ANN, TAXONOMY)
    old = text.splitlines()
    new = [line for line in changed.splitlines() if line not in old]
    assert len(new) == 4
    assert [line for line in changed.splitlines() if line not in new] == old

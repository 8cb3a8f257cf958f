"""The review loop from the command line: what reviewers wrote is applied once, and never lost."""

import subprocess
from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from tests.pipelines.small_project import TAXONOMY, Project, Verb


def queue_of(project: Project) -> Path:
    return project.build / "taxonomy" / "review.yaml"


def customer_of(project: Project) -> Path:
    return project.folder / "taxonomy" / "customers" / "street.yaml"


def edit(path: Path, old: str, new: str) -> str:
    text = path.read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return text


ZORP = '"zorp":\n      decision: UNDECIDED'
DINGS = '"Dings":\n      decision: UNDECIDED'


def test_answers_are_applied_and_what_is_open_stays(
    street: Project, verb: Verb
) -> None:
    queue = queue_of(street)
    edit(queue, ZORP, ZORP.replace("UNDECIDED", "person  # I asked Bob"))
    edited = edit(queue, DINGS, f'{DINGS}\n      note: "ask Ann"')
    outcome = verb("taxonomy", street.settings, "--json")
    assert outcome.code == 0, outcome.err
    result = msgspec.json.decode(outcome.out)
    assert result["files"] == [str(customer_of(street))]
    assert result["open"] == 1

    [line] = [
        each for each in customer_of(street).read_text().splitlines() if "zorp" in each
    ]
    assert line.startswith("  zorp: {decision: person, by: ")
    left = YAML(typ="safe").load(queue)["street"]["labels"]
    assert list(left) == ["Dings"]
    assert left["Dings"]["note"] == "ask Ann"
    assert (queue.parent / "answered" / "review-001.yaml").read_text() == edited

    before = customer_of(street).read_bytes()
    assert verb("taxonomy", street.settings).code == 0  # nothing new: nothing changes
    assert customer_of(street).read_bytes() == before
    assert YAML(typ="safe").load(queue)["street"]["labels"] == left


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (ZORP, ZORP.replace("UNDECIDED", ""), "no decision here yet"),
        (ZORP, ZORP.replace("UNDECIDED", "pedestrain"), "did you mean 'person'"),
        (ZORP, '"zorp: [', "review.yaml:"),
        (ZORP, f"<<<<<<< HEAD\n    {ZORP}", "marks of a git merge"),
        (ZORP, f'"zorp": car\n    {ZORP}', 'duplicate key "zorp"'),
        (ZORP, '"zorp":\n      split: [{decision: car}]', "'where' or 'annotations'"),
    ],
)
def test_a_mistake_changes_nothing(
    street: Project, verb: Verb, old: str, new: str, said: str
) -> None:
    edit(queue_of(street), DINGS, DINGS.replace("UNDECIDED", "car"))
    text = edit(queue_of(street), old, new)
    outcome = verb("taxonomy", street.settings)
    assert outcome.code == 2
    assert said in outcome.err
    assert "review.yaml:" in outcome.err
    assert queue_of(street).read_text("utf-8") == text
    assert not customer_of(street).exists()

    # A run of the stages leaves the file alone, too, and says so.
    outcome = verb("remap", street.settings)
    assert outcome.code == 0
    assert "was edited since it was written" in outcome.err
    assert queue_of(street).read_text("utf-8") == text


def test_two_reviewers_with_different_answers(street: Project, verb: Verb) -> None:
    customer_of(street).parent.mkdir()
    mine = "labels:\n  zorp: {decision: car, by: Bob}  # for sure\n"
    customer_of(street).write_text(mine)
    text = edit(queue_of(street), ZORP, ZORP.replace("UNDECIDED", "person"))
    text = edit(queue_of(street), DINGS, DINGS.replace("UNDECIDED", "car"))
    outcome = verb("taxonomy", street.settings)
    assert outcome.code == 2
    assert "street.yaml:2:3: 'zorp' is decided by Bob as 'car' already" in outcome.err
    assert customer_of(street).read_text() == mine
    assert queue_of(street).read_text("utf-8") == text


def test_a_new_concept_and_a_split(street: Project, verb: Verb) -> None:
    new = '"zorp": {decision: zorp-car, new_concept: {definition: "A: zorp", parent: car}}'
    edit(queue_of(street), ZORP, f"{new}\n    zorp2:\n      decision: UNDECIDED")
    split = '"Dings":\n      split: [{decision: car, where: {type: [a, b]}}]'
    edit(queue_of(street), DINGS, split)
    outcome = verb("taxonomy", street.settings, "--json")
    assert outcome.code == 0, outcome.err
    concepts = street.folder / "taxonomy" / "concepts.yaml"
    assert concepts.read_text().startswith(TAXONOMY)
    assert YAML(typ="safe").load(concepts)["concepts"]["zorp-car"]["parent"] == "car"
    labels = {
        each["label"]: each["decision"]
        for each in msgspec.json.decode(outcome.out)["labels"]
    }
    assert labels == {"zorp": "zorp-car", "Dings": "split", "car": "car", "sky": "sky"}


def test_decisions_that_change_nothing_are_warned_of(
    street: Project, verb: Verb
) -> None:
    customer_of(street).parent.mkdir()
    customer_of(street).write_text(
        "labels: {zorb: car}\nexports: {2019: {zorp: car}, street: {Dins: car}}\n"
        f'rejected_objects: ["{7:032x}"]\n'
    )
    outcome = verb("taxonomy", street.settings)
    assert outcome.code == 0
    assert "street.yaml:1:10: no export has the label 'zorb'; did you mean 'zorp'?" in (
        outcome.err
    )
    assert "street.yaml:2:11: street has no export '2019'" in outcome.err
    assert "street has no label 'Dins'; did you mean 'Dings'?" in outcome.err
    assert "rejected_objects lists 1 objects that no export has" in outcome.err


def test_a_split_by_what_no_object_has_is_warned_of(
    project: Project, verb: Verb
) -> None:
    root = project.add("street", 2, ["car", "van"])
    document = msgspec.json.decode((root / "annotations.json").read_bytes())
    for annotation in document["annotations"]:
        annotation["attributes"] = {"kind": "small"}
    (root / "annotations.json").write_bytes(msgspec.json.encode(document))

    customer_of(project).parent.mkdir()
    customer_of(project).write_text(
        "labels:\n"
        "  car: {split: [{decision: car, where: {kin: small}}]}\n"
        "  van:\n"
        "    split:\n"
        "      - {decision: car, where: {kind: [large, smal]}}\n"
        "      - {decision: reject, where: {kind: small}}\n"
    )
    outcome = verb("taxonomy", project.settings)
    assert outcome.code == 0, outcome.err
    kin = "no object of 'car' has the attribute 'kin'; did you mean 'kind'?"
    assert f"street.yaml:2:41: {kin}" in outcome.err
    assert "street.yaml:5:33: no object of 'van' has kind 'large' or 'smal'" in (
        outcome.err
    )
    assert outcome.err.count("no object of") == 2


def test_a_budget_stops_the_run(street: Project, verb: Verb) -> None:
    outcome = verb("remap", street.settings)
    assert outcome.code == 0
    assert "50.0% of street" in outcome.err
    settings = street.change(review={"max_waiting": 0.3})
    outcome = verb("filter", settings)
    assert outcome.code == 3
    assert "50.0% of street" in outcome.err
    assert verb("taxonomy", settings).code == 0
    assert verb("taxonomy", "check", settings).code == 3
    edit(queue_of(street), ZORP, ZORP.replace("UNDECIDED", "background"))
    assert verb("taxonomy", "check", settings).code == 2  # an answer is not applied
    assert verb("taxonomy", settings).code == 0
    assert verb("filter", settings).code == 0
    assert verb("taxonomy", "check", settings).code == 0


def test_diff_counts_what_is_gained_lost_and_moved(street: Project, verb: Verb) -> None:
    assert verb("taxonomy", "diff", street.settings).code == 2  # no run yet
    assert verb("remap", street.settings).code == 0
    git = ["git", "-c", "user.name=a", "-c", "user.email=b"]
    folder = street.folder / "taxonomy"
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=folder, check=True)

    customer_of(street).parent.mkdir()
    ids = msgspec.json.decode(verb("taxonomy", "diff", street.settings, "--json").out)
    assert ids["moves"] == []
    customer_of(street).write_text(
        "labels: {zorp: person, car: wheel, sky: {split: [{decision: car, where: {a: b}}]}}"
    )
    for against in ((), ("--against", "HEAD")):
        outcome = verb("taxonomy", "diff", street.settings, *against, "--json")
        assert outcome.code == 0, outcome.err
        found = msgspec.json.decode(outcome.out)
        assert (found["gained"], found["lost"], found["moved"]) == (3, 0, 3)
        moves = {
            each["label"]: (each["before"], each["after"], each["objects"])
            for each in found["moves"]
        }
        assert moves == {
            "zorp": ("waits", "person", 3),
            "car": ("car", "wheel", 3),
            "sky": ("sky", "waits", 3),
        }
        assert found["domains"][0]["name"] == "street"
        assert [each["name"] for each in found["concepts"]] == [
            "car",
            "person",
            "wheel",
        ]
    assert verb("taxonomy", "diff", street.settings, "--against", "-x").code == 2
    outcome = verb("taxonomy", "diff", street.settings)
    assert "3 gained, 0 lost, 3 moved" in outcome.out


def test_rejected_objects_are_dropped_with_their_reason(
    street: Project, verb: Verb
) -> None:
    block = YAML(typ="safe").load(queue_of(street))["street"]["labels"]["zorp"]
    [rejected] = block["seen"]["examples"]
    edit(queue_of(street), ZORP, ZORP.replace("UNDECIDED", "car"))
    text = queue_of(street).read_text("utf-8")
    queue_of(street).write_text(f'{text}  rejected_objects: ["{rejected}"]\n', "utf-8")
    assert verb("taxonomy", street.settings).code == 0
    outcome = verb("remap", street.settings, "--json")
    ledger = msgspec.json.decode(outcome.out)["stages"]["remap"]
    assert ledger["by_reason"]["rejected_object"] == 1
    outcome = verb("trace", street.settings, rejected)
    assert "street's reviewer rejected this object" in outcome.out

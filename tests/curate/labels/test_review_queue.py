"""The review queue is YAML in the form of a customer's file, whatever the labels hold."""

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.labels import review_queue
from curate.labels.decisions import Decisions
from curate.labels.outcomes import LABELS, count_labels, decide_labels, total_labels
from curate.text import clean_label
from curate.yaml_files import parse_yaml
from tests.curate.labels.label_segments import segments
from tests.curate.labels.small_taxonomy import TAXONOMY


def waiting(*rows: tuple[str, str, str, int]) -> pa.Table:
    """A table of labels that wait, given as (customer, export, label, count)."""
    suggestions = [{"concept": "car", "score": 0.834}, {"concept": "van", "score": 0.5}]
    plain = []
    for customer, export, label, count in rows:
        plain.append(
            {
                "customer": customer,
                "export": export,
                "label": label,
                "count": count,
                "example": f"{count:032x}",
                "decision": "",
                "how": "",
                "score": 0.834,
                "margin": 0.1,
                "suggestions": suggestions,
            }
        )
    return pa.Table.from_pylist(plain, schema=LABELS)


def test_the_queue_has_the_form_of_a_customers_file() -> None:
    queue = review_queue.review_queue(
        waiting(
            ("acme", "e", "Dings", 2),
            ("acme", "e", "Zeug", 2),
            ("acme", "f", "Dings", 1),
        )
    )
    labels = parse_yaml(queue, "queue").data["acme"]["labels"]
    assert list(labels) == ["Dings", "Zeug"]  # the most frequent first
    assert labels["Dings"] == {
        "decision": "UNDECIDED",
        "seen": {
            "count": 3,
            "exports": ["e", "f"],
            "examples": [f"{2:032x}", f"{1:032x}"],
        },
        "suggestions": {"car": 0.83, "van": 0.5},
        "margin": 0.1,
        "how": "waits",
    }


def test_what_is_decided_is_not_in_the_queue() -> None:
    table = waiting(("acme", "e", "Dings", 2))
    decided = table.set_column(
        table.column_names.index("decision"), "decision", pa.array(["reject"])
    )
    assert parse_yaml(review_queue.review_queue(decided), "queue").data == {}


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "9"]), st.text(max_size=20), st.integers(1, 3)),
        max_size=6,
    )
)
def test_the_queue_holds_any_label(found: list[tuple[str, str, int]]) -> None:
    keys: Counter[tuple[str, str, str]] = Counter()
    for customer, text, times in found:
        keys[customer, "e", clean_label(text)[0]] += times
    counts = total_labels([count_labels(segments(*keys.elements()))])
    labels = decide_labels(counts, TAXONOMY, Decisions({}, {}, ""))
    queue = review_queue.review_queue(labels)

    assert len(queue.splitlines()) == queue.count("\n")  # no label breaks its line
    assert not any(ord(character) < 32 and character != "\n" for character in queue)
    seen = {}
    for customer, blocks in parse_yaml(queue, "queue").data.items():
        for label, block in blocks["labels"].items():
            seen[customer, "e", label] = block["seen"]["count"]
            scores = list(block["suggestions"].values())
            assert scores == sorted(scores, reverse=True)
    decided = {
        (row["customer"], row["export"], row["label"]): row["decision"]
        for row in labels.to_pylist()
    }
    assert seen == {key: count for key, count in keys.items() if not decided[key]}


def test_the_most_objects_come_first_and_what_is_left_last() -> None:
    table = waiting(("a", "e", "few", 1), ("b", "e", "many", 9), ("b", "e", "most", 99))
    notes = {("b", "most"): ("leave", "ask Ann"), ("b", "many"): ("UNDECIDED", "a?")}
    data = parse_yaml(review_queue.review_queue(table, notes), "queue").data
    assert list(data) == ["b", "a"]
    assert list(data["b"]["labels"]) == ["many", "most"]
    assert data["b"]["labels"]["most"]["decision"] == "leave"
    assert data["b"]["labels"]["many"]["note"] == "a?"


def test_an_edited_queue_is_known_as_such() -> None:
    queue = review_queue.review_queue(waiting(("acme", "e", "Dings", 2)))
    assert not review_queue.is_edited(queue)
    assert review_queue.is_edited(queue.replace("UNDECIDED", "car"))
    assert review_queue.is_edited(f"{queue}# mine\n")
    assert review_queue.is_edited("")

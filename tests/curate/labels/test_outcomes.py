"""Outcomes: labels add up whatever the partitions, and a reviewer has precedence over the rules."""

from curate.labels.context import Context
from curate.labels.decisions import Decision, Decisions, SplitRule
from curate.labels.outcomes import (
    LABEL_COUNTS,
    LABELS,
    count_labels,
    decide_labels,
    total_labels,
)
from curate.labels.taxonomy import Concept, Taxonomy
from tests.curate.labels.label_segments import segments
from tests.curate.labels.small_taxonomy import TAXONOMY

NO_DECISIONS = Decisions({}, {}, "")


def test_labels_add_up_whatever_the_partitions() -> None:
    table = segments(
        *[("acme", export, label) for export in "ef" for label in ("a", "b", "a")]
    )
    whole = total_labels([count_labels(table)])
    partitions = [count_labels(table.slice(start, 2)) for start in (4, 0, 2)]
    assert total_labels(partitions).equals(whole)
    assert list(whole.columns) == LABEL_COUNTS.names
    assert whole["label"].tolist() == ["a", "b", "a", "b"]
    assert whole["count"].tolist() == [2, 1, 2, 1]
    assert whole["example"].tolist() == [f"{number:032x}" for number in (0, 1, 3, 4)]


def test_no_labels_give_an_empty_table() -> None:
    labels = decide_labels(total_labels([]), TAXONOMY, NO_DECISIONS)
    assert labels.schema == LABELS
    assert len(labels) == 0


def test_a_row_tells_the_decision_and_how_it_was_made() -> None:
    split = Decision(rules=(SplitRule("truck", annotations=frozenset({"a#5"})),))
    reviewed = Decisions({"acme": {"car": Decision("truck"), "vehicle": split}}, {}, "")
    counts = total_labels(
        [
            count_labels(
                segments(
                    ("acme", "e", "Dings"),
                    ("acme", "e", "Pkw"),
                    ("acme", "e", "car"),
                    ("acme", "e", "vehicle"),
                    ("other", "f", "car"),
                )
            )
        ]
    )
    labels = decide_labels(counts, TAXONOMY, reviewed)
    assert labels["decision"].to_pylist() == ["", "car", "truck", "split", "car"]
    assert labels["how"].to_pylist() == ["", "alias", "reviewed", "reviewed", "exact"]
    assert labels["score"].to_pylist()[1:] == [1.0, 1.0, 1.0, 1.0]
    assert labels["margin"].to_pylist()[2:4] == [1.0, 1.0]
    suggested = labels["suggestions"].to_pylist()[1]
    assert suggested[0] == {"concept": "car", "score": 1.0}


def test_each_export_is_matched_in_its_own_context() -> None:
    counts = total_labels(
        [
            count_labels(
                segments(
                    ("acme", "english", "Pkw"),
                    ("acme", "german", "Pkw"),
                    ("acme", "english", "group/sofa"),
                    ("acme", "english", "group/car"),
                    ("acme", "german", "group/sofa"),
                )
            )
        ]
    )
    car = Concept("car", "…", "thing", aliases={"de": ("Pkw",)})
    taxonomy = Taxonomy({"car": car, "sofa": Concept("sofa", "…", "thing")}, "")
    contexts = {"german": Context(languages=("de",))}
    table = decide_labels(counts, taxonomy, NO_DECISIONS, contexts)
    decided = {}
    for row in table.to_pylist():
        decided[row["export"], row["label"]] = row["decision"]
    assert decided["german", "Pkw"] == "car"
    assert decided["english", "Pkw"] == ""
    assert decided["english", "group/sofa"] == "sofa"  # "group" heads two labels
    assert decided["german", "group/sofa"] == ""
    assert all(table["why"].to_pylist())

"""Remap: whole tables at a time; nothing is lost, and a reviewer has precedence over the rules."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels.decisions import Decision, Decisions, SplitRule
from curate.labels.outcomes import LABELS, count_labels, decide_labels, total_labels
from curate.labels.review_queue import review_queue
from curate.labels.taxonomy import Concept, Taxonomy
from curate.schema import DROPS, MissingColumnError
from curate.stages import remap
from curate.yaml_files import parse_yaml

_KINDS = {"car": "thing", "truck": "thing", "sky": "stuff", "wheel": "part"}
TAXONOMY = Taxonomy(
    {name: Concept(name, "…", kind) for name, kind in _KINDS.items()}, ""
)  # type: ignore[arg-type]
Row = tuple[tuple[str, str, str], dict[str, str]]
"""An object: (customer, export, label), and its attributes."""


def segments(rows: list[Row]) -> pa.Table:
    columns = {
        "object_id": [f"{number:032x}" for number in range(len(rows))],
        "export": [key[1] for key, _ in rows],
        "image_path": ["1.jpg"] * len(rows),
        "customer": [key[0] for key, _ in rows],
        "label": [key[2] for key, _ in rows],
        "annotation_key": [f"a#{number}" for number in range(len(rows))],
    }
    attributes = pa.array(
        [list(each.items()) for _, each in rows], pa.map_(pa.string(), pa.string())
    )
    table = pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
    )
    return table.append_column("attributes", attributes)


def decisions(
    labels: dict[str, Decision], exports: dict[str, dict[str, Decision]] | None = None
) -> Decisions:
    """Decisions of the customer acme, for all exports and for single ones."""
    by_export = {
        ("acme", name): of_export for name, of_export in (exports or {}).items()
    }
    return Decisions({"acme": labels}, by_export, "")


def run(rows: list[Row], reviewed: Decisions) -> tuple[pa.Table, pa.Table, str]:
    """What goes on, the drops, and the review queue."""
    table = segments(rows)
    labels = decide_labels(total_labels([count_labels(table)]), TAXONOMY, reviewed)
    mapped, drops = remap.remap_objects(table, labels, reviewed)
    assert len(mapped) + len(drops) == len(rows)
    assert drops.schema == DROPS
    assert set(mapped.column_names) == {*remap.NEEDS, *remap.ADDS.names}
    return mapped, drops, review_queue(labels)


def by_object(table: pa.Table, column: str) -> dict[int, str]:
    """The values of a column by the number of the object."""
    numbers = [int(object_id, 16) for object_id in table["object_id"].to_pylist()]
    return dict(zip(numbers, table[column].to_pylist(), strict=True))


def test_each_decision_has_its_result() -> None:
    split = Decision(
        rules=(
            SplitRule("truck", where={"type": ("lorry",)}),
            SplitRule("background", annotations=frozenset({"a#5"})),
        )
    )
    reviewed = decisions(
        {
            "car": Decision("truck"),
            "Rad": Decision("background"),
            "junk": Decision("reject"),
            "vehicle": split,
        },
        {"old": {"car": Decision("reject")}},
    )
    rows: list[Row] = [
        (("acme", "new", "car"), {}),
        (("acme", "old", "car"), {}),
        (("acme", "new", "Rad"), {}),
        (("acme", "new", "junk"), {}),
        (("acme", "new", "vehicle"), {"type": "lorry"}),
        (("acme", "new", "vehicle"), {"type": "tank"}),
        (("acme", "new", "vehicle"), {}),
        (("acme", "new", "Dingsda"), {}),
        (("acme", "new", "SKY"), {}),
        (("other", "x", "car"), {}),
    ]
    mapped, drops, queue = run(rows, reviewed)
    assert by_object(mapped, "concept") == {0: "truck", 4: "truck", 8: "sky", 9: "car"}
    assert by_object(mapped, "match_how") == {
        0: "reviewed",
        4: "reviewed",
        8: "normalised",
        9: "exact",
    }
    assert by_object(drops, "reason") == {
        1: "rejected_label",
        2: "background",
        3: "rejected_label",
        5: "background",
        6: "split_label",
        7: "unmapped_label",
    }
    assert "'Dingsda'" in by_object(drops, "detail")[7]
    waiting = parse_yaml(queue, "queue").data
    assert waiting.keys() == {"acme"}
    assert waiting["acme"]["labels"].keys() == {"Dingsda"}


@given(
    st.sampled_from(["car", "sky", "PKW", "", "wheel\u202e", "🚗"]),
    st.sampled_from(["truck", "background", "reject"]),
)
def test_a_reviewed_decision_always_wins(label: str, word: str) -> None:
    mapped, drops, queue = run(
        [(("acme", "e", label), {})], decisions({label: Decision(word)})
    )
    assert mapped["concept"].to_pylist() == (["truck"] if word == "truck" else [])
    assert mapped["match_score"].to_pylist() == [1.0] * len(mapped)
    assert len(drops) == (word != "truck")
    assert parse_yaml(queue, "queue").data == {}


def test_a_rejected_object_is_dropped_whatever_its_label_becomes() -> None:
    rows: list[Row] = [
        (("acme", "e", "car"), {}),
        (("acme", "e", "car"), {}),
        (("other", "e", "car"), {}),
        (("acme", "e", "Dings"), {}),
    ]
    ids = frozenset(f"{number:032x}" for number in (1, 2, 3))
    reviewed = Decisions({}, {}, "", {"acme": ids})
    mapped, drops, _ = run(rows, reviewed)
    assert by_object(mapped, "concept") == {0: "car", 2: "car"}
    assert by_object(drops, "reason") == {1: "rejected_object", 3: "rejected_object"}


def test_empty_partitions_pass() -> None:
    mapped, drops, _ = run([], decisions({}))
    assert (len(mapped), len(drops)) == (0, 0)


def test_a_missing_column_fails_before_work() -> None:
    table = segments([]).drop_columns("label")
    with pytest.raises(MissingColumnError, match="label"):
        remap.remap_objects(table, LABELS.empty_table(), decisions({}))


def test_a_label_that_was_not_counted_is_a_fault() -> None:
    table = segments([(("acme", "e", "car"), {})])
    with pytest.raises(ValueError, match="not counted"):
        remap.remap_objects(table, LABELS.empty_table(), decisions({}))

"""Labels to concepts, whole tables at a time: nothing is lost, a reviewer goes before the rules, the queue is YAML."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels import review
from curate.labels.outcomes import LABELS, LabelKey, count_labels, decide_labels, total_labels
from curate.labels.taxonomy import Concept, Decision, Decisions, Rule, Taxonomy
from curate.schema import DROPS, MissingColumnError
from curate.stages import remap
from curate.text import clean_label
from curate.yaml_files import parse_yaml

_KINDS = {"car": "thing", "truck": "thing", "sky": "stuff", "wheel": "part"}
TAXONOMY = Taxonomy({name: Concept(name, "…", kind) for name, kind in _KINDS.items()}, "")  # type: ignore[arg-type]
Row = tuple[LabelKey, dict[str, str]]


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
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return table.append_column("attributes", attributes)


def decisions(
    labels: dict[str, Decision], exports: dict[str, dict[str, Decision]] | None = None
) -> Decisions:
    return Decisions(
        {"acme": labels}, {("acme", name): each for name, each in (exports or {}).items()}, ""
    )


def run(rows: list[Row], reviewed: Decisions) -> tuple[pa.Table, pa.Table, str]:
    table = segments(rows)
    labels = total_labels([count_labels(table)])
    outcomes, matches = decide_labels(labels, TAXONOMY, reviewed)
    mapped, drops = remap.remap_objects(table, outcomes)
    assert len(mapped) + len(drops) == len(rows)
    assert drops.schema == DROPS
    assert set(mapped.column_names) == {*remap.NEEDS, *remap.ADDS.names}
    return mapped, drops, review.review_queue(labels, outcomes, matches)


def by_object(table: pa.Table, column: str) -> dict[int, str]:
    return {
        int(key, 16): value
        for key, value in zip(*(table[n].to_pylist() for n in ("object_id", column)), strict=True)
    }


def test_each_decision_has_its_end() -> None:
    split = Decision(
        rules=(
            Rule("truck", where={"type": ("lorry",)}),
            Rule("background", annotations=frozenset({"a#5"})),
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
    mapped, drops, queue = run([(("acme", "e", label), {})], decisions({label: Decision(word)}))
    assert mapped["concept"].to_pylist() == (["truck"] if word == "truck" else [])
    assert mapped["match_score"].to_pylist() == [1.0] * len(mapped)
    assert len(drops) == (word != "truck")
    assert parse_yaml(queue, "queue").data == {}


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "9"]), st.text(max_size=20), st.integers(1, 3)), max_size=6
    )
)
def test_the_queue_holds_any_label(found: list[tuple[str, str, int]]) -> None:
    rows: list[Row] = [
        ((who, "e", clean_label(label)[0]), {}) for who, label, times in found for _ in range(times)
    ]
    mapped, _, queue = run(rows, decisions({}))
    assert len(queue.splitlines()) == queue.count("\n")  # no label breaks its line
    assert not any(ord(c) < 32 and c != "\n" for c in queue)
    read = parse_yaml(queue, "queue").data
    counted = {
        (who, label): each["seen"]["count"]
        for who in read
        for label, each in read[who]["labels"].items()
    }
    known = {(row["customer"], row["label"]) for row in mapped.to_pylist()}
    keys = [(who, label) for (who, _, label), _ in rows]
    assert counted == {key: keys.count(key) for key in keys if key not in known}
    for block in (each for who in read for each in read[who]["labels"].values()):
        scores = list(block["suggestions"].values())
        assert scores == sorted(scores, reverse=True)


def test_what_turns_or_hides_writing_is_escaped() -> None:
    assert (
        review.quoted('a\u202eb\x00"\\\u2028\U000e0041é人')
        == '"a\\u202eb\\x00\\"\\\\\\u2028\\U000e0041é人"'
    )


def test_the_queue_has_the_form_of_a_customers_file() -> None:
    _, _, queue = run(
        [(("acme", "e", "Dings"), {})] * 2
        + [(("acme", "f", "Dings"), {}), (("acme", "e", "Zeug"), {})],
        decisions({}),
    )
    labels = parse_yaml(queue, "queue").data["acme"]["labels"]
    assert list(labels) == ["Dings", "Zeug"]  # the most frequent first
    assert labels["Dings"]["decision"] == "UNDECIDED"
    assert labels["Dings"]["seen"]["count"] == 3
    assert labels["Dings"]["seen"]["exports"] == ["e", "f"]
    assert len(labels["Dings"]["suggestions"]) <= 3


def test_labels_add_up_whatever_the_parts() -> None:
    rows: list[Row] = [
        (("acme", export, label), {}) for export in "ef" for label in ("a", "b", "a")
    ]
    table = segments(rows)
    whole = count_labels(table)
    parts = [count_labels(table.slice(start, 2)) for start in (4, 0, 2)]
    assert total_labels(parts).equals(whole)
    assert whole["count"].to_pylist() == [2, 1, 2, 1]
    assert total_labels([]).schema == LABELS


def test_empty_parts_pass() -> None:
    mapped, drops, _ = run([], decisions({}))
    assert (len(mapped), len(drops)) == (0, 0)


def test_a_missing_column_fails_before_work() -> None:
    with pytest.raises(MissingColumnError, match="label"):
        remap.remap_objects(segments([]).drop_columns("label"), {})

"""Stage 2, remap: from the customers' labels to the taxonomy's concepts.

Labels are counted in each partition and decided once each (curate.labels.outcomes); the outcomes go
back to the partitions. How a label was matched stays with its rows. A label that no reviewer and no
rule decides waits in the review queue, and its rows are dropped as `unmapped_label`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.labels.decisions import Decisions
from curate.labels.outcomes import LABEL_KEYS
from curate.labels.taxonomy import BACKGROUND, REJECT, SPLIT
from curate.reasons import Reason
from curate.schema import drop_rows, require

NEEDS = (
    "object_id",
    "export",
    "image_path",
    "customer",
    "label",
    "annotation_key",
    "attributes",
)
"""Columns that the stage reads."""

ADDS = pa.schema(
    [
        ("concept", pa.string()),
        ("match_how", pa.string()),
        ("match_score", pa.float32()),
        ("match_margin", pa.float32()),
    ]
)
"""Columns that the stage adds."""

REJECTED_OBJECT = Reason.REJECTED_OBJECT.value
"""Outcome of an object that a reviewer rejected by its id; no concept has such an id."""

_OUTCOME = ["decision", "how", "score", "margin"]  # what is read of a label


def remap_objects(
    segments: pa.Table, labels: pa.Table, decisions: Decisions
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with the columns of ADDS; and drops.

    `labels`: a table of schema `outcomes.LABELS` with every label of the rows.
    `decisions`: those that the table was made with; of them the rules of split labels are read.
    The reasons of drops are unmapped_label, background, rejected_label, rejected_object and
    split_label.
    """
    require(segments.schema, NEEDS, "remap")
    outcomes = _outcome_of_each_row(segments, labels)
    decided = _decided(segments, outcomes, decisions)
    is_split = np.array(outcomes["decision"].to_pylist(), dtype=object) == SPLIT
    is_rejected = decided == REJECTED_OBJECT

    has_no_concept = (decided == "") | (decided == BACKGROUND) | (decided == REJECT)
    leaves = has_no_concept | is_rejected
    dropped = np.flatnonzero(leaves)
    drops = _drops(segments.take(dropped), decided[dropped], is_split[dropped])

    kept = np.flatnonzero(~leaves)
    columns = {
        "concept": pa.array(decided[kept], pa.string()),
        "match_how": outcomes["how"].take(kept),
        "match_score": outcomes["score"].take(kept),
        "match_margin": outcomes["margin"].take(kept),
    }
    mapped = segments.take(kept)
    for field in ADDS:
        mapped = mapped.append_column(field, columns[field.name].cast(field.type))
    return mapped, drops


def decide_objects(
    segments: pa.Table, labels: pa.Table, decisions: Decisions
) -> NDArray[np.object_]:
    """(rows,) what each object becomes, by its label, the rules of a split, or its id.

    A concept's id, `background`, `reject`, REJECTED_OBJECT, or "" if nothing decides.
    `labels`, `decisions`: as in `remap_objects`.
    """
    return _decided(segments, _outcome_of_each_row(segments, labels), decisions)


def _decided(
    segments: pa.Table, outcomes: pa.Table, decisions: Decisions
) -> NDArray[np.object_]:
    """(rows,) what `decide_objects` gives. `outcomes`: those of each row's label."""
    decided = np.array(outcomes["decision"].to_pylist(), dtype=object)

    split_rows = np.flatnonzero(decided == SPLIT)
    split_objects = segments.select(NEEDS).take(split_rows).to_pylist()
    for row, split_object in zip(split_rows, split_objects, strict=True):
        decided[row] = _by_rule(split_object, decisions)

    decided[_is_rejected(segments, decisions)] = REJECTED_OBJECT
    return decided


def _outcome_of_each_row(segments: pa.Table, labels: pa.Table) -> pa.Table:
    """The columns _OUTCOME for each row of segments, by customer, export and label."""
    found = pc.index_in(_joined_keys(segments), value_set=_joined_keys(labels))
    if found.null_count:
        raise ValueError("a row has a label that was not counted")
    return labels.select(_OUTCOME).take(found)


def _joined_keys(table: pa.Table) -> pa.Array:
    """Customer, export and label of each row as one text."""
    keys = [table[name].cast(pa.string()).combine_chunks() for name in LABEL_KEYS]
    # Names of customers and exports hold no NUL, so different keys give different texts.
    return pc.binary_join_element_wise(*keys, "\0")


def _is_rejected(segments: pa.Table, decisions: Decisions) -> NDArray[np.bool_]:
    """(rows,) whether a reviewer of the row's customer rejected the object by its id."""
    rejected = np.zeros(len(segments), bool)
    customers = segments["customer"].cast(pa.string())
    for customer, ids in decisions.rejected_objects.items():
        is_of_customer = pc.equal(customers, customer)
        listed = pa.array(sorted(ids))
        is_listed = pc.is_in(segments["object_id"], value_set=listed)
        rejected |= pc.and_(is_of_customer, is_listed).to_numpy()
    return rejected


def _by_rule(row: Mapping[str, Any], decisions: Decisions) -> str:
    """What the first fitting rule of a split label says of an object, or "" if none fits.

    `row`: the columns NEEDS of the object.
    """
    decision = decisions.find(row["customer"], row["export"], row["label"])
    if decision is None:
        return ""
    attributes = dict(row["attributes"] or ())
    for rule in decision.rules:
        if rule.fits(row["object_id"], row["annotation_key"], attributes):
            return rule.decision
    return ""


def _drops(
    rows: pa.Table, decided: NDArray[np.object_], is_split: NDArray[np.bool_]
) -> pa.Table:
    """Drops of rows, each with its reason and its label.

    `decided`: (rows,) the decision on each row's label. `is_split`: (rows,) whether it is a split.
    """
    reasons = []
    details = []
    customers = rows["customer"].to_pylist()
    labels = rows["label"].to_pylist()
    of_rows = zip(customers, labels, decided, is_split, strict=True)
    for customer, label, decision, split in of_rows:
        if decision == BACKGROUND:
            reason = Reason.BACKGROUND
            detail = f"{customer}'s reviewer: background"
        elif decision == REJECTED_OBJECT:
            reason = Reason.REJECTED_OBJECT
            detail = f"{customer}'s reviewer rejected this object"
        elif decision == REJECT:
            reason = Reason.REJECTED_LABEL
            detail = f"{customer}'s reviewer: rejected"
        elif split:
            reason = Reason.SPLIT_LABEL
            detail = f"no rule of {customer}'s split names it"
        else:
            reason = Reason.UNMAPPED_LABEL
            detail = "no concept yet: it waits in the review queue"
        reasons.append(reason.value)
        details.append(f"label {label!r}: {detail}")
    return drop_rows(rows, reasons, details)

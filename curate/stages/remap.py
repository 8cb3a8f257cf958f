"""Stage 2, remap: from the customers' labels to the taxonomy's concepts.

Labels are counted on each part, matched once each, and the outcomes go back to the parts; the match stays with the row.
A reviewer's decision goes before every rule. What no reviewer and no rule decides is dropped as `unmapped_label` and
waits in the review queue.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.labels.outcomes import LABEL_KEYS, LabelKey, Outcome
from curate.labels.taxonomy import BACKGROUND, REJECT, Rule
from curate.reasons import Reason
from curate.schema import drop_rows, require

NEEDS = ("object_id", "export", "image_path", "customer", "label", "annotation_key", "attributes")
ADDS = pa.schema(
    [
        ("concept", pa.string()),
        ("match_how", pa.string()),
        ("match_score", pa.float32()),
        ("match_margin", pa.float32()),
    ]
)


def remap_objects(
    segments: pa.Table, outcomes: Mapping[LabelKey, Outcome]
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with the columns of ADDS; and drops: unmapped_label, background, rejected_label, split_label."""
    require(segments.schema, NEEDS, "remap")
    keys, row_keys = _distinct(segments)
    found = [outcomes[key] for key in keys]
    words = np.array([outcome.decision for outcome in found], object)[row_keys]
    splits = np.array([bool(outcome.rules) for outcome in found], bool)[row_keys]
    for row in np.flatnonzero(splits):
        words[row] = _by_rule(found[row_keys[row]].rules, segments, int(row))
    leaves = (words == "") | (words == BACKGROUND) | (words == REJECT)
    dropped, kept = np.flatnonzero(leaves), np.flatnonzero(~leaves)
    reasons = [_reason(words[row], bool(splits[row])) for row in dropped]
    details = [
        _detail(reason, keys[row_keys[row]]) for reason, row in zip(reasons, dropped, strict=True)
    ]
    drops = drop_rows(segments.take(dropped), [reason.value for reason in reasons], details)
    columns = {
        "concept": words[kept],
        **{
            f"match_{name}": np.array([getattr(outcome, name) for outcome in found], kind)[
                row_keys[kept]
            ]
            for name, kind in (("how", object), ("score", np.float32), ("margin", np.float32))
        },
    }
    mapped = segments.take(kept)
    for field in ADDS:
        mapped = mapped.append_column(field, pa.array(columns[field.name], field.type))
    return mapped, drops


def _distinct(segments: pa.Table) -> tuple[list[LabelKey], NDArray[np.int64]]:
    """The distinct (customer, export, label), and of which of them each row is."""
    code = np.zeros(len(segments), np.int64)
    values = []
    for name in LABEL_KEYS:
        encoded = pc.dictionary_encode(segments[name].cast(pa.string()).combine_chunks())
        values.append(encoded.dictionary.to_pylist())
        code = code * len(values[-1]) + encoded.indices.to_numpy()
    distinct, rows = np.unique(code, return_inverse=True)
    places = np.unravel_index(distinct, [max(len(each), 1) for each in values])
    keys = [
        tuple(names[place] for names, place in zip(values, at, strict=True))
        for at in zip(*places, strict=True)
    ]
    return keys, rows


def _by_rule(rules: tuple[Rule, ...], segments: pa.Table, row: int) -> str:
    attributes = dict(segments["attributes"][row].as_py() or ())
    object_id, key = segments["object_id"][row].as_py(), segments["annotation_key"][row].as_py()
    return next((rule.decision for rule in rules if rule.fits(object_id, key, attributes)), "")


def _reason(word: Any, split: bool) -> Reason:
    if word == BACKGROUND:
        return Reason.BACKGROUND
    if word == REJECT:
        return Reason.REJECTED_LABEL
    return Reason.SPLIT_LABEL if split else Reason.UNMAPPED_LABEL


def _detail(reason: Reason, key: LabelKey) -> str:
    customer, _, label = key
    said = {
        Reason.BACKGROUND: f"{customer}'s reviewer: background",
        Reason.REJECTED_LABEL: f"{customer}'s reviewer: rejected",
        Reason.SPLIT_LABEL: f"no rule of {customer}'s split names it",
        Reason.UNMAPPED_LABEL: "no concept yet: it waits in the review queue",
    }
    return f"label {label!r}: {said[reason]}"

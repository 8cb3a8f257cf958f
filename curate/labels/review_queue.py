"""The review queue: the labels that wait for a person, as YAML that a reviewer completes.

It has the form of the customers' files. The reviewer edits it in its place; `read_answers` reads
what was written. Its last line tells whether anybody has changed it since it was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from curate.labels.answers import ACCEPT, LEAVE
from curate.labels.taxonomy import BACKGROUND, REJECT, UNDECIDED
from curate.storage import digest
from curate.yaml_scalars import quoted

_EXAMPLES = 3
_END = "# End of the queue, as it was written: "
_HEAD = f"""\
# Labels that wait for a decision, those with the most objects first.
# Write your answers here: replace {UNDECIDED}, then run `make taxonomy` again. An answer is one of
#   the id of a concept    its definition holds for the objects; review.html shows both
#   {ACCEPT}                 the first of the suggestions
#   {BACKGROUND}             there is no object to cut out
#   {REJECT}                 the objects must not be used
#   {LEAVE}                  go on waiting, at the end of the list
# or, in the place of the line with {UNDECIDED}, one of
#   split: [{{decision: truck, where: {{type: lorry}}}}, {{decision: car, where: {{type: car}}}}]
#   decision: my-new-concept
#   new_concept: {{definition: "The sentence to decide by.", kind: thing, parent: vehicle}}
# `note: "why"` beside it is kept. What you leave as it is stays in the queue.
"""


@dataclass(frozen=True, slots=True)
class _Customer:
    """The labels of a customer that wait. `blocks`: a row for each label."""

    name: str
    blocks: pd.DataFrame

    @property
    def objects(self) -> int:
        """Objects at stake."""
        return int(self.blocks["objects"].sum())


def review_queue(
    labels: pa.Table, notes: Mapping[tuple[str, str], tuple[str, str]] | None = None
) -> str:
    """The labels of a `LABELS` table that wait, as YAML: customer, `labels`, label, its block.

    `notes`: what reviewers said of labels that go on waiting, as in `answers.Answers`.
    """
    table = labels.to_pandas()
    waiting = table[table["decision"] == ""]
    lines = [_HEAD]
    if waiting.empty:
        lines.append("{}\n")

    for customer in _customers(waiting, notes or {}):
        lines.append(f"\n{quoted(customer.name)}:\n  labels:\n")
        lines += [_block(row) for row in customer.blocks.itertuples()]
    text = "".join(lines)
    return f"{text}\n{_END}{digest(text)[:16]}\n"


def is_edited(queue: str) -> bool:
    """Whether a queue was changed since `review_queue` made it."""
    text, mark, rest = queue.rpartition(f"\n{_END}")
    return not mark or rest != f"{digest(text)[:16]}\n"


def _customers(
    waiting: pd.DataFrame, notes: Mapping[tuple[str, str], tuple[str, str]]
) -> list[_Customer]:
    """The customers whose labels wait, the one with the most objects first."""
    by_label = waiting.groupby(["customer", "label"])
    blocks = by_label.agg(
        objects=("count", "sum"),
        exports=("export", list),
        examples=("example", list),
        suggestions=("suggestions", "first"),  # the same in all exports
        margin=("margin", "first"),
    ).reset_index()
    keys = list(zip(blocks["customer"], blocks["label"], strict=True))
    blocks["word"] = [notes.get(key, (UNDECIDED, ""))[0] for key in keys]
    blocks["note"] = [notes.get(key, (UNDECIDED, ""))[1] for key in keys]
    blocks["is_left"] = blocks["word"] == LEAVE

    ordered = blocks.sort_values(
        ["is_left", "objects", "label"], ascending=[True, False, True]
    )
    found = [
        _Customer(str(name), of_customer)
        for name, of_customer in ordered.groupby("customer")
    ]
    return sorted(found, key=lambda each: (-each.objects, each.name))


def _block(row: Any) -> str:
    """The block of one label. `row`: a row of `_Customer.blocks`."""
    exports = ", ".join(quoted(export) for export in row.exports)
    examples = ", ".join(quoted(example) for example in row.examples[:_EXAMPLES])
    nearest = [f"{each['concept']}: {each['score']:.2f}" for each in row.suggestions]
    suggestions = ", ".join(nearest)
    lines = [
        f"    {quoted(row.label)}:",
        f"      decision: {row.word}",
        f"      seen: {{count: {row.objects}, exports: [{exports}], examples: [{examples}]}}",
        f"      suggestions: {{{suggestions}}}",
        f"      margin: {row.margin:.2f}",
        "      how: waits",
    ]
    if row.note:
        lines.insert(2, f"      note: {quoted(row.note)}")
    return "\n".join(lines) + "\n"

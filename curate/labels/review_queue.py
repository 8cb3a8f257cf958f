"""The review queue: the labels that wait for a person, as YAML that a reviewer completes.

The queue has the form of the customers' files: a block of it, with its UNDECIDED replaced by a
word, is a decision.
"""

import unicodedata
from typing import Any

import pandas as pd
import pyarrow as pa

from curate.labels.taxonomy import BACKGROUND, REJECT, UNDECIDED

_EXAMPLES = 3
_HEAD = f"""\
# Labels that wait for a reviewer's decision, the most frequent first.
# Copy a customer's blocks under `labels:` of taxonomy/customers/CUSTOMER.yaml and replace
# {UNDECIDED} by the id of a concept, by {BACKGROUND} (no object to cut out) or by {REJECT}
# (not to be used). `trace` shows the examples.
"""


def review_queue(labels: pa.Table) -> str:
    """The labels of a `LABELS` table that wait, as YAML: customer, `labels`, label, its block."""
    table = labels.to_pandas()
    waiting = table[table["decision"] == ""]
    if waiting.empty:
        return _HEAD + "{}\n"

    lines = [_HEAD]
    for customer, blocks in _blocks(waiting).groupby("customer"):
        lines.append(f"\n{quoted(str(customer))}:\n  labels:\n")
        lines += [_block(row) for row in blocks.itertuples()]
    return "".join(lines)


def quoted(text: str) -> str:
    """Any text as a YAML string in double quotes, on one line.

    Characters that are invisible or change the direction of the text are escaped.
    """
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _blocks(waiting: pd.DataFrame) -> pd.DataFrame:
    """A row for each label of a customer, the labels with the most objects first."""
    by_label = waiting.groupby(["customer", "label"])
    blocks = by_label.agg(
        objects=("count", "sum"),
        exports=("export", list),
        examples=("example", list),
        suggestions=("suggestions", "first"),  # the same in all exports
    )
    order = ["customer", "objects", "label"]
    return blocks.reset_index().sort_values(order, ascending=[True, False, True])


def _block(row: Any) -> str:
    """The block of one label. `row`: a row of `_blocks`."""
    exports = ", ".join(quoted(export) for export in row.exports)
    examples = ", ".join(quoted(example) for example in row.examples[:_EXAMPLES])
    nearest = [f"{each['concept']}: {each['score']:.2f}" for each in row.suggestions]
    suggestions = ", ".join(nearest)
    return (
        f"    {quoted(row.label)}:\n"
        f"      decision: {UNDECIDED}\n"
        f"      seen: {{count: {row.objects}, exports: [{exports}], examples: [{examples}]}}\n"
        f"      suggestions: {{{suggestions}}}\n"
    )


def _escaped(character: str) -> str:
    """A character as it is, or as YAML's escape if it would break the line or cannot be seen."""
    if character in '"\\':
        return "\\" + character
    category = unicodedata.category(character)
    if category[0] != "C" and category not in ("Zl", "Zp"):
        return character

    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"

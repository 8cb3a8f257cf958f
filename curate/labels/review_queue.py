"""The review queue: the labels that wait for a person, as YAML that a reviewer completes.

The queue has the form of the customers' files: a block of it, with its UNDECIDED replaced by a
word, is a decision.
"""

import unicodedata

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

    text = _HEAD
    for customer, of_customer in waiting.groupby("customer"):
        text += f"\n{quoted(str(customer))}:\n  labels:\n"
        for label in _most_frequent_first(of_customer):
            text += _block(label, of_customer[of_customer["label"] == label])
    return text


def quoted(text: str) -> str:
    """Any text as a YAML string in double quotes, on one line.

    Characters that are invisible or change the direction of the text are escaped.
    """
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _most_frequent_first(rows: pd.DataFrame) -> list[str]:
    """The labels of some rows by their number of objects; of equal numbers in their own order."""
    counts = rows.groupby("label")["count"].sum()  # sorted by label
    return [str(label) for label in counts.sort_values(ascending=False, kind="stable").index]


def _block(label: str, rows: pd.DataFrame) -> str:
    """The block of one label; it has a row for each export."""
    count = rows["count"].sum()
    exports = ", ".join(quoted(export) for export in rows["export"])
    examples = ", ".join(quoted(example) for example in rows["example"].head(_EXAMPLES))
    nearest = rows["suggestions"].iloc[0]
    suggestions = ", ".join(f"{each['concept']}: {each['score']:.2f}" for each in nearest)
    return (
        f"    {quoted(label)}:\n"
        f"      decision: {UNDECIDED}\n"
        f"      seen: {{count: {count}, exports: [{exports}], examples: [{examples}]}}\n"
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

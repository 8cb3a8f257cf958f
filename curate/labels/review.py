"""The review queue: the labels that wait for a person, as YAML that a reviewer copies and completes.

The queue has the form of the customers' files: a block of it, with its UNDECIDED replaced by a word, is a decision.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from curate.labels.matching import Match
from curate.labels.outcomes import LabelKey, Outcome
from curate.labels.taxonomy import BACKGROUND, REJECT, UNDECIDED

_EXAMPLES = 3
_HEAD = f"""\
# Labels that wait for a reviewer's decision, the most frequent first.
# Copy a customer's blocks under `labels:` of taxonomy/customers/CUSTOMER.yaml and replace {UNDECIDED} by the id of a
# concept, by {BACKGROUND} (no object to cut out) or by {REJECT} (not to be used). `trace` shows the examples.
"""


def review_queue(
    labels: pa.Table, outcomes: Mapping[LabelKey, Outcome], matches: Mapping[str, Match]
) -> str:
    """The queue as YAML: customer → labels → label → decision, seen (count, exports, examples), suggestions.

    `labels`: a LABELS table; `outcomes` and `matches` of `outcomes.decide_labels`.
    """
    waiting: defaultdict[str, defaultdict[str, list[dict[str, object]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in labels.to_pylist():
        outcome = outcomes[row["customer"], row["export"], row["label"]]
        if not outcome.decision and not outcome.rules:
            waiting[row["customer"]][row["label"]].append(row)
    if not waiting:
        return _HEAD + "{}\n"
    return _HEAD + "".join(_customer(name, waiting[name], matches) for name in sorted(waiting))


def quoted(text: str) -> str:
    """Any text as a YAML string in double quotes, on one line; what is invisible or turns the writing is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _customer(
    name: str, labels: Mapping[str, list[dict[str, object]]], matches: Mapping[str, Match]
) -> str:
    counts = {label: sum(int(str(row["count"])) for row in rows) for label, rows in labels.items()}
    order = sorted(labels, key=lambda label: (-counts[label], label))
    blocks = [_block(label, counts[label], labels[label], matches[label]) for label in order]
    return f"\n{quoted(name)}:\n  labels:\n" + "".join(blocks)


def _block(label: str, count: int, rows: list[dict[str, object]], match: Match) -> str:
    exports = ", ".join(quoted(str(row["export"])) for row in rows)
    examples = ", ".join(quoted(str(row["example"])) for row in rows[:_EXAMPLES])
    suggestions = ", ".join(f"{each.concept}: {each.score:.2f}" for each in match.suggestions)
    return (
        f"    {quoted(label)}:\n"
        f"      decision: {UNDECIDED}\n"
        f"      seen: {{count: {count}, exports: [{exports}], examples: [{examples}]}}\n"
        f"      suggestions: {{{suggestions}}}\n"
    )


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if unicodedata.category(character)[0] == "C" or unicodedata.category(character) in ("Zl", "Zp"):
        code = ord(character)
        return (
            f"\\x{code:02x}"
            if code < 0x100
            else f"\\u{code:04x}"
            if code < 0x10000
            else f"\\U{code:08x}"
        )
    return character

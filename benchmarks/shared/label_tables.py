"""Tables of labels and their concepts, as `benchmarks.taxonomy` reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

UNLABELED = "unlabeled"
"""The row of the labels that have no concept."""

_CONCEPTS = "universal"
_BETWEEN_LABELS = " | "


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The labels of one column: `right` has, for each, the concepts in whose rows it stands.

    A label without a concept has an empty set.
    """

    name: str
    right: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class LabelTable:
    """The concepts of a table, in their order, and some of its vocabularies."""

    concepts: list[str]
    vocabularies: list[Vocabulary]


def read_table(path: Path, columns: Sequence[str]) -> LabelTable:
    """Read the concepts and the named columns of a tab-separated table.

    Raises ValueError if the first column is not `universal`, or if a named column is missing.
    """
    text = path.read_text(encoding="utf-8")
    head, *rows = [line.split("\t") for line in text.splitlines()]
    if head[0] != _CONCEPTS:
        raise ValueError(f"{path}: the first column is {head[0]!r}, not {_CONCEPTS!r}")

    concepts = [row[0] for row in rows if row[0] != UNLABELED]
    vocabularies = []
    for name in columns:
        if name not in head[1:]:
            known = ", ".join(head[1:])
            raise ValueError(f"{path}: no column {name!r}; it has {known}")
        vocabularies.append(_vocabulary(name, rows, head.index(name)))
    return LabelTable(concepts, vocabularies)


def _vocabulary(name: str, rows: Sequence[Sequence[str]], column: int) -> Vocabulary:
    """The labels of a column, in the order in which they come."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if column >= len(row) or not row[column]:
            continue  # editors cut empty cells off the end of a line
        concept = row[0]
        for label in row[column].split(_BETWEEN_LABELS):
            concepts = found.setdefault(label, set())
            if concept != UNLABELED:
                concepts.add(concept)

    right = {}
    for label, concepts in found.items():
        right[label] = frozenset(concepts)
    return Vocabulary(name, right)

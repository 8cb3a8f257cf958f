"""The entries of labels in a document of answers, each with the keys that lead to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """The entry of one label. `at`: the keys that lead to it."""

    customer: str
    export: str
    label: str
    entry: Mapping[str, Any]
    at: tuple[str, ...]


def blocks_of_document(data: Mapping[str, Any]) -> list[Block]:
    """The blocks of a document whose outer form has been checked."""
    found = []
    for customer, entry in data.items():
        found += _blocks_of(customer, "", entry.get("labels"), (customer, "labels"))
        for export, labels in (entry.get("exports") or {}).items():
            at = (customer, "exports", export)
            found += _blocks_of(customer, export, labels, at)
    return found


def _blocks_of(
    customer: str, export: str, labels: Any, at: tuple[str, ...]
) -> list[Block]:
    """The blocks of some labels; one that is a bare word is a decision."""
    blocks = []
    for label, entry in (labels or {}).items():
        if isinstance(entry, str):
            entry = {"decision": entry}
        blocks.append(Block(customer, export, label, entry, (*at, label)))
    return blocks

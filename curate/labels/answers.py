"""What reviewers wrote into the review queue, or sent from its page: read and checked.

Answers have the form of the customers' files: customer, `labels` or `exports`, label, its block.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from curate.errors import nearest
from curate.labels.answer_blocks import Block, blocks_of_document
from curate.labels.customer_schema import DECISION_KEYS, FILE_KEYS
from curate.labels.decision_checks import decision_problems, rejected_object_problems
from curate.labels.new_concepts import read_new_concepts
from curate.labels.problems import Problem, Problems, below, refuse, unknown_keys
from curate.labels.taxonomy import (
    BACKGROUND,
    REJECT,
    UNDECIDED,
    Concept,
    Taxonomy,
)
from curate.yaml_files import Located

ACCEPT = "accept"
"""Answer: the first suggestion."""
LEAVE = "leave"
"""Answer: the label goes on waiting, at the end of the queue."""

_ANSWER_WORDS = {
    word.lower(): word for word in (UNDECIDED, ACCEPT, LEAVE, BACKGROUND, REJECT)
}
"""How the answers that are no concept are written, by their words in lower case."""
_BLOCK_KEYS = [*DECISION_KEYS, "new_concept", "instead_of"]
_CUSTOMER_KEYS = [*FILE_KEYS, "restored_objects"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says of one label.

    `export`: "" if it holds in all exports of the customer. `word`: a concept's id, `background`,
    `reject`, `leave` or UNDECIDED, which takes a decision back; "" for a split. `split`: its rules
    as the reviewer wrote them. `instead_of`: the decision that this one replaces, "" if the
    reviewer knew of none. `at`: where the answer is, as keys from the top.
    """

    customer: str
    export: str
    label: str
    word: str
    split: tuple[Mapping[str, Any], ...]
    note: str
    instead_of: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """All that reviewers answered.

    `labels`: decisions. `notes`: of labels that go on waiting, (word, note) by customer and label.
    `rejected`, `restored`: ids of objects, by customer. `new_concepts`: by id.
    """

    labels: list[Answer]
    notes: dict[tuple[str, str], tuple[str, str]]
    rejected: dict[str, list[str]]
    restored: dict[str, list[str]]
    new_concepts: dict[str, Concept]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write into the customers' files."""
        return not (self.labels or self.rejected or self.restored)


def read_answers(
    document: Located, taxonomy: Taxonomy, customers: Collection[str]
) -> Answers:
    """The answers of a document that was read with its scalars as text.

    `customers`: those that there are. Raises InputError; it lists what is wrong, each with file,
    line and column. Then nothing of the document may be applied.
    """
    data = document.data or {}
    refuse(document, _document_problems(data, customers))

    blocks = blocks_of_document(data)
    new_concepts, problems = read_new_concepts(blocks, taxonomy)
    refuse(document, problems)
    extended = msgspec.structs.replace(
        taxonomy, concepts={**taxonomy.concepts, **new_concepts}
    )
    refuse(document, _all_block_problems(blocks, extended))

    answers = Answers([], {}, {}, {}, new_concepts)
    for answer, is_open in map(_answer, blocks):
        if is_open:
            if answer.word == LEAVE or answer.note:
                answers.notes[answer.customer, answer.label] = (
                    answer.word,
                    answer.note,
                )
        else:
            answers.labels.append(answer)
    for customer, entry in data.items():
        if entry and entry.get("rejected_objects"):
            answers.rejected[customer] = entry["rejected_objects"]
        if entry and entry.get("restored_objects"):
            answers.restored[customer] = entry["restored_objects"]
    return answers


def _answer(block: Block) -> tuple[Answer, bool]:
    """The answer of a block that has been checked, and whether its label goes on waiting."""
    entry = block.entry
    word = entry.get("decision", "")
    if word == ACCEPT:
        word = next(iter(entry["suggestions"]))
    instead_of = entry.get("instead_of", "")
    answer = Answer(
        customer=block.customer,
        export=block.export,
        label=block.label,
        word=word,
        split=tuple(entry.get("split", ())),
        note=entry.get("note") or "",
        instead_of=instead_of,
        at=block.at,
    )
    is_open = word == LEAVE or (word == UNDECIDED and not instead_of)
    return answer, is_open


# what is wrong ------------------------------------------------------------------------------------


def _document_problems(data: Any, customers: Collection[str]) -> Problems:
    """What is wrong in the outer form: customers, and what is below each."""
    if not isinstance(data, dict):
        yield Problem((), "answers are a mapping: each customer, then its labels")
        return
    for customer, entry in data.items():
        if customer not in customers:
            hint = nearest(str(customer), customers)
            message = f"no export has the customer {customer!r}{hint}"
            yield Problem((customer,), message)
        if not isinstance(entry, dict):
            yield Problem((customer,), "a customer has 'labels:', each with its block")
            continue
        yield from below(customer, _customer_problems(entry))


def _customer_problems(entry: Mapping[str, Any]) -> Problems:
    yield from unknown_keys(entry, _CUSTOMER_KEYS)
    for key in ("rejected_objects", "restored_objects"):
        yield from below(key, rejected_object_problems(entry.get(key)))

    yield from below("labels", _labels_problems(entry.get("labels")))
    exports = entry.get("exports") or {}
    if not isinstance(exports, dict):
        yield Problem(
            ("exports",), "exports are a mapping: each export, then its labels"
        )
        return
    for export, labels in exports.items():
        yield from below("exports", below(export, _labels_problems(labels)))


def _labels_problems(labels: Any) -> Problems:
    if labels is None:
        return
    if not isinstance(labels, dict):
        yield Problem((), "labels are a mapping: each label, then its block")
        return
    for label, entry in labels.items():
        if not isinstance(label, str):
            yield Problem((label,), 'a label has no name here: write ""')
        if not isinstance(entry, str | dict):
            yield Problem((label,), "a label has a block with its 'decision'")


def _all_block_problems(blocks: list[Block], taxonomy: Taxonomy) -> Problems:
    for block in blocks:
        for problem in _block_problems(block.entry, taxonomy):
            yield Problem((*block.at, *problem.at), problem.message)


def _block_problems(entry: Mapping[str, Any], taxonomy: Taxonomy) -> Problems:
    """What is wrong in a block. `taxonomy`: with the new concepts."""
    yield from unknown_keys(entry, _BLOCK_KEYS)
    for key in ("note", "instead_of"):
        if not isinstance(entry.get(key) or "", str):
            yield Problem((key,), f"{key} is a text")

    word = entry.get("decision")
    as_written = _ANSWER_WORDS.get(str(word).lower(), word)
    if "split" in entry and word == UNDECIDED:
        message = "remove the line 'decision: UNDECIDED' above the split, or the split"
        yield Problem(("split",), message)
    elif word in (UNDECIDED, LEAVE):
        return
    elif word == ACCEPT:
        if not entry.get("suggestions"):
            message = "there is no suggestion to accept: write the id of a concept"
            yield Problem(("decision",), message)
    elif as_written != word:
        yield Problem(("decision",), f"{word!r} is written {as_written!r}")
    else:
        plain = {
            key: value
            for key, value in entry.items()
            if key not in ("new_concept", "instead_of") and key in _BLOCK_KEYS
        }
        yield from decision_problems(plain, taxonomy)

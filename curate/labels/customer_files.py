"""Writing reviewers' answers into a customer's file: nothing that stands there is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curate import yaml_edits
from curate.errors import InputError
from curate.labels.answers import Answer
from curate.labels.decisions import Decision, decision_of
from curate.labels.taxonomy import UNDECIDED, Concept, Taxonomy
from curate.yaml_files import Located, read_yaml
from curate.yaml_scalars import one_line, quoted

_HEAD = """\
# yaml-language-server: $schema=../customer.schema.json
# What reviewers decided on the labels of {customer}; ../README.md tells how.
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decided, and when: texts that are written beside a decision."""

    by: str
    at: str


def record_answers(
    text: str,
    name: str,
    customer: str,
    answers: Sequence[Answer],
    signature: Signature,
    taxonomy: Taxonomy,
) -> str:
    """The text of a customer's file with these answers in it, signed.

    A decision that is there already and says the same stays as it is. `text`: "" for a file that
    is not there. `name`: what messages call the file.

    InputError if a label is decided otherwise already, unless the answer names that decision as
    the one that it replaces: then nothing is written. The message names all of them.
    """
    if not text.strip():
        text = _HEAD.format(customer=customer)
    document = read_yaml(text.encode(), name, as_text=True)
    _refuse_conflicts(document, answers, taxonomy)

    new: dict[tuple[str, ...], dict[str, yaml_edits.Tree]] = {}
    for answer in answers:
        path = _path(answer)
        old = _entry(document.data, answer)
        if answer.word == UNDECIDED:
            text = yaml_edits.remove_entry(text, path, answer.label, name)
        elif _says_more(answer, old, taxonomy):
            entries = new.setdefault(path, {})
            entries[answer.label] = _line(answer, old, signature)
    for path, entries in new.items():
        text = yaml_edits.set_entries(text, path, entries, name)

    _verify(text, name, document.data, answers, taxonomy)
    return text


def add_concepts(text: str, name: str, concepts: Mapping[str, Concept]) -> str:
    """The text of concepts.yaml with new concepts at its end."""
    entries: dict[str, yaml_edits.Tree] = {}
    for concept in concepts.values():
        entry = {"definition": quoted(concept.definition)}
        if concept.parent:
            entry["parent"] = concept.parent
        entries[concept.id] = {**entry, "kind": concept.kind}
    return yaml_edits.set_entries(text, ("concepts",), entries, name)


def _path(answer: Answer) -> tuple[str, ...]:
    """Where in a customer's file the label is."""
    if answer.export:
        return ("exports", answer.export)
    return ("labels",)


def _entry(data: Any, answer: Answer) -> Any:
    """What a customer's file says of the label; None if nothing."""
    for step in _path(answer):
        data = (data or {}).get(step)
    return (data or {}).get(answer.label)


def _says_more(answer: Answer, old: Any, taxonomy: Taxonomy) -> bool:
    """Whether an answer is another decision than the entry, or has another note."""
    if old is None or decision_of(old, taxonomy) != _decision(answer, taxonomy):
        return True
    old_note = ""
    if isinstance(old, dict):
        old_note = old.get("note") or ""
    return answer.note not in ("", old_note)


def _decision(answer: Answer, taxonomy: Taxonomy) -> Decision:
    if answer.split:
        return decision_of({"split": answer.split}, taxonomy)
    return decision_of(answer.word, taxonomy)


def _line(answer: Answer, old: Any, signature: Signature) -> str:
    """The entry of an answer. A note that the old entry has stays if there is no new one."""
    entry: dict[str, Any] = {"decision": answer.word}
    if answer.split:
        entry = {"split": answer.split}
    note = answer.note
    if not note and isinstance(old, dict):
        note = old.get("note") or ""
    if note:
        entry["note"] = note
    return one_line({**entry, "by": signature.by, "at": signature.at})


def _refuse_conflicts(
    document: Located, answers: Sequence[Answer], taxonomy: Taxonomy
) -> None:
    """InputError if an answer differs from a decision that its author did not know of."""
    lines = []
    for answer in answers:
        old = _entry(document.data, answer)
        known = taxonomy.resolve(answer.instead_of) or answer.instead_of
        if old is None:
            continue
        decided = decision_of(old, taxonomy)
        if answer.word != UNDECIDED and decided == _decision(answer, taxonomy):
            continue
        if known == decided.word:
            continue
        place = document.where(*_path(answer), answer.label)
        who = ""
        if isinstance(old, dict) and old.get("by"):
            who = f" by {old['by']}"
        new = answer.word or "split"
        lines.append(
            f"{place}: {answer.label!r} is decided{who} as {decided.word!r} already, and "
            f"now as {new!r}; change it in this file, or take the new answer back"
        )
    if lines:
        raise InputError("\n".join(lines))


def _verify(
    text: str, name: str, before: Any, answers: Sequence[Answer], taxonomy: Taxonomy
) -> None:
    """RuntimeError if a text says anything but what it said before, and the answers."""
    after = read_yaml(text.encode(), name, as_text=True).data
    decided = {(_path(answer), answer.label): answer for answer in answers}
    told = _decisions_by_place(after, taxonomy)
    expected = _decisions_by_place(before, taxonomy)
    for place, answer in decided.items():
        if answer.word == UNDECIDED:
            expected.pop(place, None)
        else:
            expected[place] = _decision(answer, taxonomy)
    if told != expected:
        raise RuntimeError(f"{name}: the change would not say what it should")


def _decisions_by_place(
    data: Any, taxonomy: Taxonomy
) -> dict[tuple[tuple[str, ...], str], Decision]:
    """All decisions of a customer's file by the path of their mapping, and label."""
    data = data or {}
    found: dict[tuple[tuple[str, ...], str], Decision] = {}
    for label, entry in (data.get("labels") or {}).items():
        found[("labels",), label] = decision_of(entry, taxonomy)
    for export, labels in (data.get("exports") or {}).items():
        for label, entry in (labels or {}).items():
            found[("exports", export), label] = decision_of(entry, taxonomy)
    return found

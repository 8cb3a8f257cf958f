"""The concepts that answers define: read and checked."""

import re
from collections.abc import Mapping
from typing import Any

from curate.errors import nearest
from curate.labels.answer_blocks import Block
from curate.labels.problems import Problem, Problems, below, unknown_keys
from curate.labels.taxonomy import KINDS, Concept, Taxonomy

_NEW_KEYS = ["definition", "kind", "parent"]
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_new_concepts(
    blocks: list[Block], taxonomy: Taxonomy
) -> tuple[dict[str, Concept], list[Problem]]:
    """The concepts that blocks define, by id; and what is wrong in their definitions."""
    new: dict[str, Concept] = {}
    problems = []
    ids = [*taxonomy.concepts]
    ids += [str(block.entry.get("decision")) for block in blocks if _defines(block)]
    for block in blocks:
        if not _defines(block):
            continue
        found = list(_new_concept_problems(block.entry, new, taxonomy, ids))
        problems += [Problem((*block.at, *each.at), each.message) for each in found]
        concept_id = str(block.entry.get("decision"))
        if not found and concept_id not in taxonomy.concepts:
            entry = block.entry["new_concept"]
            new[concept_id] = Concept(
                id=concept_id,
                definition=entry["definition"],
                kind=entry.get("kind", "thing"),
                parent=entry.get("parent") or "",
            )
    return new, problems


def _defines(block: Block) -> bool:
    return "new_concept" in block.entry


def _new_concept_problems(
    block: Mapping[str, Any],
    new: Mapping[str, Concept],
    taxonomy: Taxonomy,
    ids: list[str],
) -> Problems:
    """What is wrong in the definition of a new concept. `ids`: of all concepts, new ones too."""
    concept_id = block.get("decision")
    entry = block["new_concept"]
    if not isinstance(concept_id, str) or not _ID.fullmatch(concept_id):
        message = (
            "the decision beside a new_concept is its id: lower-case words and hyphens"
        )
        yield Problem(("decision",), message)
    elif _is_other_concept(concept_id, entry, {**taxonomy.concepts, **new}):
        yield Problem(("new_concept",), f"there is a concept {concept_id!r} already")
    if not isinstance(entry, dict):
        yield Problem(("new_concept",), "a new_concept is {definition: …, kind: …}")
        return

    yield from below("new_concept", unknown_keys(entry, _NEW_KEYS))
    definition = entry.get("definition")
    if not isinstance(definition, str) or not definition.strip():
        message = "a new concept needs a definition by which reviewers decide"
        yield Problem(("new_concept", "definition"), message)
    kind = entry.get("kind", "thing")
    if kind not in KINDS:
        message = f"kind {kind!r} is not one of {', '.join(KINDS)}"
        yield Problem(("new_concept", "kind"), message)
    parent = entry.get("parent") or ""
    if parent and parent not in ids:
        message = f"no concept {parent!r}{nearest(str(parent), ids)}"
        yield Problem(("new_concept", "parent"), message)


def _is_other_concept(
    concept_id: str, entry: Any, concepts: Mapping[str, Concept]
) -> bool:
    """Whether there is a concept of this id with another definition.

    One with the same definition may come from an earlier try that was interrupted.
    """
    known = concepts.get(concept_id)
    if known is None or not isinstance(entry, dict):
        return False
    return known.definition != entry.get("definition")

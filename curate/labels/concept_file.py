"""How concepts.yaml is read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.labels.concept_checks import concept_problems
from curate.labels.concept_entries import entry_problems
from curate.labels.problems import Problem, refuse
from curate.labels.taxonomy import ENGLISH, Concept, Sense, Taxonomy
from curate.reasons import Refusal
from curate.storage import digest
from curate.text import decode_text
from curate.yaml_fast import read_fast
from curate.yaml_files import load_yaml


def load_concepts(path: Path | UPath) -> Taxonomy:
    """Read and check concepts.yaml.

    Raises InputError; it lists what is wrong, each with file, line and column.
    """
    data = _read(path)
    _refuse(path, entry_problems(data))
    taxonomy = _taxonomy(data)
    _refuse(path, concept_problems(taxonomy, data))
    return taxonomy


def _read(path: Path | UPath) -> Any:
    """The data of the file: a mapping with concepts."""
    try:
        data = read_fast(decode_text(path.read_bytes()))
    except (OSError, Refusal):
        data = None
    if data is None:
        data = load_yaml(path).data  # tells what is wrong and where, if anything is

    is_taxonomy = isinstance(data, dict) and isinstance(data.get("concepts"), dict)
    if not is_taxonomy or not data["concepts"]:
        raise InputError(
            f"{path}:1:1: a taxonomy is a mapping with 'concepts:', each by its id"
        )
    return data


def _refuse(path: Path | UPath, problems: list[Problem]) -> None:
    """Raise InputError with problems and their places; only then the places are looked up."""
    if problems:
        refuse(load_yaml(path), problems)


def _taxonomy(data: Mapping[str, Any]) -> Taxonomy:
    """The taxonomy of a file in which each entry is right by itself."""
    concepts = {}
    for concept_id, entry in data["concepts"].items():
        concepts[concept_id] = _concept(concept_id, entry)

    senses = {}
    for language, words in data.get("ambiguous", {}).items():
        of_words = {}
        for word, entries in words.items():
            of_words[word] = tuple(_sense(entry) for entry in entries)
        senses[language] = of_words

    taxonomy = Taxonomy(
        concepts=concepts,
        digest="",
        senses=senses,
        domains=_tuples(data.get("domains", {})),
        renamed=dict(data.get("renamed", {})),
        splits=_tuples(data.get("splits", {})),
    )
    # An order that a rewrite may change makes no difference, but that of the concepts does: of
    # two equally good suggestions the first concept is the first.
    plain = [
        [msgspec.to_builtins(concept) for concept in concepts.values()],
        msgspec.to_builtins(
            [taxonomy.senses, taxonomy.domains, taxonomy.renamed], order="deterministic"
        ),
    ]
    return msgspec.structs.replace(taxonomy, digest=digest(plain))


def _concept(concept_id: str, entry: Mapping[str, Any]) -> Concept:
    kind = entry["kind"]
    aliases = entry.get("aliases", {})
    if isinstance(aliases, list):
        aliases = {ENGLISH: aliases}
    return Concept(
        id=concept_id,
        definition=entry["definition"],
        kind=kind,
        parent=entry.get("parent", ""),
        salient=entry.get("salient", kind in ("thing", "part")),
        aliases=_tuples(aliases),
    )


def _sense(entry: Mapping[str, Any]) -> Sense:
    return Sense(
        concept=entry.get("concept", ""),
        meaning=entry.get("meaning", ""),
        beside=tuple(entry.get("beside", ())),
        domains=tuple(entry.get("domains", ())),
    )


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}

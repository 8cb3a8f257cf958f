"""How concepts.yaml is written and read: the taxonomy's file, and its JSON Schema."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from curate.errors import InputError
from curate.labels.concept_checks import concept_problems
from curate.labels.concept_entries import entry_problems
from curate.labels.problems import refuse
from curate.labels.taxonomy import ENGLISH, Concept, Kind, Sense, Taxonomy
from curate.reasons import Refusal
from curate.storage import digest
from curate.text import decode_text
from curate.yaml_fast import read_fast
from curate.yaml_files import load_yaml

_ID = Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")
_NAME = Meta(min_length=1)
_LANGUAGE = Meta(pattern="^[a-z]{2}$")

Id = Annotated[str, _ID]
Name = Annotated[str, _NAME]
Language = Annotated[str, _LANGUAGE]


class ConceptEntry(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A concept as the file has it."""

    definition: Annotated[
        str,
        Meta(
            pattern=r"\S",
            description="The sentence by which a reviewer decides whether an object is of"
            " this concept.",
        ),
    ]
    kind: Annotated[
        Kind,
        Meta(
            description="Things and parts are cut out; stuff and void are background."
        ),
    ]
    parent: Annotated[
        str,
        Meta(
            description="Id of the wider concept; for a part, id of the whole. The widest"
            " concepts have no parent."
        ),
    ] = ""
    salient: Annotated[
        bool,
        Meta(
            description="false for a thing or part that nobody would draw a box around: it is"
            " background, too."
        ),
    ] = True
    aliases: Annotated[
        list[Name] | dict[Language, list[Name]],
        Meta(
            description="Synonyms by language (en, de, ...); a plain list is English. What is"
            " narrower is a concept of its own."
        ),
    ] = []


class SenseEntry(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One meaning of a word that has several, as the file has it."""

    concept: Annotated[
        str, Meta(description="Id of the concept that the word means then.")
    ] = ""
    meaning: Annotated[
        str,
        Meta(description="What the word means where that is no concept of the file."),
    ] = ""
    beside: Annotated[
        list[Id],
        Meta(
            description="Concepts among whose labels the word means this; narrower ones count,"
            " too."
        ),
    ] = []
    domains: Annotated[
        list[Name],
        Meta(description="Domains of exports in which the word means this."),
    ] = []


class ConceptsFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Concepts of the common taxonomy."""

    concepts: Annotated[
        dict[Id, ConceptEntry], Meta(min_length=1, description="Each by its id.")
    ]
    ambiguous: Annotated[
        dict[Language, dict[Name, list[SenseEntry]]],
        Meta(
            description="Words with several common meanings, by language: none is accepted"
            " unless its company says which is meant."
        ),
    ] = {}
    domains: Annotated[
        dict[Name, list[Name]],
        Meta(
            description="What else customers call a domain, by the name that senses have for it."
        ),
    ] = {}
    renamed: Annotated[
        dict[Id, Id],
        Meta(
            description="What a concept is called today, by an id of earlier times. Merged"
            " concepts have one id of today."
        ),
    ] = {}
    splits: Annotated[
        dict[Id, list[Id]],
        Meta(
            description="Concepts that took over some objects of an earlier one, by its id:"
            " decisions on it may want another look."
        ),
    ] = {}


def schema() -> dict[str, Any]:
    """The JSON Schema of concepts.yaml."""
    found = msgspec.json.schema(ConceptsFile)
    top = found["$defs"].pop("ConceptsFile")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "$defs": found["$defs"],
    }


def load_concepts(path: Path) -> Taxonomy:
    """Read and check concepts.yaml.

    Raises InputError; it lists what is wrong, each with file, line and column.
    """
    data = _read(path)
    _refuse(path, entry_problems(data))
    taxonomy = _taxonomy(data)
    _refuse(path, concept_problems(taxonomy, data))
    return taxonomy


def _read(path: Path) -> Any:
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


def _refuse(path: Path, problems: list[Any]) -> None:
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
        senses[language] = {
            word: tuple(_sense(entry) for entry in entries)
            for word, entries in words.items()
        }

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

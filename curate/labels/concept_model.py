"""The model of concepts.yaml, from which its JSON Schema is made."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from curate.labels.taxonomy import BACKGROUND, REJECT, SPLIT, UNDECIDED, Kind

DECISION_WORDS = (BACKGROUND, REJECT, SPLIT, UNDECIDED.lower())
"""What no concept may be called: as ids they would be read as decisions."""

ID = "[a-z0-9]+(-[a-z0-9]+)*"
"""Pattern of an id: lower-case words joined by hyphens."""

LANGUAGE = "[a-z]{2}"
"""Pattern of a language: its two letters in ISO 639-1."""

_ID = Meta(pattern=f"^(?!({'|'.join(DECISION_WORDS)})$){ID}$")
_NAME = Meta(min_length=1)
_LANGUAGE = Meta(pattern=f"^{LANGUAGE}$")

_Id = Annotated[str, _ID]
_Name = Annotated[str, _NAME]
_Language = Annotated[str, _LANGUAGE]


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
        list[_Name] | dict[_Language, list[_Name]],
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
        list[_Id],
        Meta(
            description="Concepts among whose labels the word means this; narrower ones count,"
            " too."
        ),
    ] = []
    domains: Annotated[
        list[_Name],
        Meta(description="Domains of exports in which the word means this."),
    ] = []


class ConceptsFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Concepts of the common taxonomy."""

    concepts: Annotated[
        dict[_Id, ConceptEntry], Meta(min_length=1, description="Each by its id.")
    ]
    ambiguous: Annotated[
        dict[_Language, dict[_Name, list[SenseEntry]]],
        Meta(
            description="Words with several common meanings, by language: none is accepted"
            " unless its company says which is meant."
        ),
    ] = {}
    domains: Annotated[
        dict[_Name, list[_Name]],
        Meta(
            description="What else customers call a domain, by the name that senses have for it."
        ),
    ] = {}
    renamed: Annotated[
        dict[_Id, _Id],
        Meta(
            description="What a concept is called today, by an id of earlier times. Merged"
            " concepts have one id of today."
        ),
    ] = {}
    splits: Annotated[
        dict[_Id, list[_Id]],
        Meta(
            description="Concepts that took over some objects of an earlier one, by its id:"
            " decisions on it may want another look."
        ),
    ] = {}


def schema() -> dict[str, Any]:
    """The JSON Schema of concepts.yaml."""
    found = msgspec.json.schema(ConceptsFile)
    parts = found["$defs"]
    whole = parts.pop(ConceptsFile.__name__)
    whole["title"] = "Concepts of the common taxonomy"
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **whole, "$defs": parts}

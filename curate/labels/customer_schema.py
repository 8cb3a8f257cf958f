"""The form of a customer's file: its entries, and the JSON Schema that is made from them."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from curate.labels.taxonomy import UNDECIDED

Word = Annotated[
    str,
    Meta(
        description=(
            "A concept's id, background (no object to cut out) or reject (not to be used)."
        ),
        extra_json_schema={"not": {"const": UNDECIDED}},
    ),
]
_Value = str | int | float | bool
_Note = Annotated[str, Meta(description="The reason, for the next reviewer.")]
_By = Annotated[str, Meta(description="Who decided; `taxonomy` writes it.")]
_At = Annotated[str, Meta(description="When it was decided; `taxonomy` writes it.")]
_Told = Annotated[
    dict[str, Any], Meta(description="What the review queue told; it is not read.")
]
_Where = Annotated[
    dict[str, _Value | list[_Value]],
    Meta(
        min_length=1,
        description="Attributes of the annotation, each with the value or values it may have.",
    ),
]
_Annotations = Annotated[
    list[str | int],
    Meta(
        min_length=1,
        description="Annotation keys or object ids of the objects that the rule decides on.",
    ),
]


class RuleEntry(msgspec.Struct, forbid_unknown_fields=True):
    """One rule of a split: it decides on the objects that fit it."""

    decision: Word
    where: _Where | UnsetType = UNSET
    annotations: _Annotations | UnsetType = UNSET


_Split = Annotated[
    list[RuleEntry],
    Meta(
        min_length=1,
        description=(
            "The first rule that fits decides; an object that no rule fits is dropped as "
            "split_label."
        ),
    ),
]


class DecisionEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A decision with what is to be said of it."""

    decision: Word | UnsetType = UNSET
    split: _Split | UnsetType = UNSET
    note: _Note | UnsetType = UNSET
    by: _By | UnsetType = UNSET
    at: _At | UnsetType = UNSET
    seen: _Told | UnsetType = UNSET
    suggestions: _Told | UnsetType = UNSET
    margin: Any = UNSET
    how: Any = UNSET


# What msgspec's types cannot say: an entry has just one of two keys.
_JUST_ONE = {
    "DecisionEntry": ("decision", "split"),
    "RuleEntry": ("where", "annotations"),
}


_Labels = dict[str, Word | DecisionEntry] | None


class CustomerFile(msgspec.Struct, forbid_unknown_fields=True):
    """A customer's reviewed labels."""

    labels: Annotated[
        _Labels, Meta(description="Decisions that hold in all exports of the customer.")
    ] = None
    exports: Annotated[
        dict[str, _Labels] | None,
        Meta(
            description=(
                "Decisions that hold in one export only, by its name. There they have "
                "precedence."
            )
        ),
    ] = None
    rejected_objects: Annotated[
        list[Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]] | None,
        Meta(
            description=(
                "Ids of single objects that must not be used; they are dropped as "
                "rejected_object."
            )
        ),
    ] = None


FILE_KEYS = list(CustomerFile.__struct_fields__)
"""What a customer's file may hold."""
DECISION_KEYS = list(DecisionEntry.__struct_fields__)
"""What a decision that is a mapping may hold."""
RULE_KEYS = list(RuleEntry.__struct_fields__)
"""What a rule of a split may hold."""


def customer_schema() -> dict[str, Any]:
    """The JSON Schema of a customer's file, as it is published."""
    [schema], definitions = msgspec.json.schema_components([CustomerFile])
    name = schema["$ref"].rpartition("/")[2]
    whole = definitions.pop(name)
    for entry, keys in _JUST_ONE.items():
        definitions[entry]["oneOf"] = [{"required": [key]} for key in keys]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "A customer's reviewed labels",
        "$defs": {key: definitions[key] for key in sorted(definitions)},
    }

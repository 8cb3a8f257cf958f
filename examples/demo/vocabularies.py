"""The words of the demo's customers, from vocabularies.yaml."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from curate.yaml_files import load_yaml

Words = Mapping[str, list[str]]
"""Our name of a class → the customer's words for it, which it uses in turn."""


class Paint(msgspec.Struct, frozen=True):
    """A class in colour masks: the customer's word, and red, green and blue, 0 to 255."""

    word: str
    colour: tuple[int, int, int]


class Vocabularies(msgspec.Struct, frozen=True):
    """By customer, and for shelfsense by export; what a customer does not name stays unmarked."""

    lumen: Words
    shop: Words
    home: Words
    verde: Words
    orbit: Mapping[str, str]
    werkbank: Mapping[str, Paint]


VOCABULARIES = msgspec.convert(
    load_yaml(Path(__file__).with_name("vocabularies.yaml")).data,
    Vocabularies,
)
"""The words of all customers."""


def word(words: Words, label: str, number: int) -> str:
    """The customer's word for a class; `number` chooses among several."""
    choice = words[label]
    return choice[number % len(choice)]


def all_words(words: Words) -> list[str]:
    """All words of a customer, sorted."""
    return sorted({each for choice in words.values() for each in choice})

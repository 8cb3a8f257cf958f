"""How a compound label is cut: the steps of a path, the items of a list, name and brackets."""

import re

from curate.labels.words import words

_PATH = re.compile(
    r"\s*(?:(?<!\bw)/|(?<=\w\w)\.(?=\w\w)|\\|>|::|--+|->|→|\||"
    r"(?<=\s)[-–—](?=\s)|(?<=[\w)]{2}):(?=\s?\w\w))\s*"
)
_LIST = re.compile(r"\s*[,;]\s*")
_EITHER = re.compile(r"[\s_-]+or[\s_-]+", re.IGNORECASE)
_BRACKET = re.compile(r"^(.+?)[\s_]*[(\[{](.+)[)\]}]\s*$", re.DOTALL)  # door (car)
_ATTRIBUTE = re.compile(r"\s*\w+\s*=\s*\w+\s*")  # occluded=true


def path_steps(label: str) -> list[str]:
    """The steps of a path, one alone if the label is none; empty ones and attributes are left out.

    >>> path_steps("object--vehicle--car")
    ['object', 'vehicle', 'car']
    """
    return _pieces(_PATH, label)


def list_items(label: str) -> list[str]:
    """The items of a list.

    >>> list_items("car, automobile; auto")
    ['car', 'automobile', 'auto']
    """
    return _pieces(_LIST, label)


def alternatives(label: str) -> list[str]:
    """What an author could not decide between.

    >>> alternatives("sofa or couch")
    ['sofa', 'couch']
    """
    return _pieces(_EITHER, label)


def name_and_bracket(label: str) -> tuple[str, str] | None:
    """The name before a bracket at the end, and what is in the bracket.

    >>> name_and_bracket("towels (rolled)")
    ('towels', 'rolled')
    """
    found = _BRACKET.match(label)
    if found is None:
        return None
    name, inside = found.groups()
    return name, inside


def _pieces(separator: re.Pattern[str], label: str) -> list[str]:
    """The pieces between separators that have a word and are no attribute."""
    found = []
    for piece in separator.split(label):
        is_attribute = "=" in piece and _ATTRIBUTE.fullmatch(piece)
        if words(piece) and not is_attribute:
            found.append(piece)
    return found

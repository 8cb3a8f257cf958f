"""Which attribute of VIA's regions is their class, and what a region's label is."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curate.formats.shared.via_files import Region

_UNDEFINED = (
    "",
    "not_defined",
)  # the second is what VIA writes for a text that nobody filled in

# Names of attributes, reduced to their letters. The first ones leave no doubt.
_CERTAIN = frozenset(
    {"label", "labels", "class", "classes", "category", "categories"}
    | {"classname", "classlabel", "labelname", "categoryname"}
    | {"objectclass", "objectlabel", "objectcategory"}
)
_LIKELY = frozenset(
    {
        "name",
        "names",
        "type",
        "types",
        "object",
        "objects",
        "objectname",
        "objecttype",
        "species",
    }
)
_CHOICES = ("radio", "dropdown")  # the types whose options VIA itself takes for classes


@dataclass(frozen=True, slots=True)
class Labels:
    """How the regions of a document are labelled.

    `attribute`: None if no region has a value of any. `names`: labels for values that are numbers.
    `default`: the label of all regions if there is no attribute.
    """

    attribute: str | None
    names: Mapping[str, str]
    default: str

    def of(self, attributes: Mapping[str, Any]) -> str:
        """The label of a region; "" if its attribute has no value."""
        if self.attribute is None:
            return self.default
        text = _text(attributes.get(self.attribute))
        return self.names.get(text, text)


def choose_labels(
    regions: Iterable[Region],
    declared: Mapping[str, Any],
    stated: str | None,
    default: str,
) -> Labels:
    """Find the attribute that is the class.

    `declared`: how a project says that each attribute is filled in. `stated`: the attribute that
    the settings name. `default`: the label if no region has a value of any attribute.
    """
    filled = Counter[str]()
    for region in regions:
        for name, data in region.attributes().items():
            filled[name] += _text(data) != ""

    names = [name for name, number in filled.items() if number]
    attribute = stated
    if stated is None and names:
        attribute = min(names, key=lambda name: _rank(name, declared, filled))
    return Labels(attribute, _names_of_numbers(declared.get(attribute or "")), default)


def _rank(
    name: str, declared: Mapping[str, Any], filled: Mapping[str, int]
) -> tuple[int, int]:
    """How likely an attribute is the class, the likeliest first; then the one filled in most."""
    letters = re.sub(r"[\W_]", "", name.casefold())
    is_choice = _declared(declared.get(name)).get("type") in _CHOICES
    ranks = [
        letters in _CERTAIN,
        letters in _LIKELY and is_choice,
        letters in _LIKELY,
        is_choice,
        True,
    ]
    return ranks.index(True), -filled[name]


def _names_of_numbers(attribute: Any) -> dict[str, str]:
    """What the options of an attribute are called, for those whose ids are numbers.

    Such an id means nothing outside its project; projects made from COCO have them.
    """
    options = _declared(_declared(attribute).get("options"))
    return {
        number: name
        for number, name in options.items()
        if number.isdigit() and isinstance(name, str) and name.strip()
    }


def _declared(data: Any) -> dict[str, Any]:
    if isinstance(data, dict):
        return data
    return {}


def _text(data: Any) -> str:
    """The value of an attribute as text. Of a checkbox, the options that are chosen."""
    if isinstance(data, dict):
        return _joined([name for name, is_chosen in data.items() if is_chosen is True])
    if isinstance(data, list):
        return _joined([each for each in data if isinstance(each, str)])
    if isinstance(data, bool) or data is None:
        return ""
    text = str(data)
    if text.strip() in _UNDEFINED:
        return ""
    return text


def _joined(chosen: Sequence[str]) -> str:
    return ", ".join(chosen)

"""A project's label config in Label Studio: which tag holds the mask of a drawn rectangle."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from pipelines.loop.problems import UNUSABLE, Problem

RECTANGLES = frozenset({"rectangle", "rectanglelabels"})
"""The kinds of tags, and of regions, that draw a box."""

MASKS = frozenset({"brushlabels", "polygonlabels"})
"""The kinds of tags that can hold an answer."""


@dataclass(frozen=True, slots=True)
class Control:
    """A tag whose regions an annotator makes. `kind`: the tag, in small letters."""

    name: str
    kind: str
    image: str
    """Name of the Image tag that its regions are on."""
    is_smart: bool
    """Whether its regions are sent to models."""
    labels: tuple[str, ...]
    """As regions hold them."""


@dataclass(frozen=True, slots=True)
class LabelConfig:
    """What a label config says: its controls, and where a task holds each picture."""

    controls: dict[str, Control] = field(default_factory=dict)
    picture_keys: dict[str, str] = field(default_factory=dict)
    """By the name of the Image tag."""

    def check(self) -> None:
        """Problem if the masks of a smart rectangle have no tag to go to."""
        smart = [each for each in self._boxes() if each.is_smart]
        if not smart:
            raise Problem(
                UNUSABLE,
                "the label config has no rectangle that is sent to models: add "
                '<RectangleLabels name="box" toName="image" smart="true">',
            )
        for box in smart:
            for label in box.labels or ("",):
                self.answer_to(box.name, label)

    def answer_to(self, box: str, label: str) -> Control:
        """The tag that holds the mask of a box: the picture's first that has the label.

        `label`: of the box; "" if it has none. Problem if there is no such tag.
        """
        drawn = self.controls.get(box)
        if drawn is None or drawn.kind not in RECTANGLES:
            raise Problem(UNUSABLE, f"the label config has no rectangle named {box!r}")

        for each in self.controls.values():
            is_of_picture = each.kind in MASKS and each.image == drawn.image
            if is_of_picture and (not label or label in each.labels):
                return each
        raise Problem(
            UNUSABLE,
            f"the label config has no BrushLabels or PolygonLabels with {label!r}: give "
            f"one of them the labels of {box!r}",
        )

    def _boxes(self) -> Iterator[Control]:
        return (each for each in self.controls.values() if each.kind in RECTANGLES)


def read_config(text: str) -> LabelConfig:
    """The label config of a project. Problem if it is no XML."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Problem(UNUSABLE, f"the label config: {error}") from None

    config = LabelConfig()
    for element in root.iter():
        name = element.get("name", "")
        kind = element.tag.lower()
        if kind == "image":
            config.picture_keys[name] = element.get("value", "").removeprefix("$")
        elif kind in RECTANGLES | MASKS:
            config.controls[name] = _control(name, kind, element)
    return config


def _control(name: str, kind: str, element: Element) -> Control:
    of_labels = [each for each in element.iter() if each.tag.lower() == "label"]
    labels = [each.get("alias") or each.get("value") or "" for each in of_labels]
    return Control(
        name=name,
        kind=kind,
        image=element.get("toName", ""),
        is_smart="true" in (element.get("smart"), element.get("smartOnly")),
        labels=tuple(labels),
    )

"""Compound labels: paths, lists and phrases, and those that are left to a person."""

import pytest

from curate.labels.matching import match_labels
from tests.curate.labels.small_taxonomy import TAXONOMY


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("vehicle/car", "car"),
        ("vehicle > car", "car"),
        ("furniture.sofa", "sofa"),
        ("objects/car", "car"),
        ("object--vehicle--car", "car"),
        ("vehicle::car", "car"),
        ("car/wheel", "wheel"),
        ("truck/wheel", "wheel"),
        ("door (car)", "car-door"),
        ("door of the car", "car-door"),
        ("sofa/couch", "sofa"),
        ("sofa, couch, settee", "sofa"),
        ("wall-other-merged", "wall"),
        ("the car", "car"),
        ("front left wheel", "wheel"),
    ],
)
def test_words_that_say_nothing_new(label: str, concept: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how, found.score) == (concept, "compound", 0.9)


@pytest.mark.parametrize(
    "label",
    [
        "wheel of the car",  # "car wheel" is no name
        "shadow of a car",
        "car shadow",
        "wooden table",
        "chair/table",  # either
        "dog/sofa",  # no path: a sofa is no part of a dog
        "sofa/leg",
        "car, truck",
        "front left door",  # a house's or a car's
        "wall object",
    ],
)
def test_words_that_may_change_the_meaning(label: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == ("", "")

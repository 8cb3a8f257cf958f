"""Each rule of matching, by what it takes and by what it must leave to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels.matching import SUGGESTIONS, match_labels
from curate.labels.taxonomy import Concept, Taxonomy
from curate.labels.words import singular, unnumbered, words

_PARENTS = {
    "car": "vehicle",
    "truck": "vehicle",
    "wheel": "vehicle",
    "car-door": "car",
    "dog": "animal",
    "sofa": "furniture",
}
_ALIASES = {
    "car": ("Pkw", "automobile", "voiture"),
    "car-door": ("car door", "door of a car"),
    "sofa": ("couch",),
    "licence-plate": ("license plate",),
    "eyeglasses": ("glasses",),
    "drinking-glass": ("glass tumbler", "glass"),
    "refrigerator": ("fridge",),
    "toy": ("toy car",),
    "traffic-light": ("Ampel",),
}
_NAMES = (
    "vehicle car truck wheel car-door door furniture sofa table animal dog person leaf potted-plant swivel-chair "
    "toy licence-plate eyeglasses drinking-glass refrigerator curtain traffic-light broccoli wall sky shadow computer"
)
_PARTS = ("wheel", "car-door", "leaf")


def small_taxonomy() -> Taxonomy:
    concepts = {
        name: Concept(
            name,
            "…",
            "part" if name in _PARTS else "thing",
            _PARENTS.get(name, ""),
            True,
            _ALIASES.get(name, ()),
        )
        for name in _NAMES.split()
    }
    return Taxonomy(concepts, "")


TAXONOMY = small_taxonomy()


@pytest.mark.parametrize(
    ("label", "concept", "how"),
    [
        ("car", "car", "exact"),
        ("swivel-chair", "swivel-chair", "exact"),
        ("Car", "car", "normalised"),
        ("  CARS\n", "car", "normalised"),
        ("swivelChair", "swivel-chair", "normalised"),
        ("SwivelChair_03", "swivel-chair", "normalised"),
        ("swivelchair", "swivel-chair", "normalised"),
        ("pottedplants", "potted-plant", "normalised"),
        ("leaves", "leaf", "normalised"),
        ("people", "person", "normalised"),
        ("07_car", "car", "normalised"),
        ("car2", "car", "normalised"),
        ("__sky__", "sky", "normalised"),
        ("traffic light", "traffic-light", "normalised"),
        ("ca\u200br", "car", "normalised"),
        ("PKW_12", "car", "alias"),
        ("Voitures", "car", "alias"),
        ("glasses", "eyeglasses", "alias"),
        ("glass", "drinking-glass", "alias"),
        ("toy car", "toy", "alias"),
        ("vehicle/car", "car", "compound"),
        ("vehicle > car", "car", "compound"),
        ("furniture.sofa", "sofa", "compound"),
        ("objects/car", "car", "compound"),
        ("object--vehicle--car", "car", "compound"),
        ("vehicle::car", "car", "compound"),
        ("car/wheel", "wheel", "compound"),
        ("truck/wheel", "wheel", "compound"),
        ("car (2)", "car", "normalised"),
        ("door (car)", "car-door", "compound"),
        ("wheel of the car", "", ""),
        ("door of the car", "car-door", "compound"),
        ("sofa/couch", "sofa", "compound"),
        ("sofa, couch, settee", "sofa", "compound"),
        ("wall-other-merged", "wall", "compound"),
        ("the car", "car", "compound"),
        ("front left wheel", "wheel", "compound"),
        ("broccolli", "broccoli", "fuzzy"),
        ("refrigirator", "refrigerator", "fuzzy"),
        ("refrigertaor", "refrigerator", "fuzzy"),
        ("refrigerater", "refrigerator", "fuzzy"),
        ("refrigeratos", "", ""),
    ],
)
def test_what_each_rule_takes(label: str, concept: str, how: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == (concept, how)
    assert found.score == (
        1.0
        if how in ("exact", "normalised", "alias")
        else 0.9
        if how == "compound"
        else found.score
    )


@pytest.mark.parametrize(
    "label",
    [
        "",
        "…",
        "42",
        "🚗",
        "خودرو",
        "cart",  # not car, not chart: short words are never corrected
        "carpet",
        "cardboard",
        "shadow of a car",
        "car shadow",
        "wooden table",
        "plate",
        "chair/table",  # either
        "dog/sofa",  # no path: a sofa is no part of a dog
        "sofa/leg",
        "car, truck",
        "no car",
        "not a dog",
        "car?",
        "front left door",  # a house's or a car's
        "wall object",
        "personal",
        "compute",
        "certain",
        "hot dog",
        "dog house",
        "glas",
        "toy dog",
    ],
)
def test_what_is_left_to_a_person(label: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == ("", "")


def test_a_name_of_two_concepts_matches_neither() -> None:
    mug = Concept("mug", "…", "thing", aliases=("beakers",))
    cup = Concept("cup", "…", "thing", aliases=("beaker",))
    found = match_labels(
        ["Beaker", "beakers", "BEAKERS!", "beaker's"], Taxonomy({"mug": mug, "cup": cup}, "")
    )
    assert found["Beaker"].concept == "cup"  # as it stands there
    assert found["beakers"].concept == "mug"
    assert (
        match_labels(["beaker s"], Taxonomy({"mug": mug, "cup": cup}, ""))["beaker s"].concept == ""
    )


def test_suggestions_for_what_is_open() -> None:
    found = match_labels(["blue couch", "wooden table"], TAXONOMY)
    assert found["blue couch"].suggestions[0].concept == "sofa"
    assert found["wooden table"].suggestions[0].concept == "table"


@given(st.lists(st.text(max_size=30) | st.sampled_from(_NAMES.split()), max_size=5))
def test_a_match_is_a_pure_function_of_the_label(labels: list[str]) -> None:
    together = match_labels(labels, TAXONOMY)
    assert together.keys() == set(labels)
    for label in labels:
        found = together[label]
        assert found == match_labels([label, "car"], TAXONOMY)[label]
        assert (found.concept == "") == (found.how == "")
        scores = [each.score for each in found.suggestions]
        assert len(scores) <= SUGGESTIONS
        assert scores == sorted(scores, reverse=True)
        assert 0 <= found.margin <= found.score <= 1


@given(st.text())
def test_words_are_stable(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert len(singular(once)) == len(once)
    assert len(unnumbered(once)) <= len(once)

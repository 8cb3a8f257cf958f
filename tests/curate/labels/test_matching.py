"""Matching: names that match, labels left to a person, and that a match depends on its label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels.likeness import SUGGESTIONS
from curate.labels.matching import match_labels
from curate.labels.taxonomy import Concept, Taxonomy
from tests.curate.labels.small_taxonomy import NAMES, TAXONOMY


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
        ("car (2)", "car", "normalised"),
        ("__sky__", "sky", "normalised"),
        ("traffic light", "traffic-light", "normalised"),
        ("ca\u200br", "car", "normalised"),
        ("PKW_12", "car", "alias"),
        ("Voitures", "car", "alias"),
        ("glasses", "eyeglasses", "alias"),
        ("glass", "drinking-glass", "alias"),
        ("toy car", "toy", "alias"),
    ],
)
def test_a_name_matches_with_score_one(label: str, concept: str, how: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == (concept, how)
    assert found.score == 1.0


@pytest.mark.parametrize(
    "label",
    [
        "",
        "…",
        "42",
        "🚗",
        "خودرو",
        "cardboard",
        "plate",
        "no car",
        "not a dog",
        "car?",
        "hot dog",
        "dog house",
        "toy dog",
    ],
)
def test_what_is_left_to_a_person(label: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == ("", "")


def test_a_name_of_two_concepts_matches_neither() -> None:
    mug = Concept("mug", "…", "thing", aliases={"en": ("beakers",)})
    cup = Concept("cup", "…", "thing", aliases={"en": ("beaker",)})
    taxonomy = Taxonomy({"mug": mug, "cup": cup}, "")
    found = match_labels(["Beaker", "beakers", "beaker s"], taxonomy)
    assert found["Beaker"].concept == "cup"  # letter for letter, but for the case
    assert found["beakers"].concept == "mug"
    assert found["beaker s"].concept == ""


@given(st.lists(st.text(max_size=30) | st.sampled_from(NAMES), max_size=5))
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

"""Likeness: typing errors that are corrected and those that are not, and suggestions."""

import pytest

from curate.labels.likeness import likenesses
from curate.labels.matching import match_labels
from tests.curate.labels.small_taxonomy import TAXONOMY


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("broccolli", "broccoli"),
        ("refrigirator", "refrigerator"),
        ("refrigertaor", "refrigerator"),
        ("refrigerater", "refrigerator"),
    ],
)
def test_typing_errors_of_long_words(label: str, concept: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == (concept, "fuzzy")
    assert 0.85 <= found.score < 1.0
    assert found.margin > 0.0


@pytest.mark.parametrize(
    "label",
    [
        "refrigeratos",  # another ending may be another word
        "cart",  # short words are never corrected
        "carpet",
        "personal",
        "compute",
        "certain",
        "glas",
    ],
)
def test_other_words(label: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == ("", "")


def test_suggestions_for_what_is_open() -> None:
    found = match_labels(["blue couch", "wooden table"], TAXONOMY)
    assert found["blue couch"].suggestions[0].concept == "sofa"
    assert found["wooden table"].suggestions[0].concept == "table"


def test_likeness_is_that_of_the_nearest_name() -> None:
    (likeness,) = likenesses(["couches"], TAXONOMY)
    sofa = likeness.concepts.index("sofa")
    assert likeness.nearest_name == "couch"
    assert likeness.scores[sofa] == 1.0
    assert likeness.best_score_except("sofa") < 1.0

"""Spelling: slips of the fingers that are corrected, and words that are other words."""

import pytest

from curate.labels.matching import match_labels
from curate.labels.spelling import is_mistyped
from curate.labels.taxonomy import Concept, Taxonomy
from tests.curate.labels.small_taxonomy import TAXONOMY


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("broccolli", "broccoli"),
        ("refrigirator", "refrigerator"),
        ("refrigertaor", "refrigerator"),
        ("refrigerater", "refrigerator"),
        ("trafic light", "traffic-light"),
        ("old vehcile", "vehicle"),
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


@pytest.mark.parametrize(
    ("word", "meant", "is_slip"),
    [
        ("celing", "ceiling", True),  # a letter left out
        ("ceilling", "ceiling", True),  # one doubled
        ("vehcile", "vehicle", True),  # two swapped
        ("bakset", "basket", True),  # in a short word, too
        ("certain", "curtain", False),  # one changed, in a short word
        ("railing", "ceiling", False),
        ("bucked", "bucket", False),  # the last one
        ("desert", "dessert", False),  # both are words
        ("father", "feather", False),
        ("caster", "coaster", False),
        ("handbaag", "handbag", True),
        ("cylinder2", "cylinder", False),  # digits count
        ("refrigerrators", "refrigerator", False),
    ],
)
def test_what_is_a_slip(word: str, meant: str, is_slip: bool) -> None:
    assert is_mistyped(word, meant) == is_slip


def test_a_word_between_two_names_is_neither() -> None:
    concepts = [Concept(name, "…", "thing") for name in ("planter", "plaster")]
    taxonomy = Taxonomy({each.id: each for each in concepts}, "")
    assert match_labels(["plater"], taxonomy)["plater"].concept == ""


def test_background_needs_more_certainty() -> None:
    found = {}
    for kind in ("thing", "stuff"):
        concept = Concept("gravel", "…", kind)
        label = "gravvel"
        found[kind] = match_labels([label], Taxonomy({"gravel": concept}, ""))[label]
    assert found["thing"].concept == "gravel"
    assert found["stuff"].concept == "gravel"  # a letter doubled: sure enough

    for kind in ("thing", "stuff"):
        concept = Concept("facade", "…", kind)
        found[kind] = match_labels(["faade"], Taxonomy({"facade": concept}, ""))[
            "faade"
        ]
    assert found["stuff"].concept == ""


def test_a_word_of_names_is_never_corrected() -> None:
    concepts = [Concept(name, "…", "thing") for name in ("planter", "planer-blade")]
    taxonomy = Taxonomy({each.id: each for each in concepts}, "")
    assert match_labels(["planer"], taxonomy)["planer"].concept == ""

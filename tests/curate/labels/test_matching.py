"""Matching: names that match, labels left to a person, and that a match depends on its label."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels.likeness import SUGGESTIONS
from curate.labels.matching import match_labels, match_vocabulary, matcher
from curate.labels.taxonomy import Concept, Taxonomy
from tests.curate.labels.small_taxonomy import NAMES, TAXONOMY

WORDS = """
    car cars sofa couch the other left front wheel door small red wooden brick wall with or of toy
    vehicle kitchen animal table refrigirator dog parked 2
""".split()  # noqa: SIM905


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


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("Grey_Kerbs", "gray-curb"),
        ("hair drier", "hair-dryer"),
        ("jewelry", "jewellery"),
    ],
)
def test_both_spellings_of_a_word_are_one(label: str, concept: str) -> None:
    names = ("gray-curb", "hair-dryer", "jewellery")
    concepts = {name: Concept(name, "…", "thing") for name in names}
    found = match_labels([label], Taxonomy(concepts, ""))[label]
    assert (found.concept, found.how) == (concept, "normalised")


def test_an_id_is_known_without_its_fillers() -> None:
    names = ("chair-other", "armchair", "other-animal", "animal")
    concepts = {name: Concept(name, "…", "thing") for name in names}
    found = match_labels(["chair", "animal"], Taxonomy(concepts, ""))
    assert found["chair"].concept == "chair-other"
    assert found["animal"].concept == "animal"  # the id itself comes first


def test_the_name_of_a_concept_that_the_taxonomy_lacks_is_no_other_concept() -> None:
    names = ("wheel", "garden-wheel", "dresser")
    concepts = {name: Concept(name, "…", "thing") for name in names}
    small = Taxonomy({"wheel": concepts["wheel"]}, "")
    ready = matcher(small, ["en"], Taxonomy(concepts, ""))
    labels = [
        "garden wheel",
        "small wheel",
        "dreser",
        "dresser, wheel",
        "wheel, dresser",
    ]
    found = match_vocabulary(labels, ready)
    assert found["small wheel"].concept == "wheel"
    assert found["garden wheel"].concept == ""
    assert found["dresser, wheel"].concept == ""
    assert found["wheel, dresser"].concept == "wheel"  # its first item is sure


def test_a_list_is_never_read_as_one_name() -> None:
    names = ("stair-step", "step")
    concepts = {name: Concept(name, "…", "thing") for name in names}
    found = match_labels(["stairs, steps"], Taxonomy(concepts, ""))
    assert found["stairs, steps"].concept != "stair-step"


def test_steps_tell_what_each_rule_said() -> None:
    found = match_labels(["Car", "the car", "car?", "Dingsda"], TAXONOMY)
    assert [step.rule for step in found["Car"].steps] == ["exact", "normalised"]
    compound = [step.rule for step in found["the car"].steps]
    assert compound == ["exact", "alias", "compound"]
    assert found["car?"].why == "its author doubts it"
    assert [step.rule for step in found["Dingsda"].steps][-1] == "fuzzy"
    assert found["Dingsda"].why == "no concept is called so"


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.sampled_from([" ", "_", "-", "  "]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_case_and_separators_never_change_the_concept(
    some_words: list[str], separator: str, change_case: Callable[[str], str]
) -> None:
    plain = " ".join(some_words)
    spelled = change_case(separator.join(some_words))
    concept = match_labels([plain], TAXONOMY)[plain].concept
    assert match_labels([spelled], TAXONOMY)[spelled].concept == concept


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

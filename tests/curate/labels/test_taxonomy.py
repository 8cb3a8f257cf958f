"""The taxonomy's answers: ids of earlier, words of several meanings, domains, hints."""

import pytest

from curate.labels.taxonomy import Concept, Sense, Taxonomy

CAR = Concept("car", "…", "thing", aliases={"en": ("automobile",), "de": ("Auto",)})
LEG = Concept("leg", "…", "part", parent="person", aliases={"de": ("Bein",)})
PERSON = Concept("person", "…", "thing")
TAXONOMY = Taxonomy(
    concepts={"car": CAR, "leg": LEG, "person": PERSON},
    digest="",
    senses={
        "en": {"Bats": (Sense("leg"), Sense(meaning="an animal"))},
        "de": {"bat": (Sense("car"),)},
    },
    domains={"street": ("road", "autonomous driving")},
    renamed={"auto": "motor-car", "motor-car": "car"},
)


def test_the_languages_that_are_asked_for_give_the_names() -> None:
    assert CAR.names_in(["de", "fr"]) == ("car", "Auto")
    assert CAR.names == ("car", "automobile", "Auto")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("car", "car"), ("motor-car", "car"), ("auto", "car"), ("vehicle", "")],
)
def test_an_id_of_earlier_resolves(asked: str, found: str) -> None:
    assert TAXONOMY.resolve(asked) == found


def test_a_word_has_the_meanings_of_all_languages_asked_for() -> None:
    assert len(TAXONOMY.senses_in(["en"])[("bat",)]) == 2
    assert len(TAXONOMY.senses_in(["en", "de"])[("bat",)]) == 3
    assert TAXONOMY.senses_in(["fr"]) == {}


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("street", "street"),
        ("Roads", "street"),
        ("road scenes", "street"),
        ("autonomous-driving", "street"),
        ("underwater", ""),
    ],
)
def test_a_domain_is_known_by_what_customers_call_it(text: str, domain: str) -> None:
    assert TAXONOMY.domain(text) == domain


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("automobile", "; 'car' has that name"),
        ("AUTOS", "; 'car' has that name"),
        ("automobil", "; did you mean 'car' (automobile)?"),
        ("persn", "; did you mean 'person'?"),
        ("rejct", "; did you mean 'reject'?"),
        ("zzz", ""),
    ],
)
def test_a_hint_knows_the_names_of_concepts(word: str, hint: str) -> None:
    assert TAXONOMY.hint(word, ["reject"]) == hint

"""Likeness: the suggestions for what is open."""

from curate.labels.context import Context
from curate.labels.likeness import index_names, likenesses
from curate.labels.matching import match_labels, match_vocabulary, matcher
from curate.labels.names import read_lexicon
from curate.labels.taxonomy import Concept, Sense, Taxonomy
from tests.curate.labels.small_taxonomy import TAXONOMY


def test_suggestions_for_what_is_open() -> None:
    found = match_labels(["blue couch frame", "table cloth"], TAXONOMY)
    assert found["blue couch frame"].suggestions[0].concept == "sofa"
    assert found["table cloth"].suggestions[0].concept == "table"


def test_likeness_is_that_of_the_nearest_name() -> None:
    index = index_names(read_lexicon(TAXONOMY, ["en"]))
    (likeness,) = likenesses(["couches"], index, frozenset())
    sofa = likeness.numbers["sofa"]
    assert likeness.scores[sofa] == 1.0
    assert likeness.best_score_except("sofa") < 1.0


def test_a_mistyped_word_is_like_the_word_that_is_meant() -> None:
    found = match_labels(["my computr"], TAXONOMY)["my computr"]
    assert found.suggestions[0].concept == "computer"


def test_a_word_of_two_letters_is_not_like_a_short_name() -> None:
    cow = Concept("cow", "…", "thing")
    mask = Concept("masked-ball", "…", "thing")
    small = Taxonomy({"cow": cow, "masked-ball": mask}, "")
    found = match_labels(["co", "mask & co"], small)
    assert found["mask & co"].suggestions[0].concept == "masked-ball"
    assert found["co"].suggestions[0].score < 0.5


def test_relatives_are_suggested() -> None:
    found = match_labels(["car roof"], TAXONOMY)["car roof"]
    suggested = [each.concept for each in found.suggestions]
    assert suggested[0] == "car"
    assert "vehicle" in suggested  # its parent


def test_a_larger_taxonomy_ranks_suggestions_and_accepts_nothing() -> None:
    building = Concept("building", "…", "thing")
    house = Concept("house", "…", "thing", parent="building")
    small = Taxonomy({"building": building, "sky": Concept("sky", "…", "stuff")}, "")
    larger = Taxonomy({"building": building, "house": house}, "")
    ready = matcher(small, ["en"], larger)
    found = match_vocabulary(["house"], ready)["house"]
    assert found.concept == ""
    assert found.suggestions[0].concept == "building"


def test_the_larger_taxonomy_knows_what_lives_and_what_stands_beside() -> None:
    mouse = Concept("computer-mouse", "…", "thing")
    panda = Concept("panda", "…", "thing")
    car = Concept("car", "…", "thing")
    senses = {"en": {"mouse": (Sense("computer-mouse", beside=("keyboard",)),)}}
    small = Taxonomy({each.id: each for each in (mouse, panda, car)}, "", senses=senses)

    animal = Concept("animal", "…", "thing")
    kin = Concept("panda", "…", "thing", parent="animal")
    keyboard = Concept("keyboard", "…", "thing")
    larger = Taxonomy({each.id: each for each in (animal, kin, keyboard, car)}, "")

    ready = matcher(small, ["en"], larger)
    found = match_vocabulary(["red panda", "red car", "mouse", "keyboard"], ready)
    assert found["red panda"].concept == ""  # a kind of its own
    assert found["red car"].concept == "car"
    assert found["mouse"].concept == "computer-mouse"


def test_a_concept_is_suggested_for_the_words_that_define_it() -> None:
    crow = Concept("crow", "A crow or raven, whole or in part.", "thing")
    lawn = Concept("lawn", "…", "thing", aliases={"de": ("Rasen",)})
    found = match_labels(["raven"], Taxonomy({"lawn": lawn, "crow": crow}, ""))["raven"]
    assert found.concept == ""
    assert found.suggestions[0].concept == "crow"


def test_the_likeliest_meanings_of_a_word_are_suggested_first() -> None:
    names = ("headlight", "street-light", "traffic-light", "lamp", "pole")
    concepts = {name: Concept(name, "…", "thing") for name in names}
    light = (
        Sense("lamp", domains=("home",)),
        Sense("headlight", domains=("vehicles",)),
        Sense("traffic-light", domains=("street",)),
        Sense("street-light", beside=("pole",)),
    )
    taxonomy = Taxonomy(concepts, "", senses={"en": {"light": light}})
    context = Context(domain="street")
    found = match_labels(["light", "pole"], taxonomy, context)["light"]
    suggested = [each.concept for each in found.suggestions]
    assert found.concept == ""
    assert set(suggested[:2]) == {"traffic-light", "street-light"}  # something speaks
    assert suggested[2] == "lamp"  # the first of the others in the file

"""Compound labels: paths, lists and phrases, and those that are left to a person."""

import pytest

from curate.labels.context import Context
from curate.labels.matching import match_labels, match_vocabulary, matcher
from curate.labels.taxonomy import Concept, Sense, Taxonomy
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
        ("wheel front left", "wheel"),
        ("left arm", "arm"),
        # States, sizes, colours, materials and places leave a thing what it is.
        ("Car (parked)", "car"),
        ("car.parked", "car"),
        ("car - general", "car"),
        ("vehicle.truck.rigid", "truck"),
        ("small red car", "car"),
        ("wooden table", "table"),
        ("kitchen table", "table"),
        ("outdoor stone wall", "wall"),
        ("wall-brick", "wall"),
        ("sofa with cushions", "sofa"),
        ("car|occluded=true", "car"),
        # Lists of synonyms: those that are names agree.
        ("car, auto, automobile, machine", "car"),
        ("lounge; couch; sofa", "sofa"),
        ("door, car door", "door"),  # the second one only narrows the first
        ("car, Car", "car"),  # one name twice
        ("car, automobile, Pkw, animal", "car"),  # three against one
        ("sofa or couch", "sofa"),
        ("sofa, armchair, sofa", "sofa"),
        # The part of a whole, behind it.
        ("vehicle_wheel", "wheel"),
        ("truck front left wheel", "wheel"),
        ("car (automobile):wheel", "wheel"),
        # What moves or is worn.
        ("moving car", "car"),
        ("standing person", "person"),
        # A wider concept before a thing of its kind.
        ("animal_dog", "dog"),
        ("furniture couch", "sofa"),
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
        "chair/table",  # either
        "dog/sofa",  # no path: a sofa is no part of a dog
        "sofa/leg",
        "car, truck",
        "front left door",  # a house's or a car's
        "wall object",
        "red dog",  # of what lives a colour may name a kind
        "stone dog",
        "wooden car",  # a toy
        "sofa back",
        "dog-brick",  # a material makes a surface only
        "with car",
        "sofa or table",
        "sofa or",
        "car, automobile, animal",
        "vehicle.construction",
        "animal, car, automobile",  # the first one means something else
        "toy/dog",
        "dog_animal",
        "upper arm",  # not all of it
        "dog arm",  # persons have arms
        "door, wheel",
        "moving table",  # of what does not move
        "truck w/box",  # a kind of truck
        "truck with crane",
        "left sofa",
        "large vehicle",  # a class of vehicles
        "car, missing",  # a word that makes something else of it
        "car, toy of metal",
    ],
)
def test_words_that_may_change_the_meaning(label: str) -> None:
    found = match_labels([label], TAXONOMY)[label]
    assert (found.concept, found.how) == ("", "")


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("stairs, steps", "stairs"),  # "steps" may mean something else, but need not
        ("steps, ladder rungs", ""),  # nothing says which meaning it has
        ("sofa bed, steps", ""),
        ("animal, mouse", "mouse-animal"),  # a category, and what it is
    ],
)
def test_words_of_several_meanings_in_lists(label: str, concept: str) -> None:
    stairs = Concept("stairs", "…", "thing")
    ladder = Concept("ladder", "…", "thing")
    mouse = Concept("mouse-animal", "…", "thing", parent="animal")
    added = {each.id: each for each in (stairs, ladder, mouse)}
    senses = {
        "step": (Sense("ladder", domains=("home",)), Sense(meaning="a pace")),
        "mouse": (Sense("mouse-animal", beside=("animal",)), Sense("computer")),
    }
    taxonomy = Taxonomy(TAXONOMY.concepts | added, "", senses={"en": senses})
    found = match_labels([label], taxonomy, Context(domain="home"))[label]
    assert found.concept == concept


def test_a_taxonomy_that_tells_materials_apart_keeps_them_apart() -> None:
    wall = Concept("wall", "…", "stuff")
    brick_wall = Concept("brick-wall", "…", "stuff", parent="wall")
    taxonomy = Taxonomy({"wall": wall, "brick-wall": brick_wall}, "")
    found = match_labels(["wall-brick", "stone wall", "wall-tile"], taxonomy)
    assert found["wall-brick"].concept == "brick-wall"
    assert found["stone wall"].concept == ""
    assert found["wall-tile"].concept == ""


def test_clothes_come_in_pairs_and_with_sleeves() -> None:
    clothing = Concept("clothing", "…", "thing")
    shoe = Concept("shoe", "…", "thing", "clothing")
    dress = Concept("dress", "…", "thing", "clothing")
    taxonomy = Taxonomy({each.id: each for each in (clothing, shoe, dress)}, "")
    found = match_labels(["left shoe", "long sleeve dress", "upper shoe"], taxonomy)
    assert found["left shoe"].concept == "shoe"
    assert found["long sleeve dress"].concept == "dress"
    assert found["upper shoe"].concept == ""


def _taxonomy(*concepts: Concept) -> Taxonomy:
    senses = {"bridge": (Sense("bridge", beside=("road",)), Sense(meaning="a tooth"))}
    return Taxonomy({each.id: each for each in concepts}, "", senses={"en": senses})


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("bridge, span", "bridge"),  # an id, and nothing speaks for its other meaning
        ("shirt, blouse", "shirt"),  # the wider of two names of a class
        ("gravy boat, sauceboat, boat", ""),  # a wider word means nothing here
        ("trailer, house trailer", ""),  # seems to narrow it, but is a caravan
    ],
)
def test_lists_with_wider_and_narrower_words(label: str, concept: str) -> None:
    taxonomy = _taxonomy(
        Concept("bridge", "…", "thing"),
        Concept("shirt", "…", "thing"),
        Concept("blouse", "…", "thing", "shirt"),
        Concept("boat", "…", "thing"),
        Concept("trailer", "…", "thing"),
        Concept("caravan", "…", "thing", aliases={"en": ("house trailer",)}),
    )
    assert match_labels([label], taxonomy)[label].concept == concept


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("crosswalk - plain", "plain-crosswalk"),
        ("sign--temporary-back", "sign-back"),
        ("traffic-light--general-upright", "traffic-light"),
        ("animal--ground-animal", "ground-animal"),
        ("ground-animal--animal", ""),
    ],
)
def test_last_steps_that_narrow_or_describe(label: str, concept: str) -> None:
    taxonomy = _taxonomy(
        Concept("plain-crosswalk", "…", "thing"),
        Concept("sign-back", "…", "thing"),
        Concept("traffic-light", "…", "thing"),
        Concept("animal", "…", "thing"),
        Concept("ground-animal", "…", "thing"),
    )
    assert match_labels([label], taxonomy)[label].concept == concept


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("crab (animal)", "crab"),
        ("crab (food)", ""),
        ("train (railroad vehicle)", "train"),
        ("vehicle/train", "train"),
        ("food/train", ""),
    ],
)
def test_a_larger_taxonomy_knows_what_is_wider(label: str, concept: str) -> None:
    small = _taxonomy(Concept("crab", "…", "thing"), Concept("train", "…", "thing"))
    larger = _taxonomy(
        Concept("crab", "…", "thing", "animal"),
        Concept("train", "…", "thing", "vehicle"),
        Concept("animal", "…", "thing"),
        Concept("food", "…", "thing"),
        Concept("vehicle", "…", "thing"),
    )
    ready = matcher(small, ["en"], larger)
    assert match_vocabulary([label], ready)[label].concept == concept


def test_parts_of_what_the_label_names() -> None:
    concepts = _taxonomy(
        Concept("animal", "…", "thing"),
        Concept("cat", "…", "thing", "animal"),
        Concept("animal-head", "…", "part", "animal"),
        Concept("animal-leg", "…", "part", "animal"),
        Concept("person", "…", "thing"),
        Concept("head", "…", "part", "person"),
        Concept("eye", "…", "part", "head"),
        Concept("leg", "…", "part", "person"),
    ).concepts
    leg = (Sense("leg", beside=("person",)), Sense("animal-leg"))
    taxonomy = Taxonomy(concepts, "", senses={"en": {"leg": leg}})

    found = match_labels(
        ["cat head", "cat left leg", "person eye", "cat eye"], taxonomy
    )
    assert found["cat head"].concept == "animal-head"
    assert found["cat left leg"].concept == "animal-leg"
    assert found["person eye"].concept == "eye"
    assert found["cat eye"].concept == ""  # eyes are those of persons here


def test_parts_of_what_only_a_larger_taxonomy_knows() -> None:
    wheel = Concept("wheel", "…", "part")
    ear = Concept("ear", "…", "part")
    larger = _taxonomy(
        Concept("bus", "…", "thing"),
        Concept("wheel", "…", "part", "bus"),
        Concept("person", "…", "thing"),
        Concept("ear", "…", "part", "person"),
    )
    ready = matcher(_taxonomy(wheel, ear), ["en"], larger)
    found = match_vocabulary(["bus wheel", "bus:wheel", "bus:ear", "bus:seat"], ready)
    assert found["bus wheel"].concept == "wheel"
    assert found["bus:wheel"].concept == "wheel"
    assert found["bus:ear"].concept == ""  # though buses are a category here


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("bear, polar", "polar-bear"),
        ("bear polar", "polar-bear"),
        ("bear-brown", ""),  # a colour
        ("table lamp", ""),  # a lamp, by its last word
        ("asian bear", "bear"),
        ("asian table", ""),
    ],
)
def test_names_with_their_first_word_behind_them(label: str, concept: str) -> None:
    taxonomy = _taxonomy(
        Concept("animal", "…", "thing"),
        Concept("bear", "…", "thing", "animal"),
        Concept("polar-bear", "…", "thing", "bear"),
        Concept("brown-bear", "…", "thing", "bear"),
        Concept("lamp", "…", "thing"),
        Concept("table", "…", "thing"),
        Concept("lamp-table", "…", "thing", "table"),
    )
    assert match_labels([label], taxonomy)[label].concept == concept


def test_where_positions_tell_the_meaning_they_count() -> None:
    light = (Sense("headlight", beside=("car",)), Sense(meaning="a lamp"))
    concepts = _taxonomy(
        Concept("car", "…", "thing"), Concept("headlight", "…", "part", "car")
    ).concepts
    taxonomy = Taxonomy(concepts, "", senses={"en": {"light": light}})
    found = match_labels(["car", "left light", "back light"], taxonomy)
    assert found["left light"].concept == "headlight"
    assert found["back light"].concept == ""

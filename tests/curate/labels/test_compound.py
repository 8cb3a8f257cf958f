"""Compound labels: paths, lists and phrases, and those that are left to a person."""

import pytest

from curate.labels.context import Context
from curate.labels.matching import match_labels
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
        "vehicle_wheel",  # the part of a vehicle, whatever else "wheel" may name
        "dog_animal",
        "upper arm",  # not all of it
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

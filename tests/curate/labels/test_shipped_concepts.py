"""The concepts that are shipped: enough, each decided by a sentence, and no old one is lost."""

import io
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from curate.labels.concept_checks import spelling
from curate.labels.taxonomy import Taxonomy
from curate.yaml_fast import read_fast

FILE = Path(__file__).parents[3] / "taxonomy" / "concepts.yaml"
LARGEST = 400_000  # bytes that editors and reviews on the web still show

# Concepts of the first release: customers' files and shards name them.
FIRST = """
    person child baby rider crowd head torso tooth clothing shirt jacket dress shoe hat tie
    eyeglasses bag suitcase vehicle car van truck bus train motorcycle bicycle caravan
    excavator construction-crane cart stroller airplane boat ship vehicle-part wheel car-door
    windshield licence-plate traffic-sign street-object pole bench signboard road ground
    sidewalk parking sand snow grass vegetation sky smoke fire water mountain
    building building-footprint house tower wall fence floor roof window door shutter
    facade-ornament molding building-part animal dog big-cat bird reptile insect plant tree
    flower leaf diseased-leaf-area food fruit vegetable bread sandwich cake bottle cup
    dinner-plate household-object box lamp picture toy litter furniture chair stool bed table
    cabinet counter sink toilet furniture-part appliance stove electronics television monitor
    remote-control cable musical-instrument product document paper text-block document-table
    figure-graphic tool screw industrial-object machine defect breakage unevenness
    biological-object blood-vessel organ bone lesion medical-supply particle sports-equipment
    ball skis net aerial-object salient-object geometric-shape group-of-objects shadow
    ego-vehicle static-object dynamic-object unlabelled backdrop
""".split()  # noqa: SIM905


def test_the_concepts_are_of_the_size_of_the_field(shipped: Taxonomy) -> None:
    assert 800 <= len(shipped.concepts) <= 1500
    assert FILE.stat().st_size < LARGEST
    kinds = {concept.kind for concept in shipped.concepts.values()}
    assert kinds == {"thing", "part", "stuff", "void"}


def test_each_concept_has_a_sentence_and_a_place(shipped: Taxonomy) -> None:
    sentences = [concept.definition for concept in shipped.concepts.values()]
    assert len(set(sentences)) == len(sentences)
    for concept in shipped.concepts.values():
        assert concept.definition.endswith(".")
        assert "\n" not in concept.definition
        assert concept.salient <= (concept.kind in ("thing", "part"))
        if concept.kind == "part":
            assert concept.parent, f"{concept.id} is a part of nothing"


def test_no_alias_says_what_another_name_says_already(shipped: Taxonomy) -> None:
    for concept in shipped.concepts.values():
        for language, aliases in concept.aliases.items():
            names = [concept.id, *aliases]
            spelled = [spelling(name, language) for name in names]
            assert len(set(spelled)) == len(spelled), f"{concept.id}: {language}"


def test_no_concept_is_lost(shipped: Taxonomy) -> None:
    assert [concept for concept in FIRST if not shipped.resolve(concept)] == []


@pytest.mark.parametrize(
    ("concept", "ancestor"),
    [
        ("panda", "bear"),
        ("baguette", "bread"),
        ("wardrobe", "furniture"),
        ("leaf", "plant"),
        ("curb", "ground"),
        ("solar-panel", "structure"),
        ("nucleus", "biological-object"),
        ("caption", "document"),
        ("boat", "watercraft"),
        ("airplane", "aircraft"),
        ("fire-extinguisher", "fixture"),
    ],
)
def test_a_narrower_thing_is_a_concept_below_the_wider(
    concept: str, ancestor: str, shipped: Taxonomy
) -> None:
    assert ancestor in shipped.ancestors(concept)


def test_a_faucet_is_no_furniture(shipped: Taxonomy) -> None:
    assert "furniture" not in shipped.ancestors("faucet")


@pytest.mark.parametrize(
    "word",
    """
    mouse crane table bat glass nail trunk pole palm orange date file seal monitor tank plate
    light hood cell kiwi rail pore debris seaweed mast cooker jersey wood
    """.split(),  # noqa: SIM905
)
def test_a_word_of_several_meanings_is_marked(word: str, shipped: Taxonomy) -> None:
    assert (word,) in shipped.senses_in(["en"])


@pytest.mark.parametrize(
    ("word", "concept", "language"),
    [
        ("cane", "dog", "it"),
        ("wand", "wall", "de"),
        ("herd", "stove", "de"),
        ("sable", "sand", "fr"),
        ("chat", "cat", "fr"),
        ("helm", "helmet", "de"),
        ("tier", "animal", "de"),
        ("berg", "mountain", "de"),
    ],
)
def test_a_foreign_word_that_is_english_counts_in_its_language_alone(
    word: str, concept: str, language: str, shipped: Taxonomy
) -> None:
    found = shipped.concepts[concept]
    assert word in [name.lower() for name in found.names_in([language])]
    assert word not in [name.lower() for name in found.names_in(["en"])]
    assert (word,) in shipped.senses_in(["en"])
    assert (word,) not in shipped.senses_in([language])


def test_comments_and_order_survive_a_rewrite() -> None:
    whole = FILE.read_text(encoding="utf-8")
    text, _, _ = whole.partition("  # Clothes\n")  # all of it takes seconds
    editor = YAML(typ="rt")
    editor.width = 4096
    document = editor.load(text)
    written = io.StringIO()
    editor.dump(document, written)

    before, after = read_fast(text), read_fast(written.getvalue())
    assert before is not None
    assert before == after
    assert list(before["concepts"]) == list(after["concepts"])
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            assert line in written.getvalue()

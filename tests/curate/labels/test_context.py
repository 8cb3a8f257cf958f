"""Context: what an export's domain, languages and other labels say of a label."""

import pytest

from curate.labels.context import Context, read_vocabulary
from curate.labels.matching import Match, match_labels
from curate.labels.taxonomy import Concept, Kind, Sense, Taxonomy


def concept(
    name: str,
    parent: str = "",
    kind: Kind = "thing",
    **aliases: tuple[str, ...],
) -> Concept:
    return Concept(name, "…", kind, parent, aliases=aliases)


CONCEPTS = [
    concept("computer"),
    concept("keyboard", "computer"),
    concept("computer-mouse", "computer"),
    concept("animal", de=("Tier",)),
    concept("rodent", "animal"),
    concept("house-mouse", "rodent"),
    concept("rat", "rodent"),
    concept("furniture"),
    concept("table", "furniture"),
    concept("chair", "furniture"),
    concept("armchair", "chair"),
    concept("arm", "furniture", kind="part"),
    concept("figure-graphic"),
    concept("document-table"),
    concept("bicycle", en=("bike",), de=("Fahrrad",)),
    concept("barrier"),
    concept("guard-rail", "barrier"),
    concept("fence", kind="stuff"),
    concept("pole"),
    concept("bench"),
    concept("vehicle"),
    concept("car", "vehicle"),
    concept("door"),
    concept("sand", kind="stuff"),
    concept("bus", "vehicle"),
    concept("lane-marking", kind="stuff"),
]
SENSES = {
    "en": {
        "mouse": (
            Sense("computer-mouse", beside=("keyboard",), domains=("office",)),
            Sense("house-mouse", beside=("rodent",)),
        ),
        "table": (
            Sense("table", beside=("furniture",)),
            Sense("document-table", beside=("figure-graphic",), domains=("documents",)),
        ),
        "cycle": (
            Sense("bicycle", domains=("street",)),
            Sense(meaning="a turn"),
        ),
        "sable": (
            Sense("sand", domains=("street",)),
            Sense(meaning="a small animal"),
        ),
    }
}
TAXONOMY = Taxonomy(
    {each.id: each for each in CONCEPTS},
    "",
    senses=SENSES,
    domains={"street": ("driving",)},
)


def match(
    label: str, *others: str, domain: str = "", languages: tuple[str, ...] = ("en",)
) -> Match:
    context = Context(domain, languages)
    return match_labels([label, *others], TAXONOMY, context)[label]


@pytest.mark.parametrize(
    ("label", "others", "domain", "meant"),
    [
        ("mouse", ["keyboard"], "", "computer-mouse"),
        ("mouse", ["rat"], "", "house-mouse"),
        ("mouse", [], "office", "computer-mouse"),
        ("mouse", ["keyboard", "rat"], "", ""),  # either
        ("mouse", [], "", ""),
        ("mouse", ["Tastatur"], "", ""),
        # What the label itself says counts most.
        ("mouse (animal)", ["keyboard"], "", "house-mouse"),
        ("animal/mouse", [], "", "house-mouse"),
        ("mouse, computer-mouse, house-mouse", [], "", ""),
        ("mouse, squeaker", ["keyboard"], "", ""),  # a list in which nothing agrees
        ("mouse (kind of rodent)", ["keyboard"], "", "house-mouse"),
        ("mouse (used with the keyboard)", [], "", "computer-mouse"),
        ("mouse (small thing)", ["keyboard"], "", ""),
        ("rat (a rodent)", [], "", "rat"),
        ("rat (toy of a rodent)", [], "", ""),
        ("rat (rodent on a chair)", [], "", ""),
        # Fillers beside a name leave it what it is.
        ("mouse", ["keyboard-other"], "", "computer-mouse"),
        ("table", ["chair"], "", "table"),
        (
            "table",
            [],
            "",
            "table",
        ),  # it is the id, and nothing suggests another meaning
        ("table", ["figure-graphic"], "", "document-table"),
        ("table", [], "documents", "document-table"),
        ("table", ["chair"], "documents", ""),
        ("cycle", [], "street", "bicycle"),
        ("cycle", [], "driving", "bicycle"),  # what this customer calls a street
        ("cycle", [], "", ""),
        ("sable", [], "street", ""),  # one sign is not enough for background
    ],
)
def test_a_word_of_several_meanings(
    label: str, others: list[str], domain: str, meant: str
) -> None:
    found = match(label, *others, domain=domain)
    assert found.concept == meant
    assert found.why


def test_a_word_of_several_meanings_suggests_all_of_them() -> None:
    suggested = {each.concept for each in match("mouse").suggestions}
    assert {"computer-mouse", "house-mouse"} <= suggested


@pytest.mark.parametrize(
    ("languages", "meant"),
    [(("en",), ""), (("de",), "bicycle"), (("en", "de"), "bicycle")],
)
def test_only_aliases_of_the_languages_count(
    languages: tuple[str, ...], meant: str
) -> None:
    found = match("Fahrrad", languages=languages)
    assert found.concept == meant
    assert found.suggestions[0].concept == "bicycle"  # whatever the language


def test_ids_count_in_every_language() -> None:
    assert match("Bicycle", languages=("de",)).concept == "bicycle"


@pytest.mark.parametrize(
    ("label", "others", "meant"),
    [
        # A step that heads several labels says how they are ordered.
        ("object--support--pole", ["object--support--bench"], "pole"),
        ("object--support--pole", [], ""),
        ("thing.support.pole", ["thing.support.bench"], "pole"),
        # Of what is background it must head more of them.
        ("support/fence", ["support/pole"], ""),
        ("support/fence", ["support/pole", "support/bench"], "fence"),
        # One that is a label itself may be a thing with parts.
        ("support/pole", ["support", "support/bench"], ""),
        # The same last step below two categories is of two kinds.
        ("support/pole", ["support/bench", "toys/pole", "toys/car"], ""),
        # A concept that has parts is a category of its kin alone.
        ("car/door", ["car/bench", "car/chair"], ""),
        ("car/bus", ["car/bench", "car/chair"], "bus"),
        ("barrier/pole", ["barrier/guard rail", "barrier/bench"], "pole"),
        # What has parts may give a thing its name: the traffic light for cars. A place is none.
        ("barrier/car", ["barrier/guard rail", "barrier/bench"], ""),
        ("fence/car", ["fence/pole", "fence/bench"], "car"),
        # What is wider than the category may be a part of it: a chair's seat.
        ("car/vehicle", ["car/bench", "car/chair"], ""),
        # A name may be told in two steps; if the category has parts, its end may be one.
        ("rail/guard", ["rail/pole"], "guard-rail"),
        ("mouse/computer", ["mouse/house"], "computer-mouse"),
        ("chair/arm", ["chair/door"], "arm"),
        ("barrier/pole", ["barrier/bench"], ""),
        ("barrier/guard rail", [], "guard-rail"),
        # Words that make something else of a name are no category.
        ("toy/car", ["toy/bus", "toy/bicycle"], ""),
        ("damage/door", ["damage/bus", "damage/car"], ""),
    ],
)
def test_steps_that_are_categories_of_the_vocabulary(
    label: str, others: list[str], meant: str
) -> None:
    assert match(label, *others).concept == meant


def test_a_prefix_of_nearly_all_labels_is_left_out() -> None:
    others = ["acme_car", "acme_door", "acme_bench", "acme_bus"]
    assert match("acme_pole", *others).concept == "pole"
    assert match("acme_pole").concept == ""


def test_a_vocabulary() -> None:
    vocabulary = read_vocabulary(["a b/c", "a b/d", "c", "e=f/c"])
    assert vocabulary.is_category(("a", "b"))
    assert not vocabulary.is_category(("c",))
    assert vocabulary.last_steps[("c",)] == 1


def test_the_order_of_labels_makes_no_difference() -> None:
    labels = ["mouse", "support/pole", "keyboard", "support/bench", "table"]
    forwards = match_labels(labels, TAXONOMY)
    assert match_labels(reversed(labels), TAXONOMY) == forwards

"""The languages in which labels are names."""

from curate.labels.languages import languages_of_names, named_in
from curate.labels.taxonomy import Concept, Taxonomy

TAXONOMY = Taxonomy(
    {
        "car": Concept(
            "car", "", "thing", aliases={"de": ("Auto", "Pkw"), "en": ("auto",)}
        ),
        "traffic-light": Concept(
            "traffic-light", "", "thing", aliases={"de": ("Ampel",)}
        ),
    },
    "",
)


def test_labels_are_found_as_they_are_matched() -> None:
    labels = ["PKW_01", "ampel", "auto", "Schrank", "car"]
    found = named_in(labels, languages_of_names(TAXONOMY))
    assert found == {"de": ["PKW_01", "ampel", "auto"], "en": ["auto"]}

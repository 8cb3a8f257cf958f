"""Labels that wait because their language is not listed: the run says which line to write."""

import pytest

from tests.pipelines.small_project import Project, Verb

GERMAN = """concepts:
  car: {definition: A car., kind: thing, aliases: {de: [Auto, Pkw], en: [automobile]}}
  lamp: {definition: A lamp., kind: thing, aliases: {de: [Leuchte]}}
"""


@pytest.mark.parametrize(
    ("languages", "labels", "is_told"),
    [
        (["en"], ["Pkw", "Leuchte", "automobile"], True),
        (["en"], ["Pkw", "automobile"], False),  # one word may be there by chance
        (["de", "en"], ["Pkw", "Leuchte", "automobile"], False),
    ],
)
def test_a_language_that_two_labels_are_names_in_is_told(
    project: Project,
    verb: Verb,
    languages: list[str],
    labels: list[str],
    is_told: bool,
) -> None:
    (project.folder / "taxonomy" / "concepts.yaml").write_text(GERMAN)
    project.add("yard", 1, labels, languages=languages)
    outcome = verb("remap", project.settings)
    assert outcome.code == 0
    said = "'Leuchte', 'Pkw' wait, and are names in the language 'de'"
    assert (said in outcome.err) == is_told
    assert ("languages: [en, de]" in outcome.err) == is_told

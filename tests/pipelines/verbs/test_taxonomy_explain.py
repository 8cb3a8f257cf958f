"""`taxonomy explain`: which rule answered for a label, and by which word of a reviewer."""

import msgspec

from tests.pipelines.small_project import TAXONOMY, Project, Verb


def test_explain_says_which_step_answered(street: Project, verb: Verb) -> None:
    customers = street.folder / "taxonomy" / "customers"
    customers.mkdir()
    (customers / "street.yaml").write_text(
        "labels:\n  zorp: {decision: car, by: Ann}\n"
    )
    words = ("taxonomy", "explain", street.settings)
    outcome = verb(*words, "zorp", "--customer", "street", "--json")
    found = msgspec.json.decode(outcome.out)
    assert found["how"] == "reviewed"
    assert found["steps"][0]["why"].endswith("street.yaml:2:3, by Ann")
    outcome = verb(*words, "pedestrian", "--customer", "street")
    assert "person: its objects go on" in outcome.out
    assert verb(*words, "x", "--customer", "stret").code == 2
    assert verb("taxonomy", "explain", "sky", "--customer", "acme").code == 0

    # Whose label it is need not be said where only one is meant.
    assert verb(*words, "pedestrian").out == outcome.out
    assert "--customer NAME" in verb("taxonomy", "explain", "sky").err
    street.add("yard", 1, ["car"])
    several = verb(*words, "pedestrian")
    assert (several.code, "street, yard" in several.err) == (2, True)
    assert verb(*words, "pedestrian", "--export", "street").out == outcome.out


def test_explain_knows_the_labels_beside_before_remap_has_run(
    street: Project, verb: Verb
) -> None:
    meanings = """\
ambiguous:
  en:
    zorp:
      - {concept: wheel, beside: [car]}
      - {concept: person, beside: [person]}
"""
    concepts = street.folder / "taxonomy" / "concepts.yaml"
    concepts.write_text(TAXONOMY + meanings)
    assert not (street.build / "remap").exists()
    outcome = verb("taxonomy", "explain", street.settings, "zorp")
    assert "'zorp' means wheel here" in outcome.out


def test_a_mistyped_verb_is_no_settings_file(verb: Verb) -> None:
    outcome = verb("taxonomy", "explian", "mine.yaml")
    assert outcome.code == 2
    assert "Did you mean 'explain'?" in outcome.err

"""concepts.yaml: a mistake is told with its place, and the JSON Schema knows the same file."""

import json
from pathlib import Path

import jsonschema
import pytest

from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.yaml_fast import read_fast
from docs import taxonomy_schema

FOLDER = Path(__file__).parents[3] / "taxonomy"
THING = "definition: A., kind: thing"


def concepts_file(folder: Path, text: str) -> Path:
    file = folder / "concepts.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def check_message(file: Path, place: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_concepts(file)
    assert str(caught.value).startswith(f"{file}{place}")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (f"car: {{{THING}, parnt: x}}", ":2:38", "did you mean 'parent'"),
        ("car: {definition: A car., kind: thng}", ":2:29", "did you mean 'thing'"),
        ("car: {kind: thing}", ":2:3", "needs a definition"),
        (
            f"a: {{{THING}}}\n  a: {{{THING}}}",
            ":3:3",
            "duplicate",
        ),
        (f"Car: {{{THING}}}", ":2:3", "lower-case"),
        (f"reject: {{{THING}}}", ":2:3", "word of a decision"),
        (f"a: {{{THING}, aliases: [12]}}", ":2:46", "in quotes"),
        (f"a: {{{THING}, aliases: {{de: [12]}}}}", ":2:51", "in quotes"),
        (f"a: {{{THING}, aliases: {{german: [x]}}}}", ":2:46", "two small letters"),
        (f"a: {{{THING}, salient: 2}}", ":2:36", "true or false"),
    ],
)
def test_a_mistake_in_a_concept_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    check_message(concepts_file(tmp_path, f"concepts:\n  {text}"), place, said)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            f"a: {{{THING}, parent: vehikle}}\n  vehicle: {{{THING}}}",
            ":2:36",
            "did you mean 'vehicle'",
        ),
        (
            f"a: {{{THING}, parent: automobile}}\n"
            f"  car: {{{THING}, aliases: [automobile]}}",
            ":2:36",
            "'car' has that name",
        ),
        (
            f"a: {{{THING}, parent: b}}\n  b: {{{THING}, parent: a}}",
            ":2:36",
            "its own ancestors",
        ),
        (
            f"sky: {{definition: S., kind: stuff}}\n  a: {{{THING}, parent: sky}}",
            ":3:36",
            "cannot be below 'sky'",
        ),
        (
            f"a: {{{THING}, aliases: [X]}}\n  b: {{{THING}, aliases: [x]}}",
            ":3:46",
            "'a''s, too",
        ),
        (
            f"a: {{{THING}, aliases: {{de: [X]}}}}\n"
            f"  b: {{{THING}, aliases: {{de: [x]}}}}",
            ":3:51",
            "'a''s, too",
        ),
        (
            f"bread: {{{THING}, aliases: [baguettes]}}\n  baguette: {{{THING}}}",
            ":2:50",
            "'baguette''s, too",
        ),
        (
            "clothing: {definition: 'A garment: skirt, suit.', kind: thing}\n"
            f"  skirt: {{{THING}}}",
            ":2:14",
            "claims 'skirt'",
        ),
        (
            "bear: {definition: 'A bear, pandas included.', kind: thing}\n"
            f"  panda: {{{THING}}}",
            ":2:10",
            "claims 'pandas'",
        ),
    ],
)
def test_a_mistake_between_concepts_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    check_message(concepts_file(tmp_path, f"concepts:\n  {text}"), place, said)


def test_a_name_in_two_languages_may_mean_two_concepts(tmp_path: Path) -> None:
    text = f"concepts:\n  gift: {{{THING}}}\n  poison: {{{THING}, aliases: {{de: [Gift]}}}}"
    assert len(load_concepts(concepts_file(tmp_path, text)).concepts) == 2


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "ambiguous: {en: {mouse: [{concept: cat}]}}",
            ":3:27",
            "no concept 'cat'",
        ),
        ("ambiguous: {en: {mouse: []}}", ":3:18", "list of its meanings"),
        ("ambiguous: {en: {mouse: [{beside: [car]}]}}", ":3:26", "a 'meaning'"),
        (
            "ambiguous: {en: {mouse: [{concept: car, domains: [streets]}]}}",
            ":3:41",
            "did you mean 'street'",
        ),
        (
            "ambiguous: {en: {autos: [{meaning: cars}]}}",
            ":2:",
            "cannot be an alias",
        ),
        ("ambiguous: {en: {car: [{meaning: x}]}}", ":3:18", "not one of its meanings"),
        ("renamed: {automobile: cr}", ":3:11", "did you mean 'car'"),
        ("renamed: {car: car}", ":3:11", "concept of today"),
        ("renamed: {a: b, b: a}", ":3:11", "renamed to no concept"),
        ("splits: {car: [sedan]}", ":3:10", "no concept 'sedan'"),
        ("renames: {}", ":3:1", "did you mean 'renamed'"),
    ],
)
def test_a_mistake_in_another_section_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    concepts = f"concepts:\n  car: {{{THING}, aliases: [auto]}}\n"
    file = concepts_file(tmp_path, f"{concepts}{text}\ndomains: {{street: []}}")
    check_message(file, place, said)


@pytest.mark.parametrize(
    ("text", "place", "said"), [("concepts: [", ":", ""), ("[]", ":1:1", "mapping")]
)
def test_what_is_no_taxonomy_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    check_message(concepts_file(tmp_path, text), place, said)


def test_the_digest_tells_what_matters(tmp_path: Path) -> None:
    text = "concepts:\n  a: {definition: A., kind: thing}"
    first = load_concepts(concepts_file(tmp_path, text)).digest
    assert load_concepts(concepts_file(tmp_path, "# remark\n" + text)).digest == first
    for other in (
        text.replace("thing", "stuff"),
        text + "\nrenamed: {b: a}",
        text + "\nambiguous: {en: {x: [{concept: a}]}}",
    ):
        assert load_concepts(concepts_file(tmp_path, other)).digest != first


def test_the_published_schema_is_that_of_the_model() -> None:
    published = (FOLDER / "concepts.schema.json").read_text(encoding="utf-8")
    assert published == taxonomy_schema.schema_text(), (
        "write it again: make settings-docs"
    )


def test_the_schema_takes_the_shipped_file_and_no_mistakes() -> None:
    schema = json.loads(taxonomy_schema.schema_text())
    shipped = read_fast((FOLDER / "concepts.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(shipped, schema)

    mistakes = [
        {"concepts": {}},
        {"concepts": {"Car": {"definition": "A.", "kind": "thing"}}},
        {"concepts": {"reject": {"definition": "A.", "kind": "thing"}}},
        {"concepts": {"car": {"definition": "A.", "kind": "thng"}}},
        {"concepts": {"car": {"definition": "A.", "kind": "thing", "parnt": "x"}}},
    ]
    for mistake in mistakes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(mistake, schema)

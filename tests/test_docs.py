"""The documents say what is true: every make target, every setting, and where each thing is."""

import ast
import re
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest

import curate
from curate import formats
from curate.settings_file import schema
from docs import formats_page, settings_pages

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ROOMS = ("curate", "pipelines", "model")
ORDER = (
    *("Documents", "Images", "Objects", "Attributes", "Keys", "Options"),
    "What is dropped",
)


def test_the_pages_name_only_targets_that_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    stages = re.search(r"^STAGES = (.*)$", makefile, re.MULTILINE)
    assert stages is not None
    listed = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    targets = {*listed, *stages[1].split()}
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        # A command stands at the start of a line or in backticks.
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, page.name


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    told = set(re.findall(r"^([a-z-]+|\$\(STAGES\)):.*## ", makefile, re.MULTILINE))
    assert told == set(phony.replace("\\\n", " ").split())


def test_every_setting_has_a_description() -> None:
    whole = schema(formats.options_by_name())
    for name, section in [("the file", whole), *whole["$defs"].items()]:
        for key, value in section.get("properties", {}).items():
            assert "$ref" in value or value.get("description"), (
                f"{key} of {name} has none"
            )


def test_the_page_of_the_settings_is_that_of_the_model() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert page == settings_pages.with_tables(page), (
        "write it again: make settings-docs"
    )


def test_the_published_schema_is_that_of_the_model() -> None:
    published = (DOCS / "settings.schema.json").read_text(encoding="utf-8")
    assert published == settings_pages.schema_text(), (
        "write it again: make settings-docs"
    )


@pytest.mark.parametrize("page", ["README.md", "docs/shards.md", "docs/training.md"])
def test_the_examples_use_names_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for example in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for node in ast.walk(ast.parse(example)):
            if (
                isinstance(node, ast.ImportFrom)
                and str(node.module).split(".")[0] in ROOMS
            ):
                module = import_module(str(node.module))
                assert not [
                    each.name for each in node.names if not hasattr(module, each.name)
                ]
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "curate":
                assert node.attr in curate.__all__


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table `Where is what`, for one file."""

    what: str
    file: Path
    name: str
    test: Path


def places() -> list[Place]:
    """The rows of the table; a row that speaks of FORMAT stands for each format."""
    page = (DOCS / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.partition("## Where is what")[2].partition("\n## ")[0]
    rows = re.findall(
        r"^\| (.*?) \| `(.*?)` \| `(.*?)` \| `(.*?)` \|$", table, re.MULTILINE
    )
    found = []
    for what, file, name, test in rows:
        row = Place(what, Path(file), name, Path(test))
        if "FORMAT" in file:
            found += [place_of_format(row, each) for each in formats.names()]
        else:
            found.append(row)
    return found


def place_of_format(row: Place, name: str) -> Place:
    """The row that speaks of FORMAT, for one format."""
    file = Path(str(row.file).replace("FORMAT", name))
    return replace(row, file=file, test=Path(str(row.test).replace("FORMAT", name)))


PLACES = places()


def test_the_contributors_table_has_what_newcomers_look_for() -> None:
    assert {place.what for place in PLACES} == {
        "a format",
        "the window rule",
        "a drop reason",
        "a flag",
        "a metric",
        "a baseline",
        "a loss",
        "a sign of a wrong annotation",
        "a format that is not read",
        "a page section",
        "a settings key",
        "an annotation tool",
        "an image type",
        "an operation of the API",
        "a stage's order",
    }


@pytest.mark.parametrize(
    "place", PLACES, ids=lambda place: f"{place.what}: {place.file.stem}"
)
def test_the_file_defines_what_the_table_says(place: Place) -> None:
    assert place.name in defined_names(ROOT / place.file)


@pytest.mark.parametrize(
    "place", PLACES, ids=lambda place: f"{place.what}: {place.file.stem}"
)
def test_no_other_file_defines_it(place: Place) -> None:
    others = [
        path.relative_to(ROOT)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if place.name in defined_names(path)
    ]
    if place.what == "a format":
        assert set(others) == {each.file for each in PLACES if each.what == "a format"}
    else:
        assert others == [place.file]


@pytest.mark.parametrize(
    "place", PLACES, ids=lambda place: f"{place.what}: {place.file.stem}"
)
def test_its_test_is_there_and_about_it(place: Place) -> None:
    """It has the file's name in the same room, or it imports the file."""
    tree = ast.parse((ROOT / place.test).read_text(encoding="utf-8"))
    same_room = place.test.parts[1] == place.file.parts[0]
    named_after = same_room and place.test.name == f"test_{place.file.name}"
    assert named_after or imports(tree, ".".join(place.file.with_suffix("").parts))


def defined_names(path: Path) -> set[str]:
    """The functions, classes and constants that a file defines."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {
                target.id for target in node.targets if isinstance(target, ast.Name)
            }
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def imports(tree: ast.Module, module: str) -> bool:
    """Whether a file imports the module, or names of it."""
    parent, _, name = module.rpartition(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and module in [
            alias.name for alias in node.names
        ]:
            return True
        if isinstance(node, ast.ImportFrom):
            from_parent = node.module == parent and name in [
                alias.name for alias in node.names
            ]
            if from_parent or node.module == module:
                return True
    return False


def test_the_page_of_the_formats_is_as_their_docstrings() -> None:
    page = formats_page.PAGE.read_text("utf-8")
    assert page == formats_page.with_formats(page), (
        "formats.md is old: make settings-docs"
    )


@pytest.mark.parametrize("name", formats.names())
def test_each_format_is_documented_in_the_same_order(name: str) -> None:
    assert all(formats_page.facts(name).values())
    sections = re.findall(r"\n\n([A-Z][\w ]{2,40}):(?=\s)", formats.describe(name))
    known = [
        next(word for word in ORDER if section.startswith(word))
        for section in sections
        if section.startswith(ORDER)
    ]
    assert known == sorted(known, key=ORDER.index)
    required = {"Documents", "Objects", "Keys", "What is dropped"}
    if formats.options(name):
        required.add("Options")
    assert required <= set(known)
    documented = formats.describe(name).partition("\n\nOptions:")[2]
    assert all(f"`{option}" in documented for option in formats.options(name))
